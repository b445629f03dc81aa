"""The folder of an exported tagger: the network, the characters, and one JSON file with everything else."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import ConfigDict, Field, model_validator
from typing_extensions import Self

from ner.characters.character_table import CharacterTable
from ner.choices import DecoderName, ExportPrecision, TaggingScheme, Target
from ner.data.schemes import SCHEMES, labels
from ner.decoding.legal_transitions import legal_transitions
from ner.decoding.numpy_chain import POSSIBLE, NumpyChain
from ner.errors import InputError
from ner.file_schema import FileSchema, Names, check_file, check_format
from ner.files import read_json, require_utf8_name, write_json
from ner.lexicon.default_weight import ListWeights
from ner.words.stored_segmenter import StoredSegmenter

FORMAT_VERSION = 2
_WITHOUT_WORDS = 1  # older versions read exported taggers without words and learned weights of lists
INPUTS = ("input_ids", "attention_mask", "word_ids")
"""The names of the network's inputs. A network without words has the first two."""
RECORD, CHARACTERS = "exported.json", "characters.json"

_FILES: dict[Target, tuple[str, ...]] = {"onnx": ("model.onnx",), "openvino": ("model.xml", "model.bin")}

ADVICE = "copy it again, or export again"
CLASSIFIER = "classifier"
"""What `exported.json` of a classifier has as its `model`. That of a tagger has no such entry."""

LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 1e-6, 1e6
"""Calibration finds temperatures near 1. With others all probabilities are 0 or 1, or all are equal."""
_HIGHEST_SCORE = 1e6  # learned scores of transitions are below 100


@dataclass(frozen=True)
class Exported:
    """The properties of an exported tagger, without its network and its characters.

    Args:
        target: the runtime of the network.
        precision: the number format of products; with `int8` also of the weights.
        types: the entity types.
        labels: the tags that the network predicts, in the order of their ids.
        scheme: the tag scheme of the labels.
        tag_decoder: the decoder of the emissions.
        temperature: divides all scores when probabilities are computed.
        chain: the scores of a CRF; None for a softmax.
        window: the maximum number of characters of a window.
        versions: the versions of the packages that made the export.
        segmenter: what cuts the words that the network reads; None if it reads none.
        list_weights: the weights of terms of lists that were learned; None if none were.
    """

    target: Target
    precision: ExportPrecision
    types: list[str]
    labels: list[str]
    scheme: TaggingScheme
    tag_decoder: DecoderName
    temperature: float
    chain: NumpyChain | None
    window: int
    versions: dict[str, str]
    segmenter: StoredSegmenter | None = None
    list_weights: ListWeights | None = None

    def save(self, folder: Path) -> None:
        """Write `exported.json` into `folder`."""
        chain = None if self.chain is None else {name: part.tolist() for name, part in self.chain._asdict().items()}
        newer = {
            **({"segmenter": self.segmenter.model_dump()} if self.segmenter else {}),
            **({"list_weights": self.list_weights} if self.list_weights else {}),
        }
        version = FORMAT_VERSION if newer else _WITHOUT_WORDS
        content = {"format_version": version, **asdict(self), "chain": chain}
        del content["segmenter"], content["list_weights"]
        content.update(newer)
        write_json(content, folder / RECORD, indent=1)


class _Chain(FileSchema):
    start: list[float]
    transitions: list[list[float]]
    end: list[float]

    def arrays(self) -> NumpyChain:
        return NumpyChain(np.array(self.start), np.array(self.transitions), np.array(self.end))


class _Stored(FileSchema):
    """What `exported.json` contains."""

    model_config = ConfigDict(extra="forbid")

    format_version: int
    target: Target
    precision: ExportPrecision
    types: Names
    labels: Names
    scheme: TaggingScheme
    tag_decoder: DecoderName
    temperature: Annotated[float, Field(ge=LOWEST_TEMPERATURE, le=HIGHEST_TEMPERATURE)]
    chain: _Chain | None
    window: Annotated[int, Field(ge=1, le=100_000)]
    versions: dict[str, str]
    segmenter: StoredSegmenter | None = None
    list_weights: ListWeights | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        scheme = SCHEMES[self.scheme]
        if self.labels != labels(scheme, self.types):
            raise ValueError("labels: expected those of types and scheme, found others")
        if (self.chain is None) != (self.tag_decoder == "softmax"):
            raise ValueError("chain: expected scores with the tag_decoder crf, and null with softmax")
        if self.chain is not None:
            size, parts = len(self.labels), self.chain
            if {len(parts.start), len(parts.transitions), len(parts.end), *map(len, parts.transitions)} != {size}:
                raise ValueError(f"chain: expected scores for {size} labels, found other sizes")
            for scores, legal in zip(parts.arrays(), legal_transitions(self.labels, scheme), strict=True):
                if ((scores > POSSIBLE) != legal).any() or (np.abs(scores[legal]) > _HIGHEST_SCORE).any():
                    raise ValueError(
                        f"chain: expected only what {self.scheme} allows to be possible, found other scores"
                    )
        return self


def network_path(folder: Path, target: Target) -> Path:
    """The file of the network. OpenVINO has a second file for the weights."""
    return folder / _FILES[target][0]


def is_exported(folder: Path) -> bool:
    """Whether a folder has an exported tagger or classifier, not a model of `train`."""
    return (folder / RECORD).is_file()


def load_exported(folder: Path) -> tuple[Exported, CharacterTable]:
    """Read an exported tagger without its network.

    Raises:
        InputError: a file is missing or damaged, or has a newer format.
    """
    path = folder / RECORD
    require_utf8_name(folder)
    content: dict[str, Any] = read_json(path, ADVICE)
    if isinstance(content, dict) and content.get("model") == CLASSIFIER:
        raise InputError(f"{folder} contains an exported classifier: give the folder of a tagger")
    check_format(content, FORMAT_VERSION, path, ADVICE)
    exported = check_exported(content, path, ADVICE)
    require_files(folder, exported.target)
    return exported, CharacterTable.load(folder / CHARACTERS, ADVICE)


def require_files(folder: Path, target: Target) -> None:
    """Check that an exported folder has all files beside `exported.json`.

    Raises:
        InputError: some are missing.
    """
    missing = [name for name in (CHARACTERS, *_FILES[target]) if not (folder / name).is_file()]
    if missing:
        raise InputError(f"{folder} is incomplete: {', '.join(missing)} not found; copy the whole folder")


def check_exported(content: Any, path: Path, advice: str) -> Exported:
    """Check the properties of an exported tagger, with the scores of its CRF as lists.

    Args:
        content: what `exported.json` contains.
        path: the file that it is from, for messages.
        advice: what the user can do if something is wrong.

    Raises:
        InputError: a property is missing or wrong.
    """
    stored = check_file(_Stored, content, path, advice)
    values = {name: getattr(stored, name) for name in _Stored.model_fields if name != "format_version"}
    return Exported(**{**values, "chain": None if stored.chain is None else stored.chain.arrays()})
