"""What a list does on annotated text."""

from ner.characters.character_table import CharacterTable
from ner.checking.check_lexicon import check_lexicon
from ner.data.entities import Sentence
from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon

TABLE = CharacterTable({"a": 5}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 4})


def sentence(text: str, *entities: tuple[str, str]) -> Sentence:
    return Sentence(text, [(text.index(term), text.index(term) + len(term), label) for term, label in entities])


SENTENCES = [
    *[sentence("在长江大桥上看长江水", ("长江大桥", "LOC"))] * 3,
    *[sentence("林晓东去杭州", ("林晓东", "PER"), ("杭州", "LOC"))] * 3,
    sentence("高峰时段高峰高峰高峰高峰高峰高峰高峰高峰，李高峰说高峰高峰", ("高峰", "PER")),
]


def test_matches_are_counted_by_what_they_are() -> None:
    entries = [
        Entry("长江", "LOC"),
        Entry("长江大桥", "LOC"),
        Entry("杭州", "ORG"),
        Entry("林晓东", "PER", "never"),
        Entry("高峰", "PER", "force"),
        Entry("没有", "LOC"),
        Entry("长江大桥", "LOC", "force"),
    ]
    found = check_lexicon(Lexicon([entry._replace(line=i) for i, entry in enumerate(entries)]), SENTENCES, TABLE)
    numbers = [(use.matches, use.right, use.other_type, use.part, use.outside) for use in found.uses]
    assert numbers == [
        (6, 0, 0, 3, 3),
        (3, 3, 0, 0, 0),
        (3, 0, 3, 0, 0),
        (3, 3, 0, 0, 0),
        (12, 1, 0, 0, 11),
        (0, 0, 0, 0, 0),
        (3, 3, 0, 0, 0),
    ]
    suggestions = [use.suggestion for use in found.uses]
    assert suggestions == ["never", "force", "type LOC", "remove it", "remove it", "", ""]
    assert found.uses[0].example == "在[长江]大桥上看长江水"
    assert [use.precision for use in found.uses[:2]] == [0.0, 1.0]
    assert found.uses[5].precision is None
    assert found.frame["precision"].fillna(-1).tolist() == [0, 1, 0, 1, 0.0833, -1, 1]
    assert found.frame["term"].tolist() == [entry.term for entry in entries]


def test_an_empty_list_has_an_empty_table() -> None:
    frame = check_lexicon(Lexicon([]), SENTENCES, TABLE).frame
    assert len(frame) == 0
    assert {"term", "type", "mode", "matches", "right", "suggestion", "example", "place"} <= {*frame.columns}


def test_what_is_odd_about_a_list_is_noted() -> None:
    entries = [
        Entry("a江", "LOC", file="a.csv", line=2),
        Entry("Ａ江", "LOC", file="a.csv", line=3),
        Entry("江", "LOC", file="a.csv", line=4),
        Entry("江", "THING", "never", file="a.csv", line=5),
    ]
    notes = check_lexicon(Lexicon(entries), SENTENCES, TABLE).notes
    assert notes == [
        "a.csv:3: Ａ江 LOC is in a.csv:2 too",
        "a.csv:4: 江 is a single character, which is often a part of something else",
        "the data have no entities of type THING; they have LOC, PER",
    ]
    assert check_lexicon(Lexicon(entries), SENTENCES, TABLE, ["LOC", "THING"]).notes == notes
    assert check_lexicon(Lexicon(entries), SENTENCES, TABLE, ["LOC", "PER"]).notes == [
        *notes,
        "the model doesn't know the type THING, only LOC, PER: it comes from the list alone",
    ]
