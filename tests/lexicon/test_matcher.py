"""Finding the terms of a lexicon in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.characters.character_table import CharacterTable
from ner.errors import InputError
from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon
from ner.lexicon.matcher import Matcher

SPECIAL = {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 4}
TABLE = CharacterTable({"京": 5, "a": 6, "b": 7, "1": 8, "B": 9}, SPECIAL)


def matcher(*entries: Entry) -> Matcher:
    return Matcher(Lexicon(entries), TABLE)


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("京a1", "x京Ａ１京A1", ["京Ａ１", "京A1"]),  # the encoder sees the same
        ("京Ａ", "京a", ["京a"]),
        ("b京", "B京b京", ["b京"]),  # this encoder knows b and B
        ("Zürich", "zÜRICH", ["zÜRICH"]),  # unknown characters: in lower case and half width
        ("𠮷野", "𠮷野𡃁野", ["𠮷野"]),  # unknown characters are not all the same
        ("New York", "New\u3000York", ["New\u3000York"]),
        ("😀京", "京😀京\r\n😀京", ["😀京", "😀京"]),
        ("京京", "京京京", ["京京", "京京"]),
        ("京", "京a京", ["京", "京"]),
        ("京京", "京", []),
    ],
)
def test_terms_are_found_as_the_encoder_sees_them_at_places_of_the_text(term: str, text: str, found: list[str]) -> None:
    hits = [*matcher(Entry(term, "LOC")).find(text)]
    assert [text[hit.start : hit.end] for hit in hits] == found
    assert all(hit.entry.term == term for hit in hits)


@given(
    terms=st.lists(st.text("京ab", min_size=1, max_size=5), max_size=8),
    text=st.text("京abＡ", max_size=12),
)
def test_every_place_of_every_term_is_found(terms: list[str], text: str) -> None:
    folded = TABLE.fold(text)
    expected = sorted(
        (start, start + len(term), i)
        for i, term in enumerate(terms)
        for start in range(len(text))
        if folded.startswith(term, start)
    )
    found = matcher(*(Entry(term, "LOC", id=str(i)) for i, term in enumerate(terms))).find(text)
    assert sorted((hit.start, hit.end, int(hit.entry.id)) for hit in found) == expected


def test_certain_entries_that_contradict_each_other_are_reported_with_their_places() -> None:
    entries = [
        Entry("京A", "LOC", "force", file="a.csv", line=2),
        Entry("京ａ", "ORG", "force", file="a.csv", line=3),
        Entry("b1", "ORG", "force", file="a.csv", line=4),
        Entry("b1", "", "never", file="b.csv", line=2),
        Entry("a1", "ORG", "force", file="a.csv", line=5),
        Entry("a1", "LOC", "never", file="b.csv", line=3),
        Entry("a1", "LOC", file="b.csv", line=4),
    ]
    with pytest.raises(InputError) as error:
        matcher(*entries)
    assert str(error.value).splitlines() == [
        "a.csv:3: 京ａ is force ORG, but force LOC in a.csv:2",
        "b.csv:2: b1 is never of any type, but force ORG in a.csv:4",
    ]


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("台湾大学", "在臺灣大學和台湾大学", ["臺灣大學", "台湾大学"]),
        ("臺灣大學", "在臺灣大學和台湾大学", ["臺灣大學", "台湾大学"]),
        ("裏𠮷", "😀里𠮷、裡𠮷", ["里𠮷", "裡𠮷"]),
        ("长江Ａ", "長江a", ["長江a"]),
        ("电脑", "電腦和计算机", ["電腦"]),  # words are not compared
    ],
)
def test_terms_match_in_both_scripts_if_that_is_asked_for(term: str, text: str, found: list[str]) -> None:
    lexicon = Lexicon([Entry(term, "X")])
    alone = [text[hit.start : hit.end] for hit in Matcher(lexicon, TABLE).find(text)]
    lexicon.any_script = True
    hits = [*Matcher(lexicon, TABLE).find(text)]
    assert [text[hit.start : hit.end] for hit in hits] == found
    assert len(alone) < len(found)


def test_terms_that_are_the_same_in_another_script_contradict_each_other() -> None:
    lexicon = Lexicon([Entry("长江", "LOC", "force", line=1), Entry("長江", "ORG", "force", line=2)])
    Matcher(lexicon, TABLE)
    lexicon.any_script = True
    with pytest.raises(InputError, match="entry:2: 長江 is force ORG, but force LOC in entry:1"):
        Matcher(lexicon, TABLE)


def test_an_alias_has_the_id_of_its_entry() -> None:
    entries = [
        Entry("京京", "LOC", id="C1"),
        Entry("京1", "LOC", alias_of="C1"),
        Entry("ab", "LOC"),
        Entry("ba", "LOC", alias_of="ab"),
    ]
    found = matcher(*entries)
    assert [next(found.find(entry.term)).id for entry in entries] == ["C1", "C1", "", "ab"]
    with pytest.raises(InputError, match=r"a.csv:4: alias_of C9 is neither the id nor the term of another entry"):
        matcher(Entry("ab", "LOC", alias_of="C9", file="a.csv", line=4))
