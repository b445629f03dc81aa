"""The output, which is whole and never overwrites what somebody else wrote."""

from pathlib import Path

import pytest

from ner.annotating.gold_file import GoldFile, check_output, open_store
from ner.data.corpus import read_sentences
from ner.errors import InputError
from tests.annotating.conftest import TASKS


def test_finished_texts_are_written(tmp_path: Path) -> None:
    output = tmp_path / "new" / "gold.jsonl"
    store = open_store(output)
    first, second, third = store.add(TASKS)
    store.save(third, 0, "done", [])
    store.save(first, 0, "done", [(0, 3, "PER")])
    store.save(second, 0, "skipped", [])
    assert GoldFile(output, store).write() == 2
    store.close()
    assert [(s.text, len(s.entities)) for s in read_sentences(output)] == [(TASKS[0].text, 1), (TASKS[2].text, 0)]
    again = open_store(output)  # the same command goes on
    assert again.states() == {first: "done", second: "skipped", third: "done"}
    again.close()


def test_a_kill_between_file_and_store(tmp_path: Path) -> None:
    """The output is replaced before the store knows: both the old and the new one are its own."""
    output = tmp_path / "gold.jsonl"
    store = open_store(output)
    (first, *_) = store.add(TASKS)
    gold = GoldFile(output, store)
    gold.write()
    old = output.read_bytes()
    store.save(first, 0, "done", [])
    store.has_written = lambda digest: None  # type: ignore[method-assign]
    gold.write()
    store.close()
    for content in (output.read_bytes(), old):
        output.write_bytes(content)
        open_store(output).close()


def test_what_somebody_else_wrote_is_safe(tmp_path: Path) -> None:
    output = tmp_path / "gold.jsonl"
    output.write_text("mine")
    with pytest.raises(InputError, match=r"gold.jsonl exists: choose another `output`"):
        check_output(output, [])
    output.unlink()
    store = open_store(output)
    store.add(TASKS)
    GoldFile(output, store).write()
    store.close()
    output.write_text('{"text": "mended by hand"}\n')
    with pytest.raises(InputError, match="was changed by something else"):
        open_store(output)
    assert "by hand" in output.read_text()


def test_wrong_outputs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"to end in \.jsonl"):
        check_output(tmp_path / "gold.txt", [])
    source = tmp_path / "texts.jsonl"
    source.write_text("{}")
    with pytest.raises(InputError, match="is used twice"):
        check_output(source, [source])
    assert not (tmp_path / "texts.sqlite").exists()


def test_no_labels_are_left_of_a_run_that_found_no_texts(tmp_path: Path) -> None:
    open_store(tmp_path / "gold.jsonl").close()
    assert [*tmp_path.iterdir()] == []
