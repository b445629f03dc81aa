"""The texts to tag, out of files of all kinds."""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ner.errors import InputError
from ner.records import row_readers
from ner.records.text_files import TextFiles, text_records
from ner.records.text_options import TextOptions


def files(*names: object, **options: Any) -> TextFiles:
    return TextFiles(map(str, names), TextOptions(**options))


def lines(path: Path, encoding: str | None = None) -> list[tuple[int, str]]:
    return [(record.line, record.text) for record in files(path, encoding=encoding).records()]


def test_a_line_is_a_record_blank_ones_included(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeff一\r\n\r\n  二 \u2028\u0085三\n\n四".encode())
    assert lines(path) == [(1, "一"), (2, ""), (3, "  二 \u2028\u0085三"), (4, ""), (5, "四")]


def test_other_encodings(tmp_path: Path) -> None:
    for encoding in ("gb18030", "utf-16", "big5"):
        path = tmp_path / encoding
        path.write_bytes("北京\n上海\n".encode(encoding))
        assert lines(path, encoding) == [(1, "北京"), (2, "上海")]


def test_gbk_is_named_and_the_option_offered(tmp_path: Path) -> None:
    path = tmp_path / "gbk.txt"
    path.write_bytes("北京是首都。\n".encode("gbk"))
    with pytest.raises(InputError, match=r"gbk\.txt:1: is not UTF-8; it looks like GBK: set `encoding` to gb18030"):
        lines(path, "utf-8")


def test_nul_characters_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"a\nb\0c\n")
    with pytest.raises(InputError, match=r"a\.bin:2: has a NUL character"):
        lines(path)


def test_missing_files_and_folders_are_named_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        files(tmp_path / "none", "-", tmp_path / "neither")
    first, second = str(error.value).splitlines()
    assert first == f"{tmp_path / 'none'}: no such file or folder"
    assert second == f"{tmp_path / 'neither'}: no such file or folder"


def test_an_unknown_encoding_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown encoding 'gb2313'"):
        files(encoding="gb2313")


def test_a_byte_order_mark_is_no_text_in_any_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        (tmp_path / encoding).write_bytes("\ufeff北京".encode(encoding))
        assert lines(tmp_path / encoding, encoding) == [(1, "北京")]


def test_utf_16_without_its_mark_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x00\xd8\x00\xd8")
    with pytest.raises(InputError, match="is not utf-16"):
        lines(tmp_path / "a", "utf-16")


def test_text_that_the_terminal_garbled_is_refused() -> None:
    with pytest.raises(InputError, match="text 2 is not valid in the encoding of the terminal"):
        list(text_records(["好", "\udce5\udca5"]))


def records(path: Path, **options: Any) -> list[tuple[int, str, dict[str, Any]]]:
    return [(record.line, record.text, dict(record.fields)) for record in files(path, **options).records()]


