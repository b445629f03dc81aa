"""From the bytes of a text file to its characters, or to a sentence that says how to read them."""

import codecs
from pathlib import Path

from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.errors import InputError


def check_encoding(encoding: str) -> None:
    """Raises InputError unless `encoding` is the name of a text encoding that Python knows."""
    try:
        "".encode(encoding)
    except LookupError:
        raise InputError(
            f"unknown encoding {encoding!r}: expected a name such as utf-8, gb18030, big5 or utf-16"
        ) from None


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises InputError if it can't be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file or folder") from None
    except OSError as error:
        raise InputError(f"{path}: expected a file that can be read ({error.strerror})") from None


def read_text(path: Path, encoding: str) -> tuple[str, list[Finding]]:
    """The characters of a file as `decode` gives them, and what is wrong with its bytes.

    A file in another encoding than `encoding` gives no text and one fault that names the likely one. Of a file of
    UTF-8 with some lines that are not, each is a fault; a line in GBK is read all the same, and broken bytes become
    U+FFFD.

    Raises InputError if there is no such file or no such encoding.
    """
    check_encoding(encoding)
    data = read_bytes(path)
    try:
        return decode(data, str(path), encoding), []
    except InputError as error:
        fault = str(error)
    if not _is_utf_8(encoding) or _utf_16(data) or _mostly_not_utf_8(data):
        line, message = fault.removeprefix(f"{path}:").split(": ", 1)
        return "", [Finding(str(path), int(line), FindingKind.ENCODING, message)]
    lines, faults = [], []
    for number, raw in enumerate(data.split(b"\n"), 1):
        if _decodes(raw, "utf-8"):
            lines.append(raw.decode())
        elif _decodes(raw, "gb2312"):  # of the two-byte encodings the narrowest: broken bytes are rarely valid in it
            lines.append(raw.decode("gb2312"))
            message = "is GBK, in a file of UTF-8; write all of it in UTF-8"
            faults.append(Finding(str(path), number, FindingKind.ENCODING, message, "read as GBK"))
        else:
            lines.append(raw.decode("utf-8", "replace"))
            broken = lines[-1].encode()
            at = next(i for i, (byte, good) in enumerate(zip(raw, broken, strict=False)) if byte != good)
            message = f"is not UTF-8 (byte 0x{raw[at]:02x}); fix it, or set `encoding` to the encoding of the file"
            faults.append(Finding(str(path), number, FindingKind.ENCODING, message, "broken bytes read as U+FFFD"))
    return "\n".join(lines).removeprefix("\ufeff"), faults


def decode(data: bytes, path: str, encoding: str = "utf-8") -> str:
    """The characters of a file, without a byte order mark; line ends are left as they are.

    `path` is for the messages. Raises InputError, "path:line: ...", if the bytes are not in `encoding`; it
    names the encoding they seem to be in.
    """
    utf_8 = _is_utf_8(encoding)
    if utf_8 and (utf_16 := _utf_16(data)):
        raise InputError(f"{path}:1: looks like UTF-16: set `encoding` to {utf_16}")
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        if not utf_8:
            hint = "; it is UTF-8: leave out `encoding`" if _decodes(data, "utf-8") else ""
            raise InputError(f"{path}:{line}: is not {encoding}{hint}") from None
        if _mostly_not_utf_8(data) and _decodes(data, "gb18030"):
            raise InputError(f"{path}:{line}: is not UTF-8; it looks like GBK: set `encoding` to gb18030") from None
        byte = data[error.start]
        raise InputError(
            f"{path}:{line}: is not UTF-8 (byte 0x{byte:02x}); fix it, or set `encoding` to the encoding of the file"
        ) from None


def _is_utf_8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_not_utf_8(data: bytes) -> bool:
    """Tells text in another encoding from UTF-8 with some broken bytes, often valid GBK by accident."""
    text = data.decode("utf-8", "replace")
    beyond_ascii = len(text) - len(data.decode("ascii", "ignore"))
    return text.count("\ufffd") * 2 > beyond_ascii


def _utf_16(data: bytes) -> str:
    """The name of the UTF-16 that the bytes seem to be in, or "".

    Without a byte order mark it is told by the spaces, tags and line ends, whose every other byte is NUL.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" not in data:
        return ""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if max(even, odd) * 8 < len(data) or max(even, odd) < 4 * min(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"
