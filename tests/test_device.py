"""The device of all commands: what libraries see, and what is refused."""

import os

import pytest

from ner.device import DEVICE, choose_device
from ner.errors import InputError
from ner.model.hardware import pick_device


@pytest.mark.parametrize(
    ("name", "before", "kind", "visible"),
    [
        ("auto", "0,1", "auto", "0,1"),
        ("cpu", "0,1", "cpu", ""),
        ("cuda", "0,1", "cuda", "0,1"),
        ("cuda:1", "4,7", "cuda", "7"),
        ("cuda:2", "", "cuda", "2"),
        ("mps", "", "mps", ""),
    ],
)
def test_what_libraries_see(name: str, before: str, kind: str, visible: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", before)
    monkeypatch.setenv(DEVICE, "")
    choose_device(name)
    assert (os.environ[DEVICE], os.environ["CUDA_VISIBLE_DEVICES"]) == (kind, visible)


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "cpu:1", "", "cuda:1\n"])
def test_other_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DEVICE, "")
    with pytest.raises(InputError, match="expected `device` to be auto"):
        choose_device(name)


def test_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setenv(DEVICE, "cpu")
    assert pick_device().type == "cpu"
    monkeypatch.setenv(DEVICE, "cuda")
    with pytest.raises(InputError, match="finds no `device` cuda"):
        pick_device()
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setenv(DEVICE, "auto")
    assert pick_device().type == "cuda"
