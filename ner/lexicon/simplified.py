"""Traditional characters, and the simplified ones that they are compared as."""

from functools import cache

from ner.extras import import_extra

# The ideographs of Unicode: extension A, the basic block, the compatibility ones, and those of two further planes.
_IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3347F))


@cache
def simplified_characters() -> dict[int, str]:
    """The simplified character of each code point that has another one, for `str.translate`.

    It is OpenCC's table of single characters (t2s). Words don't count, so each character stays one character.

    Raises:
        InputError: opencc is not installed.
    """
    convert = import_extra("opencc", "opencc", "simplified and traditional characters").OpenCC("t2s").convert
    codes = [code for first, last in _IDEOGRAPHS for code in range(first, last + 1)]
    converted: list[str] = convert("\n".join(map(chr, codes))).split("\n")
    pairs = zip(codes, converted, strict=True)
    return {code: character for code, character in pairs if character != chr(code) and len(character) == 1}
