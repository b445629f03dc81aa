"""Measuring how fast a model tags on this machine, by precision, threads and batch size."""

import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from ner.characters.window_batches import in_chunks
from ner.choices import BATCH_CHARACTERS, PrecisionName
from ner.cpu_settings import available_cores
from ner.runs.progress import Progress, choose_progress
from ner.tagging.tagger import Tagger

_BATCHES = (BATCH_CHARACTERS // 4, BATCH_CHARACTERS, BATCH_CHARACTERS * 4)
# Lengths of random texts, log-normal as in news: half of them have between 25 and 62 characters.
_MEDIAN_LENGTH, _SPREAD = 39, 0.67
_ROUNDS = 3
# A smaller speedup is not worth the options, and may be noise.
_USEFUL_SPEEDUP = 1.05


class SpeedSetting(NamedTuple):
    """The options of tagging that change its speed."""

    precision: PrecisionName
    threads: int
    batch_characters: int

    def __str__(self) -> str:
        return f"{self.precision}, {self.threads} threads, {self.batch_characters:,} characters at once"


class Speed(NamedTuple):
    """Characters per second with a setting: the median of the rounds, the slowest and the fastest round."""

    setting: SpeedSetting
    median: float
    slowest: float
    fastest: float


class Bench(NamedTuple):
    """The speeds of all settings, the fastest first, and the speed of the default setting of `bert-ner tag`."""

    speeds: list[Speed]
    default: Speed

    @property
    def advice(self) -> str:
        """The best options for `bert-ner tag`; if the default is about as fast, a sentence that says so."""
        best = self.speeds[0]
        return advise("bert-ner tag", "setting", best.median / self.default.median, best.setting._asdict())

    def to_dict(self) -> dict[str, Any]:
        """All settings with their speeds in characters per second, the default and the advice, ready for JSON."""
        speeds = [
            {**setting._asdict(), "median": middle, "slowest": low, "fastest": high}
            for setting, middle, low, high in self.speeds
        ]
        return {"speeds": speeds, "default": self.default.setting._asdict(), "advice": self.advice}


def bench(model: str | Path, texts: Iterable[str], progress: Progress | None = None) -> Bench:
    """Tag texts with every setting, and measure the speed.

    The settings take turns in several rounds, so other load on the machine affects all of them.

    Args:
        model: the model folder, or the name of the built-in tagger.
        texts: a part of these texts is tagged. Without any, random texts are used.
        progress: shows the progress.

    Raises:
        InputError: the folder contains no complete model, or its format is too new.
    """
    progress = choose_progress(progress)
    default = Tagger.load(model, pytorch=True)
    sample = next(in_chunks(texts, len, max(_BATCHES)), None)
    sample = sample or random_texts(list(default.table.characters), max(_BATCHES))
    characters = sum(map(len, sample))
    thread_counts = sorted({1, default.engine.threads, *_cores()})
    speeds: dict[SpeedSetting, list[float]] = {}
    done = 0
    progress.start("measuring", _ROUNDS * len(default.engine.precisions) * len(thread_counts) * len(_BATCHES))
    for _ in range(_ROUNDS):
        for precision, threads in product(default.engine.precisions, thread_counts):
            tagger = Tagger.load(model, precision, threads, pytorch=True)
            for batch in _BATCHES:
                setting = SpeedSetting(precision, threads, batch)
                progress.advance(done, str(setting))
                done += 1
                tagger.batch_characters = batch
                tagger.tag(sample[:1])
                began = time.perf_counter()
                tagger.tag(sample)
                speeds.setdefault(setting, []).append(characters / (time.perf_counter() - began))
    progress.finish()
    measured = [Speed(setting, median(each), min(each), max(each)) for setting, each in speeds.items()]
    own = [(precision, default.engine.threads, BATCH_CHARACTERS) for precision in ("auto", default.engine.precision)]
    return Bench(
        sorted(measured, key=lambda speed: -speed.median), next(speed for speed in measured if speed.setting in own)
    )


def advise(command: str, what: str, speedup: float, options: Mapping[str, object]) -> str:
    """The command line for the fastest way; if the defaults are about as fast, a sentence that says so.

    Args:
        command: the command.
        what: what was measured, for example "setting".
        speedup: how many times as fast as the defaults the fastest way is.
        options: its options.
    """
    if speedup < _USEFUL_SPEEDUP:
        return f"the defaults of {command} are as fast as any {what}"
    given = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in options.items())
    return f"{speedup:.2f} times as fast as the defaults: {command} {given}"


def _cores() -> tuple[int, int]:
    """Half of the cores that this process may use, and all of these cores."""
    cores = available_cores()
    return max(1, cores // 2), cores


def random_texts(characters: Sequence[str], total: int) -> list[str]:
    """Random texts of these characters with different lengths, `total` characters in all. They are always the same."""
    random = np.random.default_rng(0)
    texts: list[str] = []
    while total > 0:
        length = int(np.clip(random.lognormal(np.log(_MEDIAN_LENGTH), _SPREAD), 1, total))
        texts.append("".join(random.choice(characters, length)))
        total -= length
    return texts