def test_json_lines_keep_their_other_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('\ufeff{"id": 7, "text": "王\\n来"}\r\n\n{"text": "", "meta": {"a": [1]}}', encoding="utf-8")
    assert records(path) == [(1, "王\n来", {"id": 7}), (3, "", {"meta": {"a": [1]}})]
    path.write_text('{"title": "王来", "text": 1}\n', encoding="utf-8")
    assert records(path, text_column="title") == [(1, "王来", {"text": 1})]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"a\.jsonl:2: expected one JSON object per line \(Expecting property name"),
        ('["王"]', r'a\.jsonl:2: expected one JSON object per line, got \["王"\]'),
        (r'{"text": "王\ud83d"}', r"a\.jsonl:2: has half of a surrogate pair, .*; write the file again without it"),
        (
            '{"text": "王", "n": ' + "9" * 5000 + "}",
            r"a\.jsonl:2: expected one JSON object per line \(a number has 5,000 digits, more than 100\)",
        ),
        ("[" * 100_000, r"a\.jsonl:2: expected one JSON object per line \("),
        ('{"id": 1, "text": 7}', r"a\.jsonl:2: expected a text in the field 'text', got 7"),
    ],
)
def test_json_lines_that_are_none(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"text": "王"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(InputError, match=message):
        records(path)


def test_csv_rows_keep_their_other_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('id,content\r\n1,"王,""小""\r\n明"\r\n\r\n2,来\r\n'.encode("gbk"))
    assert records(path, encoding="gbk", text_column="content") == [
        (2, '王,"小"\r\n明', {"id": "1"}),
        (5, "来", {"id": "2"}),
    ]
    path = tmp_path / "a.tsv"
    path.write_text("\ufefftext\tid\n" + "长" * 200_000 + "\t1\n", encoding="utf-8")
    ((line, text, fields),) = records(path, text_column="text")
    assert (line, len(text), fields) == (2, 200_000, {"id": "1"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,content\n1,a\n", r"a\.csv: has no column 'text'; its columns: id, content$"),
        (
            "text,id\na,1,2\n",
            r"a\.csv:2: expected 2 columns as in the header, got 3; put cells that have the separator",
        ),
        ("text,id\n\na\nb,2\nc\n", r"a\.csv:3: expected 2 columns as in the header, got 1; write the separators of"),
        ("text,text\na,1\n", r"a\.csv: two columns have the same name \(text, text\); rename one"),
        ('text,id\n"a"b,1\n', r"a\.csv:2: expected CSV"),
        ("\n", r"a\.csv: has no column 'text'"),
    ],
)
def test_csv_that_is_none(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        records(tmp_path / "a.csv", text_column="text")


def test_all_rows_with_too_many_or_too_few_cells_are_told_at_once(tmp_path: Path) -> None:
    rows = ["text,id", *["王来,去,1", "王", "好,2"] * 40]
    (tmp_path / "a.csv").write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        TextFiles([str(tmp_path / "a.csv")], TextOptions(text_column="text")).survey()
    many, few = str(caught.value).replace(f"{tmp_path}/", "").split("\n")
    assert many.startswith("a.csv:2 (and lines 5, 8 and 37 more): expected 2 columns as in the header, got 3; put ")
    assert few.startswith("a.csv:3 (and lines 6, 9 and 37 more): expected 2 columns as in the header, got 1; write ")


def test_texts_that_nobody_annotated_are_records_too(tmp_path: Path) -> None:
    tasks = [{"data": {"text": "王来"}}, {"data": {"text": "去"}, "annotations": [{"result": []}]}]
    (tmp_path / "tasks.json").write_text(json.dumps(tasks), encoding="utf-8")
    assert [text for _, text, _ in records(tmp_path / "tasks.json", format="label-studio")] == ["王来", "去"]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("王来\n去\n", encoding="utf-8")
    for path in (tmp_path / "a", tmp_path / "a" / "x.txt"):
        assert [text for _, text, _ in records(path, format="brat")] == ["王来", "去"]


def test_parquet_rows_keep_their_other_columns(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    path = tmp_path / "a.parquet"
    write_table(pyarrow.table({"id": [1, 2], "content": ["王来", "\r\n"], "tags": [["a"], []]}), path)
    assert records(path, text_column="content") == [
        (1, "王来", {"id": 1, "tags": ["a"]}),
        (2, "\r\n", {"id": 2, "tags": []}),
    ]
    with pytest.raises(InputError, match=r"a\.parquet: has no column 'text'; its columns: id, content, tags"):
        records(path, text_column="text")
    write_table(pyarrow.table({"content": ["王", None]}), path)
    assert records(path, text_column="content") == [(1, "王", {}), (2, "", {})]
    write_table(pyarrow.table({"content": [7]}), path)
    with pytest.raises(InputError, match=r"a\.parquet:1: expected a text in the column 'content', got 7"):
        records(path, text_column="content")
    path.write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"a\.parquet: is not Parquet, or is damaged \("):
        records(path, text_column="content")


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "a.parquet").touch()
    with pytest.raises(InputError, match=r'a\.parquet: pyarrow is not installed; pip install .*\[parquet\]"'):
        records(tmp_path / "a.parquet", text_column="text")


def test_sentences_of_an_annotated_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("# newdoc id = d\n王 B-PER\n来 O\n\n去 O\n", encoding="utf-8")
    assert records(path, format="conll") == [(2, "王来", {"document": "d"}), (5, "去", {"document": "d"})]


def test_files_whose_text_is_not_plain_to_find(tmp_path: Path) -> None:
    names = [str(tmp_path / name) for name in ("a.json", "b.csv", "c.parquet", "d.tsv", "e.jsonl")]
    for name in names:
        Path(name).write_text(json.dumps({"text": ""}), encoding="utf-8")
    with pytest.raises(InputError) as error:
        files(*names)
    assert str(error.value).splitlines() == [
        f"{names[0]}: set `format` to the JSON format of the file, for example label-studio",
        f'{names[1]}: set `text_column` to the column that holds the text; its columns: {{"text": ""}}',
        f"{names[2]}: set `text_column` to the column that holds the text",
        f'{names[3]}: set `text_column` to the column that holds the text; its columns: {{"text": ""}}',
    ]
    files(*names[1:], text_column="text")
    files(*names, tmp_path, format="brat")


@pytest.mark.parametrize(
    ("name", "format"), [("a.conll", "conll"), ("a.BMES", "conll"), ("a.xml", "xml"), ("a.ann", "brat")]
)
def test_annotated_files_are_no_lines_of_text(tmp_path: Path, name: str, format: str) -> None:
    path = tmp_path / name
    path.touch()
    with pytest.raises(
        InputError, match=rf"{name}: set `format` to {format}; a file in which each line is a text ends"
    ):
        files(path)
    files(path, format=format)


def test_options_that_would_mean_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    for names, options, message in (
        ([str(tmp_path / "a.txt")], {"text_column": "x"}, "is read as lines of text, which have no columns"),
        (
            [str(tmp_path / "a.txt")],
            {"text_column": "x", "format": "jsonl"},
            "`format` jsonl defines where the text is",
        ),
        (["-"], {"format": "jsonl"}, "standard input is read as lines of text: leave out `format`"),
    ):
        with pytest.raises(InputError, match=message):
            files(*names, **options)


def test_the_case_of_a_suffix_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "A.CSV").write_text("id,text\n1,王来\n", encoding="utf-8")
    assert records(tmp_path / "A.CSV", text_column="text") == [(2, "王来", {"id": "1"})]


