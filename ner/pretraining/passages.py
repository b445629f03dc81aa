"""A stream of passages without end out of several files, mixed and shuffled, that can be taken up again."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ner.pretraining.survey import SurveyedFile
from ner.pretraining.text import is_held_out, paragraphs

# Paragraphs that follow one another stay together up to this length, so that long sequences have real context.
PASSAGE_CHARACTERS = 512

Passage = list[str]


class _Reader:
    """Passages of one file, again from its beginning when it is over."""

    def __init__(self, file: SurveyedFile, encoding: str, held_out: float) -> None:
        self._path, self._encoding, self._held_out = file.source.path, encoding, held_out
        self.go_to(0, 0)

    def go_to(self, line: int, passes: int) -> None:
        """Read on behind a line; `passes` counts how often the file was read to its end."""
        self.line, self.passes = line, passes
        self._paragraphs = paragraphs(self._path, self._encoding, after=line)

    def read(self) -> Passage:
        passage: Passage = []
        characters = 0
        while characters < PASSAGE_CHARACTERS:
            numbered = next(self._paragraphs, None)
            if numbered is None:
                self.go_to(0, self.passes + 1)
                if passage:
                    break
                continue
            self.line, paragraph = numbered
            if not is_held_out(paragraph, self._held_out):
                passage.append(paragraph)
                characters += len(paragraph)
        return passage


class Passages(Iterator[Passage]):
    """Runs of neighbouring paragraphs, each of at least `PASSAGE_CHARACTERS` where the file has so many.

    Files take turns by chance, in proportion to their characters times their weights. `buffer` passages wait at any
    time, and a random one of them is next.
    """

    def __init__(self, files: Sequence[SurveyedFile], encoding: str, held_out: float, buffer: int, seed: int) -> None:
        self._readers = [_Reader(file, encoding, held_out) for file in files]
        shares = np.array([file.characters * file.source.weight for file in files])
        self._shares = shares / shares.sum()
        # Of a small text a large buffer would hold several copies.
        self._size = min(buffer, max(1, sum(file.characters for file in files) // PASSAGE_CHARACTERS))
        self._buffer: list[Passage] = []
        self._random = np.random.default_rng(seed)

    def __next__(self) -> Passage:
        while len(self._buffer) < self._size:
            self._buffer.append(self._read())
        place = int(self._random.integers(len(self._buffer)))
        passage = self._buffer[place]
        self._buffer[place] = self._read()
        return passage

    def _read(self) -> Passage:
        return self._readers[self._random.choice(len(self._readers), p=self._shares)].read()

    @property
    def passes(self) -> list[int]:
        """How often each file was read to its end."""
        return [reader.passes for reader in self._readers]

    def state(self) -> str:
        """Where the stream stands, as JSON."""
        content = {
            "places": [(reader.line, reader.passes) for reader in self._readers],
            "buffer": self._buffer,
            "random": self._random.bit_generator.state,
        }
        return json.dumps(content, ensure_ascii=False)

    def restore(self, state: str) -> None:
        """Go on from what `state` gave, on the same files."""
        content: dict[str, Any] = json.loads(state)
        for reader, (line, passes) in zip(self._readers, content["places"], strict=True):
            reader.go_to(line, passes)
        self._buffer = content["buffer"]
        self._random.bit_generator.state = content["random"]
