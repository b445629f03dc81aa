"""What a run learns: an objective gives a batch its loss, and measures held-out ones."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from ner.pretraining.masking import MaskedBatch

Measures = dict[str, tuple[Tensor, int]]
"""Sums over a batch and the numbers of what was summed, by name."""


class Objective(nn.Module, ABC):
    """Something to learn; all its parameters do."""

    @abstractmethod
    def loss(self, batch: MaskedBatch, head_only: bool) -> Tensor:
        """The mean loss of a batch, a scalar; with `head_only` the encoder gets no gradient of its own."""

    @abstractmethod
    def measure(self, batch: MaskedBatch) -> Measures:
        """What is told about held-out text."""


def held_out_scores(objective: Objective, batches: Iterable[MaskedBatch]) -> dict[str, float]:
    """The means of what `objective` measures over all batches, and the perplexity of a guess."""
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    for batch in batches:
        for name, (total, count) in objective.measure(batch).items():
            sums[name] = sums.get(name, 0.0) + float(total)
            counts[name] = counts.get(name, 0) + count
    scores = {name: sums[name] / max(1, counts[name]) for name in sums}
    return {**scores, "perplexity": float(torch.tensor(scores["loss"]).exp())}
