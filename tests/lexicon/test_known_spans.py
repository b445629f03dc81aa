"""From matches to what they ask of a text."""

from ner.lexicon.default_weight import default_weight
from ner.lexicon.entries import Entry
from ner.lexicon.fixed_spans import FixedSpan
from ner.lexicon.known_spans import KnownSpans, find_known_spans
from ner.lexicon.matcher import Hit
from ner.lexicon.span_weights import NEVER


def known(*hits: tuple[int, int, Entry], fixed: tuple[FixedSpan, ...] = (), only: tuple[str, ...] = ()) -> KnownSpans:
    return find_known_spans([Hit(*hit) for hit in hits], fixed, 10, ["LOC", "PER"], ["ID"], frozenset(only))


def test_weights() -> None:
    found = known(
        (0, 3, Entry("abc", "LOC")),
        (0, 3, Entry("abc", "PER", weight=-2.0)),
        (0, 3, Entry("abc", "PER", weight=1.5)),  # of two entries, the higher weight counts
        (4, 6, Entry("de", "LOC", "only")),
        (4, 5, Entry("d", "LOC", "never")),
        (4, 5, Entry("d", "LOC", weight=3.0)),  # never is certain
        only=("LOC",),
    )
    assert [tuple(span) for span in found.spans.spans] == [
        (0, 3, "LOC", default_weight(3)),
        (0, 3, "PER", 1.5),
        (4, 5, "LOC", NEVER),
        (4, 6, "LOC", 0.0),
    ]
    assert found.spans.listed_only == {"LOC"}
    assert found.fixed == []


def test_never_without_a_type_is_never_of_any() -> None:
    found = known((0, 1, Entry("a", "", "never")))
    assert [(span.label, span.weight) for span in found.spans.spans] == [(t, NEVER) for t in ("ID", "LOC", "PER")]


def test_force_is_resolved_by_the_longest_then_the_first_and_the_rest_is_told() -> None:
    found = known(
        (0, 2, Entry("ab", "LOC", "force")),
        (1, 4, Entry("bcd", "PER", "force")),
        (3, 5, Entry("de", "LOC", "force")),
        (4, 6, Entry("ef", "LOC", "force")),
        (5, 7, Entry("fg", "LOC", "force")),
        (2, 3, Entry("c", "LOC")),
    )
    assert found.fixed == [FixedSpan(1, 4, "PER"), FixedSpan(4, 6, "LOC")]
    assert [tuple(span) for span in found.spans.spans] == [(1, 4, "PER", 0.0), (4, 6, "LOC", 0.0)]
    assert [(hit.start, hit.end) for hit in found.overruled] == [(0, 2), (3, 5), (5, 7)]


def test_what_the_caller_fixes_comes_first() -> None:
    fixed = (FixedSpan(0, 2, None), FixedSpan(4, 6, "LOC"))
    found = known((1, 3, Entry("bc", "ID")), (0, 2, Entry("ab", "LOC", "force")), fixed=fixed, only=("LOC",))
    assert found.fixed == [*fixed]
    assert [tuple(span) for span in found.spans.spans] == [(4, 6, "LOC", 0.0)]
    assert [(hit.start, hit.end) for hit in found.overruled] == [(0, 2)]


def test_new_types_are_outside_for_the_model() -> None:
    found = known((0, 2, Entry("ab", "ID", "force")), (1, 3, Entry("bc", "ID")))
    assert found.fixed == [FixedSpan(0, 2, None)]
    assert found.spans.forced == [(0, 2)]
    assert [tuple(span) for span in found.spans.spans] == [(0, 2, "ID", 0.0)]
