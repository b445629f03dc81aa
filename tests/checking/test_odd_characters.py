import time

import pytest

from ner.checking.odd_characters import odd_characters
from ner.data.entities import Sentence


def found(*texts: str) -> list[tuple[int, str, str]]:
    sentences = [Sentence(text, path="a.txt", line=line) for line, text in enumerate(texts, 1)]
    return [(finding.line, finding.kind, finding.message) for finding in odd_characters(sentences)]


def test_each_odd_character_is_counted_and_shown_at_its_first_place() -> None:
    assert found("中国", "北京\u200b人\u200b", "上\u200b海\x01") == [
        (
            3,
            "control character",
            "U+0001 (control character), 1 time in 1 sentence; first at offset 3: 上\\u200b海【\\x01】",
        ),
        (
            2,
            "invisible character",
            "U+200B ZERO WIDTH SPACE, 3 times in 2 sentences; first at offset 2: 北京【\\u200b】人\\u200b",
        ),
    ]


@pytest.mark.parametrize(
    ("character", "kind", "name"),
    [
        ("\x85", "control character", "U+0085 (control character)"),
        ("\xad", "invisible character", "U+00AD SOFT HYPHEN"),
        ("\u2060", "invisible character", "U+2060 WORD JOINER"),
        ("\ufeff", "invisible character", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("\u202e", "invisible character", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\ue000", "private-use character", "U+E000 (private use)"),
        ("\ufffd", "broken character", "U+FFFD REPLACEMENT CHARACTER"),
        ("\u0378", "broken character", "U+0378 (unassigned)"),
        ("\U0002ffff", "broken character", "U+2FFFF (unassigned)"),
        ("\ud800", "broken character", "U+D800 (half of a surrogate pair)"),
        ("\u200d", "invisible character", "U+200D ZERO WIDTH JOINER"),
        ("\U000e0067", "invisible character", "U+E0067 TAG LATIN SMALL LETTER G"),
    ],
)
def test_odd_characters(character: str, kind: str, name: str) -> None:
    [(_, its_kind, message)] = found(f"中{character}国")
    assert its_kind == kind
    assert message.startswith(f"{name}, 1 time in 1 sentence; first at offset 1: ")


@pytest.mark.parametrize(
    "text",
    ["a\tb\r\nc", "　 \u00a0", "𠀀é·", "👨‍👩‍👧", "👩🏽‍🚒", "❤️‍🔥", "🏴\U000e0067\U000e0062\U000e007f", "️", "\U0001faff"],
    ids=["white space", "spaces", "letters", "family", "skin", "variation", "flag", "selector", "new emoji"],
)
def test_usual_characters(text: str) -> None:
    assert found(text) == []


def test_a_joiner_behind_an_emoji_that_joins_nothing() -> None:
    assert [kind for _, kind, _ in found("👨\u200d", "👨\u200d中")] == ["invisible character"]


def test_thousands_of_odd_characters_in_one_text_take_little_time() -> None:
    text = "".join(chr(0xE000 + i % 6000) + "\u200d" for i in range(50_000))
    began = time.perf_counter()
    assert len(odd_characters([Sentence(text)])) == 6001
    assert time.perf_counter() - began < 5
