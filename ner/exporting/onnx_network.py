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
        self._model = model
        self._forwards, self._backwards = nn.ModuleList(), nn.ModuleList()
        if model.recurrent is not None:
            for layer in range(model.recurrent.num_layers):
                self._forwards.append(_OnnxRecurrent(model.recurrent, f"l{layer}"))
                self._backwards.append(_OnnxRecurrent(model.recurrent, f"l{layer}_reverse"))
        self.train(False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, word_ids: Tensor | None = None) -> Tensor:
        """Compute emissions `(batch, chars, tags)` from the inputs of the network, all `(batch, chars + 2)`."""
        features = self._model.fusion(self._model.layers(input_ids, attention_mask))  # (batch, chars, hidden)
        features = self._model.with_words(features, word_ids)
        places = reverse_places(attention_mask.sum(dim=1) - 2, features.shape[1])
        for ahead, back in zip(self._forwards, self._backwards, strict=True):
            behind = take_places(back(take_places(features, places)), places)
            features = torch.cat([ahead(features), behind], dim=2)  # (batch, chars, 2 * size)
        emissions: Tensor = self._model.classifier(features)
        return emissions


class _OnnxRecurrent(nn.Module):
    """One direction of one layer of a BiLSTM or BiGRU, as an ONNX operator. PyTorch can't compute it.

    An export of PyTorch's modules would fix the number of characters to that of the example.

    Args:
        recurrent: the BiLSTM or BiGRU with all layers.
        name: the end of the names of its weights, for example `l0_reverse`.
    """

    weight: Tensor
    recurrence: Tensor
    bias: Tensor

    def __init__(self, recurrent: nn.LSTM | nn.GRU, name: str) -> None:
        super().__init__()
        self._size, self._kind = recurrent.hidden_size, recurrent.mode
        weight, recurrence, *biases = (
            _in_onnx_order(recurrent.get_parameter(f"{kind}_{name}"), _GATES[self._kind])
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        self.register_buffer("weight", weight.unsqueeze(0))  # (1, gates * size, input)
        self.register_buffer("recurrence", recurrence.unsqueeze(0))  # (1, gates * size, size)
        self.register_buffer("bias", torch.cat(biases).unsqueeze(0))  # (1, 2 * gates * size)

    def forward(self, features: Tensor) -> Tensor:
        """`(batch, chars, input)` -> `(batch, chars, size)`."""
        batch, chars, _ = features.shape
        # In PyTorch, the reset gate of a GRU is applied after the product with the previous state.
        how = {"linear_before_reset": 1} if self._kind == "GRU" else {}
        output = torch.onnx.ops.symbolic(
            self._kind,
            (features.transpose(0, 1), self.weight, self.recurrence, self.bias),
            {"hidden_size": self._size, **how},
            dtype=features.dtype,
            shape=(chars, 1, batch, self._size),
        )
        return output.squeeze(1).transpose(0, 1)


def _in_onnx_order(weights: Tensor, gates: Sequence[int]) -> Tensor:
    """Reorder the gates of a weight matrix or bias, `(gates * size, ...)`."""
    pieces = weights.detach().chunk(len(gates))
    return torch.cat([pieces[gate] for gate in gates])
