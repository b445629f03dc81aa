"""The best paths of a linear chain; shapes and masks are those of `ner.model.decoder.Decoder`."""

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from ner.model.chain import POSSIBLE, Chain


def best_path(emissions: Tensor, mask: Tensor, chain: Chain) -> Tensor:
    """The best path of every row, `(batch, chars)`, by the Viterbi algorithm (Rabiner 1989, section III).

    Nothing is meant outside the mask. The way there keeps scores alone: on the way back the predecessors of one tag
    are compared at each character, not those of all tags.
    """
    scores = emissions.permute(1, 2, 0).clone(memory_format=torch.contiguous_format)  # (chars, tags, batch)
    transitions = chain.transitions.unsqueeze(2)  # (tags, tags, 1)
    scores[0] += chain.start.unsqueeze(1)
    for before, here in pairwise(scores):
        here += (before.unsqueeze(1) + transitions).amax(dim=0)

    # NumPy's calls cost less than torch's, which counts where there is little to compute in each.
    best = np.ascontiguousarray(scores.transpose(1, 2).numpy(force=True))  # (chars, batch, tags)
    to, end = chain.transitions.T.numpy(force=True).copy(), chain.end.numpy(force=True)
    rows, last = np.arange(len(mask)), mask.sum(dim=1).numpy(force=True) - 1
    tags = (best[last, rows] + end).argmax(axis=1)
    # Whatever stands behind a row's last character, the way back comes through its best tag.
    best[last, rows] = -np.inf
    best[last, rows, tags] = 0.0
    path = [best[-1].argmax(axis=1)]
    for score in best[-2::-1]:
        path.append((to.take(path[-1], axis=0) + score).argmax(axis=1))
    return torch.from_numpy(np.stack(path[::-1])).T.to(mask.device)


def best_paths(emissions: Tensor, mask: Tensor, chain: Chain, n: int) -> tuple[Tensor, Tensor]:
    """The `n` best paths of every row `(batch, n, chars)` and their falling scores `(batch, n)`, by list Viterbi.

    The parallel algorithm of Seshadri and Sundberg 1994, section II; with n = 1 it finds `best_path`. A path
    outside the mask repeats its last tag. The score is -inf where a row has fewer possible paths.
    Raises ValueError unless `n` is at least 1.
    """
    if n < 1:
        raise ValueError(f"expected at least 1 sequence to be asked for, got {n}")
    batch, _, tags = emissions.shape
    first, *others = emissions.unsqueeze(3).unbind(dim=1)  # (batch, tags, 1)
    # A state is tag * n + rank: the path of that rank among those that end in the tag.
    stay = torch.arange(tags * n, device=emissions.device).view(tags, n).expand(batch, -1, -1)
    steps = chain.transitions.T.repeat_interleave(n, dim=1)  # (tags, tags * n): to a tag, from a state
    scores = pad(chain.start.unsqueeze(1) + first, (0, n - 1), value=-torch.inf)  # (batch, tags, n)
    pointers = []
    for emission, here in zip(others, mask.view(batch, -1, 1, 1).unbind(dim=1)[1:], strict=True):
        best, previous = (scores.view(batch, 1, tags * n) + steps).topk(n, dim=2)  # (batch, tags, n)
        scores = torch.where(here, best + emission, scores)
        pointers.append(torch.where(here, previous, stay))
    total, state = (scores + chain.end.unsqueeze(1)).flatten(1).topk(n, dim=1)  # (batch, n)
    states = [state]
    for pointer in reversed(pointers):
        states.append(pointer.flatten(1).gather(1, states[-1]))
    paths = torch.stack(states[::-1], dim=2) // n  # (batch, n, chars)
    return paths, total.masked_fill(total < POSSIBLE, -torch.inf)
