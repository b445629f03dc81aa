"""Label Studio's ML backend: predictions for the tasks of a project."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from ner.data.entities import Entity
from ner.serving.json_route import JsonRoute, json_response
from ner.serving.protocols.bounds import Body, find_entities
from ner.serving.protocols.label_config import LabelledText, parse_label_config
from ner.serving.refusal import Refusal
from ner.serving.schemas import REFUSALS, JsonList, refusals
from ner.serving.service import Service


class Health(BaseModel):
    """What Label Studio wants to hear."""

    status: str
    model_class: str


class Versions(BaseModel):
    """The only version that there is."""

    versions: list[str]


class ModelVersion(BaseModel):
    """The name of the model, and a digest of its files."""

    model_version: str


class Task(Body):
    """A task. Its data is an object with the texts."""

    data: Any = None


class PredictRequest(Body):
    """Tasks, and the label config of their project."""

    tasks: JsonList[Task]
    label_config: str


class Prediction(BaseModel):
    """The regions of a task. The score is the mean of theirs; without regions there is none."""

    model_version: str
    score: float | None = None
    result: list[dict[str, Any]]


class PredictResponse(BaseModel):
    """A prediction for each task."""

    results: list[Prediction]


def label_studio_routes(service: Service) -> APIRouter:
    """The routes of Label Studio."""
    router = APIRouter(route_class=JsonRoute, tags=["Label Studio"])
    # Label Studio adds its paths to the URL of the backend, so that a model can only be a part of the path.
    prefixes = ("/label-studio", "/label-studio/{model}")
    no_model = refusals(401, 404, 503)

    async def health(model: str | None = None) -> Response:
        """Whether the backend is there."""
        service.find_model(model)
        return json_response({"status": "UP", "model_class": "bert-ner"})

    async def versions(model: str | None = None) -> Response:
        """The version of the model."""
        return json_response({"versions": [_version(service, model)]})

    async def setup(model: str | None = None) -> Response:
        """Tell the version of the model. Nothing is set up, and the access token is not read."""
        return json_response({"model_version": _version(service, model)})

    async def webhook(model: str | None = None) -> Response:
        """Accept an event, and do nothing: annotations change no model here. Train a new one from an export."""
        service.find_model(model)
        return Response(b"{}", 201, media_type="application/json")

    async def predict(body: PredictRequest, request: Request, model: str | None = None) -> Response:
        """Find the entities of tasks, as far as the label config has labels for them."""
        if len(body.tasks) > service.settings.max_texts:
            raise Refusal(413, f"tasks: expected at most {service.settings.max_texts} items")
        version = _version(service, model)
        labelled = parse_label_config(body.label_config)
        places = [
            (number, one, text)
            for number, task in enumerate(body.tasks)
            for one in labelled
            if (text := _text(task.data, one.key))
        ]
        found = await find_entities(service, request, [text for _, _, text in places], model)
        regions: list[list[dict[str, Any]]] = [[] for _ in body.tasks]
        for (number, one, _), entities in zip(places, found, strict=True):
            regions[number] += _regions(one, entities, len(regions[number]))
        return json_response({"results": [_prediction(version, own) for own in regions]})

    for prefix in prefixes:
        router.get(f"{prefix}/health", response_model=Health, responses=no_model)(health)
        router.get(f"{prefix}/versions", response_model=Versions, responses=no_model)(versions)
        router.post(f"{prefix}/setup", response_model=ModelVersion, responses=REFUSALS)(setup)
        router.post(f"{prefix}/webhook", response_model=dict[str, str], status_code=201, responses=REFUSALS)(webhook)
        router.post(f"{prefix}/predict", response_model=PredictResponse, responses=REFUSALS)(predict)
    return router


def _version(service: Service, model: str | None) -> str:
    """The name of a model and what it is now. Label Studio asks again about a task when this changes."""
    name = service.find_model(model)
    return f"{name}-{service.models[name]['version']}"


def _text(data: Any, key: str) -> str:
    """The text of a task; "" if it has none."""
    text = data.get(key) if isinstance(data, dict) else None
    return text if isinstance(text, str) else ""


def _regions(labelled: LabelledText, entities: Sequence[Entity], first: int) -> list[dict[str, Any]]:
    """The regions of one text of a task. In Label Studio each region of a task needs a unique id."""
    known = [entity for entity in entities if entity.label in labelled.labels]
    return [
        {
            "id": f"e{number}",
            "from_name": labelled.from_name,
            "to_name": labelled.to_name,
            "type": "labels",
            "score": entity.score,
            "value": {
                "start": entity.start,
                "end": entity.end,
                "text": entity.text,
                "labels": [labelled.labels[entity.label]],
            },
        }
        for number, entity in enumerate(known, first)
    ]


def _prediction(version: str, regions: list[dict[str, Any]]) -> dict[str, Any]:
    prediction: dict[str, Any] = {"model_version": version, "result": regions}
    if regions:
        prediction["score"] = sum(region["score"] for region in regions) / len(regions)
    return prediction
