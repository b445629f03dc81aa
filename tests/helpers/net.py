"""Collects the faults of many generated cases, and tells each once with the case that showed it.

Environment variables: ROBUSTNESS_SEED (a number; 0 by default) decides which cases are made, ROBUSTNESS_SCALE (0.1 by
default, 0.3 for CI) how many, and each test adds a line of JSON to the file ROBUSTNESS_LOG, if that is given.
"""

import json
import os
import random
import re
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

SEED = int(os.environ.get("ROBUSTNESS_SEED", "0"))
SCALE = float(os.environ.get("ROBUSTNESS_SCALE", "0.1"))
_MOST_SHOWN = 25
_Item = TypeVar("_Item")


class Net:
    """The cases of one test.

    Args:
        name: the name of the test.
        folder: where what shows a fault is kept.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.chance = random.Random(f"{name} {SEED}")
        self.cases = 0
        self._name, self._folder, self._start = name, folder, time.monotonic()
        self._faults: dict[str, tuple[int, str]] = {}

    def judge(self, case: str, faults: Iterable[str], content: bytes | None = None) -> None:
        """Count a case.

        Args:
            case: what tells how to do it again.
            faults: what is wrong, if anything; what stands before " | " tells the kinds apart.
            content: the file that it was about, to be kept.
        """
        self.cases += 1
        for fault in faults:
            cause = re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "*", fault.split(" | ")[0])
            if cause not in self._faults and content is not None:
                kept = self._folder / f"case-{len(self._faults)}"
                kept.write_bytes(content)
                case = f"{case} [{kept}]"
            number, first = self._faults.get(cause, (0, f"{fault}\n      {case[:600]}"))
            self._faults[cause] = (number + 1, first)

    def sample(self, items: Sequence[_Item], number: int) -> Sequence[_Item]:
        """Some of the items, more at a larger scale, in a random order."""
        return self.chance.sample(items, min(len(items), at_scale(number)))

    def hypothesis(self, number: int, **strategies: SearchStrategy[Any]) -> Callable[[Callable[..., None]], None]:
        """Call a function with so many examples, more at a larger scale."""

        def run(function: Callable[..., None]) -> None:
            chosen = settings(
                max_examples=at_scale(number),
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            seed(SEED)(chosen(given(**strategies)(function)))()

        return run

    def close(self) -> str:
        """All faults, each with the case that showed it first; nothing if there were none."""
        if log := os.environ.get("ROBUSTNESS_LOG"):
            record = {
                "test": self._name,
                "cases": self.cases,
                "seconds": round(time.monotonic() - self._start, 1),
                "faults": [[number, first] for number, first in self._faults.values()],
            }
            with open(log, "a", encoding="utf-8") as file:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        if not self.cases:
            return "no case was made"
        shown = sorted(self._faults.values(), key=lambda fault: -fault[0])[:_MOST_SHOWN]
        lines = [f"\n  {number} x {first}" for number, first in shown]
        return f"{len(self._faults)} kinds of faults in {self.cases} cases:{''.join(lines)}" if lines else ""


def at_scale(number: int) -> int:
    return max(1, round(number * SCALE))
