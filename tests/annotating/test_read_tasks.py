"""Tasks from records."""

import json
from pathlib import Path

import pytest

from ner.annotating.read_tasks import MOST_CHARACTERS, MOST_TEXTS, read_tasks
from ner.annotating.tasks import Task, span_of
from ner.errors import InputError
from ner.records.record import Record
from ner.records.text_files import TextFiles


def read(path: Path, *records: object) -> list[Task]:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return read_tasks(TextFiles([str(path)]).records())


def test_entities_of_a_file_are_proposed(tmp_path: Path) -> None:
    scored = {"start": 0, "end": 3, "label": "PER", "text": "王小明", "score": 0.5}
    whole, partial, plain, blank_fields = read(
        tmp_path / "a.jsonl",
        {"text": "王小明来", "entities": [scored], "document": "d"},
        {"text": "王小明在上海", "entities": [[0, 3, "PER"]], "unknown": [[4, 6]]},
        {"text": "没有"},
        {"text": " "},
        {"text": "都没有", "entities": []},
    )
    assert (whole.document, whole.asked, whole.readings["proposed"][0].score) == ("d", None, 0.5)
    assert [*map(span_of, partial.start)] == [(0, 3, "PER")]
    assert (partial.asked, partial.rest_is_known) == (((4, 6),), True)
    assert plain.readings == {}
    assert blank_fields.readings == {"proposed": ()}


def test_faults_have_their_places(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(
            tmp_path / "a.jsonl",
            {"text": "王来", "entities": [{"start": 0, "end": 9, "label": "PER"}]},
            {"text": "好"},
            {"text": "王来", "entities": [], "unknown": [[0, 9]]},
            {"text": "王来", "entities": [], "unknown": 7},
        )
    lines = str(error.value).split("\n")
    assert [line.split(":")[1] for line in lines] == ["1", "3", "4"]


def test_limits() -> None:
    with pytest.raises(InputError, match="a:7: the text has 20,001 characters, more than 20,000: cut it"):
        read_tasks([Record("a", 7, "x" * (MOST_CHARACTERS + 1))])
    with pytest.raises(InputError, match="more than 100,000 texts"):
        read_tasks(Record("a", 1, "x") for _ in range(MOST_TEXTS + 1))
