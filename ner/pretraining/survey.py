"""One look over all text before anything is learned from it: its size, its characters, what is held out."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ner.errors import InputError
from ner.pretraining.text import Source, paragraph_hash, paragraphs

# Enough for a loss to the second digit; more would only take longer at every checkpoint.
_HELD_OUT_CHARACTERS = 50_000


@dataclass(frozen=True)
class SurveyedFile:
    """What a file has to learn from; `held_out` counts its paragraphs that are never trained on."""

    source: Source
    paragraphs: int
    characters: int
    held_out: int
    fingerprint: str


@dataclass(frozen=True)
class Survey:
    """What is in the files: how often each character occurs, and a sample of the held-out paragraphs."""

    files: tuple[SurveyedFile, ...]
    characters: Counter[str]
    held_out: tuple[str, ...]


def survey(sources: Sequence[Source], encoding: str, share: float) -> Survey:
    """Read all files once, in constant memory.

    The held-out sample is that of the lowest hashes: it doesn't depend on the order of the files.

    Raises:
        InputError: a file can't be read, or `share` leaves nothing to learn from or nothing to hold out.
    """
    characters: Counter[str] = Counter()
    sample: list[tuple[int, str]] = []  # a heap with the highest hash on top
    known: set[int] = set()
    size = 0
    files = []
    for source in sources:
        digest = hashlib.sha256()
        count = learned = held_out = 0
        for _, paragraph in paragraphs(source.path, encoding):
            digest.update(paragraph.encode() + b"\n")
            characters.update(paragraph)
            key = paragraph_hash(paragraph)
            if key >= share * 2**64:
                count += 1
                learned += len(paragraph)
                continue
            held_out += 1
            if key not in known:
                known.add(key)
                heapq.heappush(sample, (-key, paragraph))
                size += len(paragraph)
                while size - len(sample[0][1]) >= _HELD_OUT_CHARACTERS:
                    top, dropped = heapq.heappop(sample)
                    known.remove(-top)
                    size -= len(dropped)
        if not count:
            raise InputError(f"{source.path} has no text to learn from (`held_out` {share:g} is taken out of it)")
        files.append(SurveyedFile(source, count, learned, held_out, digest.hexdigest()))
    if not sample:
        raise InputError(f"none of the text fell to `held_out` {share:g}: give more text, or hold out a larger share")
    return Survey(tuple(files), characters, tuple(paragraph for _, paragraph in sorted(sample, reverse=True)))
