"""From PyTorch to ONNX, from there to weights in int8 and to OpenVINO."""

import importlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from ner.choices import Target
from ner.errors import InputError
from ner.exporting.onnx_network import ExportableNetwork
from ner.extras import import_extra
from ner.model.network import BertBiLstmCrf

PACKAGES: dict[Target, tuple[str, ...]] = {
    "onnx": ("onnx", "onnxscript", "onnxruntime"),
    "openvino": ("onnx", "onnxscript", "onnxruntime", "openvino"),
}
"""What an export needs beside PyTorch, which is what the extra of that name installs."""

_QUANTIZER = "onnxruntime.quantization.matmul_nbits_quantizer"
# Of one file: protobuf has no more than 2 GiB, and the graph needs some of it.
_LARGEST = 2**31 - 2**24
# Weights that share a scale: with 32 fewer tags changed than with 128, at the same speed.
_BLOCK = 32
# Of MatMulNBits: products of int8 with int8, for which the inputs are scaled by block as well.
_INT8_PRODUCTS = 4


def import_packages(target: Target) -> None:
    """Import what the export will need. Raises InputError with the command that installs it if something is absent."""
    for name in PACKAGES[target]:
        import_extra(name, target, f"export to {target}")


def to_onnx(model: BertBiLstmCrf) -> Any:
    """The network up to its emissions as an `onnx.ModelProto`, for batches and texts of any size.

    Raises:
        InputError: its weights are too large for an ONNX file.
    """
    size = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
    if size > _LARGEST:
        raise InputError(
            f"the network has {size / 2**30:.1f} GiB of weights, and an ONNX file has room for less than 2"
        )
    # The example has padding: from a mask without any transformers concludes that none is needed.
    input_ids = torch.zeros(2, 6, dtype=torch.long)
    attention_mask = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]])
    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length", min=3)}
    with _quiet():
        program = torch.onnx.export(
            ExportableNetwork(model),
            (input_ids, attention_mask),
            input_names=["input_ids", "attention_mask"],
            output_names=["emissions"],
            dynamic_shapes=(sizes, sizes),
            verbose=False,
        )
    assert program is not None
    return program.model_proto


def with_int8_weights(model: Any) -> Any:
    """The same ONNX model with the weights of its matrix products in int8, scaled in blocks of `_BLOCK`.

    Not by ONNX Runtime's dynamic quantization, which has one scale for all inputs of a product: it loses tags, and
    what is found in a text depends on what else is in the batch.
    """
    handlers, level = [*logging.root.handlers], logging.root.level
    quantizer = importlib.import_module(_QUANTIZER)
    logging.root.handlers, logging.root.level = handlers, level  # which the import sets up for its own use
    config = quantizer.DefaultWeightOnlyQuantConfig(
        block_size=_BLOCK, is_symmetric=True, accuracy_level=_INT8_PRODUCTS, bits=8
    )
    with _quiet():
        run = quantizer.MatMulNBitsQuantizer(model, algo_config=config)
        run.process()
    return run.model.model


def to_openvino(model: Any, path: Path, *, half: bool) -> None:
    """Write an ONNX model as OpenVINO's: `path`, which ends in `.xml`, and a `.bin` beside it.

    With `half` its weights take half the space, as float16: those that bf16 computes with lose nothing more by that.
    """
    openvino = importlib.import_module("openvino")
    converted = openvino.Core().read_model(model.SerializeToString())
    openvino.save_model(converted, path, compress_to_fp16=half)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without warnings and notes of the exporters, none of which a user could act on."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
