"""An encoder that is elsewhere: what `Embedder` is, by means of a client."""

from collections.abc import Iterable, Sequence

import numpy as np

from ner.choices import Pooling
from ner.client.client import Client
from ner.embedding.vectors import Span, Vectors


class ServedEmbedder:
    """Computes vectors with a service.

    Args:
        client: of the service.
        layer: the layer that vectors are from, as for `Embedder`.

    Raises:
        InputError: there is no such layer, or the model has no vectors.
        ServiceError: the service doesn't answer.
    """

    def __init__(self, client: Client, layer: int | str = -1) -> None:
        self._client = client
        self._layer = layer
        self.size: int = client.embed([""], layer).shape[1]

    def embed(self, texts: Iterable[str], pooling: Pooling = "mean") -> Vectors:
        """A vector for each text, as `Embedder.embed` gives it."""
        vectors: Vectors = self._client.embed(texts, self._layer, pooling)
        return vectors

    def embed_characters(self, texts: Iterable[str]) -> list[Vectors]:
        """A vector for each character of each text, as `Embedder.embed_characters` gives it."""
        vectors: list[Vectors] = self._client.embed(texts, self._layer, "none")
        return [rows.reshape(-1, self.size) for rows in vectors]

    def embed_spans(
        self, texts: Iterable[str], spans: Sequence[Sequence[Span]], pooling: Pooling = "mean"
    ) -> list[Vectors]:
        """A vector for each span of each text, as `Embedder.embed_spans` gives it."""
        pool = np.mean if pooling == "mean" else np.max
        return [
            np.stack([pool(rows[start:end], axis=0) for start, end in own]) if own else rows[:0]
            for rows, own in zip(self.embed_characters(texts), spans, strict=True)
        ]
