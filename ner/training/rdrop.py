"""R-Drop: two passes with different dropout should agree."""

import torch
from torch import Tensor

from ner.model.network import BertBiLstmCrf, select_labelled


def r_drop_loss(model: BertBiLstmCrf, batch: dict[str, Tensor], alpha: float) -> Tensor:
    """The mean loss of two passes, and `alpha` / 2 times the divergence between what they predict (Liang et al. 2021).

    It is half the sum of their equation 4, so that without a divergence it is the plain loss. The distributions are
    the decoder's own, over the tag sequences of a sentence: for softmax that comes to their tokens' one by one.
    """
    one, other = model(**batch), model(**batch)
    first, _, mask = select_labelled(one.emissions, batch["labels"])
    second, _, _ = select_labelled(other.emissions, batch["labels"])
    with torch.autocast(first.device.type, enabled=False):
        divergence = model.tag_decoder.divergence(first, second, mask)
    loss: Tensor = (one.loss + other.loss) / 2 + alpha / 2 * divergence
    return loss
