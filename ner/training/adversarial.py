"""Adversarial training: each batch is learned a second time, with embeddings perturbed to raise its loss."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

# The sum of all step sizes is 2.5 times epsilon, so the attack can reach every point of the ball.
_REACH = 2.5


class Attack:
    """Perturbs the weights of the character embeddings so that the loss of a batch rises, and restores them.

    One step is the fast gradient method (Miyato, Dai and Goodfellow 2017, section 3). It perturbs the whole embedding
    matrix, not the embedded text. Several steps are projected gradient descent in an L2 ball (Madry et al. 2018,
    section 2.1). They start from the original weights, and each has the size 2.5 * epsilon / steps (section 5).

    Args:
        weight: the weights of the embeddings, `(vocabulary, hidden)`.
        epsilon: the L2 norm of the perturbation; with several steps, its maximum.
        steps: the number of steps. Each step costs one more pass over the batch.
        average: replaces gradients by their means over the processes that train together.
    """

    def __init__(
        self,
        weight: nn.Parameter,
        epsilon: float,
        steps: int,
        average: Callable[[Iterable[Tensor]], None] = lambda gradients: None,
    ) -> None:
        self._weight = weight
        self._epsilon = epsilon
        self._steps = steps
        self._average = average
        self._step_size = _REACH * epsilon / steps

    def learn(self, backward: Callable[[], Tensor], loss: Callable[[], Tensor]) -> Tensor:
        """Add the gradients of the unchanged batch and of the attacked batch to the parameters.

        Args:
            backward: computes the loss of the batch, adds its gradients to the parameters, and returns the loss.
            loss: computes the loss of the batch without adding gradients.

        Returns:
            The loss of the unchanged batch.
        """
        weight = self._weight
        before, learns = weight.detach().clone(), weight.requires_grad
        # Gradual unfreezing starts with frozen embeddings. The attack needs their gradients anyway.
        weight.requires_grad_()
        accumulated, weight.grad = weight.grad, None  # the attack uses the gradients of this batch only
        try:
            result = backward()
            assert weight.grad is not None
            self._average([weight.grad])
            perturbation = self._ascend(torch.zeros_like(before), weight.grad)
            for _ in range(self._steps - 1):
                self._set(before + perturbation)
                (gradient,) = torch.autograd.grad(loss(), weight)
                self._average([gradient])
                perturbation = self._ascend(perturbation, gradient)
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
        """Take one step along the gradient, and project the result into the ball. A gradient of 0 changes nothing."""
        length = gradient.norm()
        if length == 0:
            return perturbation
        moved = perturbation + gradient * (self._step_size / length)
        inside: Tensor = moved * (self._epsilon / moved.norm()).clamp(max=1.0)
        return inside
