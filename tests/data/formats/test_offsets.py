import pytest

from ner.data.data_split import Split
from ner.data.formats.offsets import AnnotatedRecord, Span, split_of_records, utf_16_offsets

TEXT = "😀王小明在北京"


def spans(split: Split) -> list[tuple[int, int, str]]:
    return [(e.start, e.end, e.text) for sentence in split.sentences for e in sentence.entities]


def test_offsets_in_code_points() -> None:
    split = split_of_records(
        [AnnotatedRecord(TEXT, [Span(1, 4, "PER", "王小明"), Span(5, 7, "LOC")], 3, "d")], "a.jsonl"
    )
    assert spans(split) == [(1, 4, "王小明"), (5, 7, "北京")]
    assert (split.faults, split.notes) == ([], [])
    assert (split.sentences[0].line, split.sentences[0].document) == (3, "d")


@pytest.mark.parametrize(
    "record",
    [
        AnnotatedRecord(TEXT, [Span(2, 5, "PER", "王小明"), Span(6, 8, "LOC")]),
        AnnotatedRecord(TEXT, [Span(2, 5, "PER"), Span(6, 8, "LOC")]),  # 8 is beyond the 7 code points
        AnnotatedRecord(TEXT, [Span(0, 2, "EMOJI", "😀")]),
    ],
)
def test_utf_16_units_are_recognised(record: AnnotatedRecord) -> None:
    split = split_of_records([record, AnnotatedRecord("王来", [Span(0, 1, "PER", "王")])], "a.jsonl")
    assert split.faults == []
    assert all(e.text in ("王小明", "北京", "😀", "王") for s in split.sentences for e in s.entities)
    assert split.notes == [
        "a.jsonl: offsets count UTF-16 units and were converted to code points (it matters in 1 record)"
    ]


def test_where_nothing_tells_the_format_decides() -> None:
    record = AnnotatedRecord(TEXT, [Span(2, 4, "X")])
    assert spans(split_of_records([record], "a")) == [(2, 4, "小明")]
    assert spans(split_of_records([record], "a", utf_16=True)) == [(1, 3, "王小")]


def test_the_note_has_the_hint_only_if_nothing_else_told() -> None:
    told, tie = AnnotatedRecord(TEXT, [Span(2, 5, "PER", "王小明")]), AnnotatedRecord(TEXT, [Span(2, 4, "X")])
    note = "a: offsets count UTF-16 units and were converted to code points (it matters in 1 record)"
    assert split_of_records([tie], "a", utf_16=True, hint="; or not").notes == [f"{note}; or not"]
    assert split_of_records([told], "a", utf_16=True, hint="; or not").notes == [note]
    assert split_of_records([tie], "a", hint="; or not").notes == []


def test_offsets_inside_a_character() -> None:
    good = [Span(2, 5, "PER", "王小明")] * 2
    split = split_of_records([AnnotatedRecord(TEXT, [*good, Span(1, 4, "X")])], "a")
    assert [fault.message for fault in split.faults] == [
        "X at 1 to 4 begins or ends inside a character of two UTF-16 units"
    ]


def test_scores_are_carried() -> None:
    split = split_of_records(
        [AnnotatedRecord("王来", [Span(0, 1, "PER", score=0.5), Span(0, 1, "X", "来", score=0.25)])], "a"
    )
    assert [(e.text, e.score) for e in split.sentences[0].entities] == [("王", 0.5), ("来", 0.25)]


def test_utf_16_offsets() -> None:
    assert utf_16_offsets("a😀b") == [0, 1, 3, 4]


def test_longer_entities_come_first() -> None:
    split = split_of_records(
        [AnnotatedRecord("北京大学", [Span(0, 2, "LOC"), Span(2, 4, "X"), Span(0, 4, "ORG")])], "a"
    )
    assert spans(split) == [(0, 4, "北京大学"), (0, 2, "北京"), (2, 4, "大学")]


@pytest.mark.parametrize(
    ("span", "message", "mended"),
    [
        (
            Span(3, 6, "PER", "王小明"),
            "PER at 3 to 6 holds '明在北', not '王小明'; the surface form is at 1 to 4 (offsets are off by -2)",
            "taken at 1 to 4",
        ),
        (
            Span(6, 9, "LOC", "北京"),
            "LOC at 6 to 9 is not within the text of 7 characters; "
            "the surface form is at 5 to 7 (offsets are off by -1)",
            "taken at 5 to 7",
        ),
        (
            Span(1, 3, "PER", "王小明"),
            "PER at 1 to 3 holds '王小', not '王小明'; the surface form is at 1 to 4 (the end is off by +1)",
            "taken at 1 to 4",
        ),
        (
            Span(1, 4, "PER", "张伟"),
            "PER at 1 to 4 holds '王小明', not '张伟', and the surface form '张伟' is not nearby",
            "",
        ),
        (Span(5, 9, "LOC"), "LOC at 5 to 9 is not within the text of 7 characters", ""),
        (Span(3, 3, "LOC"), "LOC at 3 to 3 is empty", ""),
        (Span(3, 3, "LOC", ""), "LOC at 3 to 3 is empty", ""),
        (Span(9, 9, "LOC"), "LOC at 9 to 9 is empty", ""),
        (Span(4, 2, "LOC"), "LOC at 4 to 2 ends before it begins", ""),
        (
            Span(4, 2, "PER", "小"),
            "PER at 4 to 2 ends before it begins; the surface form is at 2 to 3 (offsets are off by -2)",
            "taken at 2 to 3",
        ),
        (Span(1, 4, "PER", ""), "PER at 1 to 4 holds '王小明', not ''", ""),
        (
            Span(12, 14, "LOC", "北京"),
            "LOC at 12 to 14 is not within the text of 7 characters; "
            "the surface form is at 5 to 7 (offsets are off by -7)",
            "taken at 5 to 7",
        ),
        (Span(-2, 3, "LOC"), "LOC at -2 to 3 is not within the text of 7 characters", ""),
    ],
)
def test_offsets_that_are_wrong(span: Span, message: str, mended: str) -> None:
    good = Span(0, 1, "EMOJI", "😀")
    split = split_of_records([AnnotatedRecord(TEXT, [good, span], 2), AnnotatedRecord("王", [], 3)], "a.jsonl")
    assert [(str(fault), fault.mended) for fault in split.faults] == [(f"a.jsonl:2: {message}", mended)]
    assert [sentence.text for sentence in split.sentences] == ([TEXT, "王"] if mended else ["王"])


def test_a_surface_at_two_places_equally_near_is_not_guessed() -> None:
    split = split_of_records([AnnotatedRecord("王甲王", [Span(1, 2, "PER", "王")])], "a")
    assert split.sentences == []
    assert "is not nearby" in split.faults[0].message
