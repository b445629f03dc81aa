"""Weights are where the header of the file says, and small ones are read without PyTorch."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from ner import InputError
from ner.model.stored_weights import StoredTensor, layout_digest, read_floats, read_layout

VALUES = [[0.0, -1.5, 3.140625], [65504.0, 2.0**-14, -0.0]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    formats = {"full": torch.float32, "half": torch.float16, "brain": torch.bfloat16, "whole": torch.int64}
    save_file({name: torch.tensor(VALUES).to(dtype) for name, dtype in formats.items()}, path)
    return path


def test_floats_of_each_format_are_widened(path: Path) -> None:
    layout = read_layout(path)
    for name, tensor in layout.items():
        if name != "whole":
            expected = torch.tensor(VALUES).to({"brain": torch.bfloat16}.get(name, torch.float32)).float().numpy()
            found = read_floats(path, tensor)
            assert found.dtype == expected.dtype
            assert found.tolist() == expected.tolist()
    with pytest.raises(InputError, match="expected floats, found 48 bytes of I64"):
        read_floats(path, layout["whole"])


@pytest.mark.parametrize(("shape", "length"), [((2, 2), 24), ((2, 3), 20), ((2, 3), -4), ((), 24), ((2**40,), 24)])
def test_floats_that_dont_fit_their_shape_are_refused(shape: tuple[int, ...], length: int, path: Path) -> None:
    tensor = StoredTensor("F32", shape, read_layout(path)["full"].offset, length)
    with pytest.raises(InputError, match="is damaged"):
        read_floats(path, tensor)


def test_the_digest_tells_layouts_apart_and_no_values(path: Path) -> None:
    digest = layout_digest(path)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert layout_digest(path) == digest
    save_file({"full": torch.zeros(2, 3)}, path)
    assert layout_digest(path) != digest
