"""A tagger that needs no time, for tests about what is around it; processes can load it."""

import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ner.characters.window_batches import in_chunks
from ner.choices import CHUNK_CHARACTERS
from ner.data.entities import Entity
from ner.records.record import TaggedText
from ner.scaling.tagger_source import TaggerSource
from tests.helpers.faulty_files import install

NAME = "张伟"


class QuickTagger:
    """Finds one name, once in a text; later ones have no room. The score depends on the texts that are read together.

    Args:
        deadly: a file whose name is a text that ends the process; the file is removed, unless it is a folder.
    """

    types = ("PER",)

    def __init__(self, deadly: Path | None = None) -> None:
        self._deadly = deadly

    def readings(
        self, texts: Iterable[str], n: int = 0, *, watch: Callable[[int], None] | None = None
    ) -> Iterator[TaggedText]:
        for chunk in in_chunks(texts, len, CHUNK_CHARACTERS):
            score = 1 / len(chunk)
            if self._deadly is not None and self._deadly.exists() and self._deadly.name in chunk:
                if self._deadly.is_file():
                    self._deadly.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
            for text in chunk:
                names = [Entity(*match.span(), "PER", NAME, score) for match in re.finditer(NAME, text)]
                yield TaggedText(names[:1], [], names[1:])
            if watch is not None:
                watch(sum(map(len, chunk)))


@dataclass(frozen=True)
class QuickSource(TaggerSource):
    """Loads it.

    Args:
        deadly: as for the tagger.
        name: the name of the model.
        fault: what goes wrong in its process: the arguments of `faulty_files.install`.
    """

    deadly: Path | None = None
    name: str = "quick"
    fault: dict[str, Any] | None = None

    def load(self, characters: int, lexicon: Any = None) -> Any:
        if self.fault is not None:
            install(**self.fault)
        return QuickTagger(self.deadly)

    def describe(self) -> dict[str, object]:
        return {"model": self.name}
