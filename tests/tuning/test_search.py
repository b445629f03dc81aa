"""Searches whose training is a formula, and a few with real runs of a step or two."""

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("optuna")

import optuna
from optuna.trial import TrialState, create_trial
from sqlalchemy.exc import IntegrityError, OperationalError

from ner import trainable
from ner.data import corpus as corpus_module
from ner.data.corpus import Corpus, read_corpus
from ner.data.data_split import Split
from ner.data.read_options import ReadOptions
from ner.errors import InputError, InterruptedRun
from ner.settings_text import read_settings
from ner.training.epoch_progress import EpochProgress
from ner.training.train import train
from ner.training.training_settings import TrainingSettings
from ner.tuning.sampler import is_counted
from ner.tuning.search import search
from ner.tuning.search_report import write_report
from ner.tuning.study import SearchPlan, cannot_write
from ner.tuning.tune_settings import tune_settings
from tests.helpers.recorded_progress import RecordedProgress

GIVEN = {"epochs", "batch_size", "fusion", "lstm_size", "encoder_dropout"}  # so that tiny runs stay tiny
Search = Callable[..., optuna.Study]


@pytest.fixture(scope="module")
def data(data_folder: Path) -> Corpus:
    return read_corpus(data_folder, seed=1, wanted=("train", "dev"))


@pytest.fixture
def progress() -> RecordedProgress:
    return RecordedProgress()


@pytest.fixture
def run(data: Corpus, quick: Callable[..., TrainingSettings], progress: RecordedProgress, tmp_path: Path) -> Search:
    def run(trials: int, name: str = "out", storage: str | None = None, **changes: Any) -> optuna.Study:
        settings = quick(**{"epochs": 1, **changes})
        return search(SearchPlan(data, settings, tmp_path / name, GIVEN, storage), trials, progress)

    return run


