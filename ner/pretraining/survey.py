"""Reading all text once before training: its size, its characters, and the held-out paragraphs."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ner.errors import InputError
from ner.pretraining.unlabelled_text import Source, paragraph_hash, paragraphs

# The loss is exact to the second digit with this sample. A larger one makes each evaluation slower.
_HELD_OUT_CHARACTERS = 50_000


@dataclass(frozen=True)
class SurveyedFile:
    """A file and its size.

    Args:
        source: the file and its weight.
        paragraphs: the number of paragraphs to train on.
        characters: the number of their characters.
        held_out: the number of paragraphs that are held out.
        fingerprint: a SHA-256 of all paragraphs, in hexadecimal.
    """

    source: Source
    paragraphs: int
    characters: int
    held_out: int
    fingerprint: str


@dataclass(frozen=True)
class Survey:
    """All files, how often each character occurs, and a sample of the held-out paragraphs."""

    files: tuple[SurveyedFile, ...]
    characters: Counter[str]
    held_out: tuple[str, ...]


def survey(sources: Sequence[Source], encoding: str, share: float) -> Survey:
    """Read all files once, in constant memory.

    The sample of held-out paragraphs has the lowest hashes, so it doesn't depend on the order of the files.

    Args:
        sources: the files.
        encoding: the encoding of the files.
        share: the share of paragraphs to hold out.

    Raises:
        InputError: a file can't be read, or there is no text to train on or no text to hold out.
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
            raise InputError(f"{source.path} has no text to train on, apart from held-out text (`held_out` {share:g})")
        files.append(SurveyedFile(source, count, learned, held_out, digest.hexdigest()))
    if not sample:
        raise InputError(f"no paragraph is held out (`held_out` {share:g}): use more text, or a larger `held_out`")
    return Survey(tuple(files), characters, tuple(paragraph for _, paragraph in sorted(sample, reverse=True)))
