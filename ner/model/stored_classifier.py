"""The configuration of a classifier in `config.json`. This module needs no PyTorch."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, create_model, model_validator
from typing_extensions import Self

from ner.errors import InputError
from ner.file_schema import FileSchema, Names, check_file, check_format
from ner.files import read_json
from ner.model.classifier_settings import ClassifierNetworkSettings
from ner.model.model_files import CONFIG
from ner.model.stored_config import ADVICE, CLASSIFIER_TYPE, MODEL_TYPE, StoredEncoder, entries_of, schema_entries
from ner.runtime.exported_folder import CLASSIFIER, RECORD, is_exported

CLASSIFIER_FORMAT = 1
CLASSIFIER_ENTRIES = entries_of(ClassifierNetworkSettings)
"""The key in `config.json` of each setting of the network."""

_Network: Any = create_model("_Network", __base__=FileSchema, **schema_entries(ClassifierNetworkSettings))


class _Config(_Network):  # type: ignore[misc]
    """What `config.json` contains."""

    encoder: StoredEncoder
    labels: Annotated[Names, Field(min_length=1)]
    pairs: bool
    id2label: dict[str, str] = Field(default_factory=dict)
    quantization_config: None = None

    @model_validator(mode="after")
    def _labels_fit(self) -> Self:
        if self.id2label and [*self.id2label.values()] != self.labels:
            raise ValueError("labels: expected those of id2label in their order, found others")
        return self


def is_classifier(folder: Path) -> bool:
    """Whether a folder has a classifier, maybe an exported one. If it can't be read, who loads the folder says why."""
    name, key, kind = (RECORD, "model", CLASSIFIER) if is_exported(folder) else (CONFIG, "model_type", CLASSIFIER_TYPE)
    try:
        content = read_json(folder / name, ADVICE)
    except (OSError, InputError):
        return False
    return isinstance(content, dict) and content.get(key) == kind


def read_classifier_config(path: Path) -> dict[str, Any]:
    """Read the configuration of a classifier and check all that the program uses of it.

    Raises:
        InputError: the file is damaged, or describes a model of another type or of a newer format.
        OSError: the file can't be read.
    """
    content = read_json(path, ADVICE)
    kind = content.get("model_type") if isinstance(content, dict) else None
    if kind == MODEL_TYPE:
        raise InputError(
            f"{path.parent} contains a tagger: give the folder of a classifier, from bert-ner classify train"
        )
    if kind != CLASSIFIER_TYPE:
        raise InputError(f"{path} describes a model of the type {kind!s:.40}: expected {CLASSIFIER_TYPE}")
    check_format(content, CLASSIFIER_FORMAT, path, ADVICE)
    check_file(_Config, content, path, ADVICE)
    return dict(content)
