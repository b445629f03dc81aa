"""Characters with an unknown tag (?), as spans."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from ner.data.entities import Sentence
from ner.data.schemes import UNKNOWN
from ner.errors import InputError
from ner.quantities import counted

Spans = tuple[tuple[int, int], ...]
"""Half-open spans in order. No two spans touch."""


def unknown_spans(tags: Sequence[str], tokens: Sequence[str]) -> Spans:
    """The spans of the characters whose token has the tag "?"."""
    if UNKNOWN not in tags:  # true for nearly all sentences
        return ()
    ends = accumulate(map(len, tokens))
    return join_spans(
        (end - len(token), end) for tag, token, end in zip(tags, tokens, ends, strict=True) if tag == UNKNOWN
    )


def join_spans(spans: Iterable[tuple[int, int]]) -> Spans:
    """Join spans that touch, and remove empty ones. The spans are in order."""
    whole: list[tuple[int, int]] = []
    for start, end in spans:
        if start >= end:
            continue
        if whole and whole[-1][1] == start:
            whole[-1] = whole[-1][0], end
        else:
            whole.append((start, end))
    return tuple(whole)


def clip_spans(spans: Spans, start: int, end: int) -> Spans:
    """The parts of the spans inside `start:end`, with offsets relative to `start`."""
    return join_spans((max(first, start) - start, min(last, end) - start) for first, last in spans if last > start)


def spans_outside(taken: Iterable[tuple[int, int]], start: int, end: int) -> Spans:
    """The parts of `start:end` that are in none of the spans `taken`, which may overlap."""
    free = []
    for first, last in sorted(taken):
        if first > start:
            free.append((start, min(first, end)))
        start = max(start, last)
    return join_spans([*free, (start, end)])


def known_pieces(sentence: Sentence) -> Iterator[str]:
    """The pieces of text between the unknown characters."""
    start = 0
    for first, last in sentence.unknown:
        yield sentence.text[start:first]
        start = last
    yield sentence.text[start:]


def count_untagged(sentence: Sentence) -> int:
    """The number of unknown characters."""
    return sum(end - start for start, end in sentence.unknown)


def require_known(sentences: Iterable[Sentence]) -> None:
    """Check that there are no unknown characters. Scores need this: a prediction there is neither right nor wrong.

    Raises:
        InputError: sentences have unknown characters. The message has the place of the first.
    """
    partial = [sentence for sentence in sentences if sentence.unknown]
    if not partial:
        return
    count = sum(map(count_untagged, partial))
    raise InputError(
        f"{partial[0].path}:{partial[0].line}: the sentence has characters with the tag ?, {count:,} in "
        f"{counted(len(partial), 'sentence')} in all; scores need every tag: label these sentences "
        "completely, or remove them (only train may have ?)"
    )
