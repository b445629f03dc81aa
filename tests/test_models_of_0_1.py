"""Folders that version 0.1.0 wrote: a model, an exported one and an unfinished run are still read."""

import shutil
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from ner import Tagger
from ner.data.corpus import read_corpus
from ner.tagging.model_info import model_info
from ner.training.train import train
from ner.training.training_settings import TrainingSettings

FOLDER = Path(__file__).parent / "models_of_0_1"
TEXT = "王小明在北京大学看书。"
FOUND = [(0, 3, "PER", 0.8523), (4, 8, "ORG", 0.3862)]


@pytest.mark.parametrize("name", ["model", "exported"])
def test_a_model_folder_tags_as_it_did(name: str) -> None:
    if name == "exported":
        pytest.importorskip("onnxruntime")
    entities = Tagger.load(FOLDER / name).tag([TEXT])[0]
    assert [(entity.start, entity.end, entity.label) for entity in entities] == [found[:3] for found in FOUND]
    for entity, found in zip(entities, FOUND, strict=True):
        assert entity.score == pytest.approx(found[3], abs=0.01)


def test_its_record_is_read() -> None:
    record = model_info(FOLDER / "model")["record"]
    assert record["versions"]["bert-ner"] == "0.1.0"
    assert record["settings"]["lstm_size"] == 8


@pytest.mark.slow
def test_an_unfinished_run_is_resumed_to_the_weights_of_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)  # the run was begun with relative paths
    settings = TrainingSettings(
        encoder="encoder",
        lstm_size=8,
        dropout=0.0,
        epochs=30,
        batch_size=4,
        learning_rate=4e-3,
        head_learning_rate=3e-2,
        max_length=64,
        precision="fp32",
        patience=30,
    )
    train(read_corpus("data", seed=1), settings, Path("unfinished"), resume=True)
    resumed, uninterrupted = (load_file(f"{name}/model.safetensors") for name in ("unfinished", "model"))
    assert resumed.keys() == uninterrupted.keys()
    del resumed["tag_decoder.temperature"]  # that version did not calibrate unless asked to
    for name, tensor in resumed.items():
        assert tensor == pytest.approx(uninterrupted[name], abs=0.02), name
