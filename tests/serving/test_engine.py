"""The service's side of an engine process."""

import asyncio
import sys

import pytest

from ner.serving.engine import EngineProcess


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
