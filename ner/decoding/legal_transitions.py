"""The transitions between labels that a tag scheme allows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ner.data.schemes import OUTSIDE, Scheme, is_legal, split_tag
from ner.decoding.numpy_chain import Mask


class Legal(NamedTuple):
    """Which labels may be first `(tags,)`, adjacent `(tags, tags)`: from, to, and last `(tags,)`."""

    start: Mask
    transitions: Mask
    end: Mask


def legal_transitions(labels: Sequence[str], scheme: Scheme) -> Legal:
    """Find the legal transitions between labels.

    Legality depends on the two prefixes, and on whether the types are equal. So a few pairs are looked up, not those
    of all labels, which are millions with a thousand types.
    """
    tags = [split_tag(label) for label in labels]
    prefixes, prefix = np.unique([prefix for prefix, _ in tags], return_inverse=True)
    _, type_ = np.unique([type_ for _, type_ in tags], return_inverse=True)

    def table(following_type: str) -> Mask:
        ahead = [_label(name, "X") for name in prefixes]
        behind = [_label(name, following_type) for name in prefixes]
        return np.array([[is_legal(scheme, one, other) for other in behind] for one in ahead])

    pairs = (prefix[:, None], prefix[None, :])
    return Legal(
        np.array([is_legal(scheme, None, label) for label in labels]),
        np.where(type_[:, None] == type_[None, :], table("X")[pairs], table("Y")[pairs]),
        np.array([is_legal(scheme, label, None) for label in labels]),
    )


def _label(prefix: str, type_: str) -> str:
    return OUTSIDE if prefix == OUTSIDE else f"{prefix}-{type_}"
