"""A progress that can't be shown any more is silent."""

import io

import pytest

from ner.runs.progress import choose_progress
from tests.helpers.recorded_progress import RecordedProgress


class Failing(RecordedProgress):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def advance(self, done: float, status: str = "") -> None:
        super().advance(done)
        raise self.error


def test_a_stream_that_is_gone_ends_what_is_shown_and_not_the_work() -> None:
    shown = Failing(BrokenPipeError())
    progress = choose_progress(shown)
    progress.start("training", 3)
    for step in range(3):
        progress.advance(step)
    progress.note("line")
    progress.finish()
    assert (shown.tasks, shown.done, shown.lines) == (["training"], [0], [])
    assert choose_progress(progress) is progress


def test_a_closed_file_too() -> None:
    class Printed(RecordedProgress):
        def note(self, line: str) -> None:
            print(line, file=file)

    file = io.StringIO()
    file.close()
    choose_progress(Printed()).note("line")


def test_a_bug_in_a_progress_is_raised() -> None:
    with pytest.raises(ValueError, match="bug"):
        choose_progress(Failing(ValueError("bug"))).advance(1)
