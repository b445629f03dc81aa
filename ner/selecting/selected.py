"""What was chosen to label, why, and writing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from ner.data.entities import Entity
from ner.data.unknown_spans import Spans, spans_outside
from ner.files import atomic_writer
from ner.quantities import counted
from ner.records.entity_writers import JsonLinesWriter
from ner.records.field_values import names_beside
from ner.records.record import Alternative, Record
from ner.selecting.select_settings import SelectSettings
from ner.selecting.unsure_spans import READINGS, find_unsure_spans
from ner.tagging.tagger import Tagger

RANDOM = "random"
_FIELDS = ("chosen", "score", "why", "unknown")


class Choice(NamedTuple):
    """A chosen record.

    Args:
        record: the record.
        score: how unsure the tagger is of it; None if the strategy doesn't ask.
        alike: the number of candidates in its cluster; None if the strategy has no clusters.
        at_random: whether it was chosen at random.
    """

    record: Record
    score: float | None = None
    alike: int | None = None
    at_random: bool = False


@dataclass(frozen=True)
class Selected:
    """A text to label.

    >>> (one,) = select_texts(Tagger.load(), ["林晓东住在杭州。"], SelectSettings(count=1, strategy="margin"))
    >>> one.chosen, one.record.text, one.entities[0].text
    ('margin', '林晓东住在杭州。', '林晓东')

    Args:
        record: the text and its place.
        chosen: the strategy, or `random`.
        score: how unsure the tagger is, see `ner.selecting.doubt.measure_doubt`; None if the choice doesn't depend on
            it.
        why: the reason in words.
        entities: what the tagger proposes.
        unknown: the parts that need no label; they have no entities. () for none.
    """

    record: Record
    chosen: str
    score: float | None
    why: str
    entities: list[Entity]
    unknown: Spans = ()


def describe_choices(tagger: Tagger, choices: Sequence[Choice], settings: SelectSettings) -> list[Selected]:
    """Find the entities that the tagger proposes, the reason of each choice, and the parts that need no label."""
    texts = [choice.record.text for choice in choices]
    readings = tagger.nbest(texts, READINGS)
    unknown: list[Spans] = [() for _ in choices]
    if settings.spans:
        unsure = find_unsure_spans(tagger, texts, readings, settings.sure)
        unknown = [
            spans_outside(spans, 0, len(text)) if not choice.at_random else ()
            for choice, text, spans in zip(choices, texts, unsure, strict=True)
        ]
    selected = []
    for choice, entities, own, hidden in zip(choices, tagger.tag(texts), readings, unknown, strict=True):
        shown = [e for e in entities if not any(e.start < end and start < e.end for start, end in hidden)]
        chosen = RANDOM if choice.at_random else settings.strategy
        selected.append(Selected(choice.record, chosen, choice.score, _why(choice, own), shown, hidden))
    return selected


def write_selected(selected: Iterable[Selected], output: Path) -> None:
    """Write texts to label as JSON lines, with their proposals as entities, as `tag` writes them.

    The fields `chosen`, `score` and `why` say why each text is there, and `unknown` has the parts that need no label.

    Raises:
        OSError: the file can't be written.
    """
    with atomic_writer(output, errors="backslashreplace") as file:
        writer = JsonLinesWriter(file)
        for one in selected:
            names = names_beside(_FIELDS, list(one.record.fields))
            fields = {names[name]: value for name, value in one.record.fields.items()}
            fields |= {"chosen": one.chosen, "why": one.why}
            if one.score is not None:
                fields["score"] = round(one.score, 6)
            if one.unknown:
                fields["unknown"] = one.unknown
            writer.write(replace(one.record, fields=fields), one.entities)


def _why(choice: Choice, readings: Sequence[Alternative]) -> str:
    if choice.at_random:
        return "chosen at random: fit for a test set"
    reasons = [] if choice.score is None else [_doubt(readings)]
    if choice.alike is not None:
        reasons.append(f"stands for {counted(choice.alike, 'candidate')}")
    return "; ".join(reasons)


def _doubt(readings: Sequence[Alternative]) -> str:
    """How the two most probable readings differ."""
    if len(readings) < 2:
        return "the only possible reading"
    first, second = readings[:2]
    return f"{_beside(first, second)} or {_beside(second, first)}"


def _beside(one: Alternative, other: Alternative) -> str:
    own = [f"{entity.text} {entity.label}" for entity in one.entities if entity not in other.entities]
    return f"{', '.join(own) or 'nothing'} ({one.probability:.2f})"
