from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ner.comparing.learning_curve import LearningCurve, explain
from ner.comparing.learning_curve_plot import draw_curves


def curve(sizes: list[int], noise: float = 0.0, seeds: int = 1, exponent: float = 0.5) -> LearningCurve:
    """Runs whose distance to 100 is 300 / n^exponent, but for noise."""
    random = np.random.default_rng(0)
    rows = [
        {"sentences": n, "f1": 100 - 300 * n**-exponent * np.exp(random.normal(0, noise))}
        for n in sizes
        for _ in range(seeds)
    ]
    return LearningCurve(pd.DataFrame(rows))


def test_a_power_law_is_found_and_continued() -> None:
    found = curve([100, 400, 1600])
    assert found.exponent == pytest.approx(0.5)
    more = found.doubled
    assert more is not None
    assert (more.sentences, more.f1) == (3200, pytest.approx(100 - 300 / 3200**0.5))
    assert (more.low, more.high) == pytest.approx((more.f1, more.f1), abs=1e-6)


def test_the_interval_holds_a_further_run_in_95_of_100_cases() -> None:
    inside = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        sizes = np.repeat([100, 300, 1000], 3)
        runs = pd.DataFrame({"sentences": sizes, "f1": 100 - 300 * sizes**-0.5 * np.exp(random.normal(0, 0.1, 9))})
        more = LearningCurve(runs).doubled
        assert more is not None
        inside += more.low <= 100 - 300 * 2000**-0.5 * np.exp(random.normal(0, 0.1)) <= more.high
    assert 270 <= inside <= 297  # 285 are expected


def test_two_sizes_are_too_few() -> None:
    few = curve([100, 400], seeds=3)
    assert (few.doubled, few.exponent) == (None, None)
    assert "fewer than 3 training sizes" in explain({"": few})[0]
    with pytest.raises(ValueError, match="expected runs with 3 numbers of sentences or more"):
        few.forecast([800])


def test_points_are_means_of_seeds() -> None:
    found = curve([400, 100, 1600], noise=0.05, seeds=4)
    assert found.points["sentences"].tolist() == [100, 400, 1600]
    first = found.runs.loc[found.runs["sentences"] == 100, "f1"]
    assert found.points.loc[0, ["f1", "f1_sd"]].tolist() == pytest.approx([first.mean(), first.std()])


def test_what_is_said() -> None:
    lines = explain({"fusion=last": curve([100, 200, 400])})
    assert lines[0].startswith(
        "fusion=last: twice as many labelled sentences (800 instead of 400) would give F1 89.39; "
    )
    assert "The power law has no lower limit" in lines[1]
    assert "F1 does not rise" in explain({"": curve([100, 200, 400], exponent=-0.1)})[0]
    assert explain({}) == []


def test_a_perfect_score_has_a_logarithm() -> None:
    perfect = LearningCurve(pd.DataFrame({"sentences": [10, 20, 40], "f1": [90.0, 99.0, 100.0]}))
    assert perfect.doubled is not None
    assert perfect.doubled.high <= 100


def test_the_plot(tmp_path: Path) -> None:
    draw_curves({"a": curve([100, 200, 400], 0.1, 3), "b": curve([100, 200])}, "test F1", tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
