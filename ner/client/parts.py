"""What the clients send and get: texts in parts that keep the limits of a service, and the JSON of both directions."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ner.choices import BATCH_CHARACTERS, MOST_READINGS
from ner.classifying.content import Content
from ner.classifying.prediction import Prediction
from ner.data.entities import Entity
from ner.errors import InputError
from ner.lexicon.entries import COLUMNS
from ner.records.record import Alternative, TaggedText
from ner.tagging.tagged_texts import FoundEntities

if TYPE_CHECKING:
    from ner.lexicon.lexicon import Lexicon

_MOST_BYTES = 6  # of a character in JSON
_SPAN = 16  # characters that are as long as the JSON of a span
_PLACE = re.compile(r"^(texts|pairs|fixed)\[(\d+)\]")

Span = tuple[int, int, str | None]


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model of a service.

    Args:
        name: its name in requests.
        default: whether it is the model of requests that name none.
        types: the types of its entities.
        precision: the numbers that it computes with.
        window: the characters that it reads at once.
        embeds: whether it has vectors.
        labels: the labels of a classifier.
        pairs: whether a classifier reads pairs of texts.
    """

    name: str
    default: bool
    types: list[str]
    precision: str
    window: int
    embeds: bool
    labels: list[str] = field(default_factory=list)
    pairs: bool = False


class Limits(NamedTuple):
    """The most texts of a request, characters of a text, and bytes of a request."""

    texts: int
    characters: int
    bytes: int


class TagOptions(NamedTuple):
    """What is asked for each text.

    Args:
        min_score: entities with lower scores are left out.
        types: only entities of these types are given; None for all types.
        nbest: the number of readings.
        dictionary: the entries that entities may come from, as JSON; None without a list.
        lexicon: the name of a list of the service.
    """

    min_score: float = 0.0
    types: Sequence[str] | None = None
    nbest: int = 0
    dictionary: Sequence[Mapping[str, Any]] | None = None
    lexicon: str | None = None

    @property
    def bytes(self) -> int:
        """The size of the list in a request."""
        return 0 if self.dictionary is None else len(json.dumps(self.dictionary, ensure_ascii=False).encode())


class Part(NamedTuple):
    """The texts of one request.

    Args:
        first: the place of its first text in the list of the caller.
        texts: the texts.
        fixed: the known spans of each text; None if nothing is known.
        pairs: the second text of each pair; empty if these are single texts.
    """

    first: int
    texts: list[str]
    fixed: list[Sequence[Span]] | None
    pairs: list[str]


