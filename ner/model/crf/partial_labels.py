"""Which tags the characters of partially labelled sentences may have."""

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import one_hot, pad

from ner.data.schemes import chunks


def allowed_by_partial_labels(tags: Tensor, unknown: Tensor, labels: tuple[str, ...]) -> Tensor:
    """Which of `labels` each character may have: bool, `(batch, chars, tags)`.

    Its own, or any where it is unknown; but behind an entity none that would make that longer, as I-PER behind B-PER,
    since what is labelled is labelled wholly.

    Args:
        tags: ids of labels, `(batch, chars)`, where a character is unknown that of "O".
        unknown: bool, `(batch, chars)`.
        labels: of the network, in order of their ids.
    """
    own = one_hot(tags, len(labels)).bool()
    longer = _going_on(labels).to(tags.device)[tags[:, :-1]]  # (batch, chars - 1, tags)
    return torch.where(unknown.unsqueeze(2), ~pad(longer, (0, 0, 1, 0)), own)


@lru_cache
def _going_on(labels: tuple[str, ...]) -> Tensor:
    """Whether an entity goes on from the first of two neighbouring tags to the second: bool, `(tags, tags)`."""
    return torch.tensor(
        [[(0, 2) in [chunk[:2] for chunk in chunks((left, right))] for right in labels] for left in labels]
    )
