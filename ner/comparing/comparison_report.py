"""The report of a comparison: Markdown, CSV, JSON and a plot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ner.comparing.comparison_plot import draw
from ner.evaluation.bootstrap import RESAMPLES, SIGNIFICANT
from ner.files import atomic_writer
from ner.pages.markdown import format_table
from ner.pages.plotting import can_draw
from ner.pages.templates import text_template
from ner.spreadsheet_cells import frame_to_csv

if TYPE_CHECKING:
    from ner.comparing.comparison import Comparison

_PLOT = "comparison.png"
_DIFFERENCE = "difference [95% interval]"
_MANY_SEEDS = 10


def write_report(comparison: Comparison, folder: Path, command: str) -> list[Path]:
    """Write `comparison.md`, `.csv` (a row for each cell), `.json` (everything), and `.png` if matplotlib is installed.

    Args:
        comparison: the comparison.
        folder: the folder for the files.
        command: the command of the comparison, which the page shows.

    Returns:
        The files that were written.

    Raises:
        OSError: the folder can't be written.
    """
    paths = [folder / f"comparison.{suffix}" for suffix in ("md", "csv", "json")]
    plot = can_draw()
    with atomic_writer(paths[0]) as file:
        file.write(_page(comparison, command, _PLOT if plot else ""))
    with atomic_writer(paths[1]) as file:
        file.write(frame_to_csv(comparison.frame.drop(columns="cell")))
    with atomic_writer(paths[2]) as file:
        json.dump(as_dict(comparison, command), file, ensure_ascii=False, indent=1)
        file.write("\n")
    if plot:
        draw(comparison, folder / _PLOT)
        paths.append(folder / _PLOT)
    return paths


def readable_table(comparison: Comparison) -> pd.DataFrame:
    """The scores and differences as text, a row for each cell. The table fits on a narrow terminal."""
    shown = [*comparison.varied, f"{comparison.split} F1", _DIFFERENCE, "p"]
    return pd.DataFrame([*_rows(comparison)])[shown]


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
        f"F1 is in percent, as conlleval computes it, and is the mean over the seeds. The difference is the F1 minus "
        "that of the first row. p is the probability of a difference at least as large if there is no real difference "
        f"and only the choice of the {split} sentences varies (paired bootstrap over sentences, {RESAMPLES:,} "
        "resamples; Koehn 2004, Berg-Kirkpatrick et al. 2012). * marks significant differences "
        f"(p < {SIGNIFICANT:g}). On average, one of twenty rows without a real difference is marked.",
        "p and the interval show how the scores of these models vary with the sentences. They don't show how the "
        "scores vary with the seed. " + (spread if seeds < _MANY_SEEDS else ""),
    ]


def _rows(comparison: Comparison) -> Iterator[dict[str, str]]:
    """The rows of the table as text, by column."""
    split = comparison.split
    for row in comparison.frame.to_dict("records"):
        yield {
            **{name: str(row[name]) for name in comparison.varied},
            f"{split} F1": _spread(row, f"{split}_f1"),
            _DIFFERENCE: _difference(row),
            "p": "" if pd.isna(row["p"]) else f"{row['p']:.4f}",
            **({"dev F1": _spread(row, "dev_f1")} if split != "dev" else {}),
            "minutes": "?" if pd.isna(row["minutes"]) else f"{row['minutes']:.1f}",
            "million parameters": f"{row['parameters'] / 1e6:.2f}",
            "characters a second": f"{row['characters_a_second']:,.0f}",
        }


def _spread(row: dict[Any, Any], name: str) -> str:
    sd = row[f"{name}_sd"]
    return f"{row[name]:.2f}" if pd.isna(sd) else f"{row[name]:.2f} ± {sd:.2f}"


def _difference(row: dict[Any, Any]) -> str:
    if pd.isna(row["p"]):
        return "baseline"
    mark = " *" if row["p"] < SIGNIFICANT else ""
    return f"{row['difference']:+.2f} [{row['low']:+.2f}, {row['high']:+.2f}]{mark}"


def _page(comparison: Comparison, command: str, plot: str) -> str:
    content = as_dict(comparison, command)
    return text_template("comparing/comparison.md.j2").render(
        cells=len(comparison.frame),
        split=comparison.split,
        table=_markdown([*_rows(comparison)]),
        plot=plot,
        explanation=[paragraph.replace("*", r"\*") for paragraph in explain(comparison)],
        command=command,
        splits=content["data"],
        machines=content["machines"],
        versions=content["versions"],
    )


def _markdown(rows: list[dict[str, str]]) -> str:
    return format_table([*rows[0]], [[*row.values()] for row in rows]).replace("*", r"\*")


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
