"""What all protocols share: the form of bodies, and texts that keep the limits of the service."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from ner.classifying.content import Content
from ner.classifying.prediction import Prediction
from ner.data.entities import Entity
from ner.serving.classifying import classify_texts, find_classifier
from ner.serving.refusal import Refusal
from ner.serving.service import Service
from ner.serving.serving_settings import ServingSettings
from ner.serving.tagging import embed_texts, tag_texts


class Body(BaseModel):
    """Fields have their JSON type. Tools send further fields, which are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True)


def require_bounds(settings: ServingSettings, texts: Sequence[str]) -> None:
    """Refuse more or longer texts than the service takes.

    Raises:
        Refusal: there are too many texts, or one is too long.
    """
    if len(texts) > settings.max_texts:
        raise Refusal(413, f"texts: expected at most {settings.max_texts} items")
    for place, text in enumerate(texts):
        if len(text) > settings.max_characters:
            raise Refusal(413, f"texts[{place}]: expected at most {settings.max_characters} characters")


async def find_entities(
    service: Service, request: Request, texts: Sequence[str], model: str | None, min_score: float = 0.0
) -> list[list[Entity]]:
    """The entities of each text. There may be no text.

    Raises:
        Refusal: the texts don't keep the limits, there is no such model, or a text can't be worked on.
    """
    require_bounds(service.settings, texts)
    if not texts:
        service.find_model(model)
        return []
    return [one.entities for one in await tag_texts(service, request, texts, model=model, min_score=min_score)]


async def find_labels(
    service: Service, request: Request, contents: Sequence[Content], model: str | None
) -> list[Prediction]:
    """The prediction for each text or pair. There may be none.

    Raises:
        Refusal: the texts don't keep the limits, there is no such classifier, or a text can't be worked on.
    """
    for part in (0, 1):
        require_bounds(service.settings, [content[part] or "" for content in contents])
    if not contents:
        find_classifier(service, model)
        return []
    return await classify_texts(service, request, contents, model)


async def compute_vectors(
    service: Service, request: Request, texts: Sequence[str], model: str | None, layer: str, pooling: str
) -> list[Any]:
    """The vector of each text, as `embed_texts` gives it. There may be no text.

    Raises:
        Refusal: the texts don't keep the limits, there is no such model or layer, or the model has no vectors.
    """
    require_bounds(service.settings, texts)
    if not texts:
        service.find_model(model or service.default_encoder)
        return []
    return await embed_texts(service, request, texts, model, layer, pooling)
