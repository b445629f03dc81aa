"""Opening the network of an exported tagger; that it computes the right numbers is in test_exporting.py."""

import sys
from pathlib import Path

import pytest

from ner import InputError
from ner.exported.folder import Target, network_path
from ner.exported.runtimes import open_network

runtimes = pytest.mark.parametrize(("target", "package"), [("onnx", "onnxruntime"), ("openvino", "openvino")])


@runtimes
def test_a_runtime_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: Target, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"needs {package}, which is not installed: pip install {package}$"):
        open_network(tmp_path, target, "fp32")


@runtimes
def test_a_damaged_network_is_named(tmp_path: Path, target: Target, package: str) -> None:
    pytest.importorskip(package)
    path = network_path(tmp_path, target)
    path.write_bytes(b"no network")
    with pytest.raises(InputError, match=rf"{package} can't read {path} \(.*copy the folder again, or export again"):
        open_network(tmp_path, target, "fp32")
