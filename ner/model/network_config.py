"""What a tagger's architecture is, as saved in its `config.json`."""

from typing import TYPE_CHECKING, Any

from transformers import PreTrainedConfig

from ner.data import schemes
from ner.model.network_settings import NetworkSettings
from ner.settings import AlsoNamed, marker

if TYPE_CHECKING:
    from ner.choices import CellName, DecoderName, FusionName, TaggingScheme

FORMAT_VERSION = 1
_FIELDS = NetworkSettings.__pydantic_fields__
_NAMES = {name: also.name if (also := marker(field, AlsoNamed)) else name for name, field in _FIELDS.items()}
"""The entry of `config.json` for each setting of the network."""


class BertBiLstmCrfConfig(PreTrainedConfig):
    """Architecture and labels of a `BertBiLstmCrf`: the settings of the network, and what follows.

    `tag_decoder` is the setting `decoder`, `window` is `max_length`, and `encoder_name` the name or folder that the
    encoder was loaded from, for the record.

    Args:
        encoder: the encoder's own configuration, with its `model_type`.
        types: entity types, sorted; with `scheme` they give the labels.
        format_version: of the folder; a newer one than `FORMAT_VERSION` is refused.
        **kwargs: the settings of the network by their entries in `config.json`, and what transformers adds.
    """

    model_type = "bert-bilstm-crf"

    if TYPE_CHECKING:
        encoder_name: str
        scheme: TaggingScheme
        fusion: FusionName
        layer_dropout: float
        cell: CellName
        lstm_size: int
        lstm_layers: int
        dropout: float
        tag_decoder: DecoderName
        label_smoothing: float
        window: int

    def __init__(
        self,
        *,
        encoder: dict[str, Any] | None = None,
        types: list[str] | None = None,
        format_version: int = FORMAT_VERSION,
        **kwargs: Any,
    ) -> None:
        self.encoder = encoder or {"model_type": "bert"}
        self.types = types or []
        kwargs.setdefault("encoder_name", "")
        for name, entry in _NAMES.items():
            setattr(self, entry, kwargs.pop(entry, _FIELDS[name].default))
        self.format_version = format_version
        kwargs["id2label"] = dict(enumerate(self.labels))
        kwargs["label2id"] = {label: i for i, label in enumerate(self.labels)}
        super().__init__(**kwargs)

    @property
    def labels(self) -> list[str]:
        """The tags that the network predicts, in order of their ids."""
        return schemes.labels(schemes.SCHEMES[self.scheme], self.types)

    def network_settings(self) -> dict[str, Any]:
        """The settings of the network, by their own names."""
        return {name: getattr(self, entry) for name, entry in _NAMES.items()}


def config_entries(settings: NetworkSettings) -> dict[str, Any]:
    """What a model's configuration says of the settings of its network, by the names of its entries."""
    return {entry: getattr(settings, name) for name, entry in _NAMES.items()}
