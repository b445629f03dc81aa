"""The configuration of a tagger, as saved in `config.json`."""

from typing import TYPE_CHECKING, Any

from transformers import PreTrainedConfig

from ner.data import schemes
from ner.model.network_settings import NetworkSettings
from ner.model.stored_config import FORMAT_VERSION, MODEL_TYPE, NETWORK_ENTRIES, WITHOUT_WORDS
from ner.words.stored_segmenter import StoredSegmenter

if TYPE_CHECKING:
    from ner.choices import CellName, DecoderName, FusionName, TaggingScheme, WordsName


class BertBiLstmCrfConfig(PreTrainedConfig):
    """Architecture and labels of a `BertBiLstmCrf`.

    It has the settings of the network, three of them with another name: `tag_decoder` is the setting `decoder`,
    `window` is `max_length`, and `encoder_name` is `encoder`, the name or folder that the encoder was loaded from.

    Args:
        encoder: the configuration of the encoder, with its `model_type`.
        types: entity types, sorted. The labels follow from them and from `scheme`.
        segmenter: the fields of a `StoredSegmenter`; None for a network without words.
        format_version: the format of the folder. Formats newer than `FORMAT_VERSION` are refused. Older versions of
            bert-ner read networks without words.
        **kwargs: the settings of the network by their keys in `config.json`, and the keys that transformers adds.
    """

    model_type = MODEL_TYPE

    if TYPE_CHECKING:
        encoder_name: str
        scheme: TaggingScheme
        fusion: FusionName
        layer_dropout: float
        words: WordsName
        words_dictionary: str | None
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
        segmenter: dict[str, Any] | None = None,
        format_version: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.encoder = encoder or {"model_type": "bert"}
        self.types = types or []
        kwargs.setdefault("encoder_name", "")
        for name, entry in NETWORK_ENTRIES.items():
            setattr(self, entry, kwargs.pop(entry, NetworkSettings.__pydantic_fields__[name].default))
        self.segmenter = segmenter
        self.format_version = format_version or (FORMAT_VERSION if segmenter else WITHOUT_WORDS)
        kwargs["id2label"] = dict(enumerate(self.labels))
        kwargs["label2id"] = {label: i for i, label in enumerate(self.labels)}
        super().__init__(**kwargs)

    @property
    def stored_segmenter(self) -> StoredSegmenter | None:
        """What cuts the words that the network reads; None if it reads none."""
        return StoredSegmenter(**self.segmenter) if self.segmenter else None

    @property
    def labels(self) -> list[str]:
        """The tags of the network, in order of their ids."""
        return schemes.labels(schemes.SCHEMES[self.scheme], self.types)

    def network_settings(self) -> dict[str, Any]:
        """The settings of the network, by the names of `NetworkSettings`."""
        return {name: getattr(self, entry) for name, entry in NETWORK_ENTRIES.items()}


def config_entries(settings: NetworkSettings) -> dict[str, Any]:
    """The settings of a network, by their keys in `config.json`."""
    return {entry: getattr(settings, name) for name, entry in NETWORK_ENTRIES.items()}
