"""Encodings by name, byte order marks and line ends, as all readers of text treat them."""

import encodings
import pkgutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.corpus import examine_file
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import check_encoding, decode, read_text, without_byte_order_mark
from ner.errors import InputError
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions

ODD = [
    "undefined",
    "idna",
    "punycode",
    "utf-8\0",
    "rot13",
    "hex",
    "zlib",
    "utf-7",
    "unicode_escape",
    "\ud800",
    "x" * 9999,
]


@pytest.mark.parametrize("encoding", ODD)
@pytest.mark.parametrize("format_", [None, "conll", "docbin"])
def test_odd_names_are_one_sentence_for_all_readers(tmp_path: Path, encoding: str, format_: str | None) -> None:
    (tmp_path / "x.txt").write_text("王 O\n")
    readers: list[Callable[[], object]] = [
        lambda: check_encoding(encoding),
        lambda: TextFiles([], TextOptions(encoding=encoding)),
        lambda: read_text(tmp_path / "x.txt", encoding),
        lambda: examine_file(tmp_path / "x.txt", ReadOptions(format=format_, encoding=encoding)),
    ]
    for reader in readers:
        with pytest.raises(InputError, match=r"^unknown encoding .{1,60}: expected a name such as utf-8"):
            reader()


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(encodings.__path__)])
def test_any_bytes_are_text_or_one_sentence(name: str) -> None:
    data = bytes(range(256)) + b"+2AA- xn--\\ud800 ~{ \x1b$B"
    with suppress(InputError):
        check_encoding(name)
        decode(data, "x", name)


def test_more_than_one_byte_order_mark_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert without_byte_order_mark("\ufeff王\ufeff", "x") == "王\ufeff"
    assert not caplog.records
    assert without_byte_order_mark("\ufeff\ufeff王", "x.txt") == "王"
    assert caplog.messages == ["x.txt:1: begins with 2 byte order marks; none is read as text"]


@pytest.mark.parametrize(("format_", "text"), [("people-daily", "王/nr\r来/v\r"), ("brat", "王\r来\r")])
def test_carriage_returns_alone_are_refused(tmp_path: Path, format_: str, text: str) -> None:
    (tmp_path / "x.txt").write_bytes(text.encode())
    (tmp_path / "x.ann").touch()
    with pytest.raises(InputError, match=r"x\.txt:1: the lines end in CR alone"):
        examine_file(tmp_path / "x.txt", ReadOptions(format=format_))


BROKEN = st.lists(st.sampled_from([b"\xef", b"\xef\xbf", b"\xbd", b"\xff", b"\xf0\x9f"]), max_size=3)


@given(st.binary(max_size=20), BROKEN)
def test_broken_lines_are_faults_wherever_they_break(data: bytes, broken: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes("王小明去上海。".encode() * 9 + b"\n" + data + b"".join(broken))
        text, faults = read_text(path, "utf-8")
    assert "\ufffd" in text or "\ufffd" not in "".join(fault.mended for fault in faults)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without end")
def test_a_stream_without_end_is_refused() -> None:
    with pytest.raises(InputError, match="/dev/zero: gives more than 64 MB: write the data into a file first"):
        examine_file(Path("/dev/zero"), ReadOptions(format="conll"))
