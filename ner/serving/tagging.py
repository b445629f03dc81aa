"""Tagging and embedding texts through the service: what all routes and protocols call."""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request

from ner.data.entities import Entity
from ner.lexicon.fixed_spans import FixedSpan
from ner.records.record import Alternative, TaggedText
from ner.serving.refusal import Refusal
from ner.serving.served_lexicon import ServedLexicon
from ner.serving.service import Service
from ner.serving.work_queue import Task

_MOST_NUMBERS = 20_000_000  # in an answer, which has some 10 bytes for each, and is in memory several times


async def tag_texts(
    service: Service,
    request: Request,
    texts: Sequence[str],
    *,
    model: str | None = None,
    min_score: float = 0.0,
    types: Sequence[str] | None = None,
    nbest: int = 0,
    fixed: Sequence[Sequence[FixedSpan]] | None = None,
    lexicon: str | None = None,
    dictionary: ServedLexicon | None = None,
) -> list[TaggedText]:
    """Find the entities of texts, as `Tagger.tag` does, and their most probable readings.

    Args:
        service: the service.
        request: the HTTP request, whose line in the log gets the size of the work.
        texts: the texts.
        model: the name of a model; None for the default.
        min_score: the lowest score of an entity.
        types: the types of the entities; None for all.
        nbest: the number of readings.
        fixed: the known spans of each text.
        lexicon: the name of a list that entities may come from, besides that of the model.
        dictionary: another one.

    Raises:
        Refusal: there is no such model or list, or a text can't be worked on.
    """
    name, lexicons = find_model(service, model, types, lexicon, dictionary)
    if fixed is not None and len(fixed) != len(texts):
        raise Refusal(422, f"fixed: expected a list for each of the {len(texts)} texts, got {len(fixed)}")
    if fixed is not None and nbest:
        raise Refusal(422, "fixed: fixed spans can't be combined with nbest")
    items: list[dict[str, Any]] = [{"text": text} for text in texts]
    if fixed is not None:
        for item, spans in zip(items, fixed, strict=True):
            item["fixed"] = [tuple(span) for span in spans]
    options = (("fixed", True),) if fixed is not None else (("nbest", nbest),)
    note_work(request, len(texts), sum(map(len, texts)))
    results = await service.work(Task(name, "tag", options, lexicons), items)
    return [
        TaggedText(
            [
                entity
                for entity in _entities(text, result["entities"])
                if (entity.score or 0.0) >= min_score and (types is None or entity.label in types)
            ],
            [Alternative(_entities(text, rows), probability) for probability, rows in result.get("alternatives", ())],
        )
        for text, result in zip(texts, results, strict=True)
    ]


def find_model(
    service: Service,
    model: str | None,
    types: Sequence[str] | None,
    lexicon: str | None = None,
    dictionary: ServedLexicon | None = None,
) -> tuple[str, tuple[ServedLexicon, ...]]:
    """The name of a model that finds all of these types with its lists, and these lists.

    Raises:
        Refusal: there is no such model or list, or there is no such type, or the model finds no entities.
    """
    name = service.find_model(model)
    if not service.models[name]["types"]:
        kind, other = ("a classifier", "labels") if service.models[name]["labels"] else ("an encoder", "vectors")
        raise Refusal(422, f"model: {name} is {kind} and finds no entities; ask it for {other}")
    lexicons = service.lexicons.find(name, lexicon, dictionary)
    known = service.types(name, lexicons)
    if unknown := set(types or ()) - set(known):
        raise Refusal(422, f"types: {sorted(unknown)[0][:40]!r} is no type of the model: expected {', '.join(known)}")
    return name, lexicons


def result_fields(found: TaggedText, nbest: int) -> dict[str, Any]:
    """The JSON of what was found in a text. It has the alternatives if they were asked for."""
    result: dict[str, Any] = {"entities": [entity_fields(entity) for entity in found.entities]}
    if nbest:
        result["alternatives"] = [
            {"probability": one.probability, "entities": [entity_fields(entity) for entity in one.entities]}
            for one in found.alternatives
        ]
    return result


def entity_fields(entity: Entity) -> dict[str, Any]:
    """The JSON of an entity. With a lexicon it has a source, a score without it, and maybe an id."""
    names = ["start", "end", "label", "text", "score"]
    if entity.source is not None:
        names += ["source", *(["id"] if entity.id else []), "model_score"]
    return {name: getattr(entity, name) for name in names}


async def embed_texts(
    service: Service, request: Request, texts: Sequence[str], model: str | None, layer: str, pooling: str
) -> list[Any]:
    """Compute a vector for each text, or with pooling `none` a vector for each character of each text, as JSON.

    Raises:
        Refusal: there is no such model or layer, the model has no vectors, or there would be too many numbers.
    """
    name = service.find_model(model or service.default_encoder)
    if not service.models[name]["embeds"]:
        raise Refusal(
            422,
            f"model: {name} is exported and has no vectors; serve the model that it was exported from, or an encoder",
        )
    sizes = service.models[name]["layers"]
    numbers = sum({"last4": sizes[-4:], "all": sizes}.get(layer, sizes[:1]))
    if pooling == "none" and numbers * sum(map(len, texts)) > _MOST_NUMBERS:
        most = _MOST_NUMBERS // numbers
        raise Refusal(413, f"texts: expected at most {most:,} characters with this layer and pooling none")
    note_work(request, len(texts), sum(map(len, texts)))
    task = Task(name, "embed", (("layer", layer), ("pooling", pooling)))
    results = await service.work(task, [{"text": text} for text in texts])
    return [orjson.Fragment(result["vector"]) for result in results]


def _entities(text: str, rows: Sequence[Sequence[Any]]) -> list[Entity]:
    return [Entity(start, end, label, text[start:end], *more) for start, end, label, *more in rows]


def note_work(request: Request, texts: int, characters: int) -> None:
    """Add the size of the work to the line of a request in the log."""
    request.scope["state"]["work"] = {"texts": texts, "characters": characters}
