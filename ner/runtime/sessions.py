"""The runtimes of exported networks on the CPU: ONNX Runtime and OpenVINO. They are imported only when needed."""

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ner.characters.character_table import Ids
from ner.choices import ExportPrecision, Target
from ner.cpu_settings import keep_silent
from ner.decoding.numpy_chain import Floats
from ner.errors import InputError
from ner.files import plain_reason
from ner.runtime.exported_folder import INPUTS, network_path

Network = Callable[..., Floats]
"""Emissions `(batch, chars, tags)`, or of a classifier scores `(batch, labels)`, from arrays `(batch, chars + 2)`."""


def open_network(
    folder: Path, target: Target, precision: ExportPrecision, threads: int, inputs: Sequence[str] = INPUTS
) -> Network:
    """Open the network of an exported model.

    Args:
        folder: the exported model.
        target: the runtime.
        precision: the number format of the export.
        threads: the number of CPU threads.
        inputs: the names of its inputs.

    Returns:
        A function that runs the network.

    Raises:
        InputError: the runtime isn't installed, or can't read the network.
    """
    package, opened = {"onnx": ("onnxruntime", _open_onnx), "openvino": ("openvino", _open_openvino)}[target]
    keep_silent()
    try:
        runtime = importlib.import_module(package)
    except ModuleNotFoundError:
        raise InputError(f"{folder} needs {package}, which is not installed: pip install {package}") from None
    path = network_path(folder, target)
    try:
        return opened(runtime, path, precision, threads, inputs)
    # For a damaged file, the runtimes raise RuntimeError or their own classes, which have no common base.
    except Exception as error:
        raise InputError(
            f"{package} can't read {path} ({plain_reason(error)}): copy the folder again, or export again"
        ) from error


def _open_onnx(
    onnxruntime: Any, path: Path, precision: ExportPrecision, threads: int, inputs: Sequence[str]
) -> Network:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    options.intra_op_num_threads = threads
    # A graph beside the weights of a model reads them from their file. ONNX Runtime maps the file into memory, and the
    # process would die when somebody writes over it. Versions before 1.24 have no other way.
    if hasattr(options, "add_external_initializers_from_files_in_memory"):
        weights = {file.name: file.read_bytes() for file in path.parent.glob("*.safetensors")}
        sizes = [len(content) for content in weights.values()]
        options.add_external_initializers_from_files_in_memory([*weights], [*weights.values()], sizes)
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(*arrays: Ids) -> Floats:
        emissions: Floats = session.run(None, dict(zip(inputs, arrays, strict=False)))[0]
        return emissions

    return run


def _open_openvino(
    openvino: Any, path: Path, precision: ExportPrecision, threads: int, inputs: Sequence[str]
) -> Network:
    # By default OpenVINO computes in bf16 on hardware that is fast at it.
    hint = "bf16" if precision == "bf16" else "f32"
    settings = {"INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": threads}
    compiled = openvino.Core().compile_model(path, "CPU", settings)

    def run(*arrays: Ids) -> Floats:
        emissions: Floats = compiled(dict(zip(inputs, arrays, strict=False)))[0]
        return emissions

    return run
