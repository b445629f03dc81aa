"""Training each cell of a grid with each seed. Finished runs are kept, and unfinished runs are resumed.

Several processes can share the runs of a grid: each run has a lock, which ends with its process.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conlleval import TypeScores
from ner.choices import MOST_SEEDS
from ner.comparing.grid import Cell
from ner.errors import FolderInUse, InputError, InterruptedRun
from ner.quantities import counted, describe_duration
from ner.runs.progress import Progress, RunProgress, choose_progress
from ner.runs.run_folder import require_own_folder
from ner.trainable import Trainable, finished_record, run_training
from ner.training.loop_settings import LoopSettings

_AGAIN = "run it again to continue"
_SECONDS = 5.0
"""Time between two looks at runs of other processes."""
_PARTS, _REPORT = ("*=*", "seed-*"), ("comparison.*", "learning-curve.png")


@dataclass(frozen=True)
class PlannedRun:
    """A cell with a seed, and the folder of its model."""

    cell: Cell
    seed: int
    folder: Path

    @property
    def settings(self) -> LoopSettings:
        return replace(self.cell.settings, seed=self.seed)

    @property
    def name(self) -> str:
        return f"{self.cell.name}, seed {self.seed}"


@dataclass(frozen=True)
class FinishedRun(PlannedRun):
    """A finished run, with its training record."""

    record: dict[str, Any]


def run_grid(
    data: Trainable, cells: Sequence[Cell], seeds: int, output: Path, progress: Progress | None = None
) -> list[FinishedRun]:
    """Train each cell with each seed.

    If a run fails, for example because its learning rate is too high, the other runs are still trained. Runs that
    another process trains are left to it, and waited for at the end. If it is killed, they are resumed here.

    Args:
        data: the data.
        cells: the cells.
        seeds: the seeds are 1 to `seeds`.
        output: the folder for the models.
        progress: shows the progress of the runs.

    Returns:
        All runs, in the order of the cells and the seeds.

    Raises:
        InputError: `seeds` is out of its range, a folder contains a finished run with other settings or data, `output`
            holds other files, or some runs failed. The last is raised after all other runs.
        OSError: a folder can't be written. The comparison can be continued.
        InterruptedRun: the user stopped the comparison. It can be continued.
    """
    if not isinstance(seeds, int) or not 1 <= seeds <= MOST_SEEDS:
        raise InputError(f"expected `seeds` to be a whole number from 1 to {MOST_SEEDS:,}, got {seeds!r}")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"can't write into {output} ({error.strerror}): choose another `output`") from error
    require_own_folder(output, _PARTS, _REPORT)
    try:
        return _run_all(data, cells, seeds, output, choose_progress(progress))
    except KeyboardInterrupt:  # between two runs
        raise InterruptedRun(f"stopped; {_AGAIN}") from None


def _run_all(data: Trainable, cells: Sequence[Cell], seeds: int, output: Path, progress: Progress) -> list[FinishedRun]:
    planned = [
        PlannedRun(cell, seed, output / cell.folder / f"seed-{seed}") for cell in cells for seed in range(1, seeds + 1)
    ]
    # Check all folders before the first training, so that a wrong folder costs no time.
    records = [finished_record(data, run.settings, run.folder) for run in planned]
    kept = sum(record is not None for record in records)
    if kept:
        progress.note(f"{counted(kept, 'run')} of {len(planned):,} already finished and kept")
    found = {run.folder: record for run, record in zip(planned, records, strict=True) if record is not None}
    failed: dict[Path, str] = {}
    told = False
    while left := [run for run in planned if run.folder not in found and run.folder not in failed]:
        elsewhere = 0
        for done, run in enumerate(left, 1):
            record = finished_record(data, run.settings, run.folder)  # of another process
            stopped = False
            if record is None:
                try:
                    record, stopped = _train(run, data, len(left) - done + 1, progress)
                except FolderInUse:
                    elsewhere += 1
                    continue
                except InputError as error:
                    record = finished_record(data, run.settings, run.folder)  # another process was faster
                    if record is None:
                        failed[run.folder] = f"{run.name}: {error}"
            if record is not None:
                found[run.folder] = record
            more = len(left) - done
            progress.note(f"{_outcome(run, record) if record else failed[run.folder]}; {counted(more, 'run')} left")
            if stopped and more:
                raise InterruptedRun(f"stopped after {run.name}, with {counted(more, 'run')} left; {_AGAIN}")
        if elsewhere == len(left):
            if not told:
                progress.note(f"{counted(elsewhere, 'run')} in other processes: waiting for them")
                told = True
            time.sleep(_SECONDS)
    if failed:
        raise InputError(
            f"{counted(len(failed), 'run')} of {len(planned):,} failed: correct the settings, or leave out values of "
            "`vary`:\n" + "\n".join(failed.values())
        )
    return [FinishedRun(run.cell, run.seed, run.folder, found[run.folder]) for run in planned]


def _train(run: PlannedRun, data: Trainable, left: int, progress: Progress) -> tuple[dict[str, Any], bool]:
    """Train once: the record, and whether the user asked to stop in the last step."""
    try:
        shown = RunProgress(progress, f"{run.name}; {counted(left, 'run')} left")
        trained = run_training(data, run.settings, run.folder, resume=True, progress=shown, way_out=_AGAIN)
        return trained.record, trained.interrupted
    except (InterruptedRun, KeyboardInterrupt) as error:
        raise InterruptedRun(f"stopped in {run.name}, with {counted(left, 'run')} left; {_AGAIN}") from error


def _outcome(run: PlannedRun, record: dict[str, Any]) -> str:
    scores = ", ".join(f"{split} F1 {exact_f1(scores):.2f}" for split, scores in record["scores"].items())
    return f"{run.name}: {scores}, {describe_duration(record['minutes'])}"


def exact_f1(scores: dict[str, Any]) -> float:
    """F1 in percent of the scores in a record: of entities from their counts, because the percentages are rounded."""
    if "conlleval" not in scores:
        return float(scores["micro_f1"])
    counts = {name: scores["conlleval"][name] for name in ("gold_chunks", "predicted_chunks", "correct_chunks")}
    return TypeScores(**counts).f1
