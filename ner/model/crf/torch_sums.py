"""Sums over all paths of a linear chain: their total, its gradient, and marginal probabilities.

Two things make the recursions fast on a CPU. Characters come first and rows last, `(chars, tags, batch)`, so that each
step works on whole vectors. And scores are in bits, logarithms to base 2: powers of 2 are computed by vector
instructions, those of e may go to a library that takes ten times as long, and longer still for impossible scores.
"""

import math
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ner.decoding.numpy_chain import require_possible
from ner.model.crf.torch_chain import TorchChain

# A score in bits times this is one as everywhere else, in nats.
BIT = math.log(2)


class PathSums(NamedTuple):
    """Log-sums over paths in bits, from the forward recursion.

    Args:
        before: over the paths up to a character, by its tag, without its own emission: `(chars, tags, batch)`.
        scores: the same with its emission, the forward variable of Rabiner 1989, section III.
        transitions: the chain's, `(tags, tags)`.
        ends: over all paths by the last tag, at each row's last character; elsewhere -inf: `(chars, tags, batch)`.
        total: over all paths of a row, `(batch,)`.
    """

    before: Tensor
    scores: Tensor
    transitions: Tensor
    ends: Tensor
    total: Tensor


class Expected(NamedTuple):
    """How often each tag stands at each character, `(chars, tags, batch)`, and a tag before a tag, `(tags, tags)`."""

    tags: Tensor
    transitions: Tensor


def sum_paths(emissions: Tensor, mask: Tensor, chain: TorchChain) -> PathSums:
    """The log-sums of rows with `emissions` `(batch, chars, tags)`. Raises ValueError if one has no possible path."""
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
    """The log-sum over the first dimension of `scores`, which it overwrites."""
    top = scores.detach().amax(dim=0)  # whatever it is, it cancels: no gradient goes through it
    return scores.sub_(top).exp2_().sum(dim=0).log2_().add_(top)


def expected_counts(sums: PathSums, weights: Tensor | float = 1.0) -> Expected:
    """Counts in a path drawn at random, by their expectation, each row's times its weight `(batch,)`.

    From the last character back, each tag hands its probability on to the tags before it, by their shares in its sum:
    the smoothing recursion of Kitagawa 1987. No share is above 1, so nothing overflows.
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
    """The log-sum over all paths of a row, `(batch,)`, differentiable. Raises ValueError if a row has none."""
    return cast(Tensor, _LogPartition.apply(emissions, mask, *chain))  # type: ignore[no-untyped-call]


class _LogPartition(torch.autograd.Function):
    """`log_partition`, whose gradient by a score is its expected count (Sutton and McCallum 2012, section 5.1)."""

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
