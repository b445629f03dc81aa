import re
from colorsys import hls_to_rgb
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.entities import Entity
from ner.pages.highlight import Hues, Piece, pieces, visible
from ner.pages.templates import page_template

TEXT = "王小明去北京"
PER, LOC = Entity(0, 3, "PER", "王小明"), Entity(4, 6, "LOC", "北京", 0.9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("中 国　人", "中 国　人"), ("a\u200b\n\ue000", "a\\u200b\\n\\ue000"), ("\ud800", "\\ud800"), ("\\n", "\\n")],
)
def test_what_cannot_be_seen_is_escaped(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_a_text_is_cut_at_its_entities() -> None:
    assert pieces(TEXT, [PER, LOC]) == [Piece("王小明", "PER"), Piece("去"), Piece("北京", "LOC", 0.9)]
    assert pieces(TEXT, [PER, LOC], emphasised={LOC})[2] == Piece("北京", "LOC", 0.9, True)
    assert pieces(TEXT, [PER, Entity(0, 1, "LOC", "王")])[0] == Piece("王小明", "PER")
    assert pieces(TEXT, [replace(LOC, source="rule")])[1] == Piece("北京", "LOC", 0.9, source="rule")
    assert pieces("", []) == []


def test_what_is_left_out_shows_as_dots() -> None:
    assert pieces(TEXT, [PER, LOC], 1, 5) == [
        Piece("..."), Piece("小明", "PER"), Piece("去"), Piece("北", "LOC", 0.9), Piece("...")
    ]  # fmt: skip
    assert pieces(TEXT, [PER], 3, 99) == [Piece("..."), Piece("去北京")]


@given(st.lists(st.integers(0, 12), max_size=6), st.integers(0, 12), st.integers(0, 12))
def test_no_character_is_lost(cuts: list[int], start: int, end: int) -> None:
    text = "甲乙丙丁戊己庚辛壬癸子丑"
    entities = [Entity(a, b, "X", text[a:b]) for a, b in zip(sorted(cuts), sorted(cuts)[1:], strict=False) if a < b]
    shown = "".join(piece.text for piece in pieces(text, entities, start, end) if piece.text != "...")
    assert shown == text[start:end]


def test_each_type_has_a_hue_of_its_own() -> None:
    hues = Hues(["LOC", "PER"])
    assert hues["GPE"] not in (hues["LOC"], hues["PER"])
    assert hues == {"LOC": 0, "PER": 275, "GPE": 52}
    assert Hues(["PER", "书", "ORG"]) == Hues(["书", "ORG", "PER"])
    assert Hues(["PER"]) == {"PER": 275}
    many = Hues(map(str, range(60)))
    assert len({*many.values()}) == 60


def _shine(rgb: tuple[float, float, float]) -> float:
    """The relative luminance of WCAG 2.1."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    low, high = sorted((_shine(one), _shine(other)))
    return (high + 0.05) / (low + 0.05)


def _grey_or_colour(code: str) -> tuple[float, float, float]:
    code = code.lstrip("#")
    code = "".join(digit * 2 for digit in code) if len(code) == 3 else code
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def test_all_text_stands_out_from_what_is_behind_it() -> None:
    """By 4.5, which WCAG 2.1 asks for (success criterion 1.4.3), in the light and in the dark."""
    style = page_template("pages/style.css.j2").render()
    schemes = [
        dict(re.findall(r"--([a-z]+): ([#\w%]+);", rules)) for rules in re.findall(r":root {(.*?)}", style, re.S)
    ]
    assert len(schemes) == 2
    for scheme in schemes:
        ink, faint, paper, raised = (_grey_or_colour(scheme[name]) for name in ("ink", "faint", "paper", "raised"))
        lightness = int(scheme["mark"].rstrip("%")) / 100
        marks = [hls_to_rgb(hue / 360, lightness, 0.6) for hue in range(360)]
        assert min(_contrast(ink, behind) for behind in (paper, raised, *marks)) >= 4.5
        assert min(_contrast(faint, behind) for behind in (paper, raised)) >= 4.5
    assert "background: hsl(var(--hue) 60% var(--mark))" in style
    assert "mark small { margin-left: .25rem; font-size: .65rem; }" in style  # in ink, as the text
    report_style = page_template("evaluation/report.css.j2").render()
    assert "td.zero { color: var(--faint); }" in report_style
    assert "opacity" not in style + report_style


def test_markup_is_shown_as_text() -> None:
    template = page_template("pages/highlight.html.j2")
    cut = [Piece("<b>"), Piece("<i>&", '"><script>', 0.5, True)]
    shown = template.module.highlighted(cut, Hues())  # type: ignore[attr-defined]
    assert shown == (
        '&lt;b&gt;<mark style="--hue: 52" title="0.500" class="emphasised">'
        "&lt;i&gt;&amp;<small>&#34;&gt;&lt;script&gt;</small></mark>"
    )
