"""Training each cell of a grid with each seed. Finished runs are kept, and unfinished runs are resumed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ner.choices import MOST_SEEDS
from ner.comparing.grid import Cell
from ner.data.corpus import Corpus
from ner.errors import InputError, InterruptedRun
from ner.runs.folder_lock import hold_folder
from ner.runs.progress import Progress, RunProgress, choose_progress
from ner.runs.run_folder import require_own_folder
from ner.training.run_description import read_finished_record
from ner.training.train import TrainingRun, train
from ner.training.training_settings import TrainingSettings

_AGAIN = "run it again to continue"
_PARTS, _REPORT = ("*=*", "seed-*"), ("comparison.*", "learning-curve.png")


@dataclass(frozen=True)
class PlannedRun:
    """A cell with a seed, and the folder of its model."""

    cell: Cell
    seed: int
    folder: Path

    @property
    def settings(self) -> TrainingSettings:
        return replace(self.cell.settings, seed=self.seed)

    @property
    def name(self) -> str:
        return f"{self.cell.name}, seed {self.seed}"


@dataclass(frozen=True)
class FinishedRun(PlannedRun):
    """A finished run, with its training record."""

    record: dict[str, Any]


def run_grid(
    corpus: Corpus, cells: Sequence[Cell], seeds: int, output: Path, progress: Progress | None = None
) -> list[FinishedRun]:
    """Train each cell with each seed.

    If a run fails, for example because its learning rate is too high, the other runs are still trained.

    Args:
        corpus: the data.
        cells: the cells.
        seeds: the seeds are 1 to `seeds`.
        output: the folder for the models.
        progress: shows the progress of the runs.

    Returns:
        All runs, in the order of the cells and the seeds.

    Raises:
        InputError: `seeds` is out of its range, a folder contains a finished run with other settings or data, `output`
            holds other files, another comparison uses it, or some runs failed. The last is raised after all other runs.
        OSError: a folder can't be written. The comparison can be continued.
        InterruptedRun: the user stopped the comparison. It can be continued.
    """
    if not isinstance(seeds, int) or not 1 <= seeds <= MOST_SEEDS:
        raise InputError(f"expected `seeds` to be a whole number from 1 to {MOST_SEEDS:,}, got {seeds!r}")
    with hold_folder(output):
        require_own_folder(output, _PARTS, _REPORT)
        try:
            return _run_all(corpus, cells, seeds, output, choose_progress(progress))
        except KeyboardInterrupt:  # between two runs
            raise InterruptedRun(f"stopped; {_AGAIN}") from None


def _run_all(corpus: Corpus, cells: Sequence[Cell], seeds: int, output: Path, progress: Progress) -> list[FinishedRun]:
    planned = [
        PlannedRun(cell, seed, output / cell.folder / f"seed-{seed}") for cell in cells for seed in range(1, seeds + 1)
    ]
    # Check all folders before the first training, so that a wrong folder costs no time.
    records = [read_finished_record(run.folder, run.settings, corpus) for run in planned]
    kept = sum(record is not None for record in records)
    if kept:
        progress.note(f"{_runs(kept)} of {len(planned):,} already finished and kept")
    finished: list[FinishedRun] = []
    failed: list[str] = []
    left = len(planned) - kept
    for run, record in zip(planned, records, strict=True):
        if record is None:
            try:
                trained = _train(run, corpus, left, progress)
                record, stopped = trained.record, trained.interrupted
            except InputError as error:
                failed.append(f"{run.name}: {error}")
                stopped = False
            left -= 1
            line = f"{_outcome(run, record) if record else failed[-1]}; {_runs(left)} left"
            progress.note(line)
            if stopped and left:
                raise InterruptedRun(f"stopped after {run.name}, with {_runs(left)} left; {_AGAIN}")
        if record is not None:
            finished.append(FinishedRun(run.cell, run.seed, run.folder, record))
    if failed:
        raise InputError(
            f"{_runs(len(failed))} of {len(planned):,} failed: correct the settings, or leave out values of `vary`:\n"
            + "\n".join(failed)
        )
    return finished


def _train(run: PlannedRun, corpus: Corpus, left: int, progress: Progress) -> TrainingRun:
    try:
        shown = RunProgress(progress, f"{run.name}; {_runs(left)} left")
        return train(corpus, run.settings, run.folder, resume=True, progress=shown, way_out=_AGAIN)
    except (InterruptedRun, KeyboardInterrupt) as error:
        raise InterruptedRun(f"stopped in {run.name}, with {_runs(left)} left; {_AGAIN}") from error


def _outcome(run: PlannedRun, record: dict[str, Any]) -> str:
    scores = ", ".join(f"{split} F1 {scores['conlleval']['f1']:.2f}" for split, scores in record["scores"].items())
    return f"{run.name}: {scores}, {record['minutes']:.1f} minutes"


def _runs(count: int) -> str:
    return f"{count:,} run{'s' * (count != 1)}"
