"""The folder of an exported tagger: the network, the characters, and one JSON file with everything else."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from ner.characters.character_table import CharacterTable
from ner.choices import ExportPrecision, Target
from ner.decoding.numpy_chain import NumpyChain
from ner.errors import InputError
from ner.files import damaged_file, read_json, write_json

FORMAT_VERSION = 1
RECORD, CHARACTERS = "exported.json", "characters.json"

_FILES: dict[Target, tuple[str, ...]] = {"onnx": ("model.onnx",), "openvino": ("model.xml", "model.bin")}

_ADVICE = "copy it again, or export again"


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
    """

    target: Target
    precision: ExportPrecision
    types: list[str]
    labels: list[str]
    scheme: Literal["BIOES", "BIO"]
    tag_decoder: Literal["crf", "softmax"]
    temperature: float
    chain: NumpyChain | None
    window: int
    versions: dict[str, str]

    def save(self, folder: Path) -> None:
        """Write `exported.json` into `folder`."""
        chain = None if self.chain is None else {name: part.tolist() for name, part in self.chain._asdict().items()}
        content = {"format_version": FORMAT_VERSION, **asdict(self), "chain": chain}
        write_json(content, folder / RECORD, indent=1)


def network_path(folder: Path, target: Target) -> Path:
    """The file of the network. OpenVINO has a second file for the weights."""
    return folder / _FILES[target][0]


def is_exported(folder: Path) -> bool:
    """Whether a folder has an exported tagger, not a model of `train`."""
    return (folder / RECORD).is_file()


def load_exported(folder: Path) -> tuple[Exported, CharacterTable]:
    """Read an exported tagger without its network.

    Raises:
        InputError: a file is missing or damaged, or has a newer format.
    """
    path = folder / RECORD
    try:
        content: dict[str, Any] = read_json(path, _ADVICE)
        version = content.pop("format_version")
        if version > FORMAT_VERSION:
            raise InputError(f"{path} is of format {version}, this bert-ner reads up to {FORMAT_VERSION}: upgrade it")
        missing = [name for name in (CHARACTERS, *_FILES[content["target"]]) if not (folder / name).is_file()]
        if missing:
            raise InputError(f"{folder} is incomplete: {', '.join(missing)} not found; copy the whole folder")
        if content["tag_decoder"] == "crf":
            content["chain"] = NumpyChain(**{name: np.array(part) for name, part in content["chain"].items()})
        elif content["chain"] is not None:
            raise ValueError(f"a {content['tag_decoder']} has no chain")
        exported = Exported(**content)
        if exported.precision not in get_args(ExportPrecision):
            raise ValueError(f"unknown precision {exported.precision}")
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged_file(path, error, _ADVICE) from error
    return exported, CharacterTable.load(folder / CHARACTERS, _ADVICE)
