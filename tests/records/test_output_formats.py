"""What decides the format of the output, and files of each format."""

import csv
import datetime
import json
import math
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from ner.data.entities import Entity
from ner.errors import InputError
from ner.records import excel_sheet
from ner.records.output_formats import FormatName, choose_format, open_writer
from ner.records.record import Record

FORMULA = "=1+1"
RECORDS = [
    (Record("a.txt", 1, "昨天王小明去了上海。", {"id": 7}), [Entity(2, 5, "PER", "王小明", 0.98765)]),
    (Record("a.txt", 2, f"{FORMULA}\x01王小明"), [Entity(0, 4, "ORG", FORMULA, 0.5), Entity(5, 8, "PER", "王小明")]),
    (Record("b.txt", 1, "没有"), []),
]


def write(path: Path, format_name: FormatName, columns: tuple[str, ...] = ("id", "text"), **options: object) -> Path:
    with open_writer(path, format_name, columns, ["PER"], **options) as writer:  # type: ignore[arg-type]
        for record, entities in RECORDS:
            writer.write(record, entities)
    return path


@pytest.mark.parametrize("name", ["jsonl", "conll", "csv", "html", "xlsx", "parquet"])
def test_the_name_of_the_output_decides(name: str) -> None:
    assert choose_format(Path(f"a.{name}"), None) == name
    assert choose_format(Path(f"a.{name.upper()}"), None) == name


def test_a_contradiction_is_refused_and_agreement_is_not() -> None:
    assert choose_format(Path("a.csv"), "csv") == "csv"
    assert choose_format(None, "csv") == "csv"
    assert choose_format(None, None) == "jsonl"
    assert choose_format(Path("/dev/null"), "html") == "html"
    with pytest.raises(InputError, match=r"a\.csv will be csv: leave out `format_name` html, or name it otherwise"):
        choose_format(Path("a.csv"), "html")
    for name in ("a", "a.txt", "a.xls"):
        with pytest.raises(InputError, match=rf"{name}: expected `output` to end in one of \.jsonl, \.conll, \.csv"):
            choose_format(Path(name), None)


def test_excel_has_sheets_of_entities_counts_and_texts(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(tmp_path / "a.xlsx", "xlsx", context=2))
    assert book.sheetnames == ["entities", "counts", "texts"]
    rows = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}
    assert rows["entities"] == [
        ["file", "line", "start", "end", "label", "text", "score", "context", "id", "input_text"],
        ["a.txt", 1, 2, 5, "PER", "王小明", 0.9877, "昨天【王小明】去了...", 7, None],
        ["a.txt", 2, 0, 4, "ORG", "=1+1", 0.5, "【=1+1】␁王...", None, None],
        ["a.txt", 2, 5, 8, "PER", "王小明", None, "...1␁【王小明】", None, None],
    ]
    assert rows["counts"] == [["text", "label", "count", "texts"], ["王小明", "PER", 2, 2], ["=1+1", "ORG", 1, 1]]
    assert [row[:4] for row in rows["texts"]] == [
        ["file", "line", "text", "entities"],
        ["a.txt", 1, "昨天王小明去了上海。", 1],
        ["a.txt", 2, "=1+1␁王小明", 2],
        ["b.txt", 1, "没有", 0],
    ]
    assert book["entities"]["F3"].data_type == "s"  # a text, no formula


