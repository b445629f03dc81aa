"""Pictures of a report's tables, as SVG by matplotlib. Letters are outlines, so the reader needs no font.

Markers, hatches and line styles show the same as the colours, so the pictures can be read in grey too.
"""

import re
from collections.abc import Callable, Mapping
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from ner.evaluation.entity_errors import KINDS
from ner.evaluation.error_tables import ALL_TYPES
from ner.evaluation.evaluation_report import Report
from ner.pages.highlight import clip
from ner.pages.plotting import BLUE, GREEN, ORANGE, PURPLE, RED, SKY, new_figure, style_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KIND_STYLES = dict(
    zip(KINDS, [(PURPLE, "xx"), (SKY, ""), (BLUE, ".."), (GREEN, "\\\\"), (ORANGE, ""), (RED, "//")], strict=True)
)
_MOST_TYPES = 25
_LONGEST_TYPE = 20
_WIDTH, _LINE = 6.0, 0.32  # inches


class Picture(NamedTuple):
    """An SVG image, its alternative text, and its caption."""

    svg: str
    alt: str
    caption: str = ""


def draw_pictures(report: Report) -> dict[str, Picture]:
    """Draw the tables of a report, by the names of the tables. matplotlib must be installed.

    A table has no picture if no row can be drawn, for example if all F1 are undefined.
    """
    from ner.evaluation.fonts import LATIN, families_for

    names = {name: clip(name, _LONGEST_TYPE) for name in report.evaluation.scores.types}
    families = families_for(names.values())
    # If no font has the characters of the type names, types are shown as numbers, and the caption explains them.
    shown = names if families else {name: str(number) for number, name in enumerate(names, 1)}
    captions = [f"The {_MOST_TYPES} types with the most gold entities."] if len(names) > _MOST_TYPES else []
    if not families:
        captions.append("Types: " + ", ".join(f"{number} {name}" for name, number in shown.items()) + ".")
    pictures = {}
    for table in report.all_tables:
        if table.name in _DRAWINGS:
            draw, alt = _DRAWINGS[table.name]
            frame, by_type = table.frame, "type" in table.frame
            if by_type:
                frame = frame[frame["type"] != ALL_TYPES].nlargest(_MOST_TYPES, "gold")[::-1]
                frame = frame.assign(type=frame["type"].map(shown))
            if "f1" in frame:
                frame = frame.dropna(subset="f1")
            if len(frame):
                svg = _svg(table.name, families or [LATIN], draw, frame)
                pictures[table.name] = Picture(svg, alt, " ".join(captions) if by_type else "")
    return pictures


def _svg(name: str, families: list[str], draw: Callable[["Figure", pd.DataFrame], None], frame: pd.DataFrame) -> str:
    """Draw a frame as SVG. Equal frames give equal text. All ids begin with `name`, so a page can contain several."""
    import matplotlib

    letters = {"svg.fonttype": "path", "font.family": families, "text.parse_math": False}
    style: Any = {**letters, "svg.hashsalt": name, "hatch.linewidth": 0.6}
    with matplotlib.rc_context(style):
        figure = new_figure(_WIDTH, 3.2)
        draw(figure, frame)
        style_axes(figure)
        file = StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    svg = file.getvalue()
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg[svg.index("<svg") :])


def _draw_types(figure: "Figure", frame: pd.DataFrame) -> None:
    figure.set_figheight(1.1 + _LINE * len(frame))
    axes = figure.add_subplot()
    lines = range(len(frame))
    axes.barh(lines, frame["f1"], color=SKY, height=0.7, label="F1")
    axes.plot(frame["precision"], lines, "D", color=BLUE, markersize=6, label="precision")
    axes.plot(frame["recall"], lines, "o", color=RED, markerfacecolor="white", markersize=7, label="recall")
    axes.set_yticks(lines, frame["type"])
    axes.set_xlim(0, 101)
    axes.margins(y=0.02)
    axes.grid(axis="x", color="0.85")
    figure.legend(loc="outside upper center", ncols=3, frameon=False)


