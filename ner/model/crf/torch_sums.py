"""Sums over all paths of a linear chain: their total, its gradient, and marginal probabilities.

Two things make the recursions fast on a CPU. First, tensors are `(chars, tags, batch)`, so each step works on whole
vectors. Second, scores are in bits (logarithms to base 2): powers of 2 use vector instructions, while powers of e may
use a library function that takes ten times as long, and longer for impossible scores.
"""

import math
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ner.decoding.numpy_chain import require_possible
from ner.model.crf.torch_chain import TorchChain

# Bits times this are nats, the unit of scores everywhere else.
BIT = math.log(2)


class PathSums(NamedTuple):
    """Log-sums over paths in bits, from the forward recursion.

    Args:
        before: the log-sum over all paths that end at a character with a tag, without the emission there,
            `(chars, tags, batch)`.
        scores: the same with the emission, the forward variable of Rabiner 1989, section III.
        transitions: the transitions of the chain, `(tags, tags)`.
        ends: the log-sum over all complete paths by their last tag, at the last character of each row,
            `(chars, tags, batch)`; -inf at other characters.
        total: the log-sum over all paths of a row, `(batch,)`.
    """

    before: Tensor
    scores: Tensor
    transitions: Tensor
    ends: Tensor
    total: Tensor


class Expected(NamedTuple):
    """Expected counts of tags at each character, `(chars, tags, batch)`, and of pairs of tags, `(tags, tags)`."""

    tags: Tensor
    transitions: Tensor


def sum_paths(emissions: Tensor, mask: Tensor, chain: TorchChain) -> PathSums:
    """Compute the log-sums of all rows.

    Args:
        emissions: `(batch, chars, tags)`.
        mask: bool, `(batch, chars)`.
        chain: the scores of the chain.

    Raises:
        ValueError: a row has no possible path.
    """
    emissions, chain = emissions.permute(1, 2, 0).contiguous() / BIT, chain.at(BIT)  # (chars, tags, batch)
    transitions = chain.transitions.unsqueeze(2)  # (tags, tags, 1)
    before = [chain.start.unsqueeze(1).expand(-1, len(mask))]  # (tags, batch)
    for emission in emissions[:-1]:
        before.append(_log2_sum_exp2((before[-1] + emission).unsqueeze(1) + transitions))
    stacked = torch.stack(before)
    scores = stacked + emissions
    rows, last = torch.arange(len(mask), device=mask.device), mask.sum(dim=1) - 1
    ends = torch.full_like(scores, -torch.inf)
    at_end = scores[last, :, rows] + chain.end  # (batch, tags)
    ends[last, :, rows] = at_end
    total = _log2_sum_exp2(at_end.T)
    require_possible(total.numpy(force=True))
    return PathSums(stacked, scores, chain.transitions, ends, total)


def _log2_sum_exp2(scores: Tensor) -> Tensor:
    """The log-sum over the first dimension of `scores`. It overwrites `scores`."""
    top = scores.detach().amax(dim=0)  # it cancels, so it needs no gradient
    return scores.sub_(top).exp2_().sum(dim=0).log2_().add_(top)


def expected_counts(sums: PathSums, weights: Tensor | float = 1.0) -> Expected:
    """Expected counts of tags and pairs of tags in a random path of each row.

    This is the smoothing recursion of Kitagawa 1987. From the last character back, the probability of each tag is
    divided among the tags before it, by their shares in its sum. No share is above 1, so nothing overflows.

    Args:
        sums: the log-sums of the rows.
        weights: the weight of each row, `(batch,)`.
    """
    transitions = sums.transitions.unsqueeze(2)  # (tags, tags, 1)
    ends = (sums.ends - sums.total).exp2_() * weights  # (chars, tags, batch)
    tags = [ends[-1]]  # (tags, batch)
    total = torch.zeros_like(transitions + ends[-1])  # (tags, tags, batch)
    steps = list(zip(sums.scores[:-1], sums.before[1:], ends[:-1], strict=True))
    for score, before, end in reversed(steps):
        shares = (score.unsqueeze(1) + transitions).sub_(before).exp2_()
        pairs = shares * tags[-1]  # (tags, tags, batch)
        total += pairs
        tags.append(pairs.sum(dim=1).add_(end))
    return Expected(torch.stack(tags[::-1]), total.sum(dim=2))


def torch_log_partition(emissions: Tensor, mask: Tensor, chain: TorchChain) -> Tensor:
    """The log-sum over all paths of each row, `(batch,)`. The result is differentiable.

    Args:
        emissions: `(batch, chars, tags)`.
        mask: bool, `(batch, chars)`.
        chain: the scores of the chain.

    Raises:
        ValueError: a row has no possible path.
    """
    return cast(Tensor, _LogPartition.apply(emissions, mask, *chain))  # type: ignore[no-untyped-call]


class _LogPartition(torch.autograd.Function):
    """The log-sum over all paths. Its gradient by a score is an expected count (Sutton and McCallum 2012, 5.1)."""

    @staticmethod
    def forward(ctx: Any, emissions: Tensor, mask: Tensor, start: Tensor, transitions: Tensor, end: Tensor) -> Tensor:
        sums = sum_paths(emissions, mask, TorchChain(start, transitions, end))
        ctx.save_for_backward(*sums)
        return sums.total * BIT

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, weights: Tensor) -> tuple[Tensor | None, ...]:
        sums = PathSums(*ctx.saved_tensors)
        tags, transitions = expected_counts(sums, weights)
        last = tags.masked_fill(sums.ends.isneginf(), 0.0)
        return tags.permute(2, 0, 1), None, tags[0].sum(dim=1), transitions, last.sum(dim=(0, 2))
