"""Reading lists of terms, and what is said of wrong ones."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ner.data.entities import Entity, Sentence
from ner.errors import InputError
from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon

ROWS = [("星海湾科技", "ORG", "prefer", 3.5, "C1", ""), ("长江", "LOC", "never", None, "", "")]


def fields(lexicon: Lexicon) -> list[tuple[Any, ...]]:
    return [entry[:6] for entry in lexicon]


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.csv",
            "term,type,mode,weight,id,alias_of,note\n星海湾科技,ORG,,3.5,C1,,x\n\n 长江 ,LOC,never,,,,\n",
        ),
        ("b.csv", "\ufeffID,Type,Term,Mode,Weight\r\nC1,ORG,星海湾科技,prefer,3.5\r\n,LOC,长江,never,\r\n"),
        ("中文.csv", "编号,类型,名称,方式,权重,备注\nC1,ORG,星海湾科技,,3.5,x\n,LOC,长江,never,,\n"),
        ("both.csv", "类型,词,type,实体,mode,weight,id,term\nx,,ORG,,,3.5,C1,星海湾科技\nx,,LOC,,never,,,长江\n"),
        ("c.tsv", "term\ttype\tmode\tweight\tid\n星海湾科技\tORG\tprefer\t3.5\tC1\n长江\tLOC\tnever\t\t\n"),
        (
            "d.jsonl",
            '{"term": "星海湾科技", "type": "ORG", "weight": 3.5, "id": "C1"}\n'
            '{"term": "长江", "type": "LOC", "mode": "never", "weight": null}\n',
        ),
    ],
)
def test_tables(tmp_path: Path, name: str, text: str) -> None:
    assert fields(Lexicon.read(write(tmp_path, name, text))) == ROWS


def test_excel(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "list.xlsx"
    frame = pd.DataFrame({"term": ["星海湾科技", 360, None], "type": ["ORG", "ORG", None], "id": [17, None, None]})
    frame.to_excel(path, index=False)
    assert fields(Lexicon.read(path)) == [
        ("星海湾科技", "ORG", "prefer", None, "17", ""),
        ("360", "ORG", "prefer", None, "", ""),
    ]


def test_a_column_of_an_excel_file_may_have_no_name(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    rows = pd.DataFrame([["term", None, "type", None], ["杭州", "x", "LOC", "y"], [None, "x", None, None]])
    rows.to_excel(path, index=False, header=False)
    with pytest.raises(InputError, match=r"list.xlsx:3: has no term"):
        Lexicon.read(path)
    rows[:2].to_excel(path, index=False, header=False)
    assert fields(Lexicon.read(path)) == [("杭州", "LOC", "prefer", None, "", "")]


def test_a_frame() -> None:
    frame = pd.DataFrame({"term": ["杭州", "林晓东"], "type": ["LOC", None], "weight": [2, None]})
    assert fields(Lexicon.from_frame(frame, type="PER")) == [
        ("杭州", "LOC", "prefer", 2.0, "", ""),
        ("林晓东", "PER", "prefer", None, "", ""),
    ]
    with pytest.raises(InputError, match="expected `frame` to be a DataFrame"):
        Lexicon.from_frame([])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected", "left_out"),
    [
        ("杭州\nNew York\n360\n", [("杭州", "LOC"), ("New York", "LOC"), ("360", "LOC")], 0),
        ("林晓东\tPER\n杭州 LOC\n", [("林晓东", "PER"), ("杭州", "LOC")], 0),
        # HanLP: term, part of speech, frequency
        ("林晓东 nr 1000\n星海湾科技 ntc 5\n手机 n 9\n", [("林晓东", "PER"), ("星海湾科技", "ORG")], 1),
        # jieba: term, frequency, part of speech, both may be missing
        ("云计算 5 n\n杭州 3 ns\n台中\n创新办 3\n", [("杭州", "LOC"), ("台中", "LOC"), ("创新办", "LOC")], 1),
    ],
)
def test_plain_lists_and_those_of_hanlp_and_jieba(
    tmp_path: Path, text: str, expected: list[tuple[str, str]], left_out: int
) -> None:
    lexicon = Lexicon.read(write(tmp_path, "list.txt", text), type="LOC")
    assert [(entry.term, entry.type) for entry in lexicon] == expected
    assert lexicon.left_out == left_out


def test_all_faults_of_all_lists_are_reported_at_once(tmp_path: Path) -> None:
    long = "长" * 10_000
    rows = [
        "term,type,mode,weight",
        "杭州,LOC,maybe,",
        "杭州,LOC,,nan",
        "杭州,LOC,,many",
        f"{long},LOC,,",
        "=HYPERLINK(A1),LOC,,",
        ",LOC,,",
        "杭州,,,",
        "杭州,LOC,force,3",
        "杭州,LOC,,,x",
        "杭州,O,,",
        "杭州,LOC,,1e9",
        '"a\tb",LOC,,',
    ]
    first = write(tmp_path, "first.csv", "\n".join(rows))
    column = write(tmp_path, "column.csv", "name,type\n杭州,LOC\n")
    missing = tmp_path / "missing.csv"
    with pytest.raises(InputError) as error:
        Lexicon.read(first, column, missing)
    assert [line.replace(f"{tmp_path}/", "") for line in str(error.value).splitlines()] == [
        "first.csv:2: expected a mode of prefer, force, never, only, got 'maybe'",
        "first.csv:3: expected a weight from -1000 to 1000, got nan",
        "first.csv:4: expected weight to be a number, got 'many'",
        f"first.csv:5: expected a term of at most 100 characters, got 10,000: {long[:20]}...",
        "first.csv:6: expected a term, got a formula: '=HYPERLINK(A1)'",
        "first.csv:7: has no term",
        "first.csv:8: terms from here on without a type: 1; set `type` to one, such as ORG",
        "first.csv:9: force is certain and has no weight: leave the weight out, or use prefer",
        "first.csv:10: expected 4 columns as in the header, got 5",
        "first.csv:11: expected a type such as ORG, without spaces, got 'O'",
        "first.csv:12: expected a weight from -1000 to 1000, got 1000000000.0",
        "first.csv:13: the term has a control character: 'a\\tb'",
        "column.csv:1: has no column term or 名称; its columns: name, type",
        "missing.csv: no such file or folder",
    ]


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("gbk", ["gb18030"]), ("big5", ["big5"]), ("utf-16", ["utf-16"]), ("utf-16-le", ["utf-16-le"]), ("utf-8-sig", [])],
)
def test_the_encoding_of_a_list_is_recognised(tmp_path: Path, encoding: str, note: list[str]) -> None:
    path = write(tmp_path, "a.csv", "term,type,名稱\n科技公司,ORG,大文化有限公司\n", encoding)
    lexicon = Lexicon.read(path)
    assert [(entry.term, entry.type) for entry in lexicon] == [("科技公司", "ORG")]
    assert lexicon.notes == [f"{path}: read as {found}" for found in note]
    assert len(Lexicon.read(path, encoding=encoding)) == 1


def test_where_no_encoding_can_be_chosen_none_is_advised(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("term,type\n杭州,LOC\n".encode() + b"\xff,LOC\n")
    with pytest.raises(InputError, match=r"a.csv:3: is not UTF-8 \(byte 0xff\): save it as UTF-8"):
        Lexicon.read_typed([(path, "")])


def test_cells_that_are_missing_at_the_end_of_a_row_are_empty_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "term,type,id,weight\n杭州,LOC\n长江,LOC,C1\n林晓东,PER,C2,3\n")
    lexicon = Lexicon.read(path)
    assert [(entry.term, entry.id, entry.weight) for entry in lexicon] == [
        ("杭州", "", None),
        ("长江", "C1", None),
        ("林晓东", "C2", 3.0),
    ]
    assert lexicon.notes == [f"{path}: rows with fewer cells than the header, which are read as empty: 2"]
    assert (Lexicon() + lexicon).notes == lexicon.notes


def test_terms_without_a_type_are_told_once_with_the_mend(tmp_path: Path) -> None:
    path = write(tmp_path, "名单.txt", "杭州 LOC\n" + "星海湾科技\n" * 30)
    with pytest.raises(InputError) as error:
        Lexicon.read_typed([(path, "")])
    assert str(error.value) == f"{path}:2: terms from here on without a type: 30; give them one, as in {path}=ORG"
    assert {entry.type for entry in Lexicon.read_typed([(path, "ORG")])} == {"LOC", "ORG"}


def test_an_empty_list_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, "a.csv", "term,type\n")
    assert len(Lexicon.read(path)) == 0
    assert caplog.messages == [f"{path}: has no entry, so it changes nothing"]


def test_of_many_faults_the_first_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"(?s):21: .*\nand 80 more$"):
        Lexicon.read(write(tmp_path, "list.csv", "term,type\n" + "".join(f"王,{n} LOC\n" for n in range(100))))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", r"a.csv:1: has no column term or 名称"),
        ("a.csv", b"term,term\n", "two columns term"),
        ("a.csv", "名称,词\n".encode(), "two columns term"),
        ("a.csv", b'term,type\n"x,LOC\n', r"a.csv:\d: expected a row of cells"),
        ("a.csv", b"term,type\n" + b"x" * 200_000, r"a.csv:2: expected a row of cells"),
        ("a.csv", b"term,type\nx\0,LOC\n", r"a.csv:2: has a NUL character"),
        ("a.csv", b"term,type\rx,LOC\r", r"a.csv:1: the lines end in CR alone"),
        ("a.txt", b"x" * 200_000, r"a.txt:1: expected a line of at most 100,000 characters, got 200,000"),
        ("a.jsonl", b"{}\n[1]\n{", r"a.jsonl:1: expected a JSON object.*\n.*:2: .*\n.*:3: expected one JSON object"),
        ("a.jsonl", b'{"term": ["x"], "type": "LOC"}', r"a.jsonl:1: expected term to be a text"),
        ("a.jsonl", b'{"term": "\\ud800", "type": "LOC"}', "half of a surrogate pair"),
        ("a.json", b"{}", "in a file that ends in .jsonl"),
        ("a.xls", b"", "save it as .xlsx"),
        ("a.pdf", b"", "expected a list that ends in"),
        ("a.xlsx", b"no zip", r"a.xlsx: is not a file of Excel"),
    ],
)
def test_bad_files_get_a_sentence_with_file_and_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    if name.endswith("xlsx"):
        pytest.importorskip("openpyxl")
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        Lexicon.read(path)


def test_large_files_are_refused_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.lexicon.read_lists.LARGEST_FILE", 1 << 20)
    with pytest.raises(InputError, match="is larger than 1 MB"):
        Lexicon.read(write(tmp_path, "list.txt", "x" * (2 << 20)))
    monkeypatch.setattr("ner.lexicon.lexicon.MOST_ENTRIES", 2)
    with pytest.raises(InputError, match="expected at most 2 entries in all, got 3"):
        Lexicon.read(write(tmp_path, "short.txt", "a\nb\nc\n"), type="LOC")


def test_an_excel_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openpyxl")
    monkeypatch.setattr("ner.records.source_files.LARGEST_UNPACKED", 1 << 20)
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * (2 << 20))
    with pytest.raises(InputError, match="unpacks to more than 1,048,576 bytes"):
        Lexicon.read(path)


def test_our_own_mark_of_formulas_is_removed(tmp_path: Path) -> None:
    assert Lexicon.read(write(tmp_path, "list.csv", "term,type\n'-3号楼,LOC\n")).terms == ["-3号楼"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda lexicon: lexicon.add("杭州"), "entry:1: has no type"),
        (lambda lexicon: lexicon.add("杭州", "LOC", "perhaps"), "expected a mode"),
        (lambda lexicon: lexicon.add("杭州", "LOC", weight="x"), "expected weight to be a number"),
        (lambda lexicon: Lexicon([Entry("", "LOC")]), "entry:0: has no term"),
    ],
)
def test_what_can_not_be_added(call: Callable[[Lexicon], object], message: str) -> None:
    lexicon = Lexicon()
    with pytest.raises(InputError, match=message):
        call(lexicon)
    assert len(lexicon) == 0


def test_adding_and_joining() -> None:
    one, other = Lexicon(), Lexicon([Entry("林晓东", "PER")])
    one.add("杭州", "LOC", weight=2, id="H")
    assert fields(one + other) == [("杭州", "LOC", "prefer", 2.0, "H", ""), ("林晓东", "PER", "prefer", None, "", "")]
    assert (one + other).types == ["LOC", "PER"]
    assert "2 entries: LOC, PER" in repr(one + other)
    assert json.dumps(one[0][:3], ensure_ascii=False) == '["杭州", "LOC", "prefer"]'


def test_names_of_sentences_have_their_most_frequent_type() -> None:
    def sentence(label: str) -> Sentence:
        return Sentence("长江京", (Entity(0, 2, label, "长江"), Entity(2, 3, "LOC", "京")))

    lexicon = Lexicon.from_sentences([sentence("ORG"), sentence("LOC"), sentence("LOC")])
    assert [(entry.term, entry.type) for entry in lexicon] == [("长江", "LOC")]
