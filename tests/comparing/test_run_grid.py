"""Grids of tiny runs: kept when finished, resumed when not, refused when they are others."""

import json
import os
import re
import shutil
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ner.comparing.compare_settings import compare_settings
from ner.comparing.grid import Cell, grid, parse_vary
from ner.comparing.run_grid import run_grid
from ner.data.corpus import Corpus, read_corpus
from ner.errors import InputError, InterruptedRun
from ner.runs.folder_lock import hold_folder
from ner.training import train as train_module
from ner.training.epoch_progress import EpochProgress
from ner.training.training_settings import TrainingSettings
from tests.helpers.recorded_progress import RecordedProgress

Change = Callable[..., TrainingSettings]


@pytest.fixture
def cells(quick: Change) -> list[Cell]:
    return grid(parse_vary(["fusion=last,attention"]), quick(epochs=1))


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that `train` is called with."""
    calls: list[str] = []

    def train(corpus: Corpus, settings: TrainingSettings, output: Path, **options: bool) -> train_module.TrainingRun:
        calls.append(f"{output.parent.name}/{output.name}")
        return train_module.train(corpus, settings, output, **options)

    monkeypatch.setattr("ner.trainable.train", train)
    return calls


ALL = ["fusion=last/seed-1", "fusion=last/seed-2", "fusion=attention/seed-1", "fusion=attention/seed-2"]


@pytest.mark.slow
def test_finished_runs_are_kept_and_lines_tell_of_the_others(
    corpus: Corpus, cells: list[Cell], tmp_path: Path, trained: list[str]
) -> None:
    progress = RecordedProgress()
    runs = run_grid(corpus, cells[:1], 2, tmp_path, progress)
    assert trained == ALL[:2]
    assert [(run.cell.name, run.seed, run.record["settings"]["seed"]) for run in runs] == [
        ("fusion=last", 1, 1), ("fusion=last", 2, 2)
    ]  # fmt: skip
    lines = progress.lines
    score = runs[0].record["scores"]["test"]["conlleval"]["f1"]
    assert lines[0].startswith("fusion=last, seed 1: dev F1 ")
    assert f"test F1 {score:.2f}, " in lines[0]
    assert re.search(r", \d+ seconds?; 1 run left$", lines[0])
    assert lines[1].endswith("; 0 runs left")

    trained.clear()
    progress = RecordedProgress()
    again = run_grid(corpus, cells, 2, tmp_path, progress)
    assert trained == ALL[2:]
    assert [run.record for run in again[:2]] == [run.record for run in runs]
    assert progress.lines[0] == "2 runs of 4 already finished and kept"


@pytest.mark.slow
def test_an_interrupt_leaves_all_to_the_same_command(
    corpus: Corpus, quick: Change, tmp_path: Path, trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = grid(parse_vary(["fusion=last,attention"]), quick(epochs=2))

    class Interrupted(EpochProgress):
        def on_step_begin(self, args: object, state: object, control: object, **kwargs: object) -> None:
            if len(trained) == 2 and state.global_step == 5:  # type: ignore[attr-defined]
                os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr("ner.training.train.EpochProgress", Interrupted)
        with pytest.raises(
            InterruptedRun, match=r"^stopped in fusion=attention, seed 1, with 1 run left; run it again to continue$"
        ):
            run_grid(corpus, cells, 1, tmp_path)
    assert (tmp_path / "fusion=attention" / "seed-1" / "unfinished-run" / "checkpoint-6").exists()
    runs = run_grid(corpus, cells, 1, tmp_path)
    assert trained == [ALL[0], ALL[2], ALL[2]]
    assert [run.record["resumed"] for run in runs] == [False, True]


@pytest.mark.slow
def test_an_interrupt_in_the_last_step_of_a_run_stops_before_the_next(
    corpus: Corpus, cells: list[Cell], tmp_path: Path, trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(EpochProgress):
        def on_step_begin(self, args: object, state: object, control: object, **kwargs: object) -> None:
            if state.global_step == 3:  # type: ignore[attr-defined]
                os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("ner.training.train.EpochProgress", Interrupted)
    with pytest.raises(InterruptedRun, match=r"^stopped after fusion=last, seed 1, with 1 run left; run it again to"):
        run_grid(corpus, cells, 1, tmp_path)
    assert len(run_grid(corpus, cells, 1, tmp_path)) == 2
    assert trained == [ALL[0], ALL[2]]


@pytest.mark.slow
def test_an_interrupt_outside_of_training_too(
    corpus: Corpus, cells: list[Cell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ner.training.train.write_report", interrupted)
        with pytest.raises(InterruptedRun, match="stopped in fusion=last, seed 1, with 2 runs left"):
            run_grid(corpus, cells, 1, tmp_path)
    assert len(run_grid(corpus, cells, 1, tmp_path)) == 2


@pytest.mark.slow
def test_a_run_cut_short_by_an_error_is_gone_on_with(
    corpus: Corpus, cells: list[Cell], tmp_path: Path, trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("ner.training.train.save_model", broken)
        with pytest.raises(OSError, match="No space left"):
            run_grid(corpus, cells, 1, tmp_path)
    assert (tmp_path / "fusion=last" / "seed-1" / "training.json").exists()  # the record, but no model
    runs = run_grid(corpus, cells, 1, tmp_path)
    assert trained == [ALL[0], ALL[0], ALL[2]]
    assert runs[0].record["resumed"]


@pytest.mark.slow
def test_a_full_disk_in_a_checkpoint_is_told_without_an_option_that_compare_does_not_have(
    corpus: Corpus, cells: list[Cell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **options: object) -> None:
        raise RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed")

    monkeypatch.setattr("torch.save", full)
    with pytest.raises(OSError, match=r"can't write the checkpoint .*; if the disk is full, .*, and run it again to"):
        run_grid(corpus, cells, 1, tmp_path)
    monkeypatch.undo()
    assert len(run_grid(corpus, cells, 1, tmp_path)) == 2


@pytest.mark.slow
def test_runs_of_another_process_are_waited_for_and_taken_over_if_it_is_killed(
    corpus: Corpus, cells: list[Cell], tmp_path: Path, trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ALL[0]).mkdir(parents=True)
    other = ExitStack()
    other.enter_context(hold_folder(tmp_path / ALL[0]))
    monkeypatch.setattr("ner.comparing.run_grid.time.sleep", lambda seconds: other.close())
    progress = RecordedProgress()
    assert len(run_grid(corpus, cells, 1, tmp_path, progress)) == 2
    assert trained == [ALL[0], ALL[2], ALL[0], ALL[0]]  # twice, it is refused
    assert progress.lines[1] == "1 run in other processes: waiting for them"


@pytest.mark.slow
def test_runs_that_another_process_has_finished_are_not_repeated(
    corpus: Corpus, cells: list[Cell], tmp_path: Path, trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    train = train_module.train

    def with_another_process(*arguments: Any, **options: Any) -> train_module.TrainingRun:
        if arguments[2] == tmp_path / ALL[0]:  # which is as fast as this one
            train(corpus, replace(cells[1].settings, seed=1), tmp_path / ALL[2])
        return train(*arguments, **options)

    monkeypatch.setattr(train_module, "train", with_another_process)
    assert len(run_grid(corpus, cells, 1, tmp_path)) == 2
    assert trained == [ALL[0]]


def test_a_failed_run_is_reported_after_the_others_are_trained(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    settings = quick(epochs=1)
    cells = grid(parse_vary([f"encoder=./missing,{settings.encoder}"]), settings)
    progress = RecordedProgress()
    with pytest.raises(
        InputError, match=r"^1 run of 2 failed: .*`vary`:\nencoder=\./missing, seed 1: .*is not a folder"
    ):
        run_grid(corpus, cells, 1, tmp_path, progress)
    lines = progress.lines
    assert "test F1" in lines[1]
    assert (tmp_path / cells[1].folder / "seed-1" / "model.safetensors").exists()


def test_a_wrong_encoder_is_refused_before_the_first_run(
    corpus: Corpus, quick: Change, tmp_path: Path, trained: list[str]
) -> None:
    settings = quick(epochs=1)
    with pytest.raises(InputError, match=r"^\./missing is not a folder"):
        compare_settings(corpus, settings, {"encoder": [settings.encoder, "./missing"]}, seeds=1, output=tmp_path)
    assert trained == []


@pytest.mark.slow
def test_finished_runs_with_other_settings_or_data_are_refused(
    corpus: Corpus, quick: Change, cells: list[Cell], data_folder: Path, tmp_path: Path, trained: list[str]
) -> None:
    output = tmp_path / "output"
    run_grid(corpus, cells[1:], 1, output)
    trained.clear()
    other = grid(parse_vary(["fusion=last,attention"]), quick(epochs=1, batch_size=4))
    with pytest.raises(InputError, match=r"fusion=attention/seed-1 started with `batch_size` 2, not 4: .*`output`"):
        run_grid(corpus, other, 1, output)
    data = tmp_path / "data"
    shutil.copytree(data_folder, data)
    with (data / "test.txt").open("a", encoding="utf-8") as file:
        file.write("\n我 O\n")
    with pytest.raises(InputError, match=r"the data have changed since the run in .*seed-1 started"):
        run_grid(read_corpus(data, seed=1), cells, 1, output)
    (output / "fusion=attention" / "seed-1" / "training.json").write_text(json.dumps({"settings": {}}))
    with pytest.raises(
        InputError, match=r"training\.json is damaged .* move .*seed-1 away, or choose another `output`"
    ):
        run_grid(corpus, cells, 1, output)
    assert trained == []  # what won't do is found before anything is trained


@pytest.mark.parametrize("seeds", [0, -1, 10**9, 1.5])
def test_the_number_of_seeds_has_a_range(corpus: Corpus, tmp_path: Path, seeds: Any) -> None:
    with pytest.raises(InputError, match=r"expected `seeds` to be a whole number from 1 to 1,000, got"):
        run_grid(corpus, [], seeds, tmp_path)
