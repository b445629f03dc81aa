"""The folder of an exported classifier: as that of an exported tagger, with other properties in its JSON file."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from ner.characters.character_table import CharacterTable
from ner.choices import ExportPrecision, Target
from ner.errors import InputError
from ner.file_schema import FileSchema, Names, check_file, check_format
from ner.files import read_json, require_utf8_name, write_json
from ner.runtime.exported_folder import (
    ADVICE,
    CHARACTERS,
    CLASSIFIER,
    HIGHEST_TEMPERATURE,
    LOWEST_TEMPERATURE,
    RECORD,
    require_files,
)

_FORMAT_VERSION = 1
CLASSIFIER_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
"""The names of the network's inputs. Only a network that reads pairs can have the third."""


@dataclass(frozen=True)
class ExportedClassifier:
    """The properties of an exported classifier, without its network and its characters.

    Args:
        target: the runtime of the network.
        precision: the number format of products; with `int8` also of the weights.
        labels: the labels, in the order of the scores.
        pairs: whether it reads pairs of texts.
        multi_label: whether a text can have several labels, or none.
        reads_types: whether the network reads the types of tokens.
        temperature: divides all scores when probabilities are computed.
        window: the maximum number of characters of a window.
        versions: the versions of the packages that made the export.
    """

    target: Target
    precision: ExportPrecision
    labels: list[str]
    pairs: bool
    multi_label: bool
    reads_types: bool
    temperature: float
    window: int
    versions: dict[str, str]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the network's inputs."""
        return CLASSIFIER_INPUTS if self.reads_types else CLASSIFIER_INPUTS[:2]

    def save(self, folder: Path) -> None:
        """Write `exported.json` into `folder`."""
        write_json({"format_version": _FORMAT_VERSION, "model": CLASSIFIER, **asdict(self)}, folder / RECORD, indent=1)


class _Stored(FileSchema):
    """What `exported.json` contains."""

    model_config = ConfigDict(extra="forbid")

    format_version: int
    model: Literal["classifier"]
    target: Target
    precision: ExportPrecision
    labels: Annotated[Names, Field(min_length=1)]
    pairs: bool
    multi_label: bool
    reads_types: bool
    temperature: Annotated[float, Field(ge=LOWEST_TEMPERATURE, le=HIGHEST_TEMPERATURE)]
    window: Annotated[int, Field(ge=1, le=100_000)]
    versions: dict[str, str]


def load_exported_classifier(folder: Path) -> tuple[ExportedClassifier, CharacterTable]:
    """Read an exported classifier without its network.

    Raises:
        InputError: a file is missing or damaged, has a newer format, or is of a tagger.
    """
    path = folder / RECORD
    require_utf8_name(folder)
    content: dict[str, Any] = read_json(path, ADVICE)
    if isinstance(content, dict) and content.get("model") != CLASSIFIER:
        raise InputError(f"{folder} contains an exported tagger: give the folder of a classifier")
    check_format(content, _FORMAT_VERSION, path, ADVICE)
    stored = check_file(_Stored, content, path, ADVICE)
    require_files(folder, stored.target)
    values = {name: getattr(stored, name) for name in ExportedClassifier.__dataclass_fields__}
    return ExportedClassifier(**values), CharacterTable.load(folder / CHARACTERS, ADVICE)
