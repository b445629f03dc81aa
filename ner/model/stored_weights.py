"""The file `model.safetensors` of a model folder: where each weight is, and the values of small ones.

The format is documented at https://huggingface.co/docs/safetensors. This module needs no PyTorch.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field

from ner.bounded_json import parse_json
from ner.data import schemes
from ner.decoding.numpy_chain import Floats
from ner.errors import InputError
from ner.file_schema import FileSchema, check_file
from ner.model.model_files import CONFIG
from ner.model.stored_config import ADVICE
from ner.words.stored_segmenter import StoredSegmenter

_LENGTH = 8  # bytes of the number in front of the header
_LONGEST_HEADER = 100_000_000  # bytes, as in the library
_LAYER = re.compile(r"^encoder\..*?\.layers?\.(\d+)\.")
_NORM = re.compile(r"^encoder\..*?\.layers?\.0\..*(LayerNorm|layer_norm)\.bias$")

Shapes = Mapping[str, tuple[int, ...]]


class StoredTensor(NamedTuple):
    """Where a weight is in the file.

    Args:
        format: the number format by its name in the file.
        shape: its sizes.
        offset: the place of its first byte, from the start of the file.
        length: the number of its bytes.
    """

    format: str
    shape: tuple[int, ...]
    offset: int
    length: int


class _Tensor(FileSchema):
    dtype: str = ""
    shape: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=8)]
    data_offsets: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2, max_length=2)]


def read_shapes(path: Path) -> Shapes:
    """The shapes of all weights by their names.

    Raises:
        InputError: the file is empty, cut or otherwise damaged.
        OSError: the file can't be read.
    """
    return {name: tensor.shape for name, tensor in read_layout(path).items()}


def read_floats(path: Path, tensor: StoredTensor) -> Floats:
    """The values of a weight in float32.

    Raises:
        InputError: it has another number format than float32, float16 and bfloat16, or another size than its shape.
        OSError: the file can't be read.
    """
    with path.open("rb") as file:
        file.seek(tensor.offset)
        data = file.read(max(0, tensor.length))
    try:
        if tensor.format == "BF16":  # the upper half of a float32
            values = (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
        else:
            values = np.frombuffer(data, {"F32": "<f4", "F16": "<f2"}[tensor.format])
        floats: Floats = values.astype(np.float32).reshape(tensor.shape)
    except (KeyError, ValueError):
        raise _damaged(path, f"expected floats, found {tensor.length:,} bytes of {tensor.format:.20}") from None
    return floats


def read_layout(path: Path) -> dict[str, StoredTensor]:
    """The places of all weights by their names.

    Raises:
        InputError: the file is empty, cut or otherwise damaged.
        OSError: the file can't be read.
    """
    if path.exists() and not path.is_file():
        raise _damaged(path, "it is a device or a pipe")  # which might wait for ever
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH), "little")
        if size < _LENGTH or length > min(size - _LENGTH, _LONGEST_HEADER):
            raise _damaged(path, f"it has {size:,} bytes and ends too early")
        try:
            header = parse_json(file.read(length).decode("utf-8"))
        except ValueError as error:
            raise _damaged(path, str(error)) from None
    if not isinstance(header, dict):
        raise _damaged(path, "it has no table of weights")
    header.pop("__metadata__", None)
    tensors = {name: check_file(_Tensor, entry, path, ADVICE) for name, entry in header.items()}
    first = _LENGTH + length
    end = first + max((tensor.data_offsets[1] for tensor in tensors.values()), default=0)
    if end != size:
        raise _damaged(path, f"expected {end:,} bytes, found {size:,}")
    return {
        name: StoredTensor(tensor.dtype, tuple(tensor.shape), first + start, stop - start)
        for name, tensor in tensors.items()
        for start, stop in [tensor.data_offsets]
    }


def layout_digest(path: Path) -> str:
    """A digest of the names, shapes, number formats and places of all weights.

    Raises:
        OSError: the file can't be read.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH), "little")
        return hashlib.sha256(file.read(min(length, _LONGEST_HEADER))).hexdigest()


def check_sizes(config: Mapping[str, Any], shapes: Shapes, path: Path) -> None:
    """Compare the sizes in a configuration with the weights, before anything of these sizes is built.

    Args:
        config: what `read_config` returned.
        shapes: the shapes of the weights.
        path: the file of the weights.

    Raises:
        InputError: a size differs.
    """
    for name, size in _found_sizes(shapes):
        section, _, key = name.rpartition(".")
        wanted = ((config.get(section) or {}) if section else _derived(config)).get(key, size)
        if wanted != size:
            raise InputError(
                f"{path} doesn't fit {CONFIG}: {name} is {wanted:,} there, and {size:,} by the weights; "
                "copy the whole folder again, or train again"
            )


def _found_sizes(shapes: Shapes) -> Iterator[tuple[str, int]]:
    """The sizes that the weights show."""
    layers = {int(found[1]) for name in shapes if (found := _LAYER.match(name))}
    if layers:
        yield "encoder.num_hidden_layers", len(layers)
        yield "encoder.n_layers", len(layers)
    for name, shape in shapes.items():
        if name.startswith("encoder.") and name.endswith("word_embeddings.weight") and len(shape) == 2:
            yield "encoder.vocab_size", shape[0]
        elif name.startswith("encoder.") and name.endswith("position_embeddings.weight") and len(shape) == 2:
            yield "encoder.max_position_embeddings", shape[0]
        elif _NORM.match(name) and len(shape) == 1:
            yield "encoder.hidden_size", shape[0]
            yield "encoder.dim", shape[0]
        elif name in ("classifier.bias", "tag_decoder.start_transitions") and len(shape) == 1:
            yield "the number of labels", shape[0]
        elif name == "word_embedding.weight" and len(shape) == 2:
            yield "the number of ids of words", shape[0]
            yield "segmenter.size", shape[1]


def _derived(config: Mapping[str, Any]) -> dict[str, int]:
    if "types" in config:
        labels = schemes.labels(schemes.SCHEMES[config.get("scheme", "BIOES")], config["types"])
    else:  # of a classifier
        labels = config["labels"]
    sizes = {"the number of labels": len(labels)}
    if stored := config.get("segmenter"):
        sizes["the number of ids of words"] = StoredSegmenter(**stored).ids
    return sizes


def _damaged(path: Path, reason: str) -> InputError:
    return InputError(f"{path} is damaged ({reason}): {ADVICE}")