def _draw_kinds(figure: "Figure", frame: pd.DataFrame) -> None:
    figure.set_figheight(1.4 + _LINE * len(frame))
    axes = figure.add_subplot()
    lines = range(len(frame))
    left = pd.Series(0, index=frame.index)
    for kind, (colour, hatch) in _KIND_STYLES.items():
        axes.barh(lines, frame[kind], left=left, color=colour, hatch=hatch, edgecolor="white", height=0.7, label=kind)
        left = left + frame[kind]
    axes.set_yticks(lines, frame["type"])
    axes.set_xlabel("errors")
    axes.margins(y=0.02)
    axes.locator_params(axis="x", integer=True)
    axes.grid(axis="x", color="0.85")
    figure.legend(loc="outside upper center", ncols=3, frameon=False)


def _draw_groups(figure: "Figure", frame: pd.DataFrame) -> None:
    name = frame.columns[0]
    figure.set_figheight(2.6)
    axes = figure.add_subplot()
    bars = axes.bar(frame[name], frame["f1"], color=SKY, width=0.7)
    axes.bar_label(
        bars, [f"{f1:.0f}\n({gold:,})" for f1, gold in zip(frame["f1"], frame["gold"], strict=True)], size=8.5
    )
    axes.set_ylim(0, 125)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.set_ylabel("F1 (gold entities)")
    axes.set_xlabel(name)
    axes.grid(axis="y", color="0.85")


def _draw_reliability(figure: "Figure", frame: pd.DataFrame) -> None:
    figure.set_size_inches(4.4, 3.6)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], "--", color="0.5", linewidth=1, label="perfectly calibrated")
    axes.plot(frame["mean_score"], frame["correct"], "o-", color=BLUE, label="entities by range of scores")
    for row in frame.itertuples():
        axes.annotate(f"{row.entities:,}", (row.mean_score, row.correct), (5, -11), textcoords="offset points", size=8)
    axes.set(xlim=(0, 1.08), ylim=(0, 1.05), xlabel="mean score", ylabel="share correct")
    axes.grid(color="0.85")
    axes.legend(frameon=False, loc="upper left")


def _draw_thresholds(figure: "Figure", frame: pd.DataFrame) -> None:
    axes = figure.add_subplot()
    lines = {"precision": ("D--", BLUE), "recall": ("o:", RED), "f1": ("s-", "black")}
    for name, (line, colour) in lines.items():
        axes.plot(frame["min_score"], frame[name], line, color=colour, label="F1" if name == "f1" else name)
    axes.set(xlabel="minimum score", ylabel="percent", xlim=(-0.02, 1.02))
    axes.grid(color="0.85")
    figure.legend(loc="outside upper center", ncols=3, frameon=False)


def _draw_epochs(figure: "Figure", frame: pd.DataFrame) -> None:
    loss, f1 = figure.subplots(1, 2)
    loss.plot(frame["epoch"], frame["train_loss"], "o-", color=ORANGE)
    loss.set(xlabel="epoch", title="training loss")
    loss.set_ylim(bottom=0)
    f1.plot(frame["epoch"], frame["dev_f1"], "s-", color=BLUE)
    f1.set(xlabel="epoch", title="dev F1")
    for axes in (loss, f1):
        axes.locator_params(axis="x", integer=True)
        axes.grid(color="0.85")


_DRAWINGS: Mapping[str, tuple[Callable[["Figure", pd.DataFrame], None], str]] = {
    "types": (_draw_types, "Precision, recall and F1 by type"),
    "error_kinds": (_draw_kinds, "Errors by type and kind"),
    "by_entity_length": (_draw_groups, "F1 by length of the entity"),
    "by_sentence_length": (_draw_groups, "F1 by length of the sentence"),
    "by_density": (_draw_groups, "F1 by share of the sentence in entities"),
    "by_seen": (_draw_groups, "F1 by whether train contains the surface form"),
    "reliability": (_draw_reliability, "Share of correct entities by mean score"),
    "thresholds": (_draw_thresholds, "Precision, recall and F1 by minimum score"),
    "epochs": (_draw_epochs, "Training loss and dev F1 by epoch"),
}
