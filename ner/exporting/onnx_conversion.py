"""Converting a network to ONNX, its weights to int8, and ONNX to OpenVINO."""

import importlib
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ner.choices import Target
from ner.cpu_settings import keep_silent
from ner.errors import InputError
from ner.exporting.onnx_network import ExportableNetwork
from ner.extras import import_extra
from ner.model.network import BertBiLstmCrf
from ner.runtime.exported_folder import INPUTS

PACKAGES: dict[Target, tuple[str, ...]] = {
    "onnx": ("onnx", "onnxscript", "onnxruntime"),
    "openvino": ("onnx", "onnxscript", "onnxruntime", "openvino"),
}
"""The packages that an export needs besides PyTorch. The extra with the name of the target installs them."""

_QUANTIZER = "onnxruntime.quantization.matmul_nbits_quantizer"
# The largest weights of one file. protobuf stores at most 2 GiB, and the graph needs a part of it.
_LARGEST = 2**31 - 2**24
# The number of weights that share a scale. Fewer tags changed with 32 than with 128, at the same speed.
_BLOCK = 32
# The accuracy level of MatMulNBits: products of int8 and int8, with inputs that are scaled in blocks too.
_INT8_PRODUCTS = 4


def import_packages(target: Target) -> None:
    """Import the packages that an export needs.

    Raises:
        InputError: a package is missing. The message contains the command that installs it.
    """
    keep_silent()
    for name in PACKAGES[target]:
        import_extra(name, target, f"export to {target}")


def to_onnx(model: BertBiLstmCrf, *, fold: bool = True) -> Any:
    """Convert a network to an `onnx.ModelProto` that computes emissions, for any batch size and any length.

    Args:
        model: the network.
        fold: whether to compute constant parts of the graph. Without it, all weights are as in the network, and have
            their names there after "model.".

    Raises:
        InputError: the weights are too large for an ONNX file.
        OSError: PyTorch can't write what it keeps for a while.
    """
    inputs = INPUTS if model.word_embedding is not None else INPUTS[:2]
    return module_to_onnx(ExportableNetwork(model), inputs, fold=fold)


def module_to_onnx(module: nn.Module, inputs: Sequence[str], *, fold: bool = True) -> Any:
    """Convert a module to an `onnx.ModelProto`, for any batch size and any length.

    Args:
        module: takes arrays `(batch, chars + 2)`.
        inputs: their names; `attention_mask` is the second.
        fold: whether to compute constant parts of the graph.

    Raises:
        InputError: the weights are too large for an ONNX file.
        OSError: PyTorch can't write what it keeps for a while.
    """
    size = sum(parameter.numel() * parameter.element_size() for parameter in module.parameters())
    if size > _LARGEST:
        raise InputError(
            f"the network has {size / 2**30:.1f} GiB of weights, but an ONNX file stores less than 2 GiB: train with a "
            "smaller `encoder`"
        )
    # The example has padding. Without padding, transformers would leave the mask out.
    input_ids = torch.zeros(2, 6, dtype=torch.long)
    attention_mask = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]])
    more = [torch.zeros_like(input_ids) for _ in inputs[2:]]
    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length", min=3)}
    with _quiet(), _as_system_error():
        program = torch.onnx.export(
            module,
            (input_ids, attention_mask, *more),
            input_names=[*inputs],
            output_names=["emissions"],
            dynamic_shapes=tuple(sizes for _ in inputs),
            dynamo=True,  # the default since PyTorch 2.9
            optimize=fold,
            verbose=False,
        )
    assert program is not None
    return program.model_proto


@contextmanager
def _as_system_error() -> Iterator[None]:
    """Raise the error of the system that an error of PyTorch comes from, such as a full disk."""
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error
        while cause and not isinstance(cause, OSError):
            cause = cause.__cause__ or cause.__context__
        if cause:
            raise cause from None
        raise


def with_int8_weights(model: Any) -> Any:
    """Convert the weights of the matrix products of an ONNX model to int8, scaled in blocks of `_BLOCK`.

    The dynamic quantization of ONNX Runtime has one scale for all inputs of a product. It changes more tags, and the
    result for a text depends on the other texts of its batch.
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
    """Write an ONNX model in the format of OpenVINO.

    Args:
        model: the ONNX model.
        path: the file, which ends in `.xml`. A `.bin` file is written next to it.
        half: whether to store weights as float16, in half the space. It loses no accuracy if the network computes in
            bf16.

    Raises:
        OSError: the file can't be written.
    """
    openvino = importlib.import_module("openvino")
    converted = openvino.Core().read_model(model.SerializeToString())
    try:
        openvino.save_model(converted, path, compress_to_fp16=half)
    except RuntimeError as error:  # its words for what the system says are "basic_ios::clear: iostream error"
        raise OSError(
            "OpenVINO can't write the network: if the disk is full, free some space, or choose another `output`"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide the warnings of the exporters. They are not useful for users."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
