"""Decoding text files, with messages that name the likely encoding of a file that can't be decoded."""

import codecs
import logging
import sys
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.likely_encoding import likely_encodings, mostly_not_utf_8, utf_16_name
from ner.errors import InputError

# Python calls these text encodings, too. They are for host names, for mail and for Python's source.
_NOT_OF_FILES = ("idna", "punycode", "undefined", "utf-7", "unicode-escape", "raw-unicode-escape")
_NOT_UTF_8 = "is not UTF-8 (byte 0x{byte:02x}); fix it, or set `encoding` to the encoding of the file"
_MOST_OF_A_STREAM = 64 << 20
_BOM = "\ufeff"
_PACKED = {
    b"PK\x03\x04": "is a zip archive, as Excel and Word files are: expected a text file; save a sheet of Excel as CSV",
    b"\x1f\x8b": "is packed with gzip: expected a text file",
}
_LOGGER = logging.getLogger("ner")


def check_encoding(encoding: str) -> None:
    """Check the name of an encoding.

    Raises:
        InputError: there is no encoding of text files of that name.
    """
    try:
        "".encode(encoding)
        known = codecs.lookup(encoding).name not in _NOT_OF_FILES
    except (LookupError, ValueError):  # a ValueError comes of a NUL in the name, and of the codec "undefined"
        known = False
    if not known:
        raise InputError(f"unknown encoding {encoding!r:.60}: expected a name such as utf-8, gb18030, big5 or utf-16")


def is_standard_input(path: Path) -> bool:
    """Whether a path is `-`, which stands for standard input."""
    return str(path) == "-"


def read_bytes(path: Path) -> bytes:
    """Read the bytes of a file, or of standard input, which is read once and can then be read again.

    Raises:
        InputError: the file can't be read.
    """
    try:
        if is_standard_input(path):
            return _read_stream(sys.stdin.buffer)
        if path.is_file() or path.is_dir():
            return path.read_bytes()
        with path.open("rb") as file:
            return _read_to_a_limit(file, path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file or folder") from None
    except OSError as error:
        raise InputError(f"{path}: expected a file that can be read ({error.strerror})") from None


@lru_cache(maxsize=1)
def _read_stream(stream: BinaryIO) -> bytes:
    return _read_to_a_limit(stream, "-")


def _read_to_a_limit(stream: BinaryIO, name: Path | str) -> bytes:
    """All bytes of a stream, a device or a pipe, which may have no end."""
    data = stream.read(_MOST_OF_A_STREAM + 1)
    if len(data) > _MOST_OF_A_STREAM:
        raise InputError(f"{name}: gives more than {_MOST_OF_A_STREAM >> 20} MB: write the data into a file first")
    return data


def read_text(path: Path, encoding: str) -> tuple[str, list[Finding]]:
    """Read the characters of a file, also if some lines of it are broken.

    If most of a UTF-8 file is fine, each broken line is a fault. A broken line that is valid GBK is read as GBK, and
    otherwise its broken bytes become U+FFFD.

    Returns:
        The text without a byte order mark, and the faults. If the file is in another encoding, the text is "" and
        the only fault names the likely encoding.

    Raises:
        InputError: there is no such file, or no such encoding.
    """
    check_encoding(encoding)
    data = read_bytes(path)
    refuse_packed(data, str(path))
    try:
        return decode(data, str(path), encoding), []
    except InputError as error:
        fault = str(error)
    if not _is_utf_8(encoding) or utf_16_name(data) or mostly_not_utf_8(data):
        line, message = fault.removeprefix(f"{path}:").split(": ", 1)
        return "", [Finding(str(path), int(line), FindingKind.ENCODING, message)]
    lines, faults = [], []
    for number, raw in enumerate(data.split(b"\n"), 1):
        if _decodes(raw, "utf-8"):
            lines.append(raw.decode())
        elif _decodes(raw, "gb2312"):  # the smallest of the GBK family: broken bytes are rarely valid in it
            lines.append(raw.decode("gb2312"))
            message = "is GBK, in a file of UTF-8; write all of it in UTF-8"
            faults.append(Finding(str(path), number, FindingKind.ENCODING, message, "read as GBK"))
        else:
            lines.append(raw.decode("utf-8", "replace"))
            message = _NOT_UTF_8.format(byte=_broken_byte(raw))
            faults.append(Finding(str(path), number, FindingKind.ENCODING, message, "broken bytes read as U+FFFD"))
    return without_byte_order_mark("\n".join(lines), str(path)), faults


def without_byte_order_mark(text: str, path: str) -> str:
    """The text at the beginning of a file without its byte order mark. Programs that add one to one are told about."""
    bare = text.lstrip(_BOM)
    if len(bare) < len(text) - 1:
        _LOGGER.warning("%s:1: begins with %s byte order marks; none is read as text", path, len(text) - len(bare))
    return bare


def refuse_carriage_returns(text: str, path: str) -> None:
    """Refuse a file whose lines end in CR alone, as on Macs before 2001: it would be one long line.

    Raises:
        InputError: `text`, all of the file, has CR between its first and last characters and no LF.
    """
    if "\n" not in text and "\r" in text.strip("\r"):
        raise InputError(f"{path}:1: the lines end in CR alone; expected \\n or \\r\\n: write the file with these")


def refuse_packed(data: bytes, path: str) -> None:
    """Refuse the bytes of a file that is no text.

    Raises:
        InputError: it is an archive, a file of Excel or Word, or packed with gzip.
    """
    for beginning, kind in _PACKED.items():
        if data.startswith(beginning):
            raise InputError(f"{path}: {kind}")


def decode(data: bytes, path: str, encoding: str | None = "utf-8") -> str:
    """Decode the bytes of a file. Line ends stay as they are, and a byte order mark is removed.

    Args:
        data: the bytes.
        path: the file, for messages.
        encoding: the encoding of the bytes; None for UTF-8 if users can't choose another one.

    Raises:
        InputError: the bytes are not in `encoding`. The message has the line and the likely encoding.
    """
    can_choose, encoding = encoding is not None, encoding or "utf-8"
    utf_8 = _is_utf_8(encoding)
    if utf_8 and (utf_16 := utf_16_name(data)):
        mend = f"set `encoding` to {utf_16}" if can_choose else "save it as UTF-8"
        raise InputError(f"{path}:1: looks like UTF-16: {mend}")
    try:
        return without_byte_order_mark(data.decode(encoding), path)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        if not utf_8:
            hint = "; it is UTF-8: leave out `encoding`" if _decodes(data, "utf-8") else ""
            raise InputError(f"{path}:{line}: is not {encoding}{hint}") from None
        if mostly_not_utf_8(data) and (likely := likely_encodings(data)):
            looks = " or ".join("GBK" if name == "gb18030" else "Big5" for name in likely)
            mend = f"set `encoding` to {' or '.join(likely)}" if can_choose else "save it as UTF-8"
            raise InputError(f"{path}:{line}: is not UTF-8; it looks like {looks}: {mend}") from None
        if not can_choose:
            raise InputError(
                f"{path}:{line}: is not UTF-8 (byte 0x{data[error.start]:02x}): save it as UTF-8"
            ) from None
        raise InputError(f"{path}:{line}: {_NOT_UTF_8.format(byte=data[error.start])}") from None


def _is_utf_8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _broken_byte(data: bytes) -> int:
    """The first byte that isn't UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return data[error.start]
    raise AssertionError("expected bytes that aren't UTF-8")
