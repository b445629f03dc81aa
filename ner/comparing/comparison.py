"""The scores of a comparison: mean and standard deviation over the seeds, and differences from the baseline."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Generic

import numpy as np
import pandas as pd
from typing_extensions import TypeVar

from ner.comparing.learning_curve import FRACTION, LearningCurve
from ner.comparing.run_grid import FinishedRun, exact_f1
from ner.evaluation.bootstrap import Counts, f1_intervals
from ner.evaluation.report_files import SENTENCES
from ner.evaluation.score_table import ScoreTable
from ner.evaluation.significance import compare_with_first
from ner.pages.frame_html import render_frame
from ner.quantities import counted
from ner.training.loop_settings import LoopSettings
from ner.training.run_output import EVALUATION
from ner.training.training_settings import TrainingSettings

_Settings = TypeVar("_Settings", bound=LoopSettings, default=TrainingSettings)
_COSTS = ["minutes", "parameters", "characters_a_second"]


@dataclass(frozen=True)
class Comparison(Generic[_Settings]):
    """The result of a comparison.

    >>> comparison.frame[["dropout", "dev_f1", "p"]]  # from `compare_settings`  # doctest: +SKIP

    F1 of classifiers is micro F1 over the labels; with one label for each text, it is the accuracy.

    A cell is a combination of the varied values. The first cell is the baseline. Minutes are only known for runs that
    were not resumed; otherwise they are NaN. So is the speed of classifiers.

    Args:
        split: the split that is compared: test, or dev if there is no test split.
        varied: the names of the varied options.
        runs: a row for each run: `cell`, the values of the cell, `seed`, its `folder` in the output folder, the number
            of `train_sentences` (for a classifier, of texts), the F1 of each split in percent, `minutes`, `parameters`
            and `characters_a_second`.
        frame: a row for each cell, in the order of the grid: the values, the means over the seeds, the standard
            deviations of the sample (`..._sd`, NaN for one seed), the 95% interval of F1 (`..._low`, `..._high`), and
            the columns of `compare_with_first`: the `difference` of F1 from the baseline, its `p` and so on.
        settings: the settings of each cell, by the name of the cell.
        records: the training records of all runs.
    """

    split: str
    varied: list[str]
    runs: pd.DataFrame
    frame: pd.DataFrame
    settings: dict[str, _Settings]
    records: list[dict[str, Any]]

    @property
    def seeds(self) -> int:
        """The number of seeds of each cell."""
        return len(self.runs) // len(self.frame)

    @property
    def best_run(self) -> dict[Hashable, Any]:
        """The row of `runs` with the highest dev F1. Test scores are not used."""
        return max(self.runs.to_dict("records"), key=lambda row: row["dev_f1"])

    @property
    def best(self) -> _Settings:
        """The settings of the cell with the highest mean dev F1. Test scores are not used."""
        best = max(self.frame.to_dict("records"), key=lambda row: row["dev_f1"])
        return self.settings[best["cell"]]

    @property
    def units(self) -> str:
        """What the data consist of: sentences, or texts for a classifier."""
        return "sentences" if "sentences" in self.records[0]["data"]["train"] else "texts"

    @property
    def scores(self) -> ScoreTable:
        """The table of scores, for a paper."""
        score = f"{self.split}_f1"
        shown = self.frame.rename(columns=lambda name: name.replace(score, "f1") if name.startswith(score) else name)
        shown = shown.rename(columns={"cell": "settings"})
        return ScoreTable(shown, self.varied or ["settings"], f"{self.split} F1", self.units)

    @property
    def learning_curves(self) -> dict[str, LearningCurve]:
        """If `train_fraction` varies: the learning curve of each combination of the other settings, by its name."""
        if FRACTION not in self.varied:
            return {}
        others = [name for name in self.varied if name != FRACTION]
        names = [", ".join(f"{name}={row[name]}" for name in others) for row in self.runs.to_dict("records")]
        points = self.runs.rename(columns={"train_sentences": "sentences", f"{self.split}_f1": "f1"})
        groups = points[["sentences", "f1"]].groupby(pd.Series(names), sort=False)
        return {str(name): LearningCurve(group.reset_index(drop=True)) for name, group in groups}

    def write_report(self, folder: str | Path, *, command: str = "") -> list[Path]:
        """Write `comparison.md`, `.tex`, `.csv` (a row for each cell), `.json`, and `.png` if matplotlib is installed.

        Args:
            folder: the folder for the files. It is created if it doesn't exist.
            command: the command of the comparison, which the page shows.

        Returns:
            The files that were written.

        Raises:
            OSError: the folder can't be written.
        """
        from ner.comparing.comparison_report import write_report

        return write_report(self, Path(folder), command)

    def _repr_html_(self) -> str:
        """The table of scores and differences for a notebook."""
        return render_frame(self.scores.readable, f"{self.split} F1 with {counted(self.seeds, 'seed')}")


def compare_runs(runs: Sequence[FinishedRun]) -> Comparison[Any]:
    """Compare the cells of finished runs. All cells must have the same seeds and the same data."""
    split = "test" if "test" in runs[0].record["scores"] else "dev"
    varied = list(runs[0].cell.values)
    table = pd.DataFrame([_row(run, split) for run in runs])
    by_cell = table.groupby("cell", sort=False)
    cells = by_cell[[*varied, "parameters"]].first()
    counts = _counts(runs, split, len(cells))
    # The first cell is the baseline. It has no difference, so the join gives NaN.
    tests = compare_with_first(counts).set_index(cells.index[1:])
    ends = [f"{split}_f1_low", f"{split}_f1_high"]
    intervals = pd.DataFrame(f1_intervals(counts), index=cells.index, columns=ends)
    scores = [name for name in table.columns if name.endswith("_f1")]
    means = by_cell[[*scores, "minutes", "characters_a_second"]].mean()
    cells = cells.join([means, by_cell[scores].std().add_suffix("_sd"), intervals, tests])
    spreads = {name: [name, f"{name}_sd"] for name in scores}
    columns = [*varied, *spreads.pop(f"{split}_f1"), *ends, *tests.columns, *chain(*spreads.values()), *_COSTS]
    settings = {run.cell.name: run.cell.settings for run in runs}
    return Comparison(split, varied, table, cells[columns].reset_index(), settings, [run.record for run in runs])


def _row(run: FinishedRun, split: str) -> dict[str, Any]:
    record = run.record
    train = record["data"]["train"]
    scores = {name: record["scores"][name] for name in dict.fromkeys((split, "dev"))}
    return {
        "cell": run.cell.name,
        **run.cell.values,
        "seed": run.seed,
        "folder": str(Path(run.cell.folder, run.folder.name)),
        "train_sentences": train.get("sentences", train.get("texts")),
        **{f"{name}_f1": exact_f1(score) for name, score in scores.items()},
        "minutes": np.nan if record["resumed"] else record["minutes"],
        "parameters": record["parameters"],
        "characters_a_second": scores[split].get("characters_a_second", np.nan),
    }


def _counts(runs: Sequence[FinishedRun], split: str, cells: int) -> Counts:
    """The numbers of gold, predicted and correct entities, `(cells, seeds, sentences, 3)`."""
    counts = np.stack([pd.read_csv(run.folder / EVALUATION / split / SENTENCES).to_numpy(np.int64) for run in runs])
    return counts.reshape(cells, len(runs) // cells, *counts.shape[1:])
