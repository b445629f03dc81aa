"""Tagging in bulk: reading records, writing them, and writing files whole or not at all."""

import csv
import io
import json
from pathlib import Path

import pytest

from ner.data.corpus import read_file
from ner.data.entities import Entity
from ner.errors import InputError
from ner.files import atomic_writer
from ner.tagging.files import check_files, read_records, tag_records, text_records, total_bytes
from ner.tagging.tagger import Tagger
from ner.tagging.writers import ConllWriter, CsvWriter, JsonLinesWriter, Record

TEXT = " 王小明\u3000在😀 "
ENTITIES = [Entity(1, 4, "PER", "王小明", 0.98765)]


def lines(path: Path, encoding: str = "utf-8") -> list[tuple[int, str]]:
    return [(record.line, record.text) for record in read_records([str(path)], encoding)]


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
    with pytest.raises(InputError, match=r"gbk\.txt:1: is not UTF-8; it looks like GBK: pass --encoding gb18030"):
        lines(path)


def test_nul_characters_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"a\nb\0c\n")
    with pytest.raises(InputError, match=r"a\.bin:2: has a NUL character"):
        lines(path)


def test_missing_files_and_folders_are_named_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        check_files([str(tmp_path / "none"), "-", str(tmp_path)], "utf-8")
    first, second = str(error.value).splitlines()
    assert first == f"there is no file {tmp_path / 'none'}"
    assert second.startswith(f"{tmp_path} is a folder: name the files in it")


def test_an_unknown_encoding_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown encoding 'gb2313'"):
        check_files([], "gb2313")


def test_a_byte_order_mark_is_no_text_in_any_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        (tmp_path / encoding).write_bytes("\ufeff北京".encode(encoding))
        assert lines(tmp_path / encoding, encoding) == [(1, "北京")]


def test_utf_16_without_its_mark_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x00\xd8\x00\xd8")
    with pytest.raises(InputError, match="is not utf-16"):
        lines(tmp_path / "a", "utf-16")


def test_total_size_is_known_for_files_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert total_bytes([str(tmp_path / "a")] * 2) == 10
    assert total_bytes(["-"]) is None


def test_text_that_the_terminal_garbled_is_refused() -> None:
    with pytest.raises(InputError, match="text 2 is not valid in the terminal's encoding"):
        list(text_records(["好", "\udce5\udca5"]))


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


def test_conll_output_is_read_back_as_the_same_entities(tmp_path: Path) -> None:
    with (tmp_path / "train.txt").open("w", encoding="utf-8") as file:
        ConllWriter(file).write(Record("a.txt", 1, TEXT), ENTITIES)
    (sentence,) = read_file(tmp_path / "train.txt").sentences
    assert sentence.text == TEXT
    assert [(entity.start, entity.end, entity.label) for entity in sentence.entities] == [(1, 4, "PER")]


def test_csv_has_a_row_an_entity_and_quotes_what_needs_it() -> None:
    file = io.StringIO()
    writer = CsvWriter(file)
    writer.write(Record("a,b.txt", 1, '"甲",乙'), [Entity(0, 5, "PER", '"甲",', 1.0)])
    assert list(csv.reader(io.StringIO(file.getvalue()))) == [
        ["file", "line", "start", "end", "label", "text", "score"],
        ["a,b.txt", "1", "0", "5", "PER", '"甲",', "1.0000"],
    ]


def test_records_are_tagged_in_order_into_a_file(tagger: Tagger, tmp_path: Path) -> None:
    seen: list[int] = []
    texts = ["张伟去上海。", "", "我不去。", "李老师来北京了！"]
    output = tmp_path / "new" / "out.jsonl"
    tag_records(tagger, text_records(texts), output, "jsonl", lambda record: seen.append(record.line))
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == texts
    assert [[e["text"] for e in row["entities"]] for row in rows] == [["张伟", "上海"], [], [], ["李", "北京"]]
    assert seen == [1, 2, 3, 4]


def test_csv_files_begin_with_the_mark_that_spreadsheets_need(tagger: Tagger, tmp_path: Path) -> None:
    tag_records(tagger, text_records(["张伟去上海。"]), tmp_path / "out.csv", "csv", lambda record: None)
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
