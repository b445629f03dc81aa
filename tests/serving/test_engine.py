"""The service's side of an engine process."""

import asyncio
import sys
from typing import Any

import pytest

from ner.serving.engine import EngineProcess


def test_a_list_is_sent_once_and_forgotten_when_it_is_no_longer_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of single requests are kept for a while."""
    monkeypatch.setattr("ner.serving.engine._MOST_BRIEF", 2)
    sent: list[tuple[dict[str, Any], list[str]]] = []

    async def exchange(message: Any) -> Any:
        sent.append((message["lexicons"], message["forget"]))
        return {"results": [], "seconds": 0.0}

    engine = EngineProcess(None, {})  # type: ignore[arg-type]
    engine._exchange = exchange  # type: ignore[method-assign]

    def work(*versions: str, live: tuple[str, ...] = ("L",)) -> tuple[dict[str, Any], list[str]]:
        batch: Any = {"lexicons": {version: version.lower() for version in versions}, "forget": []}
        asyncio.run(engine.work(batch, live))
        return sent[-1]

    assert work("L", "A") == ({"L": "l", "A": "a"}, [])
    assert work("L", "A") == ({"L": None, "A": None}, [])
    assert work("B") == ({"B": "b"}, [])
    assert work("A") == ({"A": None}, [])
    assert work("C") == ({"C": "c"}, ["B"])  # the one that was used first
    assert work("A", live=()) == ({"A": None}, ["L"])
    assert work("L", "B") == ({"L": "l", "B": "b"}, ["C"])


@pytest.mark.parametrize("ends", ["sys.stdin.read()", "time.sleep(60)"], ids=["when it may", "never"])
def test_an_engine_ends_though_nobody_waits_for_its_answer(ends: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.serving.engine._LONGEST_END", 2.0)
    program = f"import sys, time; sys.stdout.write('a' * 5_000_000); sys.stdout.flush(); {ends}"

    async def run() -> int | None:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=pipe, stdout=pipe)
        engine = EngineProcess(process, {})
        await asyncio.sleep(0.5)  # more has come than is read ahead
        await asyncio.wait_for(engine.end(), 20)
        return process.returncode

    assert asyncio.run(run()) == (0 if "stdin" in ends else -9)