@pytest.fixture
def formula(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Training replaced by a formula that likes much dropout; the list has the dropout of each run."""
    runs: list[float] = []

    def pretend(corpus: Corpus, settings: TrainingSettings, output: Path, **options: Any) -> Any:
        runs.append(settings.dropout)
        output.mkdir(parents=True)
        (output / "model.safetensors").write_text("weights")
        if settings.dropout > 0.4:
            raise InputError("the loss is nan")
        return SimpleNamespace(record={"best_dev_f1": 100 * settings.dropout, "minutes": 0.1}, interrupted=False)

    monkeypatch.setattr("ner.trainable.train", pretend)
    return runs


def values(study: optuna.Study) -> list[dict[str, Any]]:
    return [trial.params for trial in study.trials]


@pytest.mark.slow
def test_the_best_model_is_kept_and_its_settings_train_it_again(
    run: Search, data: Corpus, quick: Callable[..., TrainingSettings], tmp_path: Path
) -> None:
    study = run(2)
    base = quick(epochs=1)
    (folder,) = (tmp_path / "out").glob("trial-*")
    assert folder.name == f"trial-{study.best_trial.number}"
    record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    assert record["best_dev_f1"] == study.best_value
    assert record["scores"].keys() == {"dev"}
    assert record["settings"]["dropout"] == study.best_params["dropout"]
    written = write_report(study, base, tmp_path / "out")
    assert {path.name for path in written} >= {"best.json", "trials.csv"}
    again = train(
        data, TrainingSettings(**read_settings(TrainingSettings, tmp_path / "out" / "best.json")), tmp_path / "again"
    )
    assert again.record["best_dev_f1"] == study.best_value
    assert again.record["settings"] == record["settings"]


def test_test_is_never_read(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progress: RecordedProgress, quick: Any
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(data_folder, folder)
    (folder / "test.txt").write_bytes(b"\xff\xfe no text, no tags")
    read: list[str] = []
    examine = corpus_module.examine_file

    def watched(path: Path, options: ReadOptions) -> Split:
        read.append(path.name)
        return examine(path, options)

    monkeypatch.setattr(corpus_module, "examine_file", watched)
    corpus = read_corpus(folder, seed=1, wanted=("train", "dev"))
    search(SearchPlan(corpus, quick(epochs=1), tmp_path / "out", GIVEN), 1, progress)
    assert read == ["train.txt", "dev.txt"]
    with pytest.raises(InputError, match=r"test\.txt"):
        read_corpus(folder, seed=1)
    with pytest.raises(ValueError, match="expected a corpus without test"):
        search(SearchPlan(read_corpus(data_folder, seed=1), quick(), tmp_path / "other", GIVEN), 1, progress)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_trials_and_another_others(run: Search, formula: list[float]) -> None:
    once, again, other = values(run(12, "a")), values(run(12, "b")), values(run(3, "c", seed=2))
    assert once == again
    assert all(one != another for one, another in zip(once[1:], other[1:], strict=False))
    assert len({trial["dropout"] for trial in once}) == 12


def test_the_first_trial_has_the_settings_as_they_are(
    run: Search, formula: list[float], quick: Callable[..., TrainingSettings]
) -> None:
    expected = quick(learning_rate=2e-4, dropout=0.3)
    first, *others = values(run(4, learning_rate=2e-4, dropout=0.3))
    assert first == {name: getattr(expected, name) for name in first}
    assert first not in others


@pytest.mark.slow
def test_a_second_start_goes_on_as_if_there_had_been_none(
    run: Search, formula: list[float], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, progress: RecordedProgress
) -> None:
    whole = values(run(12, "whole"))
    formula.clear()
    pretend = trainable.train

    def interrupted(corpus: Corpus, settings: TrainingSettings, output: Path, **options: Any) -> Any:
        # Among the random choices at the beginning, and where choices are made by results.
        if error := {3: KeyboardInterrupt(), 11: InterruptedRun("stopped after step 3")}.get(len(formula)):
            formula.append(0)
            (output / "unfinished-run").mkdir(parents=True)
            raise error
        return pretend(corpus, settings, output, **options)

    monkeypatch.setattr("ner.trainable.train", interrupted)
    for left in (9, 2):
        with pytest.raises(InterruptedRun, match=rf"^stopped with {left} trials left; run it again to continue$"):
            run(12, "parts")
        assert not [*(tmp_path / "parts").glob("*/unfinished-run")]
    study = run(12, "parts")
    assert "10 trials of 12 already done or running" in progress.text
    assert len(study.trials) == 14
    assert [trial.params for trial in study.trials if is_counted(trial)] == whole
    formula.clear()
    run(12, "parts")
    assert formula == []  # all are there


def test_failed_trials_count_and_the_others_continue(
    run: Search, formula: list[float], progress: RecordedProgress, tmp_path: Path
) -> None:
    study = run(10)
    failed = [trial for trial in study.trials if trial.state == TrialState.FAIL]
    assert failed
    assert {trial.user_attrs["error"] for trial in failed} == {"the loss is nan"}
    assert len(study.trials) == len(formula) == 10
    assert study.best_value == pytest.approx(100 * max(dropout for dropout in formula if dropout <= 0.4))
    assert [path.name for path in (tmp_path / "out").glob("trial-*")] == [f"trial-{study.best_trial.number}"]
    lines = progress.lines
    assert len(lines) == 10
    assert sum("failed: the loss is nan" in line for line in lines) == len(failed)
    assert lines[-1].endswith(f"best {study.best_value:.2f} (trial {study.best_trial.number})")


def test_a_search_without_a_complete_trial_is_an_error(run: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise InputError("the loss is nan")

    monkeypatch.setattr("ner.trainable.train", fail)
    with pytest.raises(InputError, match="no trial is complete; the last error: the loss is nan"):
        run(2)


def test_a_trial_that_is_worse_than_others_is_ended_early(
    run: Search, data: Corpus, progress: RecordedProgress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five perfect trials stand for a search that has gone on for long; the next one can't be as good at once."""
    create_study = optuna.create_study

    def with_others(**options: Any) -> optuna.Study:
        study = create_study(**options)
        for _ in range(5):
            study.add_trial(create_trial(value=100.0, intermediate_values=dict.fromkeys(range(1, 9), 100.0)))
        return study

    monkeypatch.setattr("optuna.create_study", with_others)
    study = run(6, epochs=8, learning_rate=1e-6)
    last = study.trials[-1]
    assert last.state == TrialState.PRUNED
    assert [*last.intermediate_values] == [1, 2]
    assert not [*(tmp_path / "out").glob("trial-*")]
    assert "stopped after epoch 2 with dev F1 " in progress.text


def test_workers_share_a_database(run: Search, formula: list[float], tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'shared.db'}"
    run(4, "one/search", storage)
    study = run(6, "two/search", storage)
    assert len(study.trials) == len(formula) == 6
    assert not (tmp_path / "two" / "search" / "study.db").exists()


def test_another_search_in_the_folder_is_refused(
    run: Search, formula: list[float], data: Corpus, quick: Any, progress: RecordedProgress, tmp_path: Path
) -> None:
    run(2)
    with pytest.raises(InputError, match=r"started with `clip` 1\.0, not 2\.0: .* or choose another `output`"):
        run(3, clip=2.0)
    with pytest.raises(InputError, match="started with other searched settings or ranges"):
        search(SearchPlan(data, quick(epochs=1), tmp_path / "out", GIVEN - {"fusion"}), 3, progress)
    changed = replace(data, dev=replace(data.dev, sentences=data.dev.sentences[1:]))
    with pytest.raises(InputError, match="the data have changed"):
        search(SearchPlan(changed, quick(epochs=1), tmp_path / "out", GIVEN), 3, progress)
    (tmp_path / "out" / "trial-0").mkdir(exist_ok=True)
    with pytest.raises(InputError, match="trial-0 belongs to another search"):
        run(3, storage=f"sqlite:///{tmp_path}/other.db")


@pytest.mark.parametrize("damage", [None, b"", b"garbage" * 1000, 0.5, 0.99])
def test_a_lost_or_damaged_database_is_named(
    run: Search, formula: list[float], tmp_path: Path, damage: bytes | float | None
) -> None:
    run(2)
    path = tmp_path / "out" / "study.db"
    content = path.read_bytes()
    path.unlink()
    if damage is not None:
        path.write_bytes(damage if isinstance(damage, bytes) else content[: int(damage * len(content))])
    with pytest.raises(InputError, match=r"study\.db is damaged or missing, .*: copy it back, or choose"):
        run(3)
    path.write_bytes(content)
    assert len(run(3).trials) == 3


@pytest.mark.parametrize(
    ("storage", "message"),
    [
        ("sqlite://", r"expected the database of `storage` to be a file or a server, got sqlite://, which is lost"),
        ("sqlite:///:memory:", "expected the database of `storage` to be a file or a server"),
        ("sqlite:///{}?mode=ro", "can't open the database of `storage`"),
        ("sqlite:///{{x}}", "can't open the database of `storage`"),
    ],
)
def test_a_storage_that_is_none_is_refused(
    run: Search, formula: list[float], tmp_path: Path, storage: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        run(1, storage=storage.format(tmp_path / "shared.db"))
    assert formula == []


def test_a_storage_that_cannot_be_written_is_told_before_the_first_trial(
    run: Search, formula: list[float], tmp_path: Path
) -> None:
    path = tmp_path / "shared.db"
    run(1, storage=f"sqlite:///{path}")
    for name in ("out", "new"):
        with pytest.raises(OSError, match=r"can't write the storage .* \(attempt to write a readonly database\): make"):
            run(2, name, storage=f"sqlite:///file:{path}?mode=ro&uri=true")
    assert len(formula) == 1


def test_the_folder_of_a_search_may_have_any_name(run: Search, formula: list[float], tmp_path: Path) -> None:
    name = "a?b{c}%20#"
    run(1, name)
    assert len(run(2, name).trials) == 2
    assert (tmp_path / name / "study.db").exists()
    assert {path.name for path in tmp_path.iterdir()} == {name}


@pytest.mark.slow
def test_a_full_disk_in_a_trial_leaves_the_rest_to_the_same_command(
    run: Search, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("ner.training.train.save_model", full)
        with pytest.raises(OSError, match=r"trial-0: No space left on device; free some space, and run it again"):
            run(1)
    assert not (tmp_path / "out" / "trial-0").exists()
    assert run(1).best_trial.number == 1


def test_errors_of_all_trials_are_raised_before_the_first(run: Search, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\./missing is not a folder"):
        run(3, encoder="./missing")
    with pytest.raises(InputError, match="expected `max_length` to be at most 64"):
        run(3, max_length=100)
    assert [*tmp_path.iterdir()] == []
    for storage in ("nonsense", "oracle9://x", "postgresql://localhost/x", f"sqlite:///{tmp_path}/no/such.db"):
        with pytest.raises(InputError, match=r"can't open the database of `storage` \(.*\): expected a URL"):
            run(3, storage=storage)


@pytest.mark.slow
def test_an_interrupt_in_training_leaves_the_rest_to_the_same_command(
    run: Search, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Interrupted(EpochProgress):
        def on_step_begin(self, args: object, state: Any, control: object, **kwargs: object) -> None:
            if state.global_step == 1:
                os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr("ner.training.train.EpochProgress", Interrupted)
        with pytest.raises(InterruptedRun, match=r"^stopped with 1 trial left; run it again to continue$"):
            run(1)
    study = run(1)
    assert [trial.state for trial in study.trials] == [TrialState.FAIL, TrialState.COMPLETE]
    assert study.trials[0].params == study.trials[1].params


@pytest.mark.slow
def test_an_interrupt_in_the_last_step_of_a_trial_stops_before_the_next(
    run: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(EpochProgress):
        def on_step_begin(self, args: object, state: Any, control: object, **kwargs: object) -> None:
            if state.global_step == 3:
                os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("ner.training.train.EpochProgress", Interrupted)
    with pytest.raises(InterruptedRun, match=r"^stopped with 1 trial left; run it again to continue$"):
        run(2)
    assert [trial.state for trial in run(2).trials] == [TrialState.COMPLETE] * 2


def test_a_worker_that_comes_while_another_makes_the_tables_tries_again(
    run: Search, formula: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    init = optuna.storages.RDBStorage.__init__
    errors = [IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed")) for _ in range(2)]

    def busy(*args: Any, **options: Any) -> None:
        if errors:
            raise errors.pop()
        init(*args, **options)

    monkeypatch.setattr("optuna.storages.RDBStorage.__init__", busy)
    monkeypatch.setattr("ner.tuning.study.time.sleep", lambda seconds: None)
    assert len(run(1).trials) == 1
    assert errors == []


@pytest.mark.filterwarnings("ignore:Heartbeat of storage")
def test_a_trial_of_another_worker_counts_and_is_reported(
    run: Search, formula: list[float], progress: RecordedProgress
) -> None:
    run(1).ask()
    assert len(run(3).trials) == 3
    assert len(formula) == 2
    assert "note: 1 trial still running elsewhere, or killed" in progress.text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"trials": 1.5}, r"expected `trials` to be a whole number of at least 1, got 1\.5"),
        ({"trials": "x"}, "expected `trials` to be a whole number of at least 1, got 'x'"),
        ({"trials": None}, "expected `trials` to be a whole number of at least 1, got None"),
        ({"trials": 1, "fixed": "fusion"}, "expected `fixed` to be a list of names of settings, got 'fusion'"),
        ({"trials": 1, "fixed": ["fusio"]}, "unknown setting 'fusio': did you mean `fusion`"),
    ],
)
def test_a_wrong_argument_is_named(
    data: Corpus, quick: Callable[..., TrainingSettings], tmp_path: Path, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        tune_settings(data, quick(), output=tmp_path, **given)


def test_a_full_disk_is_told_without_the_statement_of_the_database() -> None:
    full = sqlite3.OperationalError("database or disk is full")
    error = OperationalError("CREATE TABLE studies (\n...", None, full)
    error.__cause__ = full
    assert str(cannot_write(error)) == (
        "can't write the storage of the search (database or disk is full): make it writable or free some space, and "
        "run it again to continue"
    )
