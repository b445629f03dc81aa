"""Conversions to ONNX that all tests share: PyTorch takes ten seconds and more for one, however small the network."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

FOLDER = "FOLDER_OF_CONVERSIONS"
"""The environment variable with the folder where conversions are kept."""


def keep_conversions() -> None:
    """Let `torch.onnx.export` of this process convert the same network once, also for other processes of the tests."""
    torch.onnx.export = _Kept(torch.onnx.export, Path(os.environ[FOLDER]))  # type: ignore[assignment]


class _Kept:
    def __init__(self, convert: Callable[..., Any], folder: Path) -> None:
        self._convert, self._folder = convert, folder

    def __call__(self, network: Any, inputs: Any, **options: Any) -> Any:
        import onnx

        key = hashlib.sha256(f"{network.model.config.to_json_string()} {options['optimize']} {len(inputs)}".encode())
        for name, tensor in network.state_dict().items():
            key.update(name.encode() + tensor.detach().contiguous().numpy().tobytes())
        path = self._folder / f"{key.hexdigest()}.onnx"
        if not path.exists():
            converted = self._convert(network, inputs, **options).model_proto
            partial = path.with_suffix(f".{os.getpid()}")
            partial.write_bytes(converted.SerializeToString())
            partial.replace(path)
        return SimpleNamespace(model_proto=onnx.load_model_from_string(path.read_bytes()))
