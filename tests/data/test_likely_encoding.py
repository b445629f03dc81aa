"""Telling the encodings of Chinese text apart."""

import io
from pathlib import Path

import pytest

from ner.data.likely_encoding import recognise
from ner.errors import InputError
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions

SIMPLIFIED = (
    "林晓东昨天从杭州赶到北京大学医院看望李教授。",
    "王小明",
    "合同编号：2024-018，甲方为远山集团有限公司。",
    "价格 35 元\n数量 2",
)
TRADITIONAL = (
    "林曉東昨天從杭州趕到北京大學醫院看望李教授。",
    "王小明",
    "臺灣大學的學生在圖書館唸書",
    "價格 35 元\n數量 2",
)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
@pytest.mark.parametrize("text", SIMPLIFIED)
def test_simplified_text_is_told_by_itself(text: str, encoding: str, expected: str) -> None:
    assert recognise(io.BytesIO(text.encode(encoding))) == [expected]


@pytest.mark.parametrize("text", TRADITIONAL)
def test_big5_is_told_from_gbk(text: str) -> None:
    assert recognise(io.BytesIO(text.encode("big5"))) == ["big5"]


def test_utf_16_without_its_mark_is_told_by_ascii() -> None:
    text = "甲方: 远山集团\n乙方: 王小明\n" * 3
    assert [*map(recognise, (io.BytesIO(text.encode(f"utf-16-{end}")) for end in ("le", "be")))] == [
        ["utf-16-le"],
        ["utf-16-be"],
    ]
    assert recognise(io.BytesIO(b"a\nb\0c\n")) == ["utf-8"]  # a broken file, not Gurmukhi


def test_a_few_broken_bytes_are_no_other_encoding() -> None:
    assert recognise(io.BytesIO("王小明在上海。\n".encode() * 10 + b"\xff\n")) == ["utf-8"]


def test_korean_fits_both_and_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("서울은 한국의 수도이다.".encode("euc_kr"))
    with pytest.raises(InputError, match=r"a\.txt: is not UTF-8, and may be gb18030 or .*: set `encoding` to one"):
        TextFiles([str(tmp_path / "a.txt")]).survey()


def test_a_late_line_in_gbk_is_found_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\n" * 200_000 + "今天天气很好。\n".encode("gbk"))
    (tmp_path / "b.txt").write_bytes(b"a\n" * 200_000 + "今天天气很好。\n".encode())
    survey = TextFiles([str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]).survey()
    assert survey.encodings == {str(tmp_path / "a.txt"): "gb18030"}


def test_a_given_encoding_decides(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(SIMPLIFIED[0].encode("gbk"))
    with pytest.raises(InputError, match=r"a\.txt:1: is not UTF-8; it looks like GBK: set `encoding` to gb18030"):
        TextFiles([str(tmp_path / "a.txt")], TextOptions(encoding="utf-8")).survey()
    (tmp_path / "a.txt").write_bytes(TRADITIONAL[0].encode("big5"))
    with pytest.raises(InputError, match=r"a\.txt:1: is not UTF-8; it looks like Big5: set `encoding` to big5"):
        TextFiles([str(tmp_path / "a.txt")], TextOptions(encoding="utf-8")).survey()
