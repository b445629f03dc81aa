"""Where sentences end, and what is written of them in each format."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.entities import Entity
from ner.records.output_formats import FormatName, open_writer
from ner.records.record import Record
from ner.records.sentence_writer import split_sentences

TEXT = "林晓东去了上海。“走吧！”李梅说"
ENTITIES = [Entity(0, 3, "PER", "林晓东", 0.9), Entity(5, 7, "LOC", "上海", 0.8), Entity(13, 15, "PER", "李梅", 0.7)]


def sentences(text: str, *entities: Entity) -> list[str]:
    return [sentence.text for sentence, _ in split_sentences(Record("a.txt", 1, text), entities)]


@pytest.mark.parametrize(
    "whole",
    [
        "他来了。|我走！|真的？|也许……|好；|完",
        "他问：“来吗？”|我说：“（不。）”|走了",
        "“走吧！”，他说。|苹果、梨……、桃都有。",
        "什么？！|好!? |See http://a.cn/?q=1 now!",
        "一行\n|二行。\n\n|三行",
        "没有标点",
        "",
    ],
)
def test_where_sentences_end(whole: str) -> None:
    assert sentences(whole.replace("|", "")) == whole.split("|")


def test_an_entity_keeps_its_sentence_together() -> None:
    text = "我看《你好！李焕英》。好看"
    assert sentences(text) == ["我看《你好！", "李焕英》。", "好看"]
    assert sentences(text, Entity(3, 9, "WORK", "你好！李焕英")) == ["我看《你好！李焕英》。", "好看"]


@given(st.text("王。！!?；…”」，a \n", max_size=30), st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9))))
def test_nothing_is_lost_and_splitting_again_changes_nothing(text: str, steps: list[tuple[int, int]]) -> None:
    entities, at = [], 0
    for gap, length in steps:
        start, at = at + gap, at + gap + length
        if at <= len(text):
            entities.append(Entity(start, at, "X", text[start:at]))
    found = [*split_sentences(Record("a", 1, text), entities)]
    assert "".join(record.text for record, _ in found) == text
    back = []
    for record, inside in found:
        assert record.sentence_start is not None
        assert [*split_sentences(record, inside)] == [(record, inside)]
        for entity in inside:
            assert record.text[entity.start : entity.end] == entity.text
            back.append((record.sentence_start + entity.start, record.sentence_start + entity.end))
    assert back == [(entity.start, entity.end) for entity in entities]


def write(path: Path, format_name: FormatName) -> Path:
    with open_writer(path, format_name, ["id", "sentence"], sentence=True) as writer:
        writer.write(Record("a.txt", 1, TEXT, {"id": 7, "sentence": "x"}), ENTITIES)
        writer.write(Record("a.txt", 2, ""), [])
    return path


def test_json_lines_say_where_a_sentence_starts(tmp_path: Path) -> None:
    found = [json.loads(line) for line in write(tmp_path / "a.jsonl", "jsonl").read_text("utf-8").splitlines()]
    assert [(each["line"], each["sentence_start"], each["text"]) for each in found] == [
        (1, 0, "林晓东去了上海。"),
        (1, 8, "“走吧！”"),
        (1, 13, "李梅说"),
        (2, 0, ""),
    ]
    assert found[2]["entities"] == [{"start": 0, "end": 2, "label": "PER", "text": "李梅", "score": 0.7}]
    assert found[2]["id"] == 7


def test_tables_have_the_sentence_of_each_entity(tmp_path: Path) -> None:
    with write(tmp_path / "a.csv", "csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [*rows[0]]
    assert names[6:] == ["score", "sentence_start", "sentence", "id", "input_sentence"]
    assert [(row["start"], row["sentence_start"], row["sentence"], row["input_sentence"]) for row in rows] == [
        ("0", "0", "林晓东去了上海。", "x"),
        ("5", "0", "林晓东去了上海。", "x"),
        ("0", "13", "李梅说", "x"),
    ]
    book = openpyxl.load_workbook(write(tmp_path / "a.xlsx", "xlsx"))
    assert [cell.value for cell in book["entities"][1]] == names
    texts = [[cell.value for cell in row] for row in book["texts"].iter_rows(max_col=5)]
    assert texts[0] == ["file", "line", "sentence_start", "text", "entities"]
    assert texts[2] == ["a.txt", 1, 8, "“走吧！”", 0]


def test_parquet_has_places_as_numbers(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(write(tmp_path / "a.parquet", "parquet"))
    assert table.column("sentence_start").to_pylist() == [0, 0, 13]


def test_formats_without_places_have_the_sentences(tmp_path: Path) -> None:
    blocks = write(tmp_path / "a.conll", "conll").read_text("utf-8").split("\n\n")
    assert blocks[2] == "李\tB-PER\n梅\tI-PER\n说\tO"
    assert write(tmp_path / "a.html", "html").read_text("utf-8").count('<p class="record">') == 4
