"""The numbers of a comparison: mean and spread over the seeds, and differences from the first cell."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from conlleval import TypeScores
from ner.comparing.run_grid import FinishedRun
from ner.evaluation.bootstrap import Counts, Difference, paired_bootstrap
from ner.evaluation.report_files import SENTENCES
from ner.pages.frame_html import render_frame
from ner.training.model_output import EVALUATION
from ner.training.training_settings import TrainingSettings

_DIFFERENCE = [field.name for field in fields(Difference)]
_COSTS = ["minutes", "parameters", "characters_a_second"]


@dataclass(frozen=True)
class Comparison:
    """A grid that was run.

    >>> comparison.frame[["dropout", "dev_f1", "p"]]  # from `compare_settings`  # doctest: +SKIP

    `split` is the one that is compared, test or else dev, and `varied` are the names of the varied options. `runs` has
    a row for each run: cell, its values, seed, F1 of each split, minutes, parameters, characters a second. `frame` has
    a row for each cell, in the order of the grid, with means over the seeds, standard deviations (`..._sd`, of a
    sample; NaN for one seed) and the `difference` of F1 from the first row with `low`, `high` and `p`. Minutes are
    those of runs in one go, NaN where there is none: a resumed run doesn't know how long it took before.

    `settings` are those of each cell by its name, and `records` are the training records of all runs.
    """

    split: str
    varied: list[str]
    runs: pd.DataFrame
    frame: pd.DataFrame
    settings: dict[str, TrainingSettings]
    records: list[dict[str, Any]]

    @property
    def seeds(self) -> int:
        """How many seeds each cell was trained with."""
        return len(self.runs) // len(self.frame)

    @property
    def best(self) -> TrainingSettings:
        """The settings of the cell with the highest mean dev F1. Test is not looked at."""
        best = max(self.frame.to_dict("records"), key=lambda row: row["dev_f1"])
        return self.settings[best["cell"]]

    def write_report(self, folder: str | Path, *, command: str = "") -> list[Path]:
        """Write `comparison.md`, `.csv` (a row for each cell), `.json`, and `.png` if matplotlib is installed.

        Args:
            folder: is made if it isn't there.
            command: the one that made the comparison, for the page.

        Returns:
            The files that were written.

        Raises:
            OSError: the folder can't be written.
        """
        from ner.comparing.comparison_report import write_report

        return write_report(self, Path(folder), command)

    def _repr_html_(self) -> str:
        """Scores and differences as a notebook shows them."""
        from ner.comparing.comparison_report import readable_table

        return render_frame(readable_table(self), f"{self.split} F1 with {self.seeds} seeds")


def compare_runs(runs: Sequence[FinishedRun]) -> Comparison:
    """Set the cells of finished `runs` beside each other; each has to be there with the same seeds on the same data."""
    split = "test" if "test" in runs[0].record["scores"] else "dev"
    varied = list(runs[0].cell.values)
    table = pd.DataFrame([_row(run, split) for run in runs])
    by_cell = table.groupby("cell", sort=False)
    cells = by_cell[[*varied, "parameters"]].first()
    differences = paired_bootstrap(_counts(runs, split, len(cells)))
    # The first cell, the baseline, has none, and so NaN.
    found = pd.DataFrame([asdict(row) for row in differences], index=cells.index[1:], columns=_DIFFERENCE)
    scores = [name for name in table.columns if name.endswith("_f1")]
    means = by_cell[[*scores, "minutes", "characters_a_second"]].mean()
    cells = cells.join([means, by_cell[scores].std().add_suffix("_sd"), found])
    spreads = {name: [name, f"{name}_sd"] for name in scores}
    columns = [*varied, *spreads.pop(f"{split}_f1"), *_DIFFERENCE, *chain(*spreads.values()), *_COSTS]
    settings = {run.cell.name: run.cell.settings for run in runs}
    return Comparison(split, varied, table, cells[columns].reset_index(), settings, [run.record for run in runs])


def _row(run: FinishedRun, split: str) -> dict[str, Any]:
    record = run.record
    scores = {name: record["scores"][name] for name in dict.fromkeys((split, "dev"))}
    return {
        "cell": run.cell.name,
        **run.cell.values,
        "seed": run.seed,
        **{f"{name}_f1": _exact_f1(score["conlleval"]) for name, score in scores.items()},
        "minutes": np.nan if record["resumed"] else record["minutes"],
        "parameters": record["parameters"],
        "characters_a_second": scores[split]["characters_a_second"],
    }


def _exact_f1(scores: dict[str, Any]) -> float:
    """F1 in percent from the counts: the percentages in a record are rounded."""
    counts = {name: scores[name] for name in ("gold_chunks", "predicted_chunks", "correct_chunks")}
    return TypeScores(**counts).f1


def _counts(runs: Sequence[FinishedRun], split: str, cells: int) -> Counts:
    """Gold, predicted and correct entities by sentence, `(cells, seeds, sentences, 3)`."""
    counts = np.stack([pd.read_csv(run.folder / EVALUATION / split / SENTENCES).to_numpy(np.int64) for run in runs])
    return counts.reshape(cells, len(runs) // cells, *counts.shape[1:])
