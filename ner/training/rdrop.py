"""R-Drop: make the predictions of two passes with different dropout similar."""

from torch import Tensor

from ner.model.encoder_network import EncoderNetwork


def r_drop_loss(model: EncoderNetwork, batch: dict[str, Tensor], alpha: float) -> Tensor:
    """Compute the R-Drop loss (Liang et al. 2021, equation 4): the loss of two passes, and their divergence.

    The result is half of the sum in the paper, so it equals the usual loss if the passes agree. The divergence is
    between two distributions over the tag sequences of a sentence, or over the labels of a text. For tags with softmax,
    it is the sum over the characters.

    Args:
        model: the network.
        batch: the arguments of the network.
        alpha: the weight of the divergence.

    Returns:
        The loss, a scalar: the mean loss of the two passes, plus `alpha` / 2 times the divergence.
    """
    one, other = model(**batch), model(**batch)
    divergence = model.divergence(one.emissions, other.emissions, batch["labels"])
    loss: Tensor = (one.loss + other.loss) / 2 + alpha / 2 * divergence
    return loss
