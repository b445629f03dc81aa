import pytest

from ner.pretraining.schedule import Limit, learning_rate


def test_the_rate_rises_and_reaches_zero_at_the_end() -> None:
    rates = [learning_rate(progress / 100, 1.0, 0.0, 0.1) for progress in range(101)]
    assert rates[0] == 0
    assert rates[5] == pytest.approx(0.5)
    assert max(rates) == rates[10] == pytest.approx(1.0)
    assert rates[55] == pytest.approx(0.5)
    assert rates[100] == 0
    assert learning_rate(1.02, 1.0, 0.0, 0.1) == 0  # the last step may begin late


def test_what_begins_later_rests_before() -> None:
    rates = [learning_rate(progress / 100, 1.0, 0.1, 0.1) for progress in range(101)]
    assert rates[:11] == [0] * 11
    assert rates[15] == pytest.approx(0.5)
    assert max(rates) == rates[20] == pytest.approx(1.0)


def test_no_warmup() -> None:
    assert learning_rate(0.0, 1.0, 0.0, 0.0) == 1.0


def test_a_run_is_over_by_steps_or_by_the_clock() -> None:
    assert [Limit(4, None).progress(step, 1e9) for step in range(5)] == [0.125, 0.375, 0.625, 0.875, 1.125]
    assert Limit(None, 60.0).progress(1000, 30.0) == 0.5
