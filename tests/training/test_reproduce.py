import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from ner.data.corpus import read_corpus
from ner.errors import InputError
from ner.model.stored_config import CLASSIFIER_TYPE, MODEL_TYPE
from ner.training.reproduce import read_recorded_run
from ner.training.train import train
from ner.training.training_settings import TrainingSettings


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, data_folder: Path, settings: TrainingSettings) -> Path:
    """A tagger of a few steps on half of train, which isn't perfect."""
    folder = tmp_path_factory.mktemp("reproduce") / "first"
    quick = replace(settings, epochs=2, batch_size=2, head_learning_rate=0.05, train_fraction=0.5)
    train(read_corpus(data_folder, seed=quick.seed), quick, folder)
    return folder


def copy_with(folder: Path, to: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A copy of the tagger with another record."""
    shutil.copytree(folder, to)
    record = json.loads((to / "training.json").read_text(encoding="utf-8"))
    change(record)
    (to / "training.json").write_text(json.dumps(record), encoding="utf-8")
    return to


def reproduce(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["reproduce", *map(str, arguments)])


@pytest.mark.slow
def test_the_same_run_gives_the_same_weights(trained: Path, tmp_path: Path) -> None:
    result = reproduce(trained, "--output", tmp_path / "second")
    assert result.exit_code == 0, result.output
    assert "weights: equal, byte for byte" in result.stdout
    assert "scores: all equal" in result.stdout
    assert (tmp_path / "second" / "model.safetensors").read_bytes() == (trained / "model.safetensors").read_bytes()


def test_what_differs_is_told(trained: Path, tmp_path: Path) -> None:
    def change(record: dict[str, Any]) -> None:
        record["settings"]["dropout"] = 0.5
        record["versions"]["torch"] = "1.0"
        record["scores"]["test"]["conlleval"]["f1"] = 12.5

    result = reproduce(copy_with(trained, tmp_path / "other", change), "--json")
    found = json.loads(result.stdout)
    assert next(change for change in found["environment"] if change["name"] == "torch")["before"] == "1.0"
    assert (found["weights_equal"], found["scores_equal"], result.exit_code) == (False, False, 1)
    f1 = found["f1"]["test"]
    assert (f1["before"], f1["difference"]) == (12.5, round(f1["now"] - 12.5, 2))
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_other_data_are_refused(trained: Path, data_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(data_folder, tmp_path / "data")
    (tmp_path / "data" / "test.txt").unlink()
    with (tmp_path / "data" / "dev.txt").open("a", encoding="utf-8") as file:
        file.write("\n长 B-LOC\n江 I-LOC\n")
    result = reproduce(trained, "--data", tmp_path / "data")
    assert result.exit_code == 2
    assert f"is not what {trained} was trained on (dev, test differs): give the same files as --data" in result.stderr


def test_a_record_without_a_source_needs_the_data(trained: Path, data_folder: Path, tmp_path: Path) -> None:
    old = copy_with(trained, tmp_path / "old", lambda record: record.pop("source"))
    result = reproduce(old)
    assert (result.exit_code, "give --data, as for train" in result.stderr) == (2, True)
    assert read_recorded_run(old).read_data([str(data_folder)]).types == ["LOC", "ORG", "PER"]


def test_what_the_settings_name_must_still_be_there(trained: Path, tmp_path: Path) -> None:
    gone = copy_with(trained, tmp_path / "model", lambda record: record["settings"].update(init_from="/gone"))
    result = reproduce(gone)
    assert (result.exit_code, "there is no model folder /gone" in result.stderr) == (2, True)


def test_the_tagger_itself_is_not_the_output(trained: Path) -> None:
    result = reproduce(trained, "--output", trained)
    assert (result.exit_code, "--output" in result.stderr) == (2, True)


def test_a_folder_without_a_record_is_refused(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "model")
    (tmp_path / "model" / "training.json").unlink()
    with pytest.raises(InputError, match=r"there is no training\.json in .*how it was trained is unknown"):
        read_recorded_run(tmp_path / "model")


def test_a_classifier_is_not_called_damaged(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    config.write_text(config.read_text().replace(MODEL_TYPE, CLASSIFIER_TYPE))
    with pytest.raises(InputError, match="contains a classifier: give the folder of a tagger"):
        read_recorded_run(tmp_path / "model")
