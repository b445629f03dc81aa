"""The tags that characters of partially labelled sentences may have."""

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import one_hot, pad

from ner.data.schemes import chunks


def allowed_by_partial_labels(tags: Tensor, unknown: Tensor, labels: tuple[str, ...]) -> Tensor:
    """The tags that each character may have.

    A labelled character has its own tag. An unknown character may have any tag, but it can't continue a labelled entity
    before it (I-PER after B-PER), since labelled entities are complete.

    Args:
        tags: tag ids, `(batch, chars)`; that of "O" at unknown characters.
        unknown: whether a character is unknown, bool, `(batch, chars)`.
        labels: the tags of the network, in order of their ids.

    Returns:
        bool, `(batch, chars, tags)`.
    """
    own = one_hot(tags, len(labels)).bool()
    longer = _going_on(labels).to(tags.device)[tags[:, :-1]]  # (batch, chars - 1, tags)
    return torch.where(unknown.unsqueeze(2), ~pad(longer, (0, 0, 1, 0)), own)


@lru_cache
def _going_on(labels: tuple[str, ...]) -> Tensor:
    """Whether the second of two neighbouring tags continues the entity of the first: bool, `(tags, tags)`."""
    return torch.tensor(
        [[(0, 2) in [chunk[:2] for chunk in chunks((left, right))] for right in labels] for left in labels]
    )
