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
    assert hues == {"LOC": 0, "PER": 138, "GPE": 275}
    many = Hues(map(str, range(60)))
    assert len({*many.values()}) == 60


def test_markup_is_shown_as_text() -> None:
    template = page_template("pages/highlight.html.j2")
    cut = [Piece("<b>"), Piece("<i>&", '"><script>', 0.5, True)]
    shown = template.module.highlighted(cut, Hues())  # type: ignore[attr-defined]
    assert shown == (
        '&lt;b&gt;<mark style="--hue: 0" title="0.500" class="emphasised">'
        "&lt;i&gt;&amp;<small>&#34;&gt;&lt;script&gt;</small></mark>"
    )
