"""Embedding files of any size, in constant memory. The order of the records is kept."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ner.characters.window_batches import in_chunks
from ner.choices import Pooling
from ner.embedding.vector_writers import Place, vector_writer
from ner.embedding.vectors import ComputesVectors, Vectors
from ner.records.record import Record
from ner.tagging.tag_records import Reader

# The most numbers that are held in memory before they are written: 40 MB.
_CHUNK_NUMBERS = 10_000_000


class Embedded(NamedTuple):
    """The number of vectors that were written, and the number of empty texts, whose vectors are 0."""

    vectors: int
    empty: int


def embed_records(
    embedder: ComputesVectors,
    records: Iterable[Record],
    output: Path,
    progress: Callable[[Record], None],
    *,
    pooling: Pooling | None = "mean",
    entities: bool = False,
    tagger: Reader | None = None,
) -> Embedded:
    """Compute vectors of records and write them.

    Args:
        embedder: computes the vectors.
        records: the texts. They can be a stream.
        output: the file, which appears when all vectors are written. Its suffix determines the format.
        progress: called with each record that was written.
        pooling: how the vectors of the characters of a record or entity become one; None for a vector for each
            character.
        entities: whether to write a vector for each entity instead of each record.
        tagger: finds the entities. Without it, the entities of the records are used.

    Raises:
        InputError: the suffix of `output` is unknown, or the package for its format is not installed.
        OSError: the output can't be written.
    """
    vectors = empty = 0
    with vector_writer(output, embedder.size) as writer:
        for chunk in in_chunks(records, lambda record: len(record.text), max(1, _CHUNK_NUMBERS // embedder.size)):
            if entities:
                rows = _entities(embedder, chunk, tagger, pooling)
            elif pooling is None:
                rows = _characters(embedder, chunk)
            else:
                rows = _texts(embedder, chunk, pooling)
                empty += sum(not record.text for record in chunk)
            writer.write(*rows)
            vectors += len(rows[0])
            for record in chunk:
                progress(record)
    return Embedded(vectors, empty)


def _texts(embedder: ComputesVectors, records: Sequence[Record], pooling: Pooling) -> tuple[list[Place], Vectors]:
    places = [Place(record.file, record.line, 0, len(record.text), record.text) for record in records]
    return places, embedder.embed([record.text for record in records], pooling)


def _characters(embedder: ComputesVectors, records: Sequence[Record]) -> tuple[list[Place], Vectors]:
    places = [
        Place(record.file, record.line, at, at + 1, character)
        for record in records
        for at, character in enumerate(record.text)
    ]
    return places, np.concatenate(embedder.embed_characters([record.text for record in records]))


def _entities(
    embedder: ComputesVectors, records: Sequence[Record], tagger: Reader | None, pooling: Pooling | None
) -> tuple[list[Place], Vectors]:
    assert pooling is not None, "an entity has one vector"
    texts = [record.text for record in records]
    found = [one.entities for one in tagger.readings(texts)] if tagger else [record.entities for record in records]
    places = [
        Place(record.file, record.line, entity.start, entity.end, entity.text, entity.label)
        for record, own in zip(records, found, strict=True)
        for entity in own
    ]
    spans = [[(entity.start, entity.end) for entity in own] for own in found]
    return places, np.concatenate(embedder.embed_spans(texts, spans, pooling))
