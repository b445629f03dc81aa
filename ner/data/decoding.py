"""From the bytes of a text file to its characters, or to a sentence that says how to read them."""

import codecs

from ner.errors import InputError


def check_encoding(encoding: str) -> None:
    """Raises InputError unless `encoding` is the name of a text encoding that Python knows."""
    try:
        "".encode(encoding)
    except LookupError:
        raise InputError(
            f"unknown encoding {encoding!r}: expected a name such as utf-8, gb18030, big5 or utf-16"
        ) from None


def decode(data: bytes, path: str, encoding: str = "utf-8") -> str:
    """The characters of a file, without a byte order mark; line ends are left as they are.

    `path` is for the messages. Raises InputError, "path:line: ...", if the bytes are not in `encoding`; it
    names the encoding they seem to be in.
    """
    utf_8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    if utf_8 and (utf_16 := _utf_16(data)):
        raise InputError(f"{path}:1: looks like UTF-16: try --encoding {utf_16}")
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        if not utf_8:
            hint = "; it is UTF-8: leave out --encoding" if _decodes(data, "utf-8") else ""
            raise InputError(f"{path}:{line}: is not {encoding}{hint}") from None
        if _mostly_not_utf_8(data) and _decodes(data, "gb18030"):
            raise InputError(f"{path}:{line}: is not UTF-8; it looks like GBK: pass --encoding gb18030") from None
        byte = data[error.start]
        raise InputError(
            f"{path}:{line}: is not UTF-8 (byte 0x{byte:02x}); mend it, or name the encoding with --encoding"
        ) from None


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
