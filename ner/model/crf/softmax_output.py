"""A softmax over the tags at each character."""

from torch import Tensor
from torch.nn.functional import cross_entropy

from ner.decoding.numpy_chain import IMPOSSIBLE, require_possible
from ner.decoding.tag_decoders import SoftmaxDecoder
from ner.model.crf.tag_distribution import TagDistribution


class SoftmaxOutput(TagDistribution):
    """A distribution in which the tags of a sentence are independent. Its sequences may be illegal in the tag scheme.

    Both losses are averaged over characters. Those of the CRF are averaged over sentences.

    Args:
        label_smoothing: the share of the target that `loss` spreads evenly over all tags (Szegedy et al. 2016,
            section 7), at least 0 and less than 1.

    Raises:
        ValueError: `label_smoothing` is out of range.
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        if not 0 <= label_smoothing < 1:
            raise ValueError(f"expected `label_smoothing` to be at least 0 and less than 1, got {label_smoothing}")
        super().__init__()
        self._label_smoothing = label_smoothing

    def loss(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Cross-entropy, averaged over the characters of the batch."""
        return cross_entropy(emissions[mask].float(), tags[mask], label_smoothing=self._label_smoothing)

    def partial_loss(self, emissions: Tensor, allowed: Tensor, mask: Tensor) -> Tensor:
        """Negative log of the total probability of the allowed tags, averaged over the characters of the batch."""
        emissions = emissions.float()
        some = emissions.masked_fill(~allowed, IMPOSSIBLE).logsumexp(dim=2).masked_fill(~mask, 0.0)  # (batch, chars)
        require_possible(some.amin(dim=1).numpy(force=True))
        return (emissions.logsumexp(dim=2) - some)[mask].mean()

    def decoder(self) -> SoftmaxDecoder:
        return SoftmaxDecoder(self.temperature.item())

    def divergence(self, one: Tensor, other: Tensor, mask: Tensor) -> Tensor:
        return (self._divergences(one, other, mask).sum() / mask.sum()).float()

    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        return self._log_probabilities(emissions).exp().masked_fill(~mask.unsqueeze(2), 0.0)

    def sequence_log_probability(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        probabilities = self._log_probabilities(emissions).gather(2, tags.unsqueeze(2)).squeeze(2)
        return probabilities.masked_fill(~mask, 0.0).sum(dim=1)

    def _log_probabilities(self, emissions: Tensor) -> Tensor:
        """Log probabilities at the current temperature, `(batch, chars, tags)` in float64."""
        return (emissions.double() / self.temperature).log_softmax(dim=2)