class Divider:
    """Divides texts into parts, so that each one is a request that a service takes and an engine reads at once.

    Args:
        limits: of the service.
        beside: the bytes of a request that are no texts.
    """

    def __init__(self, limits: Limits, beside: int = 0) -> None:
        self._limits = limits
        self._budget = min(BATCH_CHARACTERS, (limits.bytes - beside) // _MOST_BYTES)
        self._begin(0)

    def _begin(self, first: int) -> None:
        self._part, self._size = Part(first, [], [], []), 0

    def add(self, text: str, fixed: Sequence[Span] = (), pair: str | None = None) -> Iterator[Part]:
        """Add a text, or a pair of texts, and give the part before it if the text has no room there.

        Raises:
            InputError: the text is too long for the service, or is no Unicode.
        """
        place = self._part.first + len(self._part.texts)
        for one in (text, pair or ""):
            if len(one) > self._limits.characters:
                raise InputError(
                    f"expected texts of at most {self._limits.characters:,} characters, got {len(one):,} at {place}"
                )
            if any("\ud800" <= character <= "\udfff" for character in one):
                raise InputError(f"expected texts of whole characters, got half of a surrogate pair at {place}")
        size = len(text) + len(pair or "") + 1 + _SPAN * len(fixed)
        if self._part.texts and (self._size + size > self._budget or len(self._part.texts) >= self._limits.texts):
            yield from self.rest()
            self._begin(place)
        self._part.texts.append(text)
        assert self._part.fixed is not None
        self._part.fixed.append(fixed)
        if pair is not None:
            self._part.pairs.append(pair)
        self._size += size

    def rest(self) -> Iterator[Part]:
        """The last part, if there is one."""
        if self._part.texts:
            yield self._part if any(self._part.fixed or ()) else self._part._replace(fixed=None)


def divide(
    texts: Iterable[str | Content], fixed: Sequence[Sequence[Span]] | None, limits: Limits, beside: int = 0
) -> Iterator[Part]:
    """Divide texts or pairs, and what is known of them, into parts, each with so many bytes beside them."""
    divider = Divider(limits, beside)
    for place, one in enumerate(texts):
        text, pair = (one, None) if isinstance(one, str) else one
        yield from divider.add(text, fixed[place] if fixed is not None else (), pair)
    yield from divider.rest()


def check_fixed(fixed: Any, texts: int) -> list[list[Span]] | None:
    """The spans of each text as tuples.

    Raises:
        InputError: they are no list of spans for each text.
    """
    if fixed is None:
        return None
    try:
        spans = [[(int(start), int(end), label) for start, end, label in one] for one in fixed]
    except (TypeError, ValueError):
        raise InputError(
            f"expected `fixed` to have a list of spans (start, end, type or None) for each text, got {fixed!r:.60}"
        ) from None
    if len(spans) != texts:
        raise InputError(f"expected `fixed` to have a list for each of the {texts} texts, got {len(spans)}")
    return spans


def check_nbest(n: Any) -> None:
    """Raises InputError unless `n` is a number of readings."""
    if not isinstance(n, int) or not 1 <= n <= MOST_READINGS:
        raise InputError(f"expected `n` to be a whole number from 1 to {MOST_READINGS}, got {n!r}")


def join_vectors(vectors: list[Any], pooling: str) -> Any:
    """One array of the vectors of all texts; with pooling `none` a list with an array for each text."""
    import numpy as np

    if pooling == "none":
        return vectors
    return np.stack(vectors) if vectors else np.zeros((0, 0), dtype=np.float32)


def read_dictionary(dictionary: "Lexicon | str | Path | None") -> list[dict[str, Any]] | None:
    """The entries of a list as JSON, without empty fields.

    Raises:
        InputError: it is no list, or has errors, rules or no room in a request.
    """
    if dictionary is None:
        return None
    from ner.lexicon.lexicon import Lexicon

    if not isinstance(dictionary, (Lexicon, str, Path)):
        raise InputError(f"expected `dictionary` to be a Lexicon or a file, got {dictionary!r:.60}")
    lexicon = dictionary if isinstance(dictionary, Lexicon) else Lexicon.read(dictionary)
    if lexicon.rules:
        raise InputError("expected `dictionary` to have no rules: the service has its own")
    named = (zip(COLUMNS, entry, strict=False) for entry in lexicon)
    return [{name: value for name, value in entry if value not in ("", None)} for entry in named]


def tag_body(part: Part, model: str | None, options: TagOptions) -> dict[str, Any]:
    """The JSON of a request for `/v1/tag`."""
    body: dict[str, Any] = {
        "texts": part.texts,
        "model": model,
        "min_score": float(options.min_score),
        "nbest": options.nbest,
    }
    if options.types is not None:
        body["types"] = list(options.types)
    for name in ("dictionary", "lexicon"):
        if (value := getattr(options, name)) is not None:
            body[name] = value
    if part.fixed is not None:
        body["fixed"] = [
            [{"start": start, "end": end, "label": label} for start, end, label in spans] for spans in part.fixed
        ]
    return body


def read_results(part: Part, answer: Any) -> list[TaggedText]:
    """What was found in each text of a part, from the answer of `/v1/tag`."""
    return [
        TaggedText(
            FoundEntities(text, _entities(text, result["entities"])),
            [
                Alternative(_entities(text, one["entities"]), one["probability"])
                for one in result.get("alternatives") or ()
            ],
        )
        for text, result in zip(part.texts, answer["results"], strict=True)
    ]


def classify_body(part: Part, model: str | None) -> dict[str, Any]:
    """The JSON of a request for `/v1/classify`."""
    if part.pairs:
        return {"pairs": [*zip(part.texts, part.pairs, strict=True)], "model": model}
    return {"texts": part.texts, "model": model}


def read_predictions(part: Part, answer: Any) -> list[Prediction]:
    """The prediction for each text or pair of a part, from the answer of `/v1/classify`."""
    results = [result for _, result in zip(part.texts, answer["results"], strict=True)]
    return [Prediction(tuple(result["labels"]), dict(result["scores"])) for result in results]


def read_models(answer: Any) -> tuple[list[ServedModel], Limits]:
    """The models and the limits, from the answer of `/v1/models`."""
    names = ServedModel.__slots__  # older services have no labels
    models = [ServedModel(**{name: row[name] for name in names if name in row}) for row in answer["models"]]
    return models, Limits(**{name: int(answer["limits"][name]) for name in Limits._fields})


def place_of_caller(sentence: str, first: int) -> str:
    """The sentence of an error, with the place in the list of the caller instead of the place in a request."""
    return _PLACE.sub(lambda found: f"{found[1]}[{first + int(found[2])}]", sentence)


def _entities(text: str, rows: Iterable[Mapping[str, Any]]) -> list[Entity]:
    return [
        Entity(
            row["start"],
            row["end"],
            row["label"],
            text[row["start"] : row["end"]],
            row["score"],
            row.get("source"),
            row.get("id") or "",
            row.get("model_score"),
        )
        for row in rows
    ]
