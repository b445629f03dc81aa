"""KServe's Open Inference Protocol (v2), in JSON: a tensor of texts gives a tensor of JSON documents."""

from collections.abc import Callable, Coroutine
from math import prod
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from ner.classifying.content import Content
from ner.serving.classifying import prediction_fields
from ner.serving.json_route import JsonRoute, json_response
from ner.serving.protocols.bounds import Body, find_entities, find_labels
from ner.serving.refusal import Refusal
from ner.serving.schemas import REFUSALS, JsonList, refusals
from ner.serving.service import Service
from ner.serving.tagging import entity_fields
from ner.version import installed_version

_INPUT, _ENTITIES, _PREDICTION = "text", "entities", "prediction"


class _TensorRoute(JsonRoute):
    media_types = ("application/json", "")  # tritonclient names none

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_tensors(request: Request) -> Response:
            if "inference-header-content-length" in request.headers:
                raise Refusal(415, "expected all data in JSON: use binary_data=False")
            return await handle(request)

        return handle_tensors


class TextTensor(Body):
    """The input. `data` is flat, or nested as `shape` says: a classifier of pairs takes the shape [pairs, 2]."""

    name: Literal["text"]
    shape: Annotated[JsonList[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=2)]
    datatype: Literal["BYTES"]
    data: Annotated[
        JsonList[str] | JsonList[JsonList[str]],
        Field(description="Texts. Binary data is not supported."),
    ]


class WantedOutput(Body):
    """An output."""

    name: Literal["entities", "prediction"]


class InferRequest(Body):
    """Texts."""

    id: str | None = None
    inputs: Annotated[JsonList[TextTensor], Field(min_length=1, max_length=1)]
    outputs: JsonList[WantedOutput] | None = None


class OutputTensor(BaseModel):
    """The output: for each text a JSON list of entities, or the JSON object of a prediction, as a string."""

    name: str
    shape: list[int]
    datatype: str
    data: list[str]


class InferResponse(BaseModel):
    """Entities or predictions."""

    model_name: str
    id: str | None = None
    outputs: list[OutputTensor]


class TensorInfo(BaseModel):
    """An input or output of a model."""

    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(BaseModel):
    """A model."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorInfo]
    outputs: list[TensorInfo]


class ServerMetadata(BaseModel):
    """The service."""

    name: str
    version: str
    extensions: list[str]


def kserve_routes(service: Service) -> APIRouter:
    """The routes of KServe's protocol."""
    router = APIRouter(prefix="/v2", route_class=_TensorRoute, strict_content_type=False, tags=["KServe"])
    no_model = refusals(401, 404, 503)

    @router.get("", response_model=ServerMetadata, responses=refusals(401))
    async def server() -> Response:
        """The name and version of the service."""
        return json_response({"name": "bert-ner", "version": installed_version("bert-ner"), "extensions": []})

    @router.get("/health/live", response_model=dict[str, bool])
    async def live() -> Response:
        """Whether the process answers."""
        return json_response({"live": True})

    @router.get("/health/ready", response_model=dict[str, bool], responses=refusals(503))
    async def ready() -> Response:
        """Whether the service takes texts."""
        service.require_engine()
        return json_response({"ready": True})

    @router.get("/models/{model}", response_model=ModelMetadata, responses=no_model)
    async def metadata(model: str) -> Response:
        """The inputs and outputs of a model."""
        name = service.find_model(model)
        shape = [-1, 2] if service.models[name]["pairs"] else [-1]
        return json_response(
            {
                "name": name,
                "versions": [],
                "platform": "bert-ner",
                "inputs": [{"name": _INPUT, "datatype": "BYTES", "shape": shape}],
                "outputs": [{"name": _output(service, name), "datatype": "BYTES", "shape": [-1]}],
            }
        )

    @router.get("/models/{model}/ready", response_model=dict[str, bool | str], responses=no_model)
    async def model_ready(model: str) -> Response:
        """Whether a model takes texts."""
        return json_response({"name": service.find_model(model), "ready": True})

    @router.post("/models/{model}/infer", response_model=InferResponse, responses=REFUSALS)
    async def infer(model: str, body: InferRequest, request: Request) -> Response:
        """Find the entities of texts, or if the model is a classifier, their labels."""
        (tensor,) = body.inputs
        name, shape = _output(service, model), tensor.shape
        if any(wanted.name != name for wanted in body.outputs or ()):
            raise Refusal(422, f"outputs: expected {name}, which is the only output of {model}")
        documents: list[Any]
        if name == _PREDICTION:
            contents, shape = _contents(tensor, pairs=service.models[model]["pairs"])
            documents = [prediction_fields(one) for one in await find_labels(service, request, contents, model)]
        else:
            found = await find_entities(service, request, _texts(tensor), model)
            documents = [[entity_fields(entity) for entity in entities] for entities in found]
        data = [orjson.dumps(document).decode() for document in documents]
        output = {"name": name, "shape": shape, "datatype": "BYTES", "data": data}
        identity = {} if body.id is None else {"id": body.id}
        return json_response({"model_name": model, **identity, "outputs": [output]})

    return router


def _output(service: Service, model: str) -> str:
    """The name of the output of a model."""
    return _PREDICTION if service.models[service.find_model(model)]["labels"] else _ENTITIES


def _contents(tensor: TextTensor, *, pairs: bool) -> tuple[list[Content], list[int]]:
    """The texts or pairs of a tensor, and the shape of a tensor with one element for each of them."""
    texts = _texts(tensor)
    if not pairs:
        return [(text, None) for text in texts], tensor.shape
    if tensor.shape[1:] != [2]:
        raise Refusal(422, "inputs[0].shape: expected [pairs, 2], as the model reads pairs of texts")
    return [*zip(texts[::2], texts[1::2], strict=True)], tensor.shape[:1]


def _texts(tensor: TextTensor) -> list[str]:
    texts: list[str] = []
    for part in tensor.data:
        texts += [part] if isinstance(part, str) else part
    if len(texts) != prod(tensor.shape):
        raise Refusal(422, f"inputs[0].data: expected {prod(tensor.shape)} texts as `shape` says, got {len(texts)}")
    return texts
