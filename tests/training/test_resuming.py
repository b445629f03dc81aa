"""Resuming after anything: a kill between any two writes, damaged parts, another path, a run beside it."""

import logging
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import Trainer, TrainerState

from ner.data.corpus import Corpus
from ner.errors import InputError, InterruptedRun
from ner.runs.checkpoints import MANIFEST
from ner.runs.folder_lock import hold_folder
from ner.tagging.tagger import Tagger
from ner.training.epoch_progress import EpochProgress
from ner.training.run_description import describe_run
from ner.training.run_output import describe_checkpoint, prepare_output
from ner.training.train import train
from ner.training.training_log import TrainingLog
from ner.training.training_settings import TrainingSettings
from tests.helpers.killed_process import run_killed
from tests.helpers.recorded_progress import RecordedProgress

STEP = 6  # of eight, four an epoch


def same(one: Path, other: Path) -> bool:
    a, b = (load_file(folder / "model.safetensors") for folder in (one, other))
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.fixture(scope="module")
def short(settings: TrainingSettings) -> TrainingSettings:
    changes = {"epochs": 2, "batch_size": 2, "head_learning_rate": 0.05, "dropout": 0.05, "ema": 0.5}
    return TrainingSettings(**{**vars(settings), **changes})


@pytest.fixture(scope="module")
def whole(corpus: Corpus, short: TrainingSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "model"
    train(corpus, short, folder)
    return folder


@pytest.fixture(scope="module")
def stopped(corpus: Corpus, short: TrainingSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with the checkpoints of steps 4 and 6."""

    class Interrupted(EpochProgress):
        def on_step_begin(self, args: object, state: TrainerState, control: object, **kwargs: object) -> None:
            if state.global_step + 1 == STEP:
                os.kill(os.getpid(), signal.SIGTERM)

    folder = tmp_path_factory.mktemp("stopped") / "model"
    with pytest.raises(InterruptedRun, match="stopped after step 6 of 8; run it again with `resume` to continue"):
        train(corpus, short, folder, callbacks=[Interrupted(RecordedProgress())])
    assert sorted(path.name for path in (folder / "unfinished-run").iterdir()) == [
        "checkpoint-4", "checkpoint-6", "run.json",
    ]  # fmt: skip
    return folder


def test_it_is_told_where_a_run_goes_on(stopped: Path) -> None:
    found = describe_checkpoint(stopped / "unfinished-run" / "checkpoint-6")
    assert found == "step 6 of 8, 1.5 of 2 epochs"


@pytest.fixture
def parts(stopped: Path, tmp_path: Path) -> Path:
    shutil.copytree(stopped, tmp_path / "parts")
    return tmp_path / "parts"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a copy of this process")
def test_a_run_killed_at_any_write_is_resumed_to_the_same_weights(
    corpus: Corpus, short: TrainingSettings, whole: Path, tmp_path: Path
) -> None:
    changes = run_killed(lambda: train(corpus, short, tmp_path / "all"), tmp_path / "all", 0)
    assert changes > 40
    for number in range(1, changes + 1, max(1, changes // 25)):
        folder = tmp_path / f"killed-{number:03}"
        assert run_killed(lambda: train(corpus, short, folder), folder, number) == number - 1  # noqa: B023
        if (folder / "config.json").exists():  # a model is there only if it is whole
            Tagger.load(folder)
        try:
            train(corpus, short, folder, resume=True)
        except InputError as error:
            assert "already contains a model" in str(error)  # noqa: PT017
        assert same(folder, whole), number
        assert not [path for path in folder.iterdir() if path.name.startswith((".saving", ".ended", ".lock", "unf"))]


@pytest.mark.parametrize(
    "name",
    ["model.safetensors", "raw.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json",
     "config.json", MANIFEST],
)  # fmt: skip
@pytest.mark.parametrize("damage", [None, b"", b"[]", 0.5])
def test_a_damaged_part_means_the_checkpoint_before(
    corpus: Corpus,
    short: TrainingSettings,
    parts: Path,
    name: str,
    damage: bytes | float | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    newest, before = (parts / "unfinished-run" / f"checkpoint-{step}" for step in (6, 4))
    assert prepare_output(parts, describe_run(short, corpus), resume=True, averaged=True) == newest
    spoil(newest / name, damage)
    assert prepare_output(parts, describe_run(short, corpus), resume=True, averaged=True) == before
    assert "checkpoint-6 is not whole (" in caplog.text
    assert name in caplog.text
    spoil(before / name, damage)
    if name == MANIFEST and damage is None:
        assert prepare_output(parts, describe_run(short, corpus), resume=True, averaged=True) is None
        assert "the run starts from its beginning" in caplog.text
    else:
        with pytest.raises(InputError, match=r"checkpoint-6 is damaged \(.*: remove .* to start from the beginning"):
            prepare_output(parts, describe_run(short, corpus), resume=True, averaged=True)


def spoil(path: Path, damage: bytes | float | None) -> None:
    content = path.read_bytes()
    path.unlink()
    if damage is not None:
        path.write_bytes(damage if isinstance(damage, bytes) else content[: int(damage * len(content))])


@pytest.mark.slow
def test_the_checkpoint_before_gives_the_same_weights_in_a_folder_that_was_moved(
    corpus: Corpus, short: TrainingSettings, parts: Path, whole: Path, caplog: pytest.LogCaptureFixture
) -> None:
    moved = parts.rename(parts.with_name("moved"))
    spoil(moved / "unfinished-run" / "checkpoint-6" / "optimizer.pt", 0.5)
    with caplog.at_level(logging.WARNING, "ner"):
        train(corpus, short, moved, resume=True)
    assert "the run continues from checkpoint-4" in caplog.text
    assert same(moved, whole)


def test_the_weights_of_the_best_epoch_are_needed_too(corpus: Corpus, short: TrainingSettings, parts: Path) -> None:
    state = parts / "unfinished-run" / "checkpoint-6" / "trainer_state.json"
    assert '"best_global_step": 4' in state.read_text()
    spoil(parts / "unfinished-run" / "checkpoint-4" / "model.safetensors", 0.5)
    with pytest.raises(InputError, match=r"checkpoint-6 is damaged \(the best epoch until then is in checkpoint-4: "):
        train(corpus, short, parts, resume=True)


@pytest.mark.slow
def test_the_best_the_last_and_the_one_before_are_kept(
    corpus: Corpus, settings: TrainingSettings, tmp_path: Path
) -> None:
    seen: list[dict[str, int]] = []
    best = [0]

    class Watch(EpochProgress):
        def on_save(self, args: object, state: TrainerState, control: object, **kwargs: object) -> None:
            folders = (tmp_path / "unfinished-run").glob("checkpoint-*")
            seen.append({folder.name: len([*folder.iterdir()]) for folder in folders})
            steps = {state.global_step, state.global_step - 2, best[-1]} - {0}
            assert {*seen[-1]} == {f"checkpoint-{step}" for step in steps}
            best.append(state.best_global_step or 0)

    train(corpus, TrainingSettings(**{**vars(settings), "epochs": 20}), tmp_path, callbacks=[Watch(RecordedProgress())])
    assert max(map(len, seen)) == 3
    assert {*seen[-1].values()} == {3, 8}  # the weights, their configuration and the manifest; or all


def test_a_second_run_in_the_folder_is_refused(corpus: Corpus, short: TrainingSettings, parts: Path) -> None:
    with hold_folder(parts), pytest.raises(InputError, match=r"another run uses .*parts now: wait until it ends"):
        train(corpus, short, parts, resume=True)


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.pt", "rng_state.pth", "config.json"])
def test_a_damaged_checkpoint_of_0_1_is_refused(
    corpus: Corpus, short: TrainingSettings, parts: Path, name: str
) -> None:
    unfinished = parts / "unfinished-run"
    shutil.rmtree(unfinished / "checkpoint-4")
    text = (unfinished / "run.json").read_text()
    (unfinished / "run.json").write_text(text.replace('"format_version": 2,', ""))
    (unfinished / "checkpoint-6" / MANIFEST).unlink()
    spoil(unfinished / "checkpoint-6" / name, 0.5)
    with pytest.raises(InputError, match=rf"checkpoint-6 is damaged \({name} is damaged\), and there is no whole"):
        train(corpus, short, parts, resume=True)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(Trainer, "_run_epoch"), reason="the first versions 5 of transformers")
@pytest.mark.parametrize("changes", [{"max_steps": 6}, {"epochs": 8, "patience": 1}], ids=["last step", "patience"])
def test_a_run_stopped_after_its_last_step_is_not_trained_on(
    corpus: Corpus, short: TrainingSettings, tmp_path: Path, changes: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(short, learning_rate=1e-9, head_learning_rate=1e-9, **changes)  # no epoch is better

    def stop(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ner.training.train._write_results", stop)
        with pytest.raises(InterruptedRun):
            train(corpus, settings, tmp_path / "model")
    (newest,) = (tmp_path / "model" / "unfinished-run").glob("checkpoint-*[68]")
    log = TrainingLog(tmp_path / "log.jsonl", {})
    run = train(corpus, settings, tmp_path / "model", resume=True, callbacks=[log])
    assert newest.name == f"checkpoint-{run.record['steps']}"
    assert (tmp_path / "log.jsonl").read_text("utf-8").count('"event"') == 1  # begin, and no epoch
