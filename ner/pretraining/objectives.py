"""Training objectives: the loss of a batch, and the scores on held-out text."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from ner.pretraining.masking import MaskedBatch

Measures = dict[str, tuple[Tensor, int]]
"""For each score, its sum over a batch and the number of terms."""


class Objective(nn.Module, ABC):
    """A training objective. All its parameters are trained."""

    @abstractmethod
    def loss(self, batch: MaskedBatch, head_only: bool) -> Tensor:
        """The mean loss of a batch, a scalar. With `head_only`, the encoder gets no gradient from the head."""

    @abstractmethod
    def measure(self, batch: MaskedBatch) -> Measures:
        """The sums of the scores of a batch of held-out text."""


def held_out_scores(objective: Objective, batches: Iterable[MaskedBatch]) -> dict[str, float]:
    """The mean of each score over all batches, and the perplexity of the predictions."""
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    for batch in batches:
        for name, (total, count) in objective.measure(batch).items():
            sums[name] = sums.get(name, 0.0) + float(total)
            counts[name] = counts.get(name, 0) + count
    scores = {name: sums[name] / max(1, counts[name]) for name in sums}
    return {**scores, "perplexity": float(torch.tensor(scores["loss"]).exp())}
