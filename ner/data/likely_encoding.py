"""Telling the encodings of Chinese text apart: UTF-8, UTF-16, GB18030 and Big5.

Both GB 2312 and Big5 put the characters that are common in everyday text into one block (level 1), the rare ones behind
it. Text that is read in the wrong one of both is mostly symbols and rare characters.
"""

import codecs
from collections.abc import Sequence
from functools import partial
from typing import IO

_HEAD = 1 << 16
_SAMPLE = 1 << 18
_PIECE = 1 << 20
# Lead bytes of level 1, and those of punctuation and full-width letters.
_COMMON = {
    "gb18030": frozenset([0xA1, 0xA3, *range(0xB0, 0xD8)]),
    "big5": frozenset([0xA1, 0xA2, 0xA3, *range(0xA4, 0xC7)]),
}
_VARIANTS = {"gb18030": ("gb18030",), "big5": ("big5", "cp950", "big5hkscs")}
_FITS, _CLEARLY = 0.7, 0.2
"""The least share of common characters, and by how much the share of the other encoding must be lower."""


def recognise(file: IO[bytes]) -> Sequence[str]:
    """The encodings that a text may be in: one if it can be told, several if several fit, none if none does.

    UTF-8 with some broken bytes is UTF-8. All of the file is read; others than UTF-8 are told apart by a sample.
    """
    head = file.read(_HEAD)
    if (utf_16 := utf_16_name(head)) and (utf_16 == "utf-16" or _is_chinese(head.decode(utf_16, "replace"))):
        return [utf_16]
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample, is_utf_8, starts_line = bytearray(), True, True
    for piece in iter(partial(file.readline, _PIECE), b""):
        if is_utf_8:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                is_utf_8 = False
        if starts_line and not piece.isascii():
            sample += piece
        starts_line = piece.endswith(b"\n")
        if not is_utf_8 and len(sample) > _SAMPLE:
            break
    if is_utf_8:
        return ["utf-8"]
    return likely_encodings(bytes(sample)) if mostly_not_utf_8(bytes(sample)) else ["utf-8"]


def likely_encodings(data: bytes) -> list[str]:
    """Which of GB18030 and Big5 a text may be in that is not UTF-8; its end may be cut within a character."""
    shares = {}
    for family, variants in _VARIANTS.items():
        decodable = next((name for name in variants if _decodes_but_for_its_end(data, name)), None)
        share = _common_share(data, _COMMON[family])
        if decodable and share >= _FITS:
            shares[decodable] = share
    best = max(shares.values(), default=0.0)
    return [name for name, share in shares.items() if share > best - _CLEARLY]


def mostly_not_utf_8(data: bytes) -> bool:
    """Whether this is text in another encoding, and not UTF-8 with some broken bytes."""
    text = data.decode("utf-8", "replace")
    beyond_ascii = len(text) - len(data.decode("ascii", "ignore"))
    return text.count("\ufffd") * 2 > beyond_ascii


def utf_16_name(data: bytes) -> str:
    """The name of the UTF-16 encoding that the bytes seem to be in, or "".

    Without a byte order mark, the spaces, tags and line ends show it: every second byte of them is NUL.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" not in data:
        return ""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if max(even, odd) * 8 < len(data) or max(even, odd) < 4 * min(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_chinese(text: str) -> bool:
    """Whether nearly all characters are Chinese, ASCII, or their punctuation, as by chance they are not."""
    usual = sum(
        (c.isascii() and (c.isprintable() or c.isspace())) or "\u2000" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef"
        for c in text
    )
    return usual >= 0.95 * len(text)


def _decodes_but_for_its_end(data: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _common_share(data: bytes, common: frozenset[int]) -> float:
    """The share of two-byte characters that have a lead byte of common characters."""
    at = count = found = 0
    while at < len(data):
        lead = data[at]
        at += 1
        if lead >= 0x80:
            at += 1
            count += 1
            found += lead in common
    return found / max(count, 1)
