"""What a tagger runs on: gives scores for tags at every character, and what reads the best tags from them."""

from collections.abc import Sequence
from typing import Protocol

from ner.characters.character_table import Ids
from ner.choices import PrecisionName, TaggingScheme
from ner.decoding.numpy_chain import Floats
from ner.decoding.tag_decoders import TagDecoder


class Engine(Protocol):
    """A trained network, whatever computes it: with so many `threads`, in `precision`, one of `precisions`."""

    types: list[str]
    labels: list[str]
    scheme: TaggingScheme
    window: int
    precisions: Sequence[PrecisionName]
    precision: PrecisionName
    threads: int

    def emissions(self, input_ids: Ids, attention_mask: Ids) -> Floats:
        """Scores for every tag at every character, `(batch, chars, tags)`.

        What it takes is `(batch, chars + 2)`, with [CLS] before and [SEP] behind the characters.
        """
        ...

    def decoder(self) -> TagDecoder:
        """What reads the best tags from emissions, by the scores that the network has now."""
        ...
