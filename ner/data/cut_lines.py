"""A text of several lines as a sentence a line."""

from collections.abc import Iterator
from dataclasses import replace

from ner.data.entities import Sentence
from ner.data.unknown import clip_spans


def cut_lines(sentence: Sentence) -> Iterator[tuple[int, int, Sentence]]:
    r"""Each line of a text as a sentence with its entities, without its \n or \r\n; empty lines are left out.

    Before it stand the offset where it begins and its number from 1. Lines that an entity runs across are one, line
    ends included. The entities are in order of their starts.
    """
    text, entities = sentence.text, sentence.entities
    ends = [at for at, character in enumerate(text) if character == "\n"]
    start, line = 0, 1  # of the piece
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
