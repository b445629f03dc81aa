from types import SimpleNamespace
from typing import Any

import pytest

from ner.training.epoch_progress import EpochProgress
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


def test_a_short_run_tells_no_time() -> None:
    shown = RecordedProgress()
    callback = EpochProgress(shown)
    unused: Any = None
    for step in range(1, 100):
        state: Any = SimpleNamespace(global_step=step, max_steps=100)
        callback.on_step_end(unused, state, unused)
    assert shown.lines == []
