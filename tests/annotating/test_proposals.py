"""What a tagger proposes, and of which parts it is not sure."""

from collections.abc import Callable, Iterable, Iterator

from ner.annotating.proposals import merge_overlaps, propose, propose_unsure_first, uncertain_parts
from ner.annotating.tasks import PROPOSED, Task
from ner.data.entities import Entity
from ner.records.record import Alternative, TaggedText

TEXT = "王小明在北京大学看书"


def entity(start: int, end: int, label: str, score: float | None = None) -> Entity:
    return Entity(start, end, label, TEXT[start:end], score)


TAGGED = TaggedText(
    [entity(0, 3, "PER", 0.99), entity(4, 6, "LOC", 0.6)],
    [
        Alternative([entity(0, 3, "PER"), entity(4, 6, "LOC")], 0.6),
        Alternative([entity(0, 3, "PER"), entity(4, 8, "ORG")], 0.25),
        Alternative([entity(0, 3, "PER"), entity(9, 10, "ORG")], 0.08),
        Alternative([entity(0, 3, "PER"), entity(4, 6, "LOC"), entity(9, 10, "ORG")], 0.05),
    ],
)


class Stub:
    def __init__(self) -> None:
        self.types = ["PER", "LOC", "ORG"]

    def readings(
        self, texts: Iterable[str], n: int = 0, *, watch: Callable[[int], None] | None = None
    ) -> Iterator[TaggedText]:
        for text in texts:
            if watch:
                watch(len(text))
            yield TAGGED if n else TAGGED._replace(alternatives=[])


def test_types_are_chosen() -> None:
    read: list[int] = []
    (task,) = propose(Stub(), [Task(TEXT)], ["PER"], watch=read.append)
    assert task.readings == {PROPOSED: (TAGGED.entities[0],)}
    assert (task.asked, read) == (None, [10])


def test_uncertain_parts() -> None:
    types = Stub().types
    assert uncertain_parts(TAGGED, types, 0.5) == ()  # all that is less probable than 0.5 is surely not there
    assert uncertain_parts(TAGGED, types, 0.7) == ((4, 6),)
    assert uncertain_parts(TAGGED, types, 0.8) == ((4, 8),)  # the other reading of the place
    assert uncertain_parts(TAGGED, types, 0.9) == ((4, 8), (9, 10))  # two readings have it, with 0.13 together
    assert uncertain_parts(TAGGED, types, 1) == ((0, 3), (4, 8), (9, 10))
    assert uncertain_parts(TAGGED, ["PER"], 0.9) == ()
    (task,) = propose(Stub(), [Task(TEXT)], types, 0.9)
    assert task.asked == ((4, 8), (9, 10))


def test_the_least_sure_text_comes_first() -> None:
    class Unsure(Stub):
        def readings(
            self, texts: Iterable[str], n: int = 0, *, watch: Callable[[int], None] | None = None
        ) -> Iterator[TaggedText]:
            for text in texts:
                yield TaggedText([], [Alternative([], float(text))])

    tasks = [Task("0.6"), Task("0.20"), Task("1"), Task("0.7")]
    found = propose_unsure_first(Unsure(), tasks, Stub().types)
    assert [task.text for task in found] == ["0.20", "0.6", "0.7", "1"]
    assert [task.asked for task in propose_unsure_first(Stub(), [Task(TEXT)], Stub().types, 0.7)] == [((4, 6),)]
    assert propose_unsure_first(Stub(), [], Stub().types) == []


def test_spans_that_touch_stay_apart() -> None:
    assert merge_overlaps([(4, 6), (0, 2), (2, 4), (5, 8)]) == ((0, 2), (2, 4), (4, 8))
