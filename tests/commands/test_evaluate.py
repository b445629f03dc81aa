from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from ner.tagging.tagger import Tagger


def test_engine_settings_reach_the_model(
    model_folder: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Tagger] = []
    load = Tagger.load

    def keep(*given: object, **named: object) -> Tagger:
        made.append(load(*given, **named))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(Tagger, "load", keep)
    line = ["evaluate", "--model", str(model_folder), "--data", str(data_folder)]
    engine = ["--precision", "fp32", "--threads", "1", "--batch-characters", "100"]
    assert CliRunner().invoke(app, [*line, *engine]).exit_code == 0
    (tagger,) = made
    assert (tagger.engine.precision, tagger.engine.threads, tagger.batch_characters) == ("fp32", 1, 100)


def test_the_built_in_tagger_is_scored_if_no_model_is_given(tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_text("张 B-PER\n伟 I-PER\n来 O\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["evaluate", "--data", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("mini-zh-uner")


def test_scores_on_the_training_data_are_marked_on_the_terminal(model_folder: Path, data_folder: Path) -> None:
    line = ["evaluate", "--model", str(model_folder), "--data", str(data_folder / "train.txt")]
    assert "\nThe model was trained on these sentences. The scores don't" in CliRunner().invoke(app, line).stdout


def test_baselines_are_rows_below_the_model(model_folder: Path, data_folder: Path) -> None:
    line = ["evaluate", "--model", str(model_folder), "--data", str(data_folder), "--baselines"]
    result = CliRunner().invoke(app, line)
    assert result.exit_code == 0, result.output
    names = [str(model_folder), "dictionary of train", "CRF over characters"]
    places = [result.stdout.index(f"{name} on {data_folder / 'test.txt'}") for name in names]
    assert places == sorted(places)
    result = CliRunner().invoke(app, [*line, "--split", "train"])
    assert result.exit_code == 2
    assert result.stderr.endswith("--baselines learn from train, but these are the sentences of train\n")
