"""The plot of a comparison: a line for each cell, with the scores of its seeds, their mean and standard deviation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ner.evaluation.bootstrap import SIGNIFICANT
from ner.files import atomic_path
from ner.pages.plotting import BLUE, ORANGE, new_figure, style_axes

if TYPE_CHECKING:
    from ner.comparing.comparison import Comparison

_SEEDS_ABOVE = 0.22  # share of the line height, so that no seed hides the mean


def draw(comparison: Comparison[Any], path: Path) -> None:
    """Write the plot as PNG. The diamond is the baseline. Filled circles are cells that differ significantly from it.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: the file can't be written.
    """
    score = f"{comparison.split}_f1"
    cells = comparison.frame
    figure = new_figure(7, 1.4 + 0.45 * len(cells))
    axes = figure.add_subplot()
    axes.axvline(cells[score].iloc[0], color="0.6", linestyle="--", linewidth=1, zorder=0)
    for line, row in enumerate(cells.to_dict("records")):
        scores = comparison.runs.loc[comparison.runs["cell"] == row["cell"], score]
        axes.plot(scores, [line - _SEEDS_ABOVE] * len(scores), "o", color=ORANGE, markersize=4, alpha=0.8)
        significant = line == 0 or row["p_holm"] < SIGNIFICANT
        axes.errorbar(
            row[score],
            line,
            xerr=None if len(scores) == 1 else row[f"{score}_sd"],
            fmt="D" if line == 0 else "o",
            color=BLUE,
            markerfacecolor=BLUE if significant else "white",
            markersize=7,
            capsize=4,
        )
    axes.set_yticks(range(len(cells)), cells["cell"])
    axes.set_ylim(len(cells) - 0.5, -0.6)  # the first cell on top
    axes.set_xlabel(f"{comparison.split} F1 (small: seeds; large: mean and standard deviation)")
    axes.set_title("diamond: baseline; filled circle: significant difference from the baseline", fontsize=9, loc="left")
    axes.grid(axis="x", color="0.9")
    style_axes(figure)
    with atomic_path(path) as partial:
        figure.savefig(partial, format="png", dpi=200)
