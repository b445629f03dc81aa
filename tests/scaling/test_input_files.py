"""Places in files: reading on from one gives the same records as reading in one go, in every kind of file."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from ner.errors import InputError
from ner.records.record import Item, Place
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions
from ner.scaling.input_files import read_files

TEXTS = ["张伟去上海。", "", "a\u2028b\fc", "他说：“好，\n走”", "x" * 50, "末"]
LINES = [text.replace("\n", " ") for text in TEXTS]


def write_parquet(path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"id": range(len(TEXTS)), "text": TEXTS}), path, row_group_size=2)


def write_csv(path: Path, separator: str = ",") -> None:
    rows = [f'{number}{separator}"{text}"' for number, text in enumerate(TEXTS)]
    header = '"the\nid",text' if separator == "," else f"id{separator}text"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")


def write_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "\n".join(LINES))


FILES = {
    "a.txt": lambda path: path.write_text("\n".join(LINES) + "\n", encoding="utf-8-sig"),
    "windows.txt": lambda path: path.write_bytes("\r\n".join(LINES).encode()),
    "gb.txt": lambda path: path.write_bytes("\n".join(LINES).encode("gb18030")),
    "utf16.txt": lambda path: path.write_bytes("\n".join(LINES).encode("utf-16")),
    "a.jsonl": lambda path: path.write_text("\n\n".join(json.dumps({"text": text}) for text in TEXTS)),
    "a.csv": write_csv,
    "semicolons.csv": lambda path: write_csv(path, ";"),
    "a.tsv": lambda path: write_csv(path, "\t"),
    "a.parquet": write_parquet,
    "a.txt.gz": lambda path: path.write_bytes(gzip.compress("\n".join(LINES).encode())),
    "a.zip": write_zip,
}
READ_FROM_A_PLACE = {"a.txt", "windows.txt", "gb.txt", "a.jsonl", "a.csv", "semicolons.csv", "a.tsv", "a.parquet"}


@pytest.mark.parametrize("name", FILES)
def test_reading_on(name: str, tmp_path: Path) -> None:
    FILES[name](tmp_path / name)
    FILES["a.txt"](tmp_path / "then.txt")
    column = "text" if name.endswith(("v", "t")) and not name.endswith("txt") else None
    texts = TextFiles([str(tmp_path / name)], TextOptions(text_column=column))
    texts.names.append(str(tmp_path / "then.txt"))
    items = [*texts.items()]
    assert [item.file for item in items].count(1) == len(LINES)
    assert len(items) >= 11
    first = texts.names[0]
    assert texts.can_skip_to(first) == (name in READ_FROM_A_PLACE)
    lines = [item.content.line for item in items if item.file == 0 and not isinstance(item.content, InputError)]
    _, starts = read_files([first], {first: lines} if texts.has_lines(first) and ".zip" not in name else {})
    for at, item in enumerate(items):
        assert not isinstance(item.content, InputError)
        offset = starts.get(texts.names[item.file], {}).get(item.content.line, 0)
        start = Place(item.file, item.record, item.content.line, offset)
        if item.file == 0 or not item.record:
            assert [*texts.items(start)] == items[at:], start


def test_lines_are_found_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.scaling.input_files._BLOCK", 7)
    content = b"\n".join([b"", b"ab", b"", b"c" * 20, b"d", b""])
    (tmp_path / "a.txt").write_bytes(content)
    _, starts = read_files([name := str(tmp_path / "a.txt")], {name: [1, 2, 3, 4, 5]})
    assert starts == {name: {1: 0, 2: 1, 3: 4, 4: 5, 5: 26}}


def test_faults_have_a_place_too(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a\n\0\nb\n" + "好".encode() + b"\xff\nc\n")
    texts = TextFiles([str(path)], skip=True)
    items = [*texts.items()]
    assert [item.content.text for item in items if not isinstance(item.content, InputError)] == ["a", "b", "c"]
    faults = [(item.record, str(item.content)) for item in items if isinstance(item.content, InputError)]
    assert faults == [
        (1, f"{path}:2: has a NUL character, which no text has; for UTF-16 set `encoding` to utf-16"),
        (3, f"{path}:4: has bytes that are not utf-8"),
    ]
    assert [record.text for record in texts.records()] == ["a", "b", "c"]
    (tmp_path / "a.csv").write_bytes(b'text,id\na,1\n\xff,2\nc,3\n"d,4\n')
    items = [*TextFiles([str(tmp_path / "a.csv")], TextOptions(text_column="text"), skip=True).items()]
    shown = [str(item.content) if isinstance(item.content, InputError) else item.content.text for item in items]
    assert shown[:3] == ["a", f"{tmp_path / 'a.csv'}:3: has bytes that are not utf-8", "c"]
    assert "a.csv:5: expected CSV" in shown[3]


def test_a_line_without_end_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.records.row_readers.LONGEST_LINE", 5)
    (tmp_path / "a.txt").write_text("12345678901234\nb\n123456", encoding="utf-8")
    found: list[Item] = [*TextFiles([str(tmp_path / "a.txt")], skip=True).items()]
    assert [isinstance(item.content, InputError) for item in found] == [True, False, True]
