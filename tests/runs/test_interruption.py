"""Ctrl-C, SIGTERM and SIGHUP ask a run to stop; a second Ctrl-C ends the program."""

import os
import queue
import signal
import threading

import pytest

from ner.runs.interruption import Interruption

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_a_request_and_everything_is_put_back(number: signal.Signals) -> None:
    before = [signal.getsignal(one) for one in SIGNALS]
    interruption = Interruption()
    with interruption.catch_interrupt():
        assert not interruption.requested
        os.kill(os.getpid(), number)
        assert interruption.requested
        if number == signal.SIGINT:
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), number)
        else:  # batch systems send it more than once
            os.kill(os.getpid(), number)
    assert [signal.getsignal(one) for one in SIGNALS] == before


@pytest.mark.parametrize(
    ("insist", "expected"),
    [
        (False, "stopping after this step, and saving it; press Ctrl-C again to stop at once, without saving"),
        (True, "stopping after this step, and saving it"),
    ],
)
def test_the_first_signal_is_told_at_once(insist: bool, expected: str) -> None:
    told: queue.Queue[str] = queue.Queue()
    with Interruption(insist=insist).catch_interrupt(told.put):
        os.kill(os.getpid(), signal.SIGINT)
        assert told.get(timeout=10) == expected
        os.kill(os.getpid(), signal.SIGTERM)
    assert told.empty()


def test_a_program_that_handles_a_signal_keeps_it() -> None:
    got: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: got.append(number))
    interruption = Interruption()
    try:
        with interruption.catch_interrupt():
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert got == [signal.SIGTERM]
    assert not interruption.requested


def test_a_thread_runs_without_signals() -> None:
    entered: list[bool] = []

    def run() -> None:
        with Interruption().catch_interrupt():
            entered.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert entered == [True]
