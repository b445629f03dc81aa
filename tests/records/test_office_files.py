"""Reading real files of Excel and Word."""

import datetime
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ner.errors import InputError
from ner.records import source_files
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions
from tests.helpers.word_files import write_word


def records(path: Path, **options: Any) -> list[tuple[str, int, str, dict[str, Any]]]:
    found = TextFiles([str(path)], TextOptions(**options)).records()
    return [(Path(record.file).name, record.line, record.text, dict(record.fields)) for record in found]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Two sheets with texts, and an empty one."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "新闻"
    for row in (
        ["编号", "内容", "日期"],
        [1, "王小明去上海", datetime.datetime(2024, 5, 1)],
        [],
        [2, None, None, "旁注"],
    ):
        first.append(row)
    second = book.create_sheet("评论")
    second.append(["内容"])
    second.append([2024])
    book.create_sheet("Sheet3")
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def test_rows_of_all_sheets_are_records_with_their_other_columns(book: Path) -> None:
    assert records(book, text_column="内容") == [
        ("新闻", 2, "王小明去上海", {"编号": 1, "日期": datetime.date(2024, 5, 1)}),
        ("新闻", 4, "", {"编号": 2, "日期": None, "column 4": "旁注"}),
        ("评论", 2, "2024", {}),
    ]
    survey = TextFiles([str(book)], TextOptions(text_column="内容")).survey()
    assert (survey.texts, survey.missing) == (3, 1)


def test_one_sheet_is_chosen_by_its_name(book: Path) -> None:
    assert [text for _, _, text, _ in records(book, text_column="内容", sheet="评论")] == ["2024"]
    with pytest.raises(InputError, match=r"a\.xlsx: has no sheet 'x'; its sheets: 新闻, 评论, Sheet3"):
        records(book, text_column="内容", sheet="x")
    with pytest.raises(InputError, match=r"a\.xlsx/评论: has no column '编号'; its columns: 内容"):
        records(book, text_column="编号")
    with pytest.raises(InputError, match=r"a\.xlsx: set `text_column`"):
        records(book)


def test_what_is_no_excel_file_is_one_sentence(tmp_path: Path, book: Path) -> None:
    (tmp_path / "b.xlsx").write_bytes(b"no zip")
    with pytest.raises(InputError, match=r"b\.xlsx: is not a file of Excel or Word"):
        records(tmp_path / "b.xlsx", text_column="a")
    with zipfile.ZipFile(tmp_path / "c.xlsx", "w") as package:
        package.writestr("a", "b")
    with pytest.raises(InputError, match=r"c\.xlsx: is not an Excel file, or is damaged"):
        records(tmp_path / "c.xlsx", text_column="a")


def test_paragraphs_of_word_are_records(tmp_path: Path) -> None:
    inner = "<w:p><w:r><w:t>框</w:t></w:r></w:p>"
    box = f"<mc:Choice>{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback>"
    path = write_word(
        tmp_path / "a.docx",
        "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>王</w:t></w:r><w:r><w:t>小明</w:t><w:tab/>"
        "<w:t>来</w:t><w:br/></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del></w:p><w:p/>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>表&lt;格</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        f"<w:p><w:r><mc:AlternateContent>{box}</mc:AlternateContent></w:r><w:r><w:t>外</w:t></w:r></w:p>",
    )
    assert [(line, text) for _, line, text, _ in records(path)] == [
        *((1, "王小明\t来\n"), (2, ""), (3, "表<格"), (4, "框"), (5, "外"))
    ]


def test_a_bomb_of_entities_is_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 20))
    path = write_word(tmp_path / "a.docx", "<w:p>&e19;</w:p>", f'<!DOCTYPE x [<!ENTITY e0 "王">{entities}]>')
    with pytest.raises(InputError, match=r"a\.docx: has a document type declaration, which no Word file has"):
        records(path)


def test_a_bomb_of_entities_in_excel_is_refused(tmp_path: Path, book: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 20))
    with zipfile.ZipFile(book) as good, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as bad:
        for part in good.namelist():
            content = good.read(part)
            if "王小明去上海".encode() in content:
                start = content.index(b"<", content.index(b"?>") if b"?>" in content else 0)
                content = f'<!DOCTYPE x [<!ENTITY e0 "王">{entities}]>'.encode() + content[start:]
                content = content.replace("王小明去上海".encode(), b"&e19;")
            bad.writestr(part, content)
    with pytest.raises(InputError, match=r"b\.xlsx: is not an Excel file, or is damaged"):
        records(tmp_path / "b.xlsx", text_column="内容")


def test_what_is_no_word_file_is_one_sentence(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.docx", "w") as package:
        package.writestr("a", "b")
    with pytest.raises(InputError, match=r"b\.docx: is not a Word file: it has no word/document\.xml"):
        records(tmp_path / "b.docx")
    write_word(tmp_path / "c.docx", "<w:p>")
    with pytest.raises(InputError, match=r"c\.docx: is damaged \("):
        records(tmp_path / "c.docx")


@pytest.mark.parametrize("encoding", ["GB18030", "nothing"])
def test_other_encodings_than_those_of_word_are_one_sentence(tmp_path: Path, encoding: str) -> None:
    with zipfile.ZipFile(tmp_path / "b.docx", "w") as package:
        package.writestr("word/document.xml", f'<?xml version="1.0" encoding="{encoding}"?><a/>')
    with pytest.raises(InputError, match=r"b\.docx: is damaged \("):
        records(tmp_path / "b.docx")


@pytest.mark.parametrize("name", ["b.docx", "b.xlsx"])
def test_a_file_of_before_2007_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0" * 200)
    with pytest.raises(InputError, match=rf"{name}: is not a file of Excel or Word from 2007 on, or is damaged"):
        records(tmp_path / name, **({"text_column": "内容"} if name == "b.xlsx" else {}))


def test_strict_documents_are_read(tmp_path: Path) -> None:
    body = '<w:p xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:r><w:t>王来了。</w:t></w:r></w:p>'
    assert [text for _, _, text, _ in records(write_word(tmp_path / "a.docx", body))] == ["王来了。"]


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_files, "LARGEST_UNPACKED", 10_000)
    path = write_word(tmp_path / "a.docx", f"<w:p><w:r><w:t>{'王' * 10_000}</w:t></w:r></w:p>")
    with pytest.raises(InputError, match=r"a\.docx: unpacks to more than 10,000 bytes"):
        records(path)
