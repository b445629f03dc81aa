import io
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from ner.commands.printing import print_info
from ner.data.corpus import Corpus
from ner.errors import InputError
from ner.tagging.model_info import model_info
from ner.training.train import train
from ner.training.training_settings import TrainingSettings


def shown(folder: Path) -> str:
    console = Console(record=True, width=160, file=io.StringIO())
    print_info(model_info(folder), console)
    return console.export_text()


def test_the_facts_and_the_layers(model_folder: Path) -> None:
    text = shown(model_folder)
    assert "types       LOC, ORG, PER" in text
    assert "fusion last, lstm 1 x 16, crf over BIOES tags" in text
    assert re.search(
        r"^dev         8 sentences, LOC \d, ORG \d, PER \d, F1 100\.00 \(.*dev\.txt\)$", text, re.MULTILINE
    )
    assert " 2            1.000 ████████████████████████ " in text
    assert " embeddings   0.000 " in text
    assert "outside" not in text


def test_weights_that_depend_on_the_character_are_shown_by_type(
    corpus: Corpus, quick: Callable[..., TrainingSettings], tmp_path: Path
) -> None:
    train(corpus, quick(fusion="multi-head"), tmp_path / "model")
    text = shown(tmp_path / "model")
    assert all(name in text for name in ("all characters", "LOC", "ORG", "outside", "PER"))
    record = json.loads((tmp_path / "model" / "training.json").read_text(encoding="utf-8"))
    assert all(sum(weights) == pytest.approx(1, abs=1e-4) for weights in record["layer_weights_by_type"].values())
    assert f"{record['layer_weights_by_type']['ORG'][1]:.3f}" in text


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"contains no complete model: config\.json, .* not found; copy the whole"):
        model_info(tmp_path)
    with pytest.raises(InputError, match=r"there is no model folder .*: write one with bert-ner train"):
        model_info(tmp_path / "nix")


def test_a_damaged_configuration(copy: Path) -> None:
    (copy / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"config\.json is damaged"):
        model_info(copy)


def test_an_unfinished_run_and_an_exported_tagger_are_no_models(tmp_path: Path) -> None:
    (tmp_path / "begun" / "unfinished-run").mkdir(parents=True)
    with pytest.raises(InputError, match="holds an unfinished run: finish it with bert-ner train"):
        model_info(tmp_path / "begun")
    (tmp_path / "exported.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="contains an exported tagger: give the model folder that it was exported"):
        model_info(tmp_path)


@pytest.fixture
def copy(model_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_folder, tmp_path / "copy"))


ALLOWED: dict[str, list[object]] = {"data": [{}], "epochs": [[]], "scores": [{}], "minutes": [3]}


@pytest.mark.parametrize("value", [None, "x", [], 3, -1, {}])
@pytest.mark.parametrize("name", ["settings", "data", "epochs", "layer_weights", "versions", "scores", "minutes"])
def test_a_record_with_other_values_is_read_or_damaged(copy: Path, name: str, value: object) -> None:
    content = json.loads((copy / "training.json").read_text(encoding="utf-8"))
    (copy / "training.json").write_text(json.dumps({**content, name: value}), encoding="utf-8")
    if value in ALLOWED.get(name, ()):
        shown(copy)
        return
    with pytest.raises(InputError, match=rf"training\.json is damaged \({name}"):
        shown(copy)


@pytest.mark.parametrize("bytes_kept", [None, 0, 4, 100, -1])
def test_weights_that_are_missing_empty_or_cut(copy: Path, bytes_kept: int | None) -> None:
    weights = copy / "model.safetensors"
    content = weights.read_bytes()
    weights.unlink()
    if bytes_kept is not None:
        weights.write_bytes(content[:bytes_kept])
    with pytest.raises(InputError, match=r"model\.safetensors not found" if bytes_kept is None else "is damaged"):
        model_info(copy)


def test_a_pipe_in_place_of_a_record_is_not_waited_for(copy: Path) -> None:
    (copy / "training.json").unlink()
    os.mkfifo(copy / "training.json")
    with pytest.raises(InputError, match=r"training\.json is damaged"):
        model_info(copy)
