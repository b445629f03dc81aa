"""Copies of a network for pickling."""

import copy
from itertools import chain
from typing import Any, TypeVar

from torch import nn

_Module = TypeVar("_Module", bound=nn.Module)

_INSTALLED = "_output_capturing_hooks_installed"


def without_hooks(module: _Module) -> _Module:
    """A copy of a network that shares its weights, and has no hooks of transformers.

    When hidden states are asked for, transformers adds functions to an encoder that can't be pickled. It adds them
    again to the copy when they are needed.
    """
    weights: dict[int, Any] = {id(tensor): tensor for tensor in chain(module.parameters(), module.buffers())}
    bare = copy.deepcopy(module, weights)
    for part in bare.modules():
        if vars(part).pop(_INSTALLED, False):
            for inner in part.modules():
                inner._forward_hooks.clear()
    return bare
