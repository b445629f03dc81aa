import csv
from pathlib import Path

import pytest

pytest.importorskip("optuna")

import optuna
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial
from PIL import Image

from ner.settings_text import read_settings
from ner.training.training_settings import TrainingSettings
from ner.tuning.search_report import best_settings, write_report

SPACE = {"dropout": FloatDistribution(0, 0.5), "epochs": IntDistribution(1, 9)}


def study(*scores: float) -> optuna.Study:
    study = optuna.create_study(direction="maximize")
    for i, score in enumerate(scores):
        params = {"dropout": 0.1 * i, "epochs": i + 1}
        study.add_trial(create_trial(value=score, params=params, distributions=SPACE, user_attrs={"minutes": 0.5}))
    error = {"error": "the loss is nan"}
    study.add_trial(
        create_trial(state=TrialState.FAIL, params={"dropout": 0.5, "epochs": 9}, distributions=SPACE, user_attrs=error)
    )
    return study


@pytest.mark.slow
def test_best_settings_and_all_trials(tmp_path: Path) -> None:
    found = study(40.0, 60.0, 60.0)  # of equals the first is the best
    written = write_report(found, TrainingSettings(fusion="mean", seed=3), tmp_path)
    assert written[:2] == [tmp_path / "best.json", tmp_path / "trials.csv"]
    assert best_settings(found, TrainingSettings(seed=3)) == TrainingSettings(dropout=0.1, epochs=2, seed=3)
    assert TrainingSettings(**read_settings(TrainingSettings, written[0])) == TrainingSettings(
        fusion="mean", dropout=0.1, epochs=2
    )
    with open(written[1], encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert [(row["trial"], row["dev_f1"], row["epochs"], row["minutes"], row["error"]) for row in rows[1:]] == [
        ("1", "60.0", "2", "0.5", ""),
        ("2", "60.0", "3", "0.5", ""),
        ("3", "", "9", "", "the loss is nan"),
    ]


def test_plots_are_pictures_where_there_is_something_to_see(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    written = write_report(study(40.0, 60.0, 50.0), TrainingSettings(), tmp_path / "several")
    assert [path.name for path in written[2:]] == ["history.png", "slices.png", "importance.png"]
    for path in written[2:]:
        with Image.open(path) as image:
            assert image.format == "PNG"
            assert image.width > 400
    alone = write_report(study(40.0), TrainingSettings(), tmp_path / "one")
    assert [path.name for path in alone[2:]] == ["history.png", "slices.png"]


def test_without_matplotlib_there_are_no_plots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.tuning.search_report.can_draw", lambda: False)
    assert len(write_report(study(40.0, 50.0), TrainingSettings(), tmp_path)) == 2
