"""What a tagger's architecture is, as saved in its `config.json`."""

from typing import Any

from transformers import PreTrainedConfig

from ner.data import schemes
from ner.model.choices import FusionName, TaggingScheme

FORMAT_VERSION = 1


class BertBiLstmCrfConfig(PreTrainedConfig):
    """Architecture and labels of a `BertBiLstmCrf`.

    Args:
        encoder: the encoder's own configuration, with its `model_type`.
        encoder_name: the name or folder the encoder was loaded from, for the record.
        types: entity types, sorted; with `scheme` they give the labels.
        scheme: name of the tag scheme that the network predicts in.
        fusion: how the encoder's layers become one.
        lstm_size: hidden units of the BiLSTM in each direction.
        lstm_layers: layers of the BiLSTM; 0 for none.
        dropout: share of the features dropped before and after the BiLSTM in training.
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
        lstm_size: int = 128,
        lstm_layers: int = 1,
        dropout: float = 0.1,
        window: int = 256,
        format_version: int = FORMAT_VERSION,
        **kwargs: Any,
    ) -> None:
        self.encoder = encoder or {"model_type": "bert"}
        self.encoder_name = encoder_name
        self.types = types or []
        self.scheme = scheme
        self.fusion = fusion
        self.lstm_size = lstm_size
        self.lstm_layers = lstm_layers
        self.dropout = dropout
        self.window = window
        self.format_version = format_version
        kwargs["id2label"] = dict(enumerate(self.labels))
        kwargs["label2id"] = {label: i for i, label in enumerate(self.labels)}
        super().__init__(**kwargs)

    @property
    def labels(self) -> list[str]:
        """The tags that the network predicts, in order of their ids."""
        return schemes.labels(schemes.SCHEMES[self.scheme], self.types)
