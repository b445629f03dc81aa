"""A comparison as files: to read, to compute with, to look at."""

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

if TYPE_CHECKING:
    from ner.comparing.comparison import Comparison

_PLOT = "comparison.png"
_DIFFERENCE = "difference [95% interval]"
_MANY_SEEDS = 10


def write_report(comparison: Comparison, folder: Path, command: str) -> list[Path]:
    """Write `comparison.md`, `.csv` (a row a cell) and `.json` (all there is), and `.png` if matplotlib is installed.

    `command` is the one that made it. The result are the files written.

    Raises:
        OSError: the folder can't be written.
    """
    paths = [folder / f"comparison.{suffix}" for suffix in ("md", "csv", "json")]
    plot = can_draw()
    with atomic_writer(paths[0]) as file:
        file.write(_page(comparison, command, _PLOT if plot else ""))
    with atomic_writer(paths[1]) as file:
        comparison.frame.drop(columns="cell").to_csv(file, index=False)
    with atomic_writer(paths[2]) as file:
        json.dump(as_dict(comparison, command), file, ensure_ascii=False, indent=1)
        file.write("\n")
    if plot:
        draw(comparison, folder / _PLOT)
        paths.append(folder / _PLOT)
    return paths


def readable_table(comparison: Comparison) -> pd.DataFrame:
    """Scores and differences as text, a row for each cell; what fits on a narrow terminal."""
    shown = [*comparison.varied, f"{comparison.split} F1", _DIFFERENCE, "p"]
    return pd.DataFrame([*_rows(comparison)])[shown]


def explain(comparison: Comparison) -> list[str]:
    """What the numbers mean, in a few sentences."""
    seeds, split = comparison.seeds, comparison.split
    spread = (
        f"With {seeds} seeds the spread between seeds (±, the standard deviation) is the larger doubt: don't build "
        "on a difference that is no larger than it."
        if seeds > 1
        else "With one seed nothing is known of the spread between seeds, the larger doubt: train with more `seeds`."
    )
    return [
        f"F1 is that of conlleval in percent, the mean over the seeds; the difference is that from the first row. p is "
        f"the probability that the choice of the {split} sentences alone makes a difference at least as large where "
        f"there is none (paired bootstrap over sentences, {RESAMPLES:,} resamples; Koehn 2004, Berg-Kirkpatrick et al. "
        f"2012). * marks p < {SIGNIFICANT:g}: more than chance. Of twenty rows without a real difference one is marked "
        "on average.",
        "p and interval are about other sentences read by the same models, not about models trained with other seeds. "
        + (spread if seeds < _MANY_SEEDS else ""),
    ]


def _rows(comparison: Comparison) -> Iterator[dict[str, str]]:
    """The rows of the table to read, by the names of their columns."""
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
