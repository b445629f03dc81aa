"""What a tagger runs on: gives scores for tags at every character, and reads the best tags from them."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from ner.encoding.characters import Ids
from ner.model.choices import DecoderName, PrecisionName, TaggingScheme

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Decoded(NamedTuple):
    """The best tags, and what is needed for the probability of any span of them.

    `tags` is `(batch, chars)`. The probability that the characters `start:end` have exactly these tags, and that
    the entity ends there, is `exp(enter[start] + leave[end - 1])`; both are `(batch, chars)`, and `leave` is -inf
    where no float64 holds it. Nothing is meant outside the mask.
    """

    tags: Ids
    enter: Doubles
    leave: Doubles


class NBest(NamedTuple):
    """The most probable sequences of every row, all different, in falling order.

    `tags` is `(batch, n, chars)`, of no meaning outside the mask. `log_probabilities` is `(batch, n)`, and -inf where
    a row has fewer sequences than n.
    """

    tags: Ids
    log_probabilities: Doubles


class Engine(Protocol):
    """A trained network, whatever computes it: with so many `threads`, in `precision`, one of `precisions`.

    `input_ids` and `attention_mask` are `(batch, chars + 2)`, with [CLS] before and [SEP] behind the characters;
    `emissions` are `(batch, chars, tags)`, `mask` is `(batch, chars)`, and `allowed`, `(batch, chars, tags)`, says
    which tags each character may have.
    """

    types: list[str]
    labels: list[str]
    scheme: TaggingScheme
    tag_decoder: DecoderName
    window: int
    precisions: Sequence[PrecisionName]
    precision: PrecisionName
    threads: int

    def emissions(self, input_ids: Ids, attention_mask: Ids) -> Floats:
        """Scores for every tag at every character."""
        ...

    def decode(self, emissions: Floats, mask: Mask, allowed: Mask | None = None) -> Decoded:
        """The most probable tags, and their probabilities. Raises ValueError if none are allowed in a row."""
        ...

    def nbest(self, emissions: Floats, mask: Mask, n: int) -> NBest:
        """The `n` most probable tag sequences. Raises ValueError unless `n` is at least 1."""
        ...
