"""The report of a comparison: Markdown, CSV, JSON and a plot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ner.comparing.comparison_plot import draw
from ner.evaluation.bootstrap import RESAMPLES
from ner.evaluation.score_table import format_frame
from ner.files import atomic_writer, write_text
from ner.pages import markdown
from ner.pages.plotting import can_draw
from ner.pages.templates import text_template
from ner.spreadsheet_cells import frame_to_csv

if TYPE_CHECKING:
    from ner.comparing.comparison import Comparison

_PLOT = "comparison.png"
_MANY_SEEDS = 10


def write_report(comparison: Comparison, folder: Path, command: str) -> list[Path]:
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
    plot = can_draw()
    with atomic_writer(paths[0]) as file:
        file.write(_page(comparison, command, _PLOT if plot else ""))
    with atomic_writer(paths[1]) as file:
        file.write(frame_to_csv(comparison.frame.drop(columns="cell")))
    with atomic_writer(paths[2]) as file:
        json.dump(as_dict(comparison, command), file, ensure_ascii=False, indent=1)
        file.write("\n")
    write_text(f"{comparison.scores.latex}\n", paths[3])
    if plot:
        draw(comparison, folder / _PLOT)
        paths.append(folder / _PLOT)
    return paths


def explain(comparison: Comparison) -> list[str]:
    """Explain the numbers in a few sentences."""
    seeds, split = comparison.seeds, comparison.split
    spread = (
        f"With only {seeds} seeds, the variation between seeds matters more. ± is its standard deviation. Don't rely "
        "on a difference that is not larger than that."
        if seeds > 1
        else "With one seed, the variation between seeds is unknown, and it matters more: train with more `seeds`."
    )
    return [
        "F1 is the mean over the seeds. " + " ".join(comparison.scores.explanation),
        f"If two rows are equally good, p is the probability of a difference at least as large when only the choice of "
        f"the {split} sentences varies. p and the intervals show how the scores of these models vary with the "
        "sentences. They don't show how the scores vary with the seed. " + (spread if seeds < _MANY_SEEDS else ""),
    ]


def _costs(comparison: Comparison) -> pd.DataFrame:
    """The columns of the page beside the scores, as text."""
    rows = [
        {
            **({"dev F1": _spread(row, "dev_f1")} if comparison.split != "dev" else {}),
            "minutes": "?" if pd.isna(row["minutes"]) else f"{row['minutes']:.1f}",
            "million parameters": f"{row['parameters'] / 1e6:.2f}",
            "characters a second": f"{row['characters_a_second']:,.0f}",
        }
        for row in comparison.frame.to_dict("records")
    ]
    return pd.DataFrame(rows)


def _spread(row: dict[Any, Any], name: str) -> str:
    sd = row[f"{name}_sd"]
    return f"{row[name]:.2f}" if pd.isna(sd) else f"{row[name]:.2f} ± {sd:.2f}"


def _page(comparison: Comparison, command: str, plot: str) -> str:
    content = as_dict(comparison, command)
    return text_template("comparing/comparison.md.j2").render(
        cells=len(comparison.frame),
        split=comparison.split,
        table=format_frame(comparison.scores.readable.join(_costs(comparison)), comparison.varied, markdown),
        plot=plot,
        explanation=[paragraph.replace("*", r"\*") for paragraph in explain(comparison)],
        command=command,
        splits=content["data"],
        machines=content["machines"],
        versions=content["versions"],
    )


def as_dict(comparison: Comparison, command: str) -> dict[str, Any]:
    """All that `command` found, ready for JSON."""
    return {
        "command": command,
        "split": comparison.split,
        "varied": comparison.varied,
        "resamples": RESAMPLES,
        "cells": json.loads(comparison.frame.to_json(orient="records")),  # NaN becomes null
        "runs": json.loads(comparison.runs.to_json(orient="records")),
        "data": comparison.records[0]["data"],
        "machines": _distinct(record["machine"] for record in comparison.records),
        "versions": _distinct(record["versions"] for record in comparison.records),
    }


def _distinct(values: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
