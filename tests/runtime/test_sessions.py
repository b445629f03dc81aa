"""Opening the network of an exported tagger; that it computes the right numbers is in test_exporting.py."""

import sys
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from ner import InputError
from ner.choices import ExportPrecision, Target
from ner.runtime.exported_folder import network_path
from ner.runtime.sessions import open_network

runtimes = pytest.mark.parametrize(("target", "package"), [("onnx", "onnxruntime"), ("openvino", "openvino")])


@runtimes
def test_a_runtime_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: Target, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"needs {package}, which is not installed: pip install {package}$"):
        open_network(tmp_path, target, "fp32", threads=1)


@runtimes
def test_a_damaged_network_is_named(tmp_path: Path, target: Target, package: str) -> None:
    pytest.importorskip(package)
    path = network_path(tmp_path, target)
    path.write_bytes(b"no network")
    with pytest.raises(InputError, match=rf"{package} can't read {path} \(.*copy the folder again, or export again"):
        open_network(tmp_path, target, "fp32", threads=1)


def test_onnx_runtime_gets_the_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    onnxruntime = MagicMock()
    monkeypatch.setitem(sys.modules, "onnxruntime", onnxruntime)
    open_network(tmp_path, "onnx", "fp32", threads=3)
    assert onnxruntime.InferenceSession.call_args.args[1].intra_op_num_threads == 3


@pytest.mark.parametrize(("precision", "hint"), [("fp32", "f32"), ("bf16", "bf16"), ("int8", "f32")])
def test_openvino_gets_the_threads_and_the_precision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: ExportPrecision, hint: str
) -> None:
    openvino = MagicMock()
    monkeypatch.setitem(sys.modules, "openvino", openvino)
    open_network(tmp_path, "openvino", precision, threads=3)
    settings = openvino.Core().compile_model.call_args.args[2]
    assert settings == {"INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": 3}