def test_numbers_and_dates_stay_what_they_are_in_excel(tmp_path: Path) -> None:
    day, moment = datetime.date(2024, 5, 1), datetime.datetime(2024, 5, 1, 8, 30)
    values = {
        "day": (day, datetime.datetime(2024, 5, 1), "2024-05-01"),
        "moment": (moment, moment, "2024-05-01T08:30:00"),
        "early": (datetime.date(1890, 1, 2), "1890-01-02", "1890-01-02"),
        "zoned": (moment.replace(tzinfo=datetime.timezone.utc), *["2024-05-01T08:30:00+00:00"] * 2),
        "price": (Decimal("19.90"), 19.9, "19.90"),
        "order": (202405010001, 202405010001, "202405010001"),
        "long": (12345678901234567, "12345678901234567", "12345678901234567"),
        "code": ("007", "007", "007"),
        "endless": (math.inf, "inf", "inf"),
    }
    record = Record("a.txt", 1, "王小明", {name: given for name, (given, _, _) in values.items()})
    for ending in ("xlsx", "csv", "jsonl"):
        with open_writer(tmp_path / f"a.{ending}", choose_format(Path(f"a.{ending}"), None), [*values]) as writer:
            writer.write(record, [Entity(0, 3, "PER", "王小明", 0.9)])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for title in ("entities", "texts"):
        header, row = book[title].iter_rows()
        found = {name.value: cell for name, cell in zip(header, row, strict=True)}
        assert {name: found[name].value for name in values} == {name: value for name, (_, value, _) in values.items()}
        assert (found["day"].number_format, found["order"].number_format) == ("yyyy-mm-dd", "0")
    (row,) = csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8-sig", newline=""))
    assert {name: row[name] for name in values} == {name: text for name, (_, _, text) in values.items()}
    fields = json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))
    assert [fields["day"], fields["moment"]] == ["2024-05-01", "2024-05-01T08:30:00"]


def test_sheets_can_be_read_as_they_open(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(tmp_path / "a.xlsx", "xlsx"))
    assert [sheet.auto_filter.ref for sheet in book] == ["A1:I4", "A1:D3", "A1:F4"]
    assert {sheet.freeze_panes for sheet in book} == {"A2"}
    widths = [book["texts"].column_dimensions[letter].width for letter in "AC"]
    assert widths == [len("a.txt") + 2, 2 * len("昨天王小明去了上海。") + 2]


def test_what_excel_has_no_room_for_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_sheet, "_MOST_ROWS", 3)
    monkeypatch.setattr(excel_sheet, "_MOST_CHARACTERS", 8)
    book = openpyxl.load_workbook(write(tmp_path / "a.xlsx", "xlsx"))
    assert book.sheetnames == ["entities", "counts", "texts", "entities 2", "texts 2"]
    assert [row[0].value for row in book["entities 2"].iter_rows()] == ["file", "a.txt"]
    assert book["texts"]["C2"].value == "昨天王小明..."


def test_parquet_has_a_row_an_entity(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.read_parquet(write(tmp_path / "a.parquet", "parquet"))
    assert list(frame.columns) == ["file", "line", "start", "end", "label", "text", "score", "id", "input_text"]
    assert frame["text"].tolist() == ["王小明", "=1+1", "王小明"]
    assert frame["start"].tolist() == [2, 0, 5]
    assert frame["score"].isna().tolist() == [False, False, True]


def test_csv_is_safe_in_spreadsheets_unless_it_is_for_programs(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "csv", context=2)
    assert path.read_bytes().startswith(b"\xef\xbb\xbffile,line")
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))
    assert [row["text"] for row in rows] == ["王小明", "'=1+1", "王小明"]
    assert next(row["context"] for row in rows) == "昨天【王小明】去了..."
    assert [row["id"] for row in rows] == ["7", "", ""]
    path = write(tmp_path / "a.csv", "csv", raw=True, bom=False)
    assert path.read_bytes().startswith(b"file,line")
    assert "=1+1" in [row["text"] for row in csv.DictReader(path.open(encoding="utf-8", newline=""))]


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet", "a.csv"])
def test_a_failure_leaves_nothing(tmp_path: Path, name: str) -> None:
    def fail() -> None:
        with open_writer(tmp_path / name, choose_format(Path(name), None)) as writer:
            writer.write(*RECORDS[0])
            raise InputError("half")

    with pytest.raises(InputError, match="half"):
        fail()
    assert list(tmp_path.iterdir()) == []
