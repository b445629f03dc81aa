"""The plot of a learning curve: the scores of each training size, and the fitted curve with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ner.comparing.learning_curve import LearningCurve
from ner.files import atomic_path
from ner.pages.plotting import BLUE, GREEN, ORANGE, PURPLE, RED, SKY, new_figure, style_axes

_COLOURS = (BLUE, ORANGE, GREEN, RED, SKY, PURPLE)
_STEPS = 60


def draw_curves(curves: Mapping[str, LearningCurve], score: str, path: Path) -> None:
    """Write the plot as PNG. Small points are runs, bars are mean and standard deviation, bands are 95% intervals.

    Args:
        curves: the curves by name.
        score: the name of the score.
        path: the file.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: the file can't be written.
    """
    figure = new_figure(7, 4.5)
    axes = figure.add_subplot()
    for number, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = curve.points
        axes.plot(curve.runs["sentences"], curve.runs["f1"], "o", color=colour, markersize=3, alpha=0.5)
        axes.errorbar(
            points["sentences"],
            points["f1"],
            yerr=points["f1_sd"].fillna(0),
            fmt="D",
            color=colour,
            markersize=6,
            capsize=4,
            label=name or None,
        )
        if more := curve.doubled:
            sizes = np.unique(np.geomspace(points["sentences"].min(), more.sentences, _STEPS).astype(int))
            expected = curve.forecast(sizes.tolist())
            axes.plot(sizes, [at.f1 for at in expected], "--", color=colour, linewidth=1)
            axes.fill_between(
                sizes, [at.low for at in expected], [at.high for at in expected], color=colour, alpha=0.12, linewidth=0
            )
    axes.set_xscale("log")
    ticks = sorted({int(size) for curve in curves.values() for size in curve.points["sentences"]})
    axes.set_xticks(ticks, [f"{size:,}" for size in ticks])
    axes.minorticks_off()
    axes.set_xlabel("training sentences")
    axes.set_ylabel(score)
    axes.set_title(
        "diamonds: mean and standard deviation; dashed: power law, with 95% prediction interval to twice the data",
        fontsize=8,
        loc="left",
    )
    axes.grid(color="0.9")
    if any(curves):
        axes.legend(fontsize=8)
    style_axes(figure)
    with atomic_path(path) as partial:
        figure.savefig(partial, format="png", dpi=200)
