"""Choosing vectors that differ from each other."""

from collections.abc import Iterator

import numpy as np
from sklearn.cluster import KMeans

from ner.decoding.numpy_chain import Doubles
from ner.embedding.vectors import Vectors

_MOST_CLUSTERS = 500


def choose_by_clusters(vectors: Vectors, weights: Doubles, count: int, seed: int) -> list[tuple[int, int]]:
    """Cluster vectors by their direction, and choose the one nearest to the centre of each cluster.

    Weighted k-means for this is from Zhdanov 2019, "Diverse mini-batch Active Learning". More than 500 are chosen in
    parts, each from every n-th vector, because the time for k-means grows with the number of vectors times clusters.

    Args:
        vectors: `(texts, size)`.
        weights: how much each vector counts, `(texts,)`, at least 0.
        count: the number of clusters. There are fewer if there are fewer different vectors.
        seed: the random seed.

    Returns:
        The place of each chosen vector, in order, and the size of its cluster.
    """
    parts = -(-count // _MOST_CLUSTERS)
    chosen = []
    for part in range(parts):
        clusters = count // parts + (part < count % parts)
        of_part = _choose(vectors[part::parts], weights[part::parts], clusters, seed)
        chosen += [(part + place * parts, size) for place, size in of_part]
    return sorted(chosen)


def _choose(vectors: Vectors, weights: Doubles, count: int, seed: int) -> Iterator[tuple[int, int]]:
    if not len(vectors):
        return
    directions = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    different = len(np.unique(directions, axis=0))
    # A weight of 0 would leave a text without any cluster.
    model = KMeans(min(count, different), n_init=1, max_iter=50, random_state=seed)
    labels = model.fit_predict(directions, sample_weight=weights + 1e-9)
    distances = np.linalg.norm(directions - model.cluster_centers_[labels], axis=1)
    order = np.lexsort((distances, labels))
    _, first, sizes = np.unique(labels[order], return_index=True, return_counts=True)
    yield from zip(order[first].tolist(), sizes.tolist(), strict=True)