def test_carriage_returns_alone_are_no_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("北京\r上海\r".encode())
    with pytest.raises(InputError, match=r"a\.txt:1: the lines end in CR alone"):
        lines(path)
    path.write_bytes("北京\r上\r\n海\r".encode())
    assert lines(path) == [(1, "北京\r上"), (2, "海")]


def test_two_byte_order_marks_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\ufeff\ufeff北京", encoding="utf-8")
    assert lines(path) == [(1, "北京")]
    assert caplog.messages == [f"{path}:1: begins with 2 byte order marks; none is read as text"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", "王" * 101), ("a.jsonl", f'{{"text": "{"王" * 101}"}}'), ("a.csv", "text\n" + "王" * 101)],
)
def test_a_line_without_end_is_refused_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str
) -> None:
    monkeypatch.setattr(row_readers, "LONGEST_LINE", 100)
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"has more than 100 characters; expected a text in each line"):
        [*files(tmp_path / name, text_column="text" if name.endswith(".csv") else None).records()]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without end")
def test_a_device_without_end_is_refused() -> None:
    with pytest.raises(InputError, match="/dev/zero:1: has a NUL character"):
        lines(Path("/dev/zero"))


def test_standard_input_is_named_once() -> None:
    with pytest.raises(InputError, match="standard input can be read once"):
        files("-", "-")


def test_standard_input_comes_in_parts_that_end_where_it_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as stream:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
        os.write(write, "张伟\n去上海\n".encode())
        parts = TextFiles(["-"]).parts()
        assert [record.text for record in next(parts)] == ["张伟", "去上海"]
        os.write(write, "王小明".encode())
        os.close(write)
        assert [(record.line, record.text) for record in next(parts)] == [(3, "王小明")]
        assert next(parts, None) is None


@pytest.mark.parametrize(
    ("name", "text", "annotated"),
    [
        ("a.txt", "# newdoc\n王 B-PER\n来 O\n\n去 O\n", True),
        ("a.txt", "王\tB-PER\n来\tO\n", True),
        ("a.txt", "王 B-PER\n", False),
        ("a.txt", "血型 A\n血型 O\n", False),
        ("a.txt", "王来了。\nO\n", False),
        ("a.csv", "text\n王 B-PER\n王来了。\n", False),
    ],
)
def test_an_annotated_file_that_is_read_as_text_is_told(tmp_path: Path, name: str, text: str, annotated: bool) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    notes = [*TextFiles([str(path)], TextOptions(text_column="text" if name == "a.csv" else None)).survey().notes()]
    message = f"note: read as lines of text, but looks like CoNLL: {path}; `format` conll reads it"
    assert notes == ([message] if annotated else [])
