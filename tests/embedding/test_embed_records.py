import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ner.data.entities import Entity
from ner.embedding.embed_records import Embedded, embed_records
from ner.embedding.embedder import Embedder
from ner.records.record import Record
from ner.tagging.tagger import Tagger

RECORDS = [
    Record("a.txt", 1, "王小明在北京大学看书。", entities=(Entity(0, 3, "X", "王小明"), Entity(1, 2, "Y", "小"))),
    Record("a.txt", 2, ""),
    Record("b.txt", 1, "张伟去上海。"),
]
TEXTS = [record.text for record in RECORDS]


@pytest.fixture(scope="module")
def embedder(encoder_folder: Path) -> Embedder:
    return Embedder.load(encoder_folder)


@pytest.fixture
def embed(embedder: Embedder, tmp_path: Path) -> Any:
    """The numbers that `embed_records` tells, and the rows that it writes."""

    def run(**options: Any) -> tuple[Embedded, list[dict[str, Any]]]:
        seen: list[Record] = []
        told = embed_records(embedder, iter(RECORDS), tmp_path / "out.jsonl", seen.append, **options)
        assert seen == RECORDS
        return told, [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]

    return run


def places(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(value for name, value in row.items() if name != "vector") for row in rows]


def vectors(rows: list[dict[str, Any]]) -> list[list[float]]:
    return [row["vector"] for row in rows]


def test_a_vector_for_each_text(embed: Any, embedder: Embedder) -> None:
    told, rows = embed()
    assert told == Embedded(3, 1)
    assert places(rows) == [("a.txt", 1, 0, 11, TEXTS[0]), ("a.txt", 2, 0, 0, ""), ("b.txt", 1, 0, 6, TEXTS[2])]
    np.testing.assert_allclose(vectors(rows), embedder.embed(TEXTS), atol=1e-5)
    np.testing.assert_allclose(vectors(embed(pooling="cls")[1]), embedder.embed(TEXTS, "cls"), atol=1e-5)


def test_a_vector_for_each_character(embed: Any, embedder: Embedder) -> None:
    told, rows = embed(pooling=None)
    assert told == Embedded(17, 0)
    assert places(rows)[10:13] == [("a.txt", 1, 10, 11, "。"), ("b.txt", 1, 0, 1, "张"), ("b.txt", 1, 1, 2, "伟")]
    np.testing.assert_allclose(vectors(rows), np.vstack(embedder.embed_characters(TEXTS)), atol=1e-5)


def test_a_vector_for_each_annotated_entity(embed: Any, embedder: Embedder) -> None:
    told, rows = embed(entities=True)
    assert told == Embedded(2, 0)
    assert places(rows) == [("a.txt", 1, 0, 3, "王小明", "X"), ("a.txt", 1, 1, 2, "小", "Y")]
    np.testing.assert_allclose(vectors(rows), embedder.embed_spans(TEXTS[:1], [[(0, 3), (1, 2)]])[0], atol=1e-5)


def test_a_vector_for_each_entity_that_is_found(embed: Any, tagger: Tagger) -> None:
    _, rows = embed(entities=True, tagger=tagger, pooling="max")
    assert places(rows) == [
        ("a.txt", 1, 0, 3, "王小明", "PER"),
        ("a.txt", 1, 4, 8, "北京大学", "ORG"),
        ("b.txt", 1, 0, 2, "张伟", "PER"),
        ("b.txt", 1, 3, 5, "上海", "LOC"),
    ]


def test_no_more_is_read_than_some_vectors_need(
    embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ner.embedding.embed_records._CHUNK_NUMBERS", 32 * 20)  # of 20 characters
    read = done = 0

    def records() -> Iterator[Record]:
        nonlocal read
        for _ in range(100):
            read += 1
            assert read - done <= 4
            yield RECORDS[2]

    def count(record: Record) -> None:
        nonlocal done
        done += 1

    assert embed_records(embedder, records(), tmp_path / "out.npy", count, pooling=None) == Embedded(600, 0)
    array = np.load(tmp_path / "out.npy")
    np.testing.assert_allclose(array, np.tile(embedder.embed_characters(TEXTS[2:])[0], (100, 1)), atol=1e-5)


def test_a_text_that_cannot_be_read_leaves_nothing(embedder: Embedder, tmp_path: Path) -> None:
    def records() -> Iterator[Record]:
        yield RECORDS[0]
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        embed_records(embedder, records(), tmp_path / "out.npz", lambda record: None)
    assert [*tmp_path.iterdir()] == []
