"""KServe's Open Inference Protocol (v2), in JSON: a tensor of texts gives a tensor of JSON documents."""

from collections.abc import Callable, Coroutine
from math import prod
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from ner.serving.json_route import JsonRoute, json_response
from ner.serving.protocols.bounds import Body, find_entities
from ner.serving.refusal import Refusal
from ner.serving.schemas import REFUSALS, JsonList, refusals
from ner.serving.service import Service
from ner.serving.tagging import entity_fields
from ner.version import installed_version

_INPUT, _OUTPUT = "text", "entities"


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
    """The input. `data` is flat, or nested as `shape` says."""

    name: Literal["text"]
    shape: Annotated[JsonList[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=2)]
    datatype: Literal["BYTES"]
    data: Annotated[
        JsonList[str] | JsonList[JsonList[str]],
        Field(description="Texts. Binary data is not supported."),
    ]


class WantedOutput(Body):
    """An output."""

    name: Literal["entities"]


class InferRequest(Body):
    """Texts."""

    id: str | None = None
    inputs: Annotated[JsonList[TextTensor], Field(min_length=1, max_length=1)]
    outputs: JsonList[WantedOutput] | None = None


class EntityTensor(BaseModel):
    """The output: for each text a JSON list of entities, as a string."""

    name: str
    shape: list[int]
    datatype: str
    data: list[str]


class InferResponse(BaseModel):
    """Entities."""

    model_name: str
    id: str | None = None
    outputs: list[EntityTensor]


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
        return json_response(
            {
                "name": service.find_model(model),
                "versions": [],
                "platform": "bert-ner",
                "inputs": [{"name": _INPUT, "datatype": "BYTES", "shape": [-1]}],
                "outputs": [{"name": _OUTPUT, "datatype": "BYTES", "shape": [-1]}],
            }
        )

    @router.get("/models/{model}/ready", response_model=dict[str, bool | str], responses=no_model)
    async def model_ready(model: str) -> Response:
        """Whether a model takes texts."""
        return json_response({"name": service.find_model(model), "ready": True})

    @router.post("/models/{model}/infer", response_model=InferResponse, responses=REFUSALS)
    async def infer(model: str, body: InferRequest, request: Request) -> Response:
        """Find the entities of texts."""
        (tensor,) = body.inputs
        found = await find_entities(service, request, _texts(tensor), model)
        documents = [orjson.dumps([entity_fields(entity) for entity in entities]).decode() for entities in found]
        output = {"name": _OUTPUT, "shape": tensor.shape, "datatype": "BYTES", "data": documents}
        identity = {} if body.id is None else {"id": body.id}
        return json_response({"model_name": model, **identity, "outputs": [output]})

    return router


def _texts(tensor: TextTensor) -> list[str]:
    texts: list[str] = []
    for part in tensor.data:
        texts += [part] if isinstance(part, str) else part
    if len(texts) != prod(tensor.shape):
        raise Refusal(422, f"inputs[0].data: expected {prod(tensor.shape)} texts as `shape` says, got {len(texts)}")
    return texts
