"""Finding the files of folders and archives, and opening what is packed."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ner.errors import InputError
from ner.records.source_files import find_files
from ner.records.survey import Survey
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions


def texts(*names: object, **options: Any) -> list[tuple[str, int, str]]:
    return [(r.file, r.line, r.text) for r in TextFiles(map(str, names), TextOptions(**options)).records()]


def survey(*names: object, **options: Any) -> Survey:
    return TextFiles(map(str, names), TextOptions(**options)).survey()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of files of several kinds, some hidden, some in a folder and in archives."""
    for name in ("b.txt", "a/c.txt", "a/d.TXT.gz", "a/x.pdf", "a/n.log", ".hidden.txt", ".git/e.txt", "~$b.docx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("上海\n", encoding="utf-8")
    (tmp_path / "a" / "d.TXT.gz").write_bytes(gzip.compress("北京\n".encode()))
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("sub/王.txt", "杭州\n")
        archive.writestr("__MACOSX/._王.txt", "x")
        archive.writestr("sub/data.csv.gz", gzip.compress("id,text\n1,南京\n".encode()))
    return tmp_path


def test_text_files_of_folders_and_archives_are_found_at_any_depth(folder: Path) -> None:
    found = find_files([str(folder)])
    assert [name.removeprefix(f"{folder}/") for name in found.names] == [
        *("b.txt", "z.zip/sub/data.csv.gz", "z.zip/sub/王.txt", "a/c.txt", "a/d.TXT.gz")
    ]
    assert [Path(name).name for name in found.left_out] == ["n.log", "x.pdf"]


def test_what_is_included_is_chosen_by_name_or_path(folder: Path) -> None:
    def names(*include: str) -> list[str]:
        return [name.removeprefix(f"{folder}/") for name in find_files([str(folder)], include).names]

    assert names("*.txt") == ["b.txt", "z.zip/sub/王.txt", "a/c.txt"]
    assert names("*.log") == ["a/n.log"]
    assert names("a/*.txt") == ["a/c.txt"]
    assert names("*.log", "b.*") == ["b.txt", "a/n.log"]
    with pytest.raises(InputError, match=r"no file in it is named \*\.md or \*\.rst"):
        texts(folder, include=["*.md", "*.rst"])
    with pytest.raises(InputError, match="`include` chooses files of folders and zip archives: leave it out"):
        texts(folder / "b.txt", include=["*.txt"])
    with pytest.raises(InputError, match=r"x\.pdf: can't be read: take the text out of the PDF first"):
        texts(folder, include=["x.*"])


def test_what_is_left_out_is_named_with_the_reason(folder: Path) -> None:
    def note(**options: Any) -> str:
        files = TextFiles([str(folder)], TextOptions(text_column="text", **options))
        (line,) = files.survey().notes(files.left_out, chosen=bool(options))
        return line.replace(f"{folder}/", "")

    kinds = "note: left out, as their names are not those of text files: "
    assert note() == f"{kinds}a/n.log, a/x.pdf; `include` chooses what is read"
    for name in ("a/y.pdf", "a/notes"):
        (folder / name).write_text("上海\n", encoding="utf-8")
    assert note() == f"{kinds}2 .pdf, 1 .log, 1 notes; `include` chooses what is read"
    assert note(include=["*.txt", "*.gz", "*.log"]) == (
        "note: left out, as they don't match `include`: a/notes, a/x.pdf, a/y.pdf"
    )


def test_packed_files_are_read_under_their_names(folder: Path) -> None:
    assert texts(folder, text_column="text") == [
        (f"{folder}/b.txt", 1, "上海"),
        (f"{folder}/z.zip/sub/data.csv.gz", 2, "南京"),
        (f"{folder}/z.zip/sub/王.txt", 1, "杭州"),
        (f"{folder}/a/c.txt", 1, "上海"),
        (f"{folder}/a/d.TXT.gz", 1, "北京"),
    ]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file in it has a name that ends in \.txt, \.jsonl"):
        texts(tmp_path)


def test_names_of_an_archive_from_chinese_windows_are_readable(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("新闻.txt".encode("gbk").decode("cp437"), "杭州")
    data = (tmp_path / "a.zip").read_bytes()
    for written in ("新闻.txt".encode("gbk").decode("cp437").encode(),):
        assert written in data
        data = data.replace(written, b"\xd0\xc2\xce\xc5.txt".ljust(len(written), b"_"))
    flags = b"\x00\x08"  # names in UTF-8
    data = data.replace(b"PK\x03\x04\x14\x00" + flags, b"PK\x03\x04\x14\x00\x00\x00")
    data = data.replace(b"PK\x01\x02\x14\x03\x14\x00" + flags, b"PK\x01\x02\x14\x03\x14\x00\x00\x00")
    (tmp_path / "a.zip").write_bytes(data)
    ((file, _, text),) = texts(tmp_path / "a.zip", include=["新闻*"])
    assert file.startswith(f"{tmp_path}/a.zip/新闻.txt")
    assert text == "杭州"


def test_damaged_archives_are_one_sentence(tmp_path: Path) -> None:
    good = gzip.compress("北京\n".encode() * 1000)
    for name, content in (("a.txt.gz", good[:-9]), ("b.txt.gz", b"no gzip"), ("c.zip", b"no zip")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=rf"{name}: can't be unpacked \(.*\): pack it again"):
            texts(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "d.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "北京\n" * 1000)
    data = bytearray((tmp_path / "d.zip").read_bytes())
    data[40:60] = bytes(20)
    (tmp_path / "d.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"d\.zip/a\.txt: can't be unpacked"):
        texts(tmp_path / "d.zip")


def test_an_archive_with_a_password_is_one_sentence(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "北京\n")
    data = bytearray((tmp_path / "a.zip").read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"a\.zip/a\.txt: can't be unpacked \(.*password"):
        texts(tmp_path / "a.zip")


@pytest.mark.parametrize("name", ["a.pdf", "a.html", "a.doc", "a.xls", "a.rar", "a.pptx"])
def test_files_of_other_programs_are_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"%")
    with pytest.raises(InputError, match=rf"{name}: can't be read: (save|take|unpack)"):
        texts(tmp_path / name)


def test_all_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "王"}\n{\n[]\n', encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"a\0b")
    (tmp_path / "c.csv").write_text("text,id\n王,1,2\n来,1,2\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        survey(tmp_path, text_column="text")
    places = [line.removeprefix(f"{tmp_path}/").split(": ")[0] for line in str(error.value).splitlines()]
    assert places == ["a.jsonl:2", "a.jsonl:3", "b.txt:1", "c.csv:2 (and line 3)"]


def test_a_survey_counts_texts_and_names_what_is_odd(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"a": {"b": "王来"}, "x": 1}\n{"a": {"b": null}}\n{"y": 2, "a": {}}\n', encoding="utf-8"
    )
    (tmp_path / "b.txt").touch()
    (tmp_path / "c.txt").write_bytes("今天天气很好。\n".encode("gb18030"))
    found = survey(tmp_path, text_column="a.b")
    assert (found.texts, found.characters, found.missing) == (4, 9, 2)
    assert found.columns == ["a", "x", "y"]
    assert found.empty == [f"{tmp_path}/b.txt"]
    assert found.encodings == {f"{tmp_path}/c.txt": "gb18030"}
    assert found.whole
    assert not survey("-").whole


def test_a_field_that_no_line_has_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "content": "王"}\n', encoding="utf-8")
    with pytest.raises(
        InputError, match=r"expected a text in the field 'text' \(its fields: id, content\); set `text_"
    ):
        survey(tmp_path / "a.jsonl")
    (tmp_path / "a.jsonl").write_text('{"id": 1, "data": {"body": "王", "x": {"y": 1}, "z": {}}}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"'data.text' \(its fields: id, data.body, data.x.y, data.z\); set"):
        survey(tmp_path / "a.jsonl", text_column="data.text")


def test_without_a_column_those_that_are_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("编号;正文\n1;王来\n".encode("gbk"))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("c.tsv", "id\tbody\n")
    pd.DataFrame({"日期": ["一"], "内容": ["王"]}).to_excel(tmp_path / "d.xlsx", index=False)
    (tmp_path / "e.csv").touch()
    with pytest.raises(InputError) as error:
        texts(tmp_path)
    assert [line.replace(f"{tmp_path}/", "") for line in str(error.value).splitlines()] == [
        "a.csv: set `text_column` to the column that holds the text; its columns: 编号, 正文",
        "b.zip/c.tsv: set `text_column` to the column that holds the text; its columns: id, body",
        "d.xlsx: set `text_column` to the column that holds the text; its columns: 日期, 内容",
        "e.csv: set `text_column` to the column that holds the text",
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_csv_may_have_semicolons_or_tabs(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "a.csv").write_text(f"编号{delimiter}内容\n1{delimiter}王来\n", encoding="utf-8")
    assert texts(tmp_path / "a.csv", text_column="内容") == [(f"{tmp_path}/a.csv", 2, "王来")]
