import numpy as np
import pytest

from ner.selecting import clusters
from ner.selecting.clusters import choose_by_clusters

# Three directions, with 3, 2 and 1 vectors; the lengths of vectors don't count.
VECTORS = np.array([[1, 0], [5, 0.1], [1, -0.1], [0, 1], [0.1, 3], [-1, 0]], dtype=np.float32)
SAME = np.ones(6)


def test_each_direction_is_chosen_once() -> None:
    chosen = choose_by_clusters(VECTORS, SAME, 3, seed=1)
    assert [size for _, size in chosen] == [3, 2, 1]
    assert chosen[0][0] == 0  # the middle one
    assert chosen[2][0] == 5


def test_a_heavy_vector_draws_the_centre() -> None:
    weights = np.array([1, 1, 1e6, 1, 1, 1])
    assert choose_by_clusters(VECTORS, weights, 3, seed=1)[0] == (2, 3)


def test_there_are_no_more_clusters_than_different_vectors() -> None:
    chosen = choose_by_clusters(np.ones((4, 2), dtype=np.float32), np.zeros(4), 3, seed=1)
    assert [size for _, size in chosen] == [4]


def test_many_are_chosen_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_MOST_CLUSTERS", 2)
    vectors = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    chosen = choose_by_clusters(vectors, np.ones(40), 5, seed=1)
    assert len({place for place, _ in chosen}) == 5
    assert sum(size for _, size in chosen) == 40
    assert [sum(place % 3 == part for place, _ in chosen) for part in range(3)] == [2, 2, 1]


def test_nothing_is_chosen_of_nothing() -> None:
    assert choose_by_clusters(np.zeros((0, 2), dtype=np.float32), np.zeros(0), 3, seed=1) == []
    assert choose_by_clusters(VECTORS, SAME, 0, seed=1) == []


def test_the_same_seed_chooses_the_same() -> None:
    assert choose_by_clusters(VECTORS, SAME, 2, seed=3) == choose_by_clusters(VECTORS, SAME, 2, seed=3)
