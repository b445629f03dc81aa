"""Places of what the charts of the page draw: lines over time, and a circle of names that appear together."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, pi, sin

import pandas as pd

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 12, 24
_MOST_TICKS = 8
_MOST_LINES = 8
MOST_NAMES = 24
"""The most names of the circle: of more, the labels would overlap."""
_MOST_LINKS = 32
RADIUS, CENTRE = 140, 270


@dataclass(frozen=True)
class Line:
    """The counts of a type over time. `points` are `x,y` in units of the chart."""

    type: str
    points: str


@dataclass(frozen=True)
class Timeline:
    """A chart with a line for each type.

    Args:
        lines: of the most frequent types.
        ticks: x and the period.
        highest: the largest count, whose y is the top of the chart.
    """

    lines: list[Line]
    ticks: list[tuple[float, str]]
    highest: int


def draw_timeline(periods: pd.DataFrame) -> Timeline | None:
    """The lines of a table over time; None for fewer than two periods. A type without a row in a period has 0 there."""
    wide = periods.pivot(index="period", columns="type", values="count").fillna(0).sort_index()
    if len(wide) < 2:
        return None
    types = wide.sum().sort_values(ascending=False, kind="stable").index[:_MOST_LINES]
    highest = int(wide[types].to_numpy().max())
    step = (WIDTH - _LEFT - _RIGHT) / (len(wide) - 1)
    x = [round(_LEFT + step * at, 1) for at in range(len(wide))]
    height = HEIGHT - _TOP - _BOTTOM

    def points(counts: Iterable[float]) -> str:
        return " ".join(
            f"{at},{_TOP + height * (1 - count / highest):.1f}" for at, count in zip(x, counts, strict=True)
        )

    lines = [Line(str(type_), points(wide[type_])) for type_ in types]
    every = -(-len(wide) // _MOST_TICKS)
    return Timeline(lines, [*zip(x, map(str, wide.index), strict=True)][::every], highest)


def counts_over_time(periods: pd.DataFrame | None, names: pd.DataFrame | None) -> dict[tuple[str, str], dict[int, int]]:
    """For a type and a name, its counts by the points of the lines of `draw_timeline`, without those that are 0."""
    counts: dict[tuple[str, str], dict[int, int]] = {}
    if periods is not None and names is not None:
        at = {period: number for number, period in enumerate(sorted({*periods["period"]}))}
        for period, type_, name, count in names[["period", "type", "name", "count"]].itertuples(index=False):
            counts.setdefault((type_, name), {})[at[period]] = count
    return counts


@dataclass(frozen=True)
class Node:
    """A name on the circle: its place, and that of its label, turned to the outside."""

    type: str
    name: str
    x: float
    y: float
    angle: float
    outside: bool


@dataclass(frozen=True)
class Link:
    """Two names of the circle that appear together: their places in the list of nodes. `weight` is 0 to 1."""

    ends: tuple[int, int]
    path: str
    weight: float
    texts: int
    title: str


def draw_circle(pairs: pd.DataFrame) -> tuple[list[Node], list[Link]]:
    """The most frequent pairs as lines between names on a circle, on which a type stands together."""
    chosen: dict[tuple[str, str], None] = {}
    rows: list[tuple[tuple[str, str], tuple[str, str], int]] = []
    for row in pairs.to_dict("records"):
        ends = (row["type"], row["name"]), (row["other_type"], row["other_name"])
        if len({*chosen, *ends}) <= MOST_NAMES:
            chosen.update(dict.fromkeys(ends))
            rows.append((*ends, row["texts"]))
        if len(rows) == _MOST_LINKS:
            break
    nodes = {key: _node(key, at, len(chosen)) for at, key in enumerate(sorted(chosen))}
    most = max((texts for *_, texts in rows), default=1)
    places = {key: at for at, key in enumerate(nodes)}
    links = [
        Link(
            (places[one], places[other]),
            _curve(nodes[one], nodes[other]),
            texts / most,
            texts,
            f"{one[1]} – {other[1]}: {texts:,}",
        )
        for one, other, texts in rows
    ]
    return [*nodes.values()], links


def _node(key: tuple[str, str], at: int, of: int) -> Node:
    turn = 2 * pi * at / of
    x, y = CENTRE + RADIUS * cos(turn), CENTRE + RADIUS * sin(turn)
    return Node(*key, round(x, 1), round(y, 1), round(turn * 180 / pi, 1), cos(turn) >= 0)


def _curve(one: Node, other: Node) -> str:
    return f"M{one.x} {one.y}Q{CENTRE} {CENTRE} {other.x} {other.y}"


def shares(counts: Iterable[int]) -> list[float]:
    """Counts as percent of the largest one, for bars."""
    numbers = [*counts]
    return [round(100 * number / max(numbers), 1) for number in numbers]
