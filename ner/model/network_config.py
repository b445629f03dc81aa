"""What a tagger's architecture is, as saved in its `config.json`."""

from typing import Any

from transformers import PreTrainedConfig

from ner.choices import CellName, DecoderName, FusionName, TaggingScheme
from ner.data import schemes

FORMAT_VERSION = 1


class BertBiLstmCrfConfig(PreTrainedConfig):
    """Architecture and labels of a `BertBiLstmCrf`.

    Args:
        encoder: the encoder's own configuration, with its `model_type`.
        encoder_name: the name or folder the encoder was loaded from, for the record.
        types: entity types, sorted; with `scheme` they give the labels.
        scheme: name of the tag scheme that the network predicts in.
        fusion: how the encoder's layers become one.
        layer_dropout: probability that a learned fusion does without a layer in training.
        cell: of the recurrent layers, `lstm` for a BiLSTM or `gru` for a BiGRU.
        lstm_size: their hidden units in each direction.
        lstm_layers: their number; 0 for none.
        dropout: share of the features dropped before and after the recurrent layers in training.
        tag_decoder: what stands on the emissions, `crf` or `softmax`.
        label_smoothing: share of the target that is spread over all tags in training; for `softmax`.
        window: the longest window in characters, in training and in tagging.
        format_version: of the folder; a newer one than `FORMAT_VERSION` is refused.
    """

    model_type = "bert-bilstm-crf"

    def __init__(
        self,
        *,
        encoder: dict[str, Any] | None = None,
        encoder_name: str = "",
        types: list[str] | None = None,
        scheme: TaggingScheme = "BIOES",
        fusion: FusionName = "last",
        layer_dropout: float = 0.0,
        cell: CellName = "lstm",
        lstm_size: int = 128,
        lstm_layers: int = 1,
        dropout: float = 0.1,
        tag_decoder: DecoderName = "crf",
        label_smoothing: float = 0.0,
        window: int = 256,
        format_version: int = FORMAT_VERSION,
        **kwargs: Any,
    ) -> None:
        self.encoder = encoder or {"model_type": "bert"}
        self.encoder_name = encoder_name
        self.types = types or []
        self.scheme = scheme
        self.fusion = fusion
        self.layer_dropout = layer_dropout
        self.cell = cell
        self.lstm_size = lstm_size
        self.lstm_layers = lstm_layers
        self.dropout = dropout
        self.tag_decoder = tag_decoder
        self.label_smoothing = label_smoothing
        self.window = window
        self.format_version = format_version
        kwargs["id2label"] = dict(enumerate(self.labels))
        kwargs["label2id"] = {label: i for i, label in enumerate(self.labels)}
        super().__init__(**kwargs)

    @property
    def labels(self) -> list[str]:
        """The tags that the network predicts, in order of their ids."""
        return schemes.labels(schemes.SCHEMES[self.scheme], self.types)
