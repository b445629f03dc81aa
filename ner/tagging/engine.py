"""The interface of a tagger's engine: it computes emissions, and has a decoder that finds the best tags."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ner.characters.character_table import Ids
from ner.choices import ExportPrecision, PrecisionName, TaggingScheme
from ner.decoding.numpy_chain import Floats
from ner.decoding.tag_decoders import TagDecoder
from ner.words.word_table import WordTable


class Engine(Protocol):
    """A trained network, in PyTorch or exported.

    Args:
        types: the entity types.
        labels: the tags, in order of their ids.
        scheme: the tag scheme.
        window: the most characters that the network reads at once.
        precisions: the number formats that `Tagger.load` can ask for; of an exported network only `auto`.
        precision: the number format that it uses.
        threads: the number of CPU threads.
        words: the ids of words that it reads beside characters; None if it reads none.
        list_weights: the weights of terms of lists that it has learned; see `default_weight`.
    """

    types: list[str]
    labels: list[str]
    scheme: TaggingScheme
    window: int
    precisions: Sequence[PrecisionName]
    precision: PrecisionName | ExportPrecision
    threads: int
    words: WordTable | None

    @property
    def list_weights(self) -> Mapping[str, float]: ...

    def emissions(self, input_ids: Ids, attention_mask: Ids, word_ids: Ids | None = None) -> Floats:
        """Compute the scores of each tag at each character.

        Args:
            input_ids: `(batch, chars + 2)`. Each row starts with [CLS] and ends with [SEP].
            attention_mask: `(batch, chars + 2)`, 0 for padding.
            word_ids: `(batch, chars + 2)`, 0 for [CLS], [SEP] and padding; None for a network without words.

        Returns:
            `(batch, chars, tags)`.
        """
        ...

    def decoder(self) -> TagDecoder:
        """A decoder with the current scores of the network."""
        ...
