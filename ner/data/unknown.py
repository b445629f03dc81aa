"""Characters whose tag is unknown: the spans of them, and the sentences that may have none."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from ner.data.entities import Sentence
from ner.data.schemes import UNKNOWN
from ner.errors import InputError

Spans = tuple[tuple[int, int], ...]
"""Half-open spans in order that don't touch."""


def unknown_spans(tags: Sequence[str], tokens: Sequence[str]) -> Spans:
    """The characters of the tokens that have the tag "?"."""
    if UNKNOWN not in tags:  # nearly all sentences
        return ()
    ends = accumulate(map(len, tokens))
    return join_spans(
        (end - len(token), end) for tag, token, end in zip(tags, tokens, ends, strict=True) if tag == UNKNOWN
    )


def join_spans(spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans in order with those that touch made one, and none that is empty."""
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
    """What of the spans lies in `start:end`, counted from `start`."""
    return join_spans((max(first, start) - start, min(last, end) - start) for first, last in spans if last > start)


def known_pieces(sentence: Sentence) -> Iterator[str]:
    """The text between the unknown characters."""
    start = 0
    for first, last in sentence.unknown:
        yield sentence.text[start:first]
        start = last
    yield sentence.text[start:]


def count_untagged(sentence: Sentence) -> int:
    """How many characters are unknown."""
    return sum(end - start for start, end in sentence.unknown)


def require_known(sentences: Iterable[Sentence]) -> None:
    """Raises InputError, with the place of the first, if there are sentences with unknown characters.

    They can't be scored on: a prediction there is neither right nor wrong.
    """
    partial = [sentence for sentence in sentences if sentence.unknown]
    if not partial:
        return
    count = sum(map(count_untagged, partial))
    raise InputError(
        f"{partial[0].path}:{partial[0].line}: the sentence has characters with the tag ?, {count:,} in "
        f"{len(partial):,} sentence{'s' * (len(partial) != 1)} in all; scores need every tag: label these sentences "
        "wholly or take them out (only what is trained on may have ?)"
    )
