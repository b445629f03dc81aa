"""Running bidirectional recurrent layers over padded rows."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ner.model.hardware import has_fast_bf16


def run_both_ways(layers: nn.LSTM | nn.GRU, features: Tensor, lengths: Tensor) -> Tensor:
    """Compute the states of bidirectional layers at each character.

    Args:
        layers: the layers, with `batch_first`.
        features: `(batch, chars, size)`.
        lengths: the number of characters of each row without padding, `(batch,)`.

    Returns:
        `(batch, chars, 2 * hidden)`. The states of padding are undefined.
    """
    # cuDNN reads packed rows. On a CPU, PyTorch uses oneDNN for padded rows only, which is several times as fast.
    if features.is_cuda:
        return _run_packed(layers, features, lengths)
    if torch.is_autocast_enabled("cpu") and not has_fast_bf16(features.device):  # oneDNN has no LSTM in bf16 there
        with torch.autocast("cpu", enabled=False):
            return _run_padded(layers, features.float(), lengths)
    return _run_padded(layers, features, lengths)


def _run_packed(layers: nn.LSTM | nn.GRU, features: Tensor, lengths: Tensor) -> Tensor:
    packed = pack_padded_sequence(features, lengths.cpu(), batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(layers(packed)[0], batch_first=True, total_length=features.shape[1])[0]


def _run_padded(layers: nn.LSTM | nn.GRU, features: Tensor, lengths: Tensor) -> Tensor:
    """Reverse each row for the backward direction, so that both directions read padding last."""
    places = reverse_places(lengths, features.shape[1])
    forward, backward = layers.all_weights[::2], layers.all_weights[1::2]  # by layer
    for layer in range(layers.num_layers):
        if layer > 0:
            features = dropout(features, layers.dropout, layers.training)
        ahead = _run_one_way(layers, features, forward[layer])
        back = _run_one_way(layers, take_places(features, places), backward[layer])
        features = torch.cat([ahead, take_places(back, places)], dim=2)
    return features


def reverse_places(lengths: Tensor, width: int) -> Tensor:
    """The indices, `(batch * chars,)`, that reverse each row but leave padding in place."""
    chars = torch.arange(width, device=lengths.device)
    turned = lengths.unsqueeze(1) - 1 - chars  # (batch, chars), below 0 in padding
    # In an export, a shape stays variable, while len() becomes a constant.
    rows = torch.arange(lengths.shape[0], device=lengths.device).unsqueeze(1) * width
    return (rows + torch.where(turned >= 0, turned, chars)).flatten()


def take_places(features: Tensor, places: Tensor) -> Tensor:
    """Reorder `features` `(batch, chars, size)` by the indices `places` `(batch * chars,)`."""
    return features.flatten(0, 1).index_select(0, places).view_as(features)


def _run_one_way(layers: nn.LSTM | nn.GRU, features: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """The states `(batch, chars, hidden)` of one layer in one direction, with these `weights`."""
    zero = features.new_zeros(1, len(features), layers.hidden_size)
    # Has biases, number of layers, dropout, training, bidirectional, batch first.
    options = (True, 1, 0.0, layers.training, False, True)
    if isinstance(layers, nn.LSTM):
        return torch.lstm(features, (zero, zero), tuple(weights), *options)[0]
    return torch.gru(features, zero, tuple(weights), *options)[0]
