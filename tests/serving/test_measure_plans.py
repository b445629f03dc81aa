"""How the cores are divided into engines and threads, and what is advised."""

import asyncio
from collections.abc import Sequence

import pytest

from ner.serving import measure_plans as module
from ner.serving.measure_plans import measure_plans

TEXTS = ["林晓东住在杭州。"] * 4


def measured(monkeypatch: pytest.MonkeyPatch, cores: int, factor: float) -> module.Plans:
    async def measure(folder: str, texts: Sequence[str], engines: int, threads: int, cores: int) -> tuple[float, float]:
        assert engines * threads <= cores
        return 1000.0 * factor**threads, 5.0

    monkeypatch.setattr(module, "_measure", measure)
    monkeypatch.setattr(module, "available_cores", lambda: cores)
    monkeypatch.setattr("ner.serving.serving_settings.available_cores", lambda: cores)
    return measure_plans("mini-zh-uner", TEXTS)


def test_divisions_of_two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = measured(monkeypatch, 2, 0.5)
    assert [(plan.engines, plan.threads, plan.default) for plan in plans.speeds] == [(2, 1, True), (1, 2, False)]
    assert plans.advice == "the defaults of bert-ner serve are as fast as any plan"


def test_the_faster_plan_is_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    assert measured(monkeypatch, 2, 2.0).advice == (
        "2.00 times as fast as the defaults: bert-ner serve --engines 1 --threads 2"
    )


def test_many_cores_are_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = measured(monkeypatch, 64, 0.9)
    assert {(plan.engines, plan.threads) for plan in plans.speeds} >= {(64, 1), (32, 2), (8, 8), (1, 64)}
    assert len(plans.speeds) < 9
    assert sum(plan.default for plan in plans.speeds) == 1


@pytest.mark.slow
@pytest.mark.serve
def test_a_real_engine_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SECONDS", 0.5)
    from ner.built_in import model_folder

    speed, wait = asyncio.run(module._measure(str(model_folder(None)), TEXTS, 1, 1, 1))
    assert speed > 10
    assert 0 < wait < 5000
