"""Writing the network of an export: what taggers and classifiers share."""

from pathlib import Path
from typing import Any

from ner.choices import ExportPrecision, Target
from ner.errors import InputError
from ner.exporting.onnx_conversion import PACKAGES, to_openvino, with_int8_weights
from ner.runtime.exported_folder import network_path
from ner.version import installed_version


def require_support(to: Target, precision: ExportPrecision) -> None:
    """Check that a runtime computes in a precision.

    Raises:
        InputError: it doesn't.
    """
    if to == "onnx" and precision == "bf16":
        raise InputError("ONNX Runtime has no bf16 on x86 CPUs: choose the `precision` fp32 or int8, or `to` openvino")


def write_network(onnx: Any, folder: Path, to: Target, precision: ExportPrecision) -> None:
    """Write an `onnx.ModelProto` into an exported folder, in the format of a runtime.

    Raises:
        OSError: a file can't be written.
    """
    if precision == "int8":
        onnx = with_int8_weights(onnx)
    path = network_path(folder, to)
    if to == "onnx":
        path.write_bytes(onnx.SerializeToString())
    else:
        to_openvino(onnx, path, half=precision == "bf16")


def export_versions(to: Target) -> dict[str, str]:
    """The versions of the packages that make an export."""
    return {name: installed_version(name) for name in ("bert-ner", "torch", *PACKAGES[to])}
