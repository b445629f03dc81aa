"""An endless, shuffled stream of passages from several files. It can be resumed."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ner.pretraining.survey import SurveyedFile
from ner.pretraining.unlabelled_text import is_held_out, paragraphs

# Neighboring paragraphs stay together up to this length, so that long rows have real context.
PASSAGE_CHARACTERS = 512

Passage = list[str]


class _Reader:
    """Reads passages of one file. After the end, it starts again from the beginning."""

    def __init__(self, file: SurveyedFile, encoding: str, held_out: float) -> None:
        self._path, self._encoding, self._held_out = file.source.path, encoding, held_out
        self.go_to(0, 0)

    def go_to(self, line: int, passes: int) -> None:
        """Continue after a line. `passes` is how often the file was read to its end."""
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
    """Passages of neighboring paragraphs. Each has at least `PASSAGE_CHARACTERS`, except at the end of a file.

    The next file is chosen at random, in proportion to its characters times its weight. The next passage is chosen at
    random from a buffer.

    Args:
        files: the files.
        encoding: the encoding of the files.
        held_out: the share of paragraphs that is held out.
        buffer: the maximum number of passages in the buffer.
        seed: the seed of the random choices.
    """

    def __init__(self, files: Sequence[SurveyedFile], encoding: str, held_out: float, buffer: int, seed: int) -> None:
        self._readers = [_Reader(file, encoding, held_out) for file in files]
        shares = np.array([file.characters * file.source.weight for file in files])
        self._shares = shares / shares.sum()
        # With a small text, a large buffer would contain several copies of it.
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
        """The position of the stream, as JSON."""
        content = {
            "places": [(reader.line, reader.passes) for reader in self._readers],
            "buffer": self._buffer,
            "random": self._random.bit_generator.state,
        }
        return json.dumps(content, ensure_ascii=False)

    def restore(self, state: str) -> None:
        """Continue from a position that `state` returned for the same files."""
        content: dict[str, Any] = json.loads(state)
        for reader, (line, passes) in zip(self._readers, content["places"], strict=True):
            reader.go_to(line, passes)
        self._buffer = content["buffer"]
        self._random.bit_generator.state = content["random"]
