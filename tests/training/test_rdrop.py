"""R-Drop: the loss by hand, and where it is the plain one."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from ner.characters.padding import IGNORED
from ner.model.network import BertBiLstmCrf
from ner.training.rdrop import r_drop_loss
from ner.training.starting_network import build_model
from ner.training.training_settings import TrainingSettings

Change = Callable[..., TrainingSettings]


def batch() -> dict[str, Tensor]:
    """Two rows; the first has context before and behind what is learned from, the second is shorter."""
    labels = torch.tensor([[IGNORED, 0, 1, 2, 3, IGNORED], [0, 4, 0, IGNORED, IGNORED, IGNORED]])
    input_ids = torch.tensor([[2, 10, 11, 12, 13, 14, 15, 3], [2, 16, 17, 18, 3, 0, 0, 0]])
    return {"input_ids": input_ids, "attention_mask": (input_ids > 0).long(), "labels": labels}


def network(settings: TrainingSettings) -> BertBiLstmCrf:
    torch.manual_seed(1)
    return build_model(["PER"], settings)[0]


@pytest.mark.parametrize("decoder", ["crf", "softmax"])
def test_without_dropout_it_is_the_plain_loss(quick: Change, decoder: str) -> None:
    model = network(quick(dropout=0.3, encoder_dropout=0.3, decoder=decoder)).eval()
    assert r_drop_loss(model, batch(), alpha=5.0).item() == model(**batch()).loss.item()


@pytest.mark.parametrize("changes", [{}, {"decoder": "softmax", "label_smoothing": 0.1}])
def test_two_losses_and_their_divergence(quick: Change, changes: dict[str, object]) -> None:
    model = network(quick(dropout=0.3, **changes)).train()
    torch.manual_seed(5)
    one, other = model(**batch()), model(**batch())

    def loss(alpha: float) -> float:
        torch.manual_seed(5)
        return r_drop_loss(model, batch(), alpha).item()

    mean = (one.loss.item() + other.loss.item()) / 2
    assert one.loss.item() != other.loss.item()
    assert loss(0.0) == pytest.approx(mean)
    divergence = 0.0
    for row, (first, last) in enumerate([(1, 5), (0, 3)]):
        mask = torch.ones(1, last - first, dtype=torch.bool)
        a, b = (output.emissions[row : row + 1, first:last] for output in (one, other))
        part = model.tag_decoder.divergence(a, b, mask).item()
        divergence += part / 2 if not changes else part * (last - first) / 7
    assert divergence > 0
    assert loss(4.0) == pytest.approx(mean + 2 * divergence, rel=1e-4)


def test_all_that_learns_gets_a_gradient(quick: Change) -> None:
    model = network(quick(dropout=0.3)).train()
    r_drop_loss(model, batch(), 1.0).backward()  # type: ignore[no-untyped-call]
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
