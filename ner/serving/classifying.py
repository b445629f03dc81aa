"""Classifying texts through the service: what its route, its page and the protocols call."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request

from ner.classifying.content import Content, content_length
from ner.classifying.prediction import Prediction
from ner.serving.refusal import Refusal
from ner.serving.service import Service
from ner.serving.tagging import note_work
from ner.serving.work_queue import Task


async def classify_texts(
    service: Service, request: Request, contents: Sequence[Content], model: str | None = None
) -> list[Prediction]:
    """Find the labels of texts or of pairs, as `Classifier.predict` does.

    Args:
        service: the service.
        request: the HTTP request, whose line in the log gets the size of the work.
        contents: the texts or pairs.
        model: the name of a classifier; None for the default.

    Raises:
        Refusal: there is no such classifier, it reads pairs and these are texts or the reverse, or one can't be worked
            on.
    """
    name = find_classifier(service, model)
    pairs = service.models[name]["pairs"]
    if any((pair is not None) != pairs for _, pair in contents):
        wanted, other = ("pairs", "texts") if pairs else ("texts", "pairs")
        raise Refusal(422, f"{other}: {name} reads {'pairs of texts' if pairs else 'single texts'}: give {wanted}")
    note_work(request, len(contents), sum(map(content_length, contents)))
    items = [{"text": text} if pair is None else {"text": text, "pair": pair} for text, pair in contents]
    results = await service.work(Task(name, "classify"), items)
    return [Prediction(tuple(result["labels"]), result["scores"]) for result in results]


def find_classifier(service: Service, model: str | None) -> str:
    """The name of a classifier.

    Raises:
        Refusal: there is no such model, or it finds no labels.
    """
    name = service.find_model(model or service.default_classifier)
    if not service.models[name]["labels"]:
        raise Refusal(422, f"model: {name} is no classifier: name one, or ask {name} at another route")
    return name


def prediction_fields(prediction: Prediction) -> dict[str, Any]:
    """The JSON of a prediction."""
    return {"labels": [*prediction.labels], "scores": {**prediction.scores}}
