"""Cutting a text of several lines into one sentence per line."""

from collections.abc import Iterator
from dataclasses import replace

from ner.data.entities import Sentence
from ner.data.unknown_spans import clip_spans


def cut_lines(sentence: Sentence) -> Iterator[tuple[int, int, Sentence]]:
    r"""Cut a text at its line ends (\n or \r\n). Empty lines are left out.

    If an entity spans several lines, these lines stay one sentence, and the line ends inside it are kept.

    Args:
        sentence: the text. Its entities are in the order of their starts.

    Yields:
        The offset of the line in the text, its number from 1, and the line as a sentence with its entities.
    """
    text, entities = sentence.text, sentence.entities
    ends = [at for at, character in enumerate(text) if character == "\n"]
    start, line = 0, 1  # of the next piece
    first = last = 0  # of its entities
    reach = 0
    for number, end in enumerate([*ends, len(text)], 2):
        while last < len(entities) and entities[last].start <= end:
            reach = max(reach, entities[last].end)
            last += 1
        if reach > end:
            continue
        following = end + 1
        if start < end < len(text) and text[end - 1] == "\r" and reach < end:
            end -= 1
        if start < end:
            moved = tuple(replace(e, start=e.start - start, end=e.end - start) for e in entities[first:last])
            unknown = clip_spans(sentence.unknown, start, end)
            yield start, line, replace(sentence, text=text[start:end], entities=moved, unknown=unknown)
        start, line, first = following, number, last
