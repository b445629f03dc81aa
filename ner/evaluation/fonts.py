"""Fonts of this machine that can show type names in pictures. Needs matplotlib."""

from collections.abc import Iterable

from matplotlib import font_manager

LATIN = "DejaVu Sans"
"""This font comes with matplotlib."""
_CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans CJK",
    "Noto Sans SC",
    "Source Han Sans",
    "PingFang",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi",
    "Droid Sans Fallback",
    "Arial Unicode MS",
    "Noto Serif CJK",
    "Source Han Serif",
    "SimSun",
    "AR PL",
)
"""Beginnings of the names of fonts with Chinese characters; fonts without serifs come first."""


def families_for(names: Iterable[str]) -> list[str] | None:
    """The font families that contain all characters of `names`; None if this machine has none."""
    wanted = {*map(ord, "".join(names))} - _characters(font_manager.findfont(LATIN))
    if not wanted:
        return [LATIN]
    fonts = {font.name: font.fname for font in font_manager.fontManager.ttflist}
    for beginning in _CHINESE:
        for name, path in fonts.items():
            if name.startswith(beginning) and wanted <= _characters(path):
                return [LATIN, name]
    return None


def _characters(path: str) -> set[int]:
    return {*font_manager.get_font(path).get_charmap()}
