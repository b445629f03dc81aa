"""The report of a comparison: Markdown, CSV, JSON and a plot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ner.comparing import learning_curve
from ner.comparing.comparison_plot import draw
from ner.comparing.learning_curve_plot import draw_curves
from ner.evaluation.bootstrap import RESAMPLES
from ner.evaluation.score_table import format_frame
from ner.files import atomic_writer, write_text
from ner.pages import markdown
from ner.pages.plotting import can_draw
from ner.pages.templates import text_template
from ner.spreadsheet_cells import frame_to_csv

if TYPE_CHECKING:
    from ner.comparing.comparison import Comparison

_PLOT, _CURVE = "comparison.png", "learning-curve.png"
_MANY_SEEDS = 10
_MICRO = "It is micro F1 over the labels; with one label for each text, it is the accuracy. "


def write_report(comparison: Comparison[Any], folder: Path, command: str) -> list[Path]:
    """Write `comparison.md`, `.tex`, `.csv` (a row for each cell), `.json`, and `.png` if matplotlib is installed.

    Args:
        comparison: the comparison.
        folder: the folder for the files.
        command: the command of the comparison, which the page shows.

    Returns:
        The files that were written.

    Raises:
        OSError: the folder can't be written.
    """
    paths = [folder / f"comparison.{suffix}" for suffix in ("md", "csv", "json", "tex")]
    curves = comparison.learning_curves if can_draw() else {}
    plots = {_PLOT: "F1 of every seed, with mean and standard deviation"} if can_draw() else {}
    plots |= {_CURVE: "F1 by the number of training sentences"} if curves else {}
    with atomic_writer(paths[0]) as file:
        file.write(_page(comparison, command, plots))
    with atomic_writer(paths[1]) as file:
        file.write(frame_to_csv(comparison.frame.drop(columns="cell")))
    with atomic_writer(paths[2]) as file:
        json.dump(as_dict(comparison, command), file, ensure_ascii=False, indent=1)
        file.write("\n")
    write_text(f"{comparison.scores.latex}\n", paths[3])
    if plots:
        draw(comparison, folder / _PLOT)
    if curves:
        draw_curves(curves, f"{comparison.split} F1", folder / _CURVE)
    return [*paths, *(folder / name for name in plots)]


def explain(comparison: Comparison[Any]) -> list[str]:
    """Explain the numbers in a few sentences."""
    seeds, split = comparison.seeds, comparison.split
    several = len(comparison.frame) > 1
    spread = (
        f"With only {seeds} seeds, the variation between seeds matters more. ± is its standard deviation."
        + " Don't rely on a difference that is not larger than that." * several
        if seeds > 1
        else "With one seed, the variation between seeds is unknown, and it matters more: train with more `seeds`."
    )
    about_p = (
        f"If two rows are equally good, p is the probability of a difference at least as large when only the choice of "
        f"the {split} examples varies. p and the intervals"
        if several
        else "The interval"
    )
    best = comparison.best_run
    return [
        "F1 is the mean over the seeds. "
        + _MICRO * (comparison.units == "texts")
        + " ".join(comparison.scores.explanation),
        f"{about_p} {'show' if several else 'shows'} how the scores of these models vary with the examples, not how "
        "they vary with the seed. " + (spread if seeds < _MANY_SEEDS else ""),
        f"The best run on dev, whatever its {split} score: {best['folder']}, dev F1 {best['dev_f1']:.2f}.",
        *learning_curve.explain(comparison.learning_curves),
    ]


def _runs(comparison: Comparison[Any]) -> pd.DataFrame:
    """A row for each run as text, the best on dev marked."""
    scores = dict.fromkeys((f"{comparison.split}_f1", "dev_f1"))
    best = comparison.best_run["folder"]
    rows = [
        {
            "run": row["folder"] + " (best on dev)" * (row["folder"] == best),
            **{name.replace("_f1", " F1"): f"{row[name]:.2f}" for name in scores},
        }
        for row in comparison.runs.to_dict("records")
    ]
    return pd.DataFrame(rows)


def _costs(comparison: Comparison[Any]) -> pd.DataFrame:
    """The columns of the page beside the scores, as text."""
    rows = [
        {
            **({"dev F1": _spread(row, "dev_f1")} if comparison.split != "dev" else {}),
            "minutes": "?" if pd.isna(row["minutes"]) else f"{row['minutes']:.1f}",
            "million parameters": f"{row['parameters'] / 1e6:.2f}",
            **({"characters a second": f"{speed:,.0f}"} if not pd.isna(speed := row["characters_a_second"]) else {}),
        }
        for row in comparison.frame.to_dict("records")
    ]
    return pd.DataFrame(rows)


def _spread(row: dict[Any, Any], name: str) -> str:
    sd = row[f"{name}_sd"]
    return f"{row[name]:.2f}" if pd.isna(sd) else f"{row[name]:.2f} ± {sd:.2f}"


def _page(comparison: Comparison[Any], command: str, plots: Mapping[str, str]) -> str:
    content, scores = as_dict(comparison, command), comparison.scores
    return text_template("comparing/comparison.md.j2").render(
        cells=len(comparison.frame),
        split=comparison.split,
        table=format_frame(scores.readable.join(_costs(comparison)), scores.labels, markdown),
        runs=format_frame(_runs(comparison), ["run"], markdown),
        plots=plots,
        explanation=[paragraph.replace("*", r"\*") for paragraph in explain(comparison)],
        command=command,
        splits=content["data"],
        units=comparison.units,
        marks="entities" if comparison.units == "sentences" else "labels",
        machines=content["machines"],
        versions=content["versions"],
    )


def as_dict(comparison: Comparison[Any], command: str) -> dict[str, Any]:
    """All that `command` found, ready for JSON."""
    units = comparison.units
    return {
        "command": command,
        "split": comparison.split,
        "varied": comparison.varied,
        "resamples": RESAMPLES,
        "cells": json.loads(comparison.frame.to_json(orient="records")),  # NaN becomes null
        "runs": json.loads(comparison.runs.to_json(orient="records")),
        "learning_curves": {name: _curve(curve) for name, curve in comparison.learning_curves.items()},
        "data": max((record["data"] for record in comparison.records), key=lambda data: data["train"][units]),
        "machines": _distinct(record["machine"] for record in comparison.records),
        "versions": _distinct(record["versions"] for record in comparison.records),
    }


def _curve(curve: learning_curve.LearningCurve) -> dict[str, Any]:
    doubled = curve.doubled and curve.doubled._asdict()
    return {
        "points": json.loads(curve.points.to_json(orient="records")),
        "exponent": curve.exponent,
        "twice_as_many": doubled,
    }


def _distinct(values: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
