"""The JSON of the service's own routes."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from ner.choices import MOST_READINGS
from ner.lexicon.entries import LARGEST_WEIGHT, LONGEST_TERM, LONGEST_TYPE, Mode
from ner.serving.serving_settings import ServingSettings

MOST_OF_REQUEST = 1000
"""Entries of the list of a request. The service looks at each one before anybody else gets an answer."""

_Route = TypeVar("_Route", bound=Callable[..., Any])
_Item = TypeVar("_Item")
JsonList = Annotated[list[_Item], Field(fail_fast=True)]
"""A list in a request. Its first wrong item ends the reading: an error for each of a million holds up everybody."""

LAYERS = r"^(-?\d{1,3}|mean|last4|all)$"
_EXAMPLE = "林晓东昨天从杭州赶到北京大学医院看望李教授。"
_EXAMPLE_PAIR = ["图书馆几点关门？", "图书馆什么时候闭馆？"]


class Strict(BaseModel):
    """Fields have their JSON type, and there are no others."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SpanModel(Strict):
    """A span that is known: an entity, or with `label` null no part of an entity. Positions count code points."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]
    label: Annotated[str, Field(min_length=1, max_length=200)] | None


class EntryModel(Strict):
    """A term that entities may come from."""

    term: Annotated[str, Field(min_length=1, max_length=LONGEST_TERM)]
    type: Annotated[str, Field(max_length=LONGEST_TYPE, description="It may be one that the model doesn't have.")] = ""
    mode: Mode = "prefer"
    weight: Annotated[float | None, Field(ge=-LARGEST_WEIGHT, le=LARGEST_WEIGHT)] = None
    id: str = ""
    alias_of: str = ""


Dictionary = Annotated[JsonList[EntryModel], Field(max_length=MOST_OF_REQUEST)]
LexiconName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class TagRequest(Strict):
    """Texts to tag."""

    texts: list[str]
    model: Annotated[str | None, Field(description="The name of a model; the first one if it is left out.")] = None
    min_score: Annotated[float, Field(ge=0, le=1, description="Leave out entities with a lower score.")] = 0.0
    types: Annotated[JsonList[str] | None, Field(description="Give only entities of these types.")] = None
    nbest: Annotated[int, Field(ge=0, le=MOST_READINGS, description="Add the most probable results for each text.")] = 0
    fixed: Annotated[
        JsonList[JsonList[SpanModel]] | None, Field(description="The spans that are known, a list for each text.")
    ] = None
    dictionary: Annotated[Dictionary | None, Field(description="Terms that entities may come from.")] = None
    lexicon: Annotated[LexiconName | None, Field(description="The name of a list that the service has.")] = None


class ClassifyRequest(Strict):
    """Texts to classify, or pairs of texts if the classifier reads pairs."""

    texts: list[str] | None = None
    pairs: list[list[str]] | None = None
    model: Annotated[str | None, Field(description="The name of a classifier; the first one if it is left out.")] = None


class EmbedRequest(Strict):
    """Texts to compute vectors of."""

    texts: list[str]
    model: str | None = None
    layer: Annotated[
        str,
        Field(
            pattern=LAYERS,
            description="A layer: 0 is the embeddings, -1 the top; mean, last4 or all.",
        ),
    ] = "-1"
    pooling: Annotated[Literal["mean", "max", "cls", "none"], Field(description="none: one vector per character.")] = (
        "mean"
    )


def limit_texts(settings: ServingSettings) -> Callable[[_Route], _Route]:
    """Decorate a route: the texts of its `body` keep the limits of a service, and its OpenAPI document has them."""

    def decorate(route: _Route) -> _Route:
        text: Any = Annotated[str, Field(max_length=settings.max_characters)]
        pair: Any = Annotated[JsonList[text], Field(json_schema_extra={"minItems": 2, "maxItems": 2})]
        schema = route.__annotations__["body"]
        fields: dict[str, Any] = {}
        for name, item, example in (("texts", text, _EXAMPLE), ("pairs", pair, _EXAMPLE_PAIR)):
            if field := schema.model_fields.get(name):
                many = Field(min_length=1, max_length=settings.max_texts, examples=[[example]])
                items: Any = Annotated[JsonList[item], many]  # type: ignore[valid-type]  # it takes no variable for a type
                fields[name] = (items, ...) if field.is_required() else (items | None, None)
        route.__annotations__["body"] = create_model(schema.__name__, __base__=schema, __doc__=schema.__doc__, **fields)
        return route

    return decorate


class EntityModel(BaseModel):
    """An entity: `text` is the characters `start` to `end` of its text, in code points."""

    start: int
    end: int
    label: str
    text: str
    score: float | None
    source: Annotated[str | None, Field(description="With a list: model, dictionary, rule or both.")] = None
    id: Annotated[str | None, Field(description="The id of the entry of the list.")] = None
    model_score: Annotated[float | None, Field(description="The score without the list.")] = None


class Reading(BaseModel):
    """One of the most probable results for a text."""

    probability: float
    entities: list[EntityModel]


class TextResult(BaseModel):
    """What was found in one text."""

    entities: list[EntityModel]
    alternatives: list[Reading] | None = None


class Usage(BaseModel):
    """The size of a request."""

    texts: int
    characters: int


class TagResponse(BaseModel):
    """The results, in the order of the texts."""

    model: str
    results: list[TextResult]
    usage: Usage


class PredictionModel(BaseModel):
    """The labels of a text or pair, the most probable first, and the probability of each label."""

    labels: list[str]
    scores: dict[str, float]


class ClassifyResponse(BaseModel):
    """The predictions, in the order of the texts or pairs."""

    model: str
    results: list[PredictionModel]
    usage: Usage


class EmbedResponse(BaseModel):
    """The vectors, in the order of the texts. With pooling none, there is a list of vectors for each text."""

    model: str
    vectors: list[list[float]] | list[list[list[float]]]
    usage: Usage


class ModelInfo(BaseModel):
    """A model of the service."""

    name: str
    default: bool
    types: list[str]
    labels: list[str]
    pairs: bool
    precision: str
    window: int
    embeds: bool


class Limits(BaseModel):
    """The most texts of a request, characters of a text, and bytes of a request."""

    texts: int
    characters: int
    bytes: int


class ModelList(BaseModel):
    """The models of the service, and its limits."""

    models: list[ModelInfo]
    limits: Limits


class LexiconInfo(BaseModel):
    """A list that the service has. Its version changes with its content."""

    name: str
    version: str
    entries: int
    types: list[str]


class LexiconList(BaseModel):
    """The lists that the service has."""

    lexicons: list[LexiconInfo]


class LexiconContent(BaseModel):
    """A list with its entries."""

    name: str
    version: str
    entries: list[EntryModel]


class ErrorAnswer(BaseModel):
    """Why a request was refused."""

    error: str
    request_id: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": description}
    for status, description in {
        400: "The body is not JSON.",
        401: "The API key is missing or wrong.",
        404: "There is no such model or lexicon.",
        413: "The body, the number of texts or a text is too large.",
        415: "The content type, encoding or charset is something else.",
        422: "A field is missing or wrong.",
        429: "There are too many requests. Retry-After has the seconds to wait.",
        500: "The model or the service failed.",
        503: "The service is loading its models or shutting down.",
        504: "The request was not answered in time.",
    }.items()
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals with these statuses, for the OpenAPI document of a route."""
    return {status: REFUSALS[status] for status in statuses}
