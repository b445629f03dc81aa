"""One run of the page: which texts are asked in which order, what is shown of them, and how far the person is."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ner.annotating.label_store import LabelStore, State
from ner.annotating.tasks import Span, Task, entity_fields, span_of
from ner.errors import InputError


class Shares(NamedTuple):
    """How the entities of a reading and those of the person compare: their numbers, and how many are the same."""

    proposed: int
    labelled: int
    same: int


class Session:
    """The state of the page.

    Args:
        store: the labels.
        queue: the ids of the texts, in the order in which they are asked.
        types: the types, in the order of their keys.
        guidelines: the guidelines as safe HTML.
    """

    def __init__(self, store: LabelStore, queue: Sequence[int], types: Sequence[str], guidelines: str = "") -> None:
        self.store = store
        self.queue = list(queue)
        self.types = list(types)
        self.guidelines = guidelines
        self.round = 0
        self._members = frozenset(queue)
        self._states = {number: state for number, state in store.states().items() if number in self._members}
        self._agreement = {
            number: _compare(task, answer.entities)
            for number, task, answer in store.finished()
            if number in self._members
        }

    def untouched(self) -> list[Task]:
        """The tasks of the texts with which the person has not dealt yet."""
        return [self.store.task(number)[0] for number in self.queue if number not in self._states]

    def renew(self, tasks: Sequence[Task]) -> None:
        """Take new proposals for texts, and ask these texts last, in this order.

        What the person has dealt with in the meantime keeps its task and its place. Of a text whose task asks nothing,
        nothing is asked. Pages see by the new `round` that the order has changed.
        """
        numbers = [number for number in self.store.add(tasks) if number not in self._states]
        renewed = frozenset(numbers)
        asked = [number for number in numbers if self.store.task(number)[0].asked != ()]
        self.queue = [number for number in self.queue if number not in renewed] + asked
        self.round += 1

    def overview(self) -> dict[str, Any]:
        """All but the texts, ready for JSON."""
        return {
            "types": self.types,
            "queue": self.queue,
            "states": self._states,
            "guidelines": self.guidelines,
            **self.progress(),
        }

    def progress(self) -> dict[str, Any]:
        """How far the person is, and the F1 of each reading against the person, in percent; ready for JSON."""
        states = [*self._states.values()]
        totals: dict[str, Shares] = {}
        for shares in self._agreement.values():
            for name, share in shares.items():
                sums = zip(totals.get(name, Shares(0, 0, 0)), share, strict=True)
                totals[name] = Shares(*(one + other for one, other in sums))
        return {
            "done": states.count("done"),
            "skipped": states.count("skipped"),
            "round": self.round,
            "agreement": {
                name: round(200 * total.same / (total.proposed + total.labelled), 1)
                for name, total in totals.items()
                if total.proposed + total.labelled
            },
        }

    def show(self, number: int) -> dict[str, Any]:
        """A text with its labels, ready for JSON. Offsets count code points.

        Raises:
            KeyError: it is not asked.
        """
        if number not in self._members:
            raise KeyError(number)
        task, answer = self.store.task(number)
        return {
            "id": number,
            "text": task.text,
            "document": task.document,
            "version": answer.version,
            "state": answer.state,
            "entities": [{"start": start, "end": end, "label": label} for start, end, label in answer.entities],
            "readings": {name: [*map(entity_fields, found)] for name, found in task.readings.items()},
            "asked": task.asked,
        }

    def save(self, number: int, version: int, state: State, entities: Sequence[Span]) -> dict[str, Any]:
        """Store what the person said about a text. The result has its new version and the progress.

        Raises:
            KeyError: the text is not asked.
            InputError: the entities don't fit the text.
            StaleVersionError: it has a newer version.
        """
        if number not in self._members:
            raise KeyError(number)
        task, _ = self.store.task(number)
        entities = sorted(entities)
        self._check(task, entities)
        newest = self.store.save(number, version, state, entities)
        self._states[number] = state
        self._agreement.pop(number, None)
        if state == "done":
            self._agreement[number] = _compare(task, entities)
        return {"version": newest, **self.progress()}

    def _check(self, task: Task, entities: Sequence[Span]) -> None:
        last = 0
        for start, end, label in entities:
            if not last <= start < end <= len(task.text):
                raise InputError("expected entities inside the text that don't overlap")
            if label not in self.types and (start, end, label) not in map(span_of, task.start):
                raise InputError("expected a type of this page")
            last = end


def _compare(task: Task, entities: Sequence[Span]) -> dict[str, Shares]:
    """Compare each reading with a person, in the parts that were asked."""

    def asked(spans: Sequence[Span]) -> set[Span]:
        parts = [(0, len(task.text))] if task.asked is None else task.asked
        return {span for span in spans if any(span[0] < end and start < span[1] for start, end in parts)}

    labelled = asked(entities)
    shares = {}
    for name, reading in task.readings.items():
        proposed = asked([*map(span_of, reading)])
        shares[name] = Shares(len(proposed), len(labelled), len(proposed & labelled))
    return shares
