"""The network with operators that other runtimes support."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ner.model.network import BertBiLstmCrf
from ner.model.recurrent import reverse_places, take_places

# The order of the gates in ONNX (https://onnx.ai/onnx/operators), as indices in PyTorch: LSTM iofc from ifco, GRU zrh
# from rzh.
_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2)}


class ExportableNetwork(nn.Module):
    """Computes the emissions of a `BertBiLstmCrf` with the same weights. It is only for `torch.onnx.export`.

    The backward direction reads reversed rows, as in `ner.model.recurrent`: not all runtimes respect the lengths that
    recurrent operators of ONNX take.

    Args:
        model: the network, in evaluation mode and on the CPU. Its attention kernel is changed to eager.
    """

    def __init__(self, model: BertBiLstmCrf) -> None:
        super().__init__()
        model.encoder.set_attn_implementation("eager")  # other kernels use operators that only PyTorch has
        self.model = model
        self.train(False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, word_ids: Tensor | None = None) -> Tensor:
        """Compute emissions `(batch, chars, tags)` from the inputs of the network, all `(batch, chars + 2)`."""
        features = self.model.fusion(self.model.layers(input_ids, attention_mask))  # (batch, chars, hidden)
        features = self.model.with_words(features, word_ids)
        if (recurrent := self.model.recurrent) is not None:
            places = reverse_places(attention_mask.sum(dim=1) - 2, features.shape[1])
            for layer in range(recurrent.num_layers):
                ahead = _run_as_operator(recurrent, f"l{layer}", features)
                back = _run_as_operator(recurrent, f"l{layer}_reverse", take_places(features, places))
                features = torch.cat([ahead, take_places(back, places)], dim=2)  # (batch, chars, 2 * size)
        emissions: Tensor = self.model.classifier(features)
        return emissions


def _run_as_operator(recurrent: nn.LSTM | nn.GRU, name: str, features: Tensor) -> Tensor:
    """One direction of one layer of a BiLSTM or BiGRU, as an ONNX operator. PyTorch can't compute it.

    An export of PyTorch's modules would fix the number of characters to that of the example.

    Args:
        recurrent: the BiLSTM or BiGRU with all layers.
        name: the end of the names of its weights, for example `l0_reverse`.
        features: `(batch, chars, input)`.

    Returns:
        `(batch, chars, size)`.
    """
    batch, chars, _ = features.shape
    kind, size = recurrent.mode, recurrent.hidden_size
    weight, recurrence, *biases = (
        _in_onnx_order(recurrent.get_parameter(f"{each}_{name}"), _GATES[kind])
        for each in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    # In PyTorch, the reset gate of a GRU is applied after the product with the previous state.
    how = {"linear_before_reset": 1} if kind == "GRU" else {}
    output = torch.onnx.ops.symbolic(
        kind,
        (features.transpose(0, 1), weight.unsqueeze(0), recurrence.unsqueeze(0), torch.cat(biases).unsqueeze(0)),
        {"hidden_size": size, **how},
        dtype=features.dtype,
        shape=(chars, 1, batch, size),
    )
    return output.squeeze(1).transpose(0, 1)


def _in_onnx_order(weights: Tensor, gates: Sequence[int]) -> Tensor:
    """Reorder the gates of a weight matrix or bias, `(gates * size, ...)`."""
    by_gate = weights.view(len(gates), -1, *weights.shape[1:])
    return by_gate[list(gates)].flatten(0, 1)
