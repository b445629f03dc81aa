"""The scores of a linear chain over tags, as tensors that may be learned; a path is one tag for each character."""

from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import pad


class TorchChain(NamedTuple):
    """Scores of a path's parts: its first tag `(tags,)`, each pair of neighbours `(tags, tags)`, its last `(tags,)`."""

    start: Tensor
    transitions: Tensor
    end: Tensor

    def at(self, temperature: Tensor | float) -> "TorchChain":
        """The same chain with all scores divided by `temperature`."""
        return TorchChain(*(scores / temperature for scores in self))


def torch_path_scores(emissions: Tensor, tags: Tensor, chain: TorchChain) -> Tensor:
    """The score of one path a row, from its start up to and with each character: `(batch, chars)`."""
    scores = emissions.gather(2, tags.unsqueeze(2)).squeeze(2)
    steps = pad(chain.transitions[tags[:, :-1], tags[:, 1:]], (1, 0))  # none leads to the first character
    return chain.start[tags[:, :1]] + (scores + steps).cumsum(dim=1)
