from types import SimpleNamespace
from typing import Any

import pytest

from ner.training.epoch_progress import EpochProgress, describe_f1
from tests.helpers.recorded_progress import RecordedProgress


@pytest.mark.parametrize(
    ("seconds_a_step", "expected"),
    [
        (2.0, "time   about 3.1 minutes for the next 94 steps, without scoring dev; "),
        (600.0, "time   about 940.0 minutes for the next 94 steps"),
    ],
)
def test_the_time_is_told_once_after_some_steps(
    monkeypatch: pytest.MonkeyPatch, seconds_a_step: float, expected: str
) -> None:
    shown = RecordedProgress()
    callback = EpochProgress(shown)
    unused: Any = None
    for step in range(1, 100):
        monkeypatch.setattr("time.perf_counter", lambda step=step: step * seconds_a_step)
        state: Any = SimpleNamespace(global_step=step, max_steps=100)
        callback.on_step_end(unused, state, unused)
    (note,) = shown.lines
    assert note.startswith(expected)
    assert note.endswith("of memory until now")


def test_the_epoch_that_is_kept_is_the_last_one_that_was_the_best() -> None:
    shown = RecordedProgress()
    callback = EpochProgress(shown)
    control: Any = None
    arguments: Any = SimpleNamespace(metric_for_best_model="f1")
    best = None
    for epoch, f1 in enumerate([50.0, 50.0, 60.0, 60.0, 59.0], 1):
        state: Any = SimpleNamespace(epoch=float(epoch), num_train_epochs=5, best_metric=best)
        scores = {"eval_f1": f1, "eval_precision": f1, "eval_recall": f1}
        callback.on_evaluate(arguments, state, control, metrics=scores)
        best = max(best or 0.0, f1)  # as `Trainer` does afterwards
    marked = [line.endswith(" s; the best until now") for line in shown.lines]
    assert marked == [True, False, True, False, False]


def test_a_short_run_tells_no_time() -> None:
    shown = RecordedProgress()
    callback = EpochProgress(shown)
    unused: Any = None
    for step in range(1, 100):
        state: Any = SimpleNamespace(global_step=step, max_steps=100)
        callback.on_step_end(unused, state, unused)
    assert shown.lines == []


@pytest.mark.parametrize(
    ("types", "shown"),
    [
        ({}, ""),
        ({"PER": 50.0}, ""),
        ({"LOC": 80.0, "PER": 50.0}, "; LOC 80.00, PER 50.00"),
        ({"A": 9.0, "B": 7.0, "C": 99.0, "D": 5.0, "E": 8.0}, "; lowest A 9.00, B 7.00, D 5.00, E 8.00"),
    ],
)
def test_the_scores_of_an_epoch_name_the_types(types: dict[str, float], shown: str) -> None:
    scores = {"eval_f1": 70.0, "eval_precision": 71.0, "eval_recall": 69.0}
    scores |= {f"eval_f1/{type_}": f1 for type_, f1 in types.items()}
    scores |= {f"eval_recall/{type_}": 1.0 for type_ in types}
    assert describe_f1(scores) == f"dev F1 70.00 (precision 71.00, recall 69.00{shown})"
