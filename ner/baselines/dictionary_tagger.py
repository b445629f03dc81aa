"""The baseline that knows the entities of train and nothing else."""

from collections.abc import Iterator, Sequence

from ner.characters.character_table import CharacterTable
from ner.data.entities import Entity, Sentence
from ner.lexicon.lexicon import Lexicon
from ner.lexicon.matcher import Matcher


class DictionaryTagger:
    """Finds the entities of training sentences again: from left to right the longest, with its most frequent type.

    Args:
        sentences: the training sentences.
        table: the characters of an encoder, which decide what counts as the same character.
    """

    name = "dictionary of train"
    record = None

    def __init__(self, sentences: Sequence[Sentence], table: CharacterTable) -> None:
        lexicon = Lexicon.from_sentences(sentences, least_length=1)
        self.types = sorted(lexicon.types)
        self.table = table
        self._matcher = Matcher(lexicon, table)

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The entities of each text."""
        return [[*self._find(text)] for text in texts]

    def _find(self, text: str) -> Iterator[Entity]:
        end = 0
        for hit in sorted(self._matcher.find(text), key=lambda hit: (hit.start, -hit.end)):
            if hit.start >= end:
                end = hit.end
                yield Entity(hit.start, end, hit.entry.type, text[hit.start : end])
