import json
from pathlib import Path

from ner.data.corpus import read_file
from ner.data.entities import Entity
from ner.records.record import Record
from ner.selecting.selected import Selected, write_selected

SELECTED = Selected(
    Record("pool.csv", 7, "王小明在北京", {"id": 5, "score": "high"}),
    "margin",
    0.25,
    "王小明 PER (0.50) or nothing (0.25)",
    [Entity(0, 3, "PER", "王小明", 0.6)],
    ((3, 6),),
)


def test_what_is_written_can_be_read_as_annotated_text(tmp_path: Path) -> None:
    write_selected([SELECTED], tmp_path / "next.jsonl")
    (line,) = (tmp_path / "next.jsonl").read_text("utf-8").splitlines()
    content = json.loads(line)
    assert {name: content[name] for name in ("file", "line", "id", "input_score", "chosen", "score", "why")} == {
        "file": "pool.csv",
        "line": 7,
        "id": 5,
        "input_score": "high",
        "chosen": "margin",
        "score": 0.25,
        "why": "王小明 PER (0.50) or nothing (0.25)",
    }
    (sentence,) = read_file(tmp_path / "next.jsonl").sentences
    assert [(e.start, e.end, e.label, e.score) for e in sentence.entities] == [(0, 3, "PER", 0.6)]
    assert sentence.unknown == ((3, 6),)


def test_a_text_without_score_and_unknown_parts_has_no_such_fields(tmp_path: Path) -> None:
    write_selected([Selected(Record("", 1, "好"), "random", None, "chosen at random", [])], tmp_path / "next.jsonl")
    assert json.loads((tmp_path / "next.jsonl").read_text("utf-8")).keys() == {
        "file", "line", "text", "chosen", "why", "entities",
    }  # fmt: skip
