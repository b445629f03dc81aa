"""Tagging files of any size, in constant memory. The order of the records is kept."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import tee
from typing import Protocol

from ner.errors import InputError
from ner.records.entity_writers import Writer
from ner.records.record import Record, TaggedText


class Reader(Protocol):
    """What finds entities: a `Tagger`, or a `Client` of a service."""

    @property
    def types(self) -> Sequence[str]:
        """The types of the entities."""

    def readings(
        self, texts: Iterable[str], n: int = 0, *, watch: Callable[[int], None] | None = None
    ) -> Iterator[TaggedText]:
        """The entities of each text and its `n` most probable readings, as a stream.

        `watch` is called with the number of characters that have just been read.
        """


@dataclass
class Tally:
    """What was found.

    Args:
        texts: the number of texts.
        types: the number of entities by type.
        expected: the sum of the scores of the entities: so many are right, if the scores are.
        last: the last record that was written.
        overruled: the number of terms with mode `force` that had no room.
        first_overruled: the first of them with its place; "" if there is none.
    """

    texts: int = 0
    types: Counter[str] = field(default_factory=Counter)
    expected: float = 0.0
    last: Record | None = None
    overruled: int = 0
    first_overruled: str = ""

    def __str__(self) -> str:
        types = "".join(f", {type_} {count:,}" for type_, count in self.types.most_common())
        return f"texts {self.texts:,}, entities {self.types.total():,}{types}"


def tag_records(
    tagger: Reader,
    records: Iterable[Record],
    writer: Writer,
    watch: Callable[[int], None] | None = None,
    *,
    min_score: float = 0.0,
    types: Container[str] | None = None,
    nbest: int = 0,
    tally: Tally | None = None,
) -> Tally:
    """Tag records and write them.

    Args:
        tagger: the tagger.
        records: the texts. They can be a stream.
        writer: writes the records.
        watch: called with the number of characters that have just been read.
        min_score: entities with lower scores are left out.
        types: the types of entities that are written; None for all.
        nbest: the number of readings of each record, for formats that can store them.
        tally: counts what is written, also if it ends early; None for a new one.

    Raises:
        OSError: the output can't be written.
    """
    tally = tally or Tally()
    ahead, behind = tee(records)
    readings = tagger.readings((record.text for record in ahead), nbest, watch=watch)
    for record, (found, alternatives, overruled) in zip(behind, readings, strict=True):
        entities = [
            e for e in found if (e.score is None or e.score >= min_score) and (types is None or e.label in types)
        ]
        writer.write(record, entities, alternatives)
        tally.last = record
        tally.texts += 1
        tally.types.update(entity.label for entity in entities)
        tally.expected += sum(1.0 if entity.score is None else entity.score for entity in entities)
        if overruled and not tally.overruled:
            first = overruled[0]
            tally.first_overruled = f"{record.file}:{record.line}: {first.text} ({first.start}-{first.end})"
        tally.overruled += len(overruled)
    return tally


def choose_types(known: Sequence[str], names: str) -> list[str]:
    """The types that a list such as "PER,ORG" names.

    Args:
        known: the types that the tagger finds.
        names: the list.

    Raises:
        InputError: the tagger doesn't find one of them.
    """
    types = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in types if name not in known]:
        message = f"the tagger finds no {', '.join(unknown)}: expected `types` to name some of {', '.join(known)}"
        near = [type_ for type_ in known if type_.casefold() in map(str.casefold, unknown)]
        raise InputError(message + (f"; did you mean {', '.join(near)}?" if near else ""))
    if not types:
        raise InputError("expected `types` to name types, such as PER,ORG")
    return types
