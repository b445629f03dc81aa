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
TRANSITIONS = np.arange(9.0).reshape(3, 3) / 7
TRANSITIONS[0, 2] = -1e30
CHAIN = NumpyChain(np.array([0.1, 0.2, -1e30]), TRANSITIONS, np.array([1.0, 2.0, 3.0]))
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
        ("format_version", 99, r"exported\.json is of format 99, this bert-ner reads up to 2"),
        (
            "target",
            "tensorrt",
            r"exported\.json is damaged \(target: expected 'onnx' or 'openvino', found .tensorrt.\): copy",
        ),
        (
            "precision",
            "fp8",
            r"\(precision: expected 'fp32', 'bf16' or 'int8', found .fp8.\): copy it again, or export again",
        ),
        ("chain", None, r"\(chain: expected scores with the tag_decoder crf"),
        ("tag_decoder", "softmax", r"\(chain: expected scores with the tag_decoder crf, and null with softmax\)"),
        ("chain", {"start": [1]}, r"\(chain.transitions: expected a value, found none\)"),
        ("chain", {"start": [1.0], "transitions": [[1.0]], "end": [float("nan")]}, r"\(chain.end.0: expected a finite"),
        ("chain", {"start": [1.0], "transitions": [[1.0]], "end": [1.0]}, r"\(chain: expected scores for 3 labels"),
        (
            "chain",
            {"start": [0.0] * 3, "transitions": [[0.0] * 3] * 3, "end": [0.0] * 3},
            r"expected only what BIO allows",
        ),
        ("types", ["PER", "PER"], r"\(types: expected each value once, got 'PER' twice\)"),
        ("types", "PER", r"\(types: expected a list, found .PER.\)"),
        ("types", ["LOC"], r"\(labels: expected those of types and scheme"),
        ("labels", ["O", "O", "O"], r"\(labels: expected each value once"),
        ("labels", LABELS[::-1], r"\(labels: expected those of types and scheme"),
        ("scheme", "BIOES", r"\(labels: expected those of types and scheme"),
        ("scheme", "XYZ", r"\(scheme: expected 'BIOES' or 'BIO'"),
        ("temperature", 0, r"\(temperature: expected at least 0\.000001"),
        ("temperature", 10**30, r"\(temperature: expected at most 1000000"),
        ("temperature", float("nan"), r"\(temperature: expected a"),
        ("window", 0, r"\(window: expected at least 1, found 0\)"),
        ("window", "x", r"\(window: expected a whole number, found .x.\)"),
        ("format_version", None, r"\(format_version: expected a whole number, found null\)"),
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
    with pytest.raises(InputError, match=rf"{name} is damaged \(Expecting property name .*: copy it"):
        Tagger.load(tmp_path)


def test_a_precision_other_than_that_of_the_export_is_refused(write: Callable[..., Exported], tmp_path: Path) -> None:
    write()
    with pytest.raises(InputError, match="was exported in fp32, not bf16: leave out"):
        Tagger.load(tmp_path, "bf16")
