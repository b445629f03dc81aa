"""The attack on the embeddings: its size and direction, its gradient, and that nothing of it stays."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from ner.training.adversarial import Attack


class Toy(nn.Module):
    """Embeddings and a layer, with a loss that is far from linear."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.embeddings = nn.Embedding(9, 4)
        self.head = nn.Linear(4, 3)

    def loss(self, ids: Tensor) -> Tensor:
        return self.head(self.embeddings(ids).tanh()).logsumexp(dim=-1).square().mean()


BATCH = torch.tensor([[1, 2, 2], [5, 7, 8]])


def attack(toy: Toy, attack: Attack, batch: Tensor = BATCH) -> tuple[float, list[Tensor]]:
    """One step; its result, and the embeddings of every pass."""
    seen = []

    def loss() -> Tensor:
        seen.append(toy.embeddings.weight.detach().clone())
        return toy.loss(batch)

    def backward() -> Tensor:
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        return value.detach()

    return attack.learn(backward, loss).item(), seen


def with_embeddings(toy: Toy, weight: Tensor) -> Toy:
    other = Toy()
    other.load_state_dict({**toy.state_dict(), "embeddings.weight": weight})
    return other


def gradients(toy: Toy, weight: Tensor, batch: Tensor = BATCH) -> dict[str, Tensor]:
    """Those of the plain loss, with other embeddings."""
    other = with_embeddings(toy, weight)
    other.loss(batch).backward()  # type: ignore[no-untyped-call]
    return {name: parameter.grad for name, parameter in other.named_parameters()}  # type: ignore[misc]


def test_fgm_goes_epsilon_along_the_gradient() -> None:
    toy = Toy()
    loss, (clean, attacked) = attack(toy, Attack(toy.embeddings.weight, 0.5, 1))
    gradient = gradients(toy, clean)["embeddings.weight"]
    assert torch.allclose(attacked - clean, 0.5 * gradient / gradient.norm(), atol=1e-6)
    assert (attacked - clean).norm().item() == pytest.approx(0.5, abs=1e-6)
    assert torch.equal(attacked[[0, 3, 4, 6]], clean[[0, 3, 4, 6]])  # characters that the batch doesn't have
    assert loss == toy.loss(BATCH).item()


@pytest.mark.parametrize("steps", [1, 3])
def test_the_weights_come_back_bit_for_bit_and_gradients_are_the_sum_of_two_passes(steps: int) -> None:
    toy = Toy()
    before = {name: tensor.clone() for name, tensor in toy.state_dict().items()}
    _, seen = attack(toy, Attack(toy.embeddings.weight, 0.7, steps))
    assert len(seen) == steps + 1
    assert all(torch.equal(tensor, before[name]) for name, tensor in toy.state_dict().items())
    clean, attacked = gradients(toy, seen[0]), gradients(toy, seen[-1])
    for name, parameter in toy.named_parameters():
        assert parameter.grad is not None
        assert torch.allclose(parameter.grad, clean[name] + attacked[name], atol=1e-6)


def test_pgd_steps_by_hand() -> None:
    toy = Toy()
    epsilon, steps = 0.6, 3
    _, seen = attack(toy, Attack(toy.embeddings.weight, epsilon, steps))
    perturbation = torch.zeros_like(seen[0])
    for now, after in pairwise(seen):
        gradient = gradients(toy, now)["embeddings.weight"]
        perturbation = perturbation + 2.5 * epsilon / steps * gradient / gradient.norm()
        if perturbation.norm() > epsilon:
            perturbation = epsilon * perturbation / perturbation.norm()
        assert torch.allclose(after - seen[0], perturbation, atol=1e-6)
    assert perturbation.norm().item() == pytest.approx(epsilon, abs=1e-6)
    losses = [with_embeddings(toy, weight).loss(BATCH).item() for weight in seen]
    assert losses[0] < min(losses[1:])


def test_what_was_accumulated_before_is_added_and_no_part_of_the_attack() -> None:
    toy, other = Toy(), torch.tensor([[0, 3, 4]])
    toy.loss(other).backward()  # type: ignore[no-untyped-call]
    earlier = {name: parameter.grad.clone() for name, parameter in toy.named_parameters()}  # type: ignore[union-attr]
    _, (clean, attacked) = attack(toy, Attack(toy.embeddings.weight, 0.5, 1))
    assert torch.equal(attacked[[0, 3, 4]], clean[[0, 3, 4]])
    one, two = gradients(toy, clean), gradients(toy, attacked)
    for name, parameter in toy.named_parameters():
        assert parameter.grad is not None
        assert torch.allclose(parameter.grad, earlier[name] + one[name] + two[name], atol=1e-6)


def test_embeddings_that_do_not_learn_are_attacked_and_get_no_gradient() -> None:
    toy = Toy()
    toy.embeddings.weight.requires_grad_(False)
    _, (clean, attacked) = attack(toy, Attack(toy.embeddings.weight, 0.5, 1))
    assert (attacked - clean).norm().item() == pytest.approx(0.5, abs=1e-6)
    assert toy.embeddings.weight.grad is None
    assert not toy.embeddings.weight.requires_grad
    assert toy.head.weight.grad is not None


def test_a_loss_without_slope_is_no_reason_to_move() -> None:
    toy = Toy()
    nn.init.zeros_(toy.head.weight)
    for steps in (1, 3):
        _, seen = attack(toy, Attack(toy.embeddings.weight, 0.5, steps))
        assert all(torch.equal(weight, seen[0]) for weight in seen)


def test_an_error_leaves_the_weights_as_they_were() -> None:
    toy = Toy()
    before = toy.embeddings.weight.detach().clone()
    passes = iter(range(2))

    def backward() -> Tensor:
        if next(passes):
            assert not torch.equal(toy.embeddings.weight, before)
            raise MemoryError
        loss = toy.loss(BATCH)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    with pytest.raises(MemoryError):
        Attack(toy.embeddings.weight, 0.5, 1).learn(backward, lambda: toy.loss(BATCH))
    assert torch.equal(toy.embeddings.weight, before)
