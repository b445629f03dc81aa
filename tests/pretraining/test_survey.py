from pathlib import Path

import pytest

from ner.errors import InputError
from ner.pretraining import survey as module
from ner.pretraining.survey import survey
from ner.pretraining.unlabelled_text import Source, is_held_out
from tests.helpers.pretraining_text import sentences


def write(path: Path, lines: list[str]) -> Source:
    path.write_text("\n".join(lines) + "\n")
    return Source(path)


def test_counts_characters_and_what_is_held_out(tmp_path: Path) -> None:
    lines = sentences(400)
    found = survey([write(tmp_path / "a.txt", lines)], "utf-8", 0.1)
    held_out = [line for line in lines if is_held_out(line, 0.1)]
    learned = [line for line in lines if not is_held_out(line, 0.1)]
    [file] = found.files
    assert (file.paragraphs, file.held_out) == (len(learned), len(held_out))
    assert file.characters == sum(map(len, learned))
    assert sorted(found.held_out) == sorted(held_out)
    assert found.characters["在"] == 400


def test_the_sample_does_not_depend_on_the_order_and_has_each_text_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HELD_OUT_CHARACTERS", 100)
    lines = sentences(400)
    one = survey([write(tmp_path / "a.txt", lines)], "utf-8", 0.5)
    other = survey([write(tmp_path / "b.txt", lines[::-1] + lines)], "utf-8", 0.5)
    assert one.held_out == other.held_out
    assert len(set(one.held_out)) == len(one.held_out)
    assert 100 <= sum(map(len, one.held_out)) < 120
    assert one.files[0].fingerprint != other.files[0].fingerprint


def test_text_with_nothing_to_learn_or_nothing_to_measure_by_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no text to train on"):
        survey([write(tmp_path / "empty.txt", [" ", ""])], "utf-8", 0.1)
    with pytest.raises(InputError, match="use more text, or a larger `held_out`"):
        survey([write(tmp_path / "short.txt", ["王小明"])], "utf-8", 1e-9)
