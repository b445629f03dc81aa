"""Adversarial training: every batch is learned a second time, with embeddings moved to where its loss is higher."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

# All steps together are this many times as long as epsilon, so that any point of the ball can be reached.
_REACH = 2.5


class Attack:
    """Moves the weights of the character embeddings to where the loss of a batch is higher, and puts them back.

    With one step it is the fast gradient method (Miyato, Dai and Goodfellow 2017, section 3), on the matrix of the
    embeddings as a whole in place of the embedded text. With several it is projected gradient descent in an L2 ball
    (Madry et al. 2018, section 2.1) from the unmoved weights, with steps of 2.5 * epsilon / steps (section 5).

    Args:
        weight: of the embeddings, `(vocabulary, hidden)`.
        epsilon: the L2 norm of the whole perturbation, for several steps the longest.
        steps: each costs one more pass over the batch.
    """

    def __init__(self, weight: nn.Parameter, epsilon: float, steps: int) -> None:
        self._weight = weight
        self._epsilon = epsilon
        self._steps = steps
        self._step_size = _REACH * epsilon / steps

    def learn(self, backward: Callable[[], Tensor], loss: Callable[[], Tensor]) -> Tensor:
        """Add the gradients of a batch as it is, and of the batch under attack, to those of the parameters.

        Args:
            backward: computes the batch's loss, adds its gradients to those of the parameters and returns it.
            loss: computes the batch's loss alone.

        Returns:
            What `backward` returned for the batch as it is.
        """
        weight = self._weight
        before, learns = weight.detach().clone(), weight.requires_grad
        # Gradual unfreezing begins without the embeddings; they are attacked all the same.
        weight.requires_grad_()
        accumulated, weight.grad = weight.grad, None  # the attack is on this batch alone
        try:
            result = backward()
            assert weight.grad is not None
            perturbation = self._ascend(torch.zeros_like(before), weight.grad)
            for _ in range(self._steps - 1):
                self._set(before + perturbation)
                perturbation = self._ascend(perturbation, torch.autograd.grad(loss(), weight)[0])
            self._set(before + perturbation)
            backward()
        finally:
            self._set(before)
            weight.requires_grad_(learns)
        if not learns:
            weight.grad = None
        elif accumulated is not None:
            weight.grad += accumulated
        return result

    @torch.no_grad()
    def _set(self, values: Tensor) -> None:
        self._weight.copy_(values)

    @torch.no_grad()
    def _ascend(self, perturbation: Tensor, gradient: Tensor) -> Tensor:
        """One step along the gradient, then back into the ball; none where there is no gradient."""
        length = gradient.norm()
        if length == 0:
            return perturbation
        moved = perturbation + gradient * (self._step_size / length)
        inside: Tensor = moved * (self._epsilon / moved.norm()).clamp(max=1.0)
        return inside
