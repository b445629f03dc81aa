"""All baselines."""

from collections.abc import Iterator, Sequence

from ner.baselines.crf_tagger import CrfTagger
from ner.baselines.dictionary_tagger import DictionaryTagger
from ner.characters.character_table import CharacterTable
from ner.data.entities import Sentence


def train_baselines(sentences: Sequence[Sentence], table: CharacterTable) -> Iterator[DictionaryTagger | CrfTagger]:
    """Train each baseline.

    Args:
        sentences: the training sentences.
        table: the characters of an encoder.

    Raises:
        MissingPackage: python-crfsuite is not installed.
        InputError: there is nothing to learn from the sentences.
    """
    yield DictionaryTagger(sentences, table)
    yield CrfTagger(sentences, table)
