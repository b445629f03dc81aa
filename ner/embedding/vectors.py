"""Vectors, and what computes them: an encoder on this machine, or a service."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ner.choices import Pooling

Vectors = npt.NDArray[np.float32]
Span = tuple[int, int]
"""Start and end of a span: the characters `start:end` of a text."""


class ComputesVectors(Protocol):
    """What computes vectors; see `Embedder`.

    Args:
        size: the numbers of a vector.
    """

    size: int

    def embed(self, texts: Iterable[str], pooling: Pooling = "mean") -> Vectors:
        """A vector for each text, `(texts, size)`."""
        ...

    def embed_spans(
        self, texts: Iterable[str], spans: Sequence[Sequence[Span]], pooling: Pooling = "mean"
    ) -> list[Vectors]:
        """A vector for each span of each text, `(spans, size)`."""
        ...

    def embed_characters(self, texts: Iterable[str]) -> list[Vectors]:
        """A vector for each character of each text, `(chars, size)`."""
        ...
