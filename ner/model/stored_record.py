"""The file `training.json` of a model folder."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, NonNegativeFloat, NonNegativeInt, model_validator
from typing_extensions import Self

from ner.file_schema import FileSchema, check_file
from ner.files import read_json
from ner.model.stored_config import ADVICE

_Weights = Annotated[list[Annotated[float, Field(ge=0, le=1.01)]], Field(min_length=1, max_length=1001)]


class _Split(FileSchema):
    path: str
    fingerprint: str
    sentences: NonNegativeInt
    entities: dict[str, NonNegativeInt]


class _Conlleval(FileSchema):
    f1: float


class _Scores(FileSchema):
    conlleval: _Conlleval


class _Listed(FileSchema):
    path: str
    weights: dict[str, float]
    f1: dict[str, float]


class _Settings(FileSchema):
    mode: str
    seed: int


class _Source(FileSchema):
    seed: int
    dev_share: Annotated[float, Field(gt=0, lt=1)] | None = None


class StoredRun(FileSchema):
    """What the program uses of the training record of any network."""

    settings: _Settings
    epochs: list[dict[str, float | None]]
    minutes: NonNegativeFloat
    parameters: NonNegativeInt
    temperature: float


class _Record(StoredRun):
    """What `info` and reports use of the record of a tagger."""

    data: dict[str, _Split]
    scores: dict[str, _Scores]
    machine: dict[str, Any] = Field(default_factory=dict)
    versions: dict[str, str]
    layer_weights: _Weights
    layer_weights_by_type: dict[str, _Weights]
    dictionary: _Listed | None = None
    source: _Source | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if "bert-ner" not in self.versions:
            raise ValueError("versions: expected the one of bert-ner, found none")
        if not any(self.layer_weights):
            raise ValueError("layer_weights: expected one above 0, found none")
        if any(len(weights) != len(self.layer_weights) for weights in self.layer_weights_by_type.values()):
            raise ValueError("layer_weights_by_type: expected as many as layer_weights")
        return self


def read_training_record(path: Path) -> dict[str, Any]:
    """Read a training record and check all that the program uses of it.

    Raises:
        InputError: the file is damaged.
        OSError: the file can't be read.
    """
    content: dict[str, Any] = read_json(path, ADVICE)
    check_file(_Record, content, path, ADVICE)
    return content
