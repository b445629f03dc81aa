"""Tagging in bulk: writing records, and writing files whole or not at all."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from ner.data.corpus import read_file
from ner.data.entities import Entity
from ner.files import atomic_writer
from ner.records.entity_writers import ConllWriter, JsonLinesWriter
from ner.records.html_writer import HtmlWriter
from ner.records.output_formats import open_writer
from ner.records.record import Record
from ner.records.table_writers import CsvWriter
from ner.records.text_files import text_records
from ner.tagging.tag_records import tag_records
from ner.tagging.tagger import Tagger

TEXT = " 王小明\u3000在😀 "
ENTITIES = [Entity(1, 4, "PER", "王小明", 0.98765)]


def test_json_lines_hold_offsets_and_scores() -> None:
    file = io.StringIO()
    JsonLinesWriter(file).write(Record("a.txt", 3, TEXT), ENTITIES)
    JsonLinesWriter(file).write(Record("a.txt", 4, ""), [])
    first, second = map(json.loads, file.getvalue().splitlines())
    assert first == {
        "file": "a.txt",
        "line": 3,
        "text": TEXT,
        "entities": [{"start": 1, "end": 4, "label": "PER", "text": "王小明", "score": 0.9877}],
    }
    assert second["entities"] == []


def test_a_page_shows_records_under_their_files_with_markup_as_text() -> None:
    file = io.StringIO()
    writer = HtmlWriter(file, ["LOC", "PER"])
    writer.write(Record("<a>.txt", 1, TEXT), ENTITIES)
    assert "</html>" not in file.getvalue()  # it is a stream
    writer.write(Record("<a>.txt", 2, "<script>\u200b"), [])
    writer.write(Record("b.txt", 1, "王"), [Entity(0, 1, "LOC", "王")])
    writer.end()
    page = file.getvalue()
    assert page.count("<h2>") == 2
    assert "<h2>&lt;a&gt;.txt</h2>" in page
    assert '<span> <mark style="--hue: 275" title="0.988">王小明<small>PER</small></mark>\u3000在😀 </span>' in page
    assert "<b>2</b><span>&lt;script&gt;\\u200b</span>" in page
    assert '<mark style="--hue: 0">王<small>LOC</small></mark>' in page
    assert page.startswith("<!DOCTYPE html>")
    assert page.endswith("</html>\n")


def test_conll_output_is_read_back_as_the_same_entities(tmp_path: Path) -> None:
    with (tmp_path / "train.txt").open("w", encoding="utf-8") as file:
        ConllWriter(file).write(Record("a.txt", 1, TEXT), ENTITIES)
    (sentence,) = read_file(tmp_path / "train.txt").sentences
    assert sentence.text == TEXT
    assert [(entity.start, entity.end, entity.label) for entity in sentence.entities] == [(1, 4, "PER")]


def test_other_fields_are_kept_beside_ours() -> None:
    record = Record("a.jsonl", 1, "王来", {"id": 7, "text": "old", "entities": [], "day": date(2024, 5, 1)})
    file = io.StringIO()
    JsonLinesWriter(file).write(record, [])
    assert json.loads(file.getvalue()) == {
        **{"file": "a.jsonl", "line": 1, "text": "王来", "id": 7, "input_text": "old", "input_entities": []},
        **{"day": "2024-05-01", "entities": []},
    }
    file = io.StringIO()
    writer = CsvWriter(file, list(record.fields))
    writer.write(record, [Entity(0, 1, "PER", "王", 0.5)])
    assert list(csv.DictReader(io.StringIO(file.getvalue()))) == [
        {
            **{
                "file": "a.jsonl",
                "line": "1",
                "start": "0",
                "end": "1",
                "label": "PER",
                "text": "王",
                "score": "0.5000",
            },
            **{"id": "7", "input_text": "old", "entities": "[]", "day": "2024-05-01"},
        }
    ]
    writer.write(Record("a.jsonl", 2, "王"), [Entity(0, 1, "PER", "王")])
    assert file.getvalue().endswith("a.jsonl,2,0,1,PER,王,,,,,\r\n")


def test_fields_of_an_earlier_run_are_kept_in_a_third(tmp_path: Path) -> None:
    fields: dict[str, object] = {"file": "b", "input_file": "a", "input_input_line": 1, "line": 2}
    file = io.StringIO()
    JsonLinesWriter(file).write(Record("c", 3, "王", fields), [])
    written = json.loads(file.getvalue())
    assert written["file"] == "c"
    assert sorted(str(value) for name, value in written.items() if name.startswith("input_")) == ["1", "2", "a", "b"]


def test_csv_has_a_row_an_entity_and_quotes_what_needs_it() -> None:
    file = io.StringIO()
    writer = CsvWriter(file)
    writer.write(Record("a,b.txt", 1, '"甲",乙'), [Entity(0, 5, "PER", '"甲",', 1.0)])
    assert list(csv.reader(io.StringIO(file.getvalue()))) == [
        ["file", "line", "start", "end", "label", "text", "score"],
        ["a,b.txt", "1", "0", "5", "PER", '"甲",', "1.0000"],
    ]


def test_csv_shows_nul_which_no_csv_of_python_3_10_has() -> None:
    file = io.StringIO()
    writer = CsvWriter(file, ["id"])
    writer.write(Record("a.jsonl", 1, "王\0来", {"id": "a\0b"}), [Entity(0, 2, "PER", "王\0")])
    assert list(csv.reader(io.StringIO(file.getvalue())))[1] == ["a.jsonl", "1", "0", "2", "PER", "王␀", "", "a␀b"]


def test_records_are_tagged_in_order_into_a_file(tagger: Tagger, tmp_path: Path) -> None:
    seen: list[int] = []
    texts = ["张伟去上海。", "", "我不去。", "李老师来北京了！"]
    output = tmp_path / "new" / "out.jsonl"
    with open_writer(output, "jsonl") as writer:
        tally = tag_records(tagger, text_records(texts), writer, seen.append)
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == texts
    assert [[e["text"] for e in row["entities"]] for row in rows] == [["张伟", "上海"], [], [], ["李", "北京"]]
    assert sum(seen) == sum(map(len, texts))
    assert (tally.texts, tally.types) == (4, {"PER": 2, "LOC": 2})


def test_csv_files_begin_with_the_mark_that_spreadsheets_need(tagger: Tagger, tmp_path: Path) -> None:
    with open_writer(tmp_path / "out.csv", "csv") as writer:
        tag_records(tagger, text_records(["张伟去上海。"]), writer)
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbffile,line")


def test_a_file_appears_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with atomic_writer(path) as file:
        file.write("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]


def test_a_failure_leaves_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")

    def fail() -> None:
        with atomic_writer(path) as file:
            file.write("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]


def test_json_lines_are_json_whatever_a_table_holds() -> None:
    file = io.StringIO()
    fields = {"n": float("nan"), "i": [float("-inf"), {"x": float("nan")}], "b": b"\xe7\x8e\x8b\xff"}
    JsonLinesWriter(file).write(Record("a.parquet", 1, "王", fields), [])

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    written = json.loads(file.getvalue(), parse_constant=refuse)
    assert (written["n"], written["i"], written["b"]) == (None, ["-inf", {"x": None}], "王\\xff")
