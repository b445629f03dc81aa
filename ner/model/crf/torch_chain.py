"""The scores of a linear chain over tags, as tensors. A path is a sequence with one tag for each character."""

from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import pad


class TorchChain(NamedTuple):
    """Scores of the first tag `(tags,)`, of each pair of neighbours `(tags, tags)`, and of the last tag `(tags,)`."""

    start: Tensor
    transitions: Tensor
    end: Tensor

    def at(self, temperature: Tensor | float) -> "TorchChain":
        """A chain with all scores divided by `temperature`."""
        return TorchChain(*(scores / temperature for scores in self))


def torch_path_scores(emissions: Tensor, tags: Tensor, chain: TorchChain) -> Tensor:
    """The score of one path for each row, from its start to each character (included).

    Args:
        emissions: `(batch, chars, tags)`.
        tags: the paths, `(batch, chars)`.
        chain: the scores of the chain. The score of the last tag is not added.

    Returns:
        `(batch, chars)`.
    """
    scores = emissions.gather(2, tags.unsqueeze(2)).squeeze(2)
    steps = pad(chain.transitions[tags[:, :-1], tags[:, 1:]], (1, 0))  # the first character has no transition
    return chain.start[tags[:, :1]] + (scores + steps).cumsum(dim=1)
