"""The configuration of a tagger, as saved in `config.json`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ner.data import schemes
from ner.model.encoder_network import EncoderNetworkConfig
from ner.model.encoder_settings import EncoderSettings
from ner.model.network_settings import NetworkSettings
from ner.model.stored_config import FORMAT_VERSION, MODEL_TYPE, NETWORK_ENTRIES, WITHOUT_WORDS
from ner.words.stored_segmenter import StoredSegmenter

if TYPE_CHECKING:
    from ner.choices import CellName, DecoderName, TaggingScheme, WordsName


class BertBiLstmCrfConfig(EncoderNetworkConfig):
    """Architecture and labels of a `BertBiLstmCrf`.

    Of the settings of the network, a third one has another name: `tag_decoder` is the setting `decoder`.

    Args:
        types: entity types, sorted. The labels follow from them and from `scheme`.
        segmenter: the fields of a `StoredSegmenter`; None for a network without words.
        list_weights: the weights of terms of lists that were fitted on dev; see `default_weight`. None without.
        format_version: the format of the folder. Formats newer than `FORMAT_VERSION` are refused. Older versions of
            bert-ner read networks without words.
        **kwargs: as for `EncoderNetworkConfig`.
    """

    model_type = MODEL_TYPE

    if TYPE_CHECKING:
        scheme: TaggingScheme
        words: WordsName
        words_dictionary: str | None
        cell: CellName
        lstm_size: int
        lstm_layers: int
        tag_decoder: DecoderName
        label_smoothing: float

    def __init__(
        self,
        *,
        types: list[str] | None = None,
        segmenter: dict[str, Any] | None = None,
        list_weights: dict[str, float] | None = None,
        format_version: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.types = types or []
        self.segmenter = segmenter
        self.list_weights = list_weights
        self.format_version = format_version or (FORMAT_VERSION if segmenter else WITHOUT_WORDS)
        super().__init__(**kwargs)
        self.id2label = dict(enumerate(self.labels))
        self.label2id = {label: i for i, label in enumerate(self.labels)}

    @property
    def stored_segmenter(self) -> StoredSegmenter | None:
        """What cuts the words that the network reads; None if it reads none."""
        return StoredSegmenter(**self.segmenter) if self.segmenter else None

    @property
    def labels(self) -> list[str]:
        """The tags of the network, in order of their ids."""
        return schemes.labels(schemes.SCHEMES[self.scheme], self.types)

    @classmethod
    def declared(cls) -> tuple[type[EncoderSettings], Mapping[str, str]]:
        return NetworkSettings, NETWORK_ENTRIES


def config_entries(settings: NetworkSettings) -> dict[str, Any]:
    """The settings of a network, by their keys in `config.json`."""
    return {entry: getattr(settings, name) for name, entry in NETWORK_ENTRIES.items()}
