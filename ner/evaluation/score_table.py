"""The table of scores that a paper shows: a row for each system, with intervals and tests against the first row."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from ner.evaluation.bootstrap import RESAMPLES, SIGNIFICANT
from ner.evaluation.significance import CORRECTED
from ner.files import write_text
from ner.pages import latex, markdown
from ner.pages.frame_html import render_frame
from ner.spreadsheet_cells import frame_to_csv

_RATES = {"precision": "P", "recall": "R"}
_TESTS = {"p": "p (bootstrap)", "p_randomisation": "p (random)", "p_mcnemar": "p (McNemar)"}
_LEAST_P = 0.0001
_INTERVAL, _DIFFERENCE = "95% interval", "difference [95% interval]"


@dataclass(frozen=True)
class ScoreTable:
    """Scores of several systems on the same sentences.

    >>> table.frame[["system", "f1", "p_holm"]]  # of `compare_systems`  # doctest: +SKIP

    Args:
        frame: a row for each system: `labels`; `precision` and `recall`, if they are known; `f1` with its 95% interval
            `f1_low` to `f1_high`, and `f1_sd`, its standard deviation over the seeds, if there are several; and the
            columns of `compare_with_first`, which are empty in the first row.
        labels: the columns that tell the systems apart.
        score: the heading of F1.
        units: what the systems were compared on.
    """

    frame: pd.DataFrame
    labels: list[str]
    score: str = "F1"
    units: str = "sentences"

    @property
    def readable(self) -> pd.DataFrame:
        """All numbers as text, with the p-values that are corrected for the number of rows."""
        return pd.DataFrame([self._row(row) for row in self.frame.to_dict("records")])

    @property
    def narrow(self) -> pd.DataFrame:
        """The columns of `readable` that fit on a terminal, with titles of two lines."""
        shown = self.readable
        kept = [*self.labels, self.score, _DIFFERENCE, *_TESTS.values()]
        narrow = shown[[name for name in kept if name in shown]]
        return narrow.rename(columns=lambda name: re.sub(r" (?=[(\[])", "\n", name))

    @property
    def markdown(self) -> str:
        """The table as Markdown."""
        return format_frame(self.readable, self.labels, markdown)

    @property
    def latex(self) -> str:
        """The table as LaTeX. It needs the package booktabs."""
        return format_frame(self.readable, self.labels, latex)

    @property
    def explanation(self) -> list[str]:
        """What the numbers mean, in a few sentences."""
        tests = (
            "p is that of the paired bootstrap and of approximate randomisation (random) over "
            f"{self.units}, {RESAMPLES:,} trials each"
        )
        about_f1 = (
            "F1 is in percent, as conlleval computes it. Intervals are 95% bootstrap intervals over sentences."
            if self.units == "sentences"
            else "F1 is in percent. Intervals are 95% bootstrap intervals over texts."
        )
        if not self._compared:
            return [about_f1]
        sentences = [
            f"{about_f1} Each row is compared with the first. * marks rows whose first p is below {SIGNIFICANT:g}.",
            f"{tests}, and of McNemar's exact test of the gold entities." if self._of_entities else f"{tests}.",
            f"The p-values are corrected for {self._compared} comparisons by Holm's method."
            if self._compared > 1
            else "There is one comparison, so the p-values need no correction.",
            "The error reduction is the difference as a share of the first row's distance to 100.",
        ]
        if self._of_entities:
            sentences.append(
                "Gained are the gold entities that this system found and the first didn't; lost is the opposite."
            )
        return sentences

    def write(self, folder: Path, name: str) -> list[Path]:
        """Write the table as `.md`, `.tex` and `.csv`, the last with all digits, and give the paths.

        Raises:
            OSError: the folder can't be written.
        """
        page = "\n\n".join([self.markdown, *(paragraph.replace("*", r"\*") for paragraph in self.explanation)])
        contents = {".md": f"{page}\n", ".tex": f"{self.latex}\n", ".csv": frame_to_csv(self.frame)}
        paths = [folder / f"{name}{suffix}" for suffix in contents]
        for path, content in zip(paths, contents.values(), strict=True):
            write_text(content, path)
        return paths

    def _repr_html_(self) -> str:
        """The table for a notebook."""
        return render_frame(self.readable)

    @property
    def _of_entities(self) -> bool:
        """Whether single entities were compared."""
        return "p_mcnemar" in self.frame

    @property
    def _compared(self) -> int:
        return len(self.frame) - 1

    def _row(self, row: dict[Any, Any]) -> dict[str, str]:
        shown = {name: str(row[name]) for name in self.labels}
        shown |= {title: f"{row[name]:.2f}" for name, title in _RATES.items() if name in row}
        spread = f" ± {row['f1_sd']:.2f}" if pd.notna(row.get("f1_sd")) else ""
        shown |= {self.score: f"{row['f1']:.2f}{spread}", _INTERVAL: f"{row['f1_low']:.2f} to {row['f1_high']:.2f}"}
        if not self._compared:
            return shown
        first = pd.isna(row["p"])
        mark = " *" if row[f"p{CORRECTED}"] < SIGNIFICANT else ""
        interval = f"[{row['low']:+.2f}, {row['high']:+.2f}]"
        shown[_DIFFERENCE] = "baseline" if first else f"{row['difference']:+.2f} {interval}{mark}"
        shown["error reduction"] = "" if first else f"{row['error_reduction']:+.1f}%"
        if self._of_entities:
            shown |= {name: "" if first else f"{row[name]:,.0f}" for name in ("gained", "lost")}
        tests = {title: row[f"{name}{CORRECTED}"] for name, title in _TESTS.items() if name in row}
        return shown | {title: "" if first else _format_p(p) for title, p in tests.items()}


def _format_p(p: float) -> str:
    return f"{p:.4f}" if p >= _LEAST_P else f"<{_LEAST_P}"


def format_frame(shown: pd.DataFrame, left: Collection[str], style: ModuleType) -> str:
    """A data frame of text as a table in a style, `markdown` or `latex`; all columns but `left` are flush right."""
    right = [number for number, name in enumerate(shown.columns) if name not in left]
    rows = [[style.escape(cell) for cell in row] for row in shown.itertuples(index=False, name=None)]
    return str(style.format_table([style.escape(name) for name in shown.columns], rows, right))
