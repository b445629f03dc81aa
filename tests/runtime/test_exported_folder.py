"""The folder of an exported tagger: what is wrong with it ends in one sentence. None of this needs a runtime."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ner import InputError, Tagger
from ner.characters.character_table import CharacterTable
from ner.decoding.numpy_chain import NumpyChain
from ner.runtime.exported_folder import CHARACTERS, RECORD, Exported, load_exported

LABELS = ["O", "B-PER", "I-PER"]
CHAIN = NumpyChain(np.array([0.1, 0.2, -1e30]), np.arange(9.0).reshape(3, 3) / 7, np.array([1.0, 2.0, 3.0]))
SPECIAL = {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 1}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Exported]:
    def write(**changes: Any) -> Exported:
        content = {
            "target": "onnx",
            "precision": "fp32",
            "types": ["PER"],
            "labels": LABELS,
            "scheme": "BIO",
            "tag_decoder": "crf",
            "temperature": 1.25,
            "chain": CHAIN,
            "window": 64,
            "versions": {"torch": "2"},
        }
        exported = Exported(**{**content, **changes})
        exported.save(tmp_path)
        CharacterTable({"我": 5}, SPECIAL).save(tmp_path / CHARACTERS)
        (tmp_path / "model.onnx").write_bytes(b"no network")
        return exported

    return write


def change(folder: Path, name: str, value: object) -> None:
    content = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    (folder / RECORD).write_text(json.dumps({**content, name: value}), encoding="utf-8")


def test_what_is_written_is_read(write: Callable[..., Exported], tmp_path: Path) -> None:
    written = write()
    read, table = load_exported(tmp_path)
    assert read.chain is not None
    for found, wanted in zip(read.chain, CHAIN, strict=True):
        assert found.dtype == np.float64
        assert (found == wanted).all()
    assert {**vars(read), "chain": None} == {**vars(written), "chain": None}
    assert table.encode("我他").tolist() == [5, 1]


def test_a_softmax_has_no_chain(write: Callable[..., Exported], tmp_path: Path) -> None:
    written = write(tag_decoder="softmax", chain=None)
    assert load_exported(tmp_path)[0] == written


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("format_version", 99, r"exported\.json is of format 99, this bert-ner reads up to 1"),
        ("target", "tensorrt", r"exported\.json is damaged \(KeyError: 'tensorrt'\): copy it again, or export again"),
        ("precision", "fp8", r"exported\.json is damaged .*unknown precision fp8"),
        ("chain", None, r"exported\.json is damaged"),
        ("tag_decoder", "softmax", r"exported\.json is damaged .*a softmax has no chain"),
        ("chain", {"start": [1]}, r"exported\.json is damaged"),
        ("surplus", 1, r"exported\.json is damaged .*surplus"),
    ],
)
def test_a_record_that_can_not_be_read(
    write: Callable[..., Exported], tmp_path: Path, name: str, value: object, message: str
) -> None:
    write()
    change(tmp_path, name, value)
    with pytest.raises(InputError, match=message):
        Tagger.load(tmp_path)


@pytest.mark.parametrize("missing", [CHARACTERS, "model.onnx"])
def test_a_folder_that_is_not_whole(write: Callable[..., Exported], tmp_path: Path, missing: str) -> None:
    write()
    (tmp_path / missing).unlink()
    with pytest.raises(InputError, match=rf"is incomplete: {missing} not found; copy the whole folder"):
        Tagger.load(tmp_path)


@pytest.mark.parametrize("name", [RECORD, CHARACTERS])
def test_a_damaged_file_is_named(write: Callable[..., Exported], tmp_path: Path, name: str) -> None:
    write()
    (tmp_path / name).write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=rf"{name} is damaged \(JSONDecodeError: .*copy it again, or export again"):
        Tagger.load(tmp_path)


def test_a_precision_other_than_that_of_the_export_is_refused(write: Callable[..., Exported], tmp_path: Path) -> None:
    write()
    with pytest.raises(InputError, match="was exported in fp32, not bf16: leave out"):
        Tagger.load(tmp_path, "bf16")
