"""How much memory training needs at least, known before anything is built."""

from torch import nn

from ner.memory import require_memory
from ner.model.hardware import pick_device
from ner.model.network_config import BertBiLstmCrfConfig

BYTES_PER_PARAMETER = 16
"""Weight, gradient, and the two averages of AdamW, in float32."""
_LOADED = 4  # of these bytes, for weights that are in memory already
_GATES = {"lstm": 4, "gru": 3}
# The arrays of pairs of labels for each row that the sums of the CRF hold at once, in float64.
_BYTES_PER_PAIR = 4 * 8


def require_parameter_memory(encoder: nn.Module, new: int, mend: str, *, frozen: bool) -> None:
    """Check that the weights of a network fit in memory, before they are built, unless it is trained on a GPU.

    Args:
        encoder: its encoder, which is loaded already.
        new: the number of its other parameters.
        mend: what can be made smaller.
        frozen: whether the encoder is not trained.

    Raises:
        InputError: they don't fit. The message has the size that is needed, and the size that is free.
    """
    if pick_device().type != "cpu":
        return
    loaded = 0 if frozen else sum(parameter.numel() for parameter in encoder.parameters())
    require_memory(
        (BYTES_PER_PARAMETER - _LOADED) * loaded + BYTES_PER_PARAMETER * new,
        f"training {(loaded + new) / 1e6:,.1f} million parameters needs",
        mend,
    )


def require_training_memory(config: BertBiLstmCrfConfig, encoder: nn.Module, batch_size: int, *, frozen: bool) -> None:
    """Check that the weights and the CRF of a network fit in memory, before they are built.

    Nothing is checked if the network is trained on a GPU.

    Args:
        config: the network.
        encoder: its encoder, which is loaded already.
        batch_size: the number of rows of a batch.
        frozen: whether the encoder is not trained.

    Raises:
        InputError: they don't fit. The message has the size that is needed, and the size that is free.
    """
    labels, width = len(config.labels), int(config.encoder.get("hidden_size", config.encoder.get("dim", 1)))
    new = recurrent_parameters(config, width) + labels**2
    mend = "lower `lstm_size` or `lstm_layers`, or choose a smaller `encoder`"
    require_parameter_memory(encoder, new, mend, frozen=frozen)
    if config.tag_decoder == "crf" and pick_device().type == "cpu":
        require_memory(
            _BYTES_PER_PAIR * labels**2 * batch_size,
            f"a CRF over {len(config.types):,} types ({labels:,} labels) in batches of {batch_size} needs",
            "lower `batch_size`, merge types, or choose the `decoder` softmax",
        )


def recurrent_parameters(config: BertBiLstmCrfConfig, width: int) -> int:
    """The number of parameters of the BiLSTM or BiGRU over vectors of the size `width`."""
    if config.fusion == "last4":
        width *= 4
    if stored := config.stored_segmenter:
        width += stored.size
    gates, size = _GATES[config.cell], config.lstm_size
    inputs = [width, *[2 * size] * (config.lstm_layers - 1)][: config.lstm_layers]
    return sum(2 * gates * size * (into + size + 2) for into in inputs)
