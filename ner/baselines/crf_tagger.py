"""The baseline of the years before networks: a linear-chain CRF over features of characters."""

import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from ner.characters.character_table import CharacterTable
from ner.data.entities import Entity, Sentence, drop_overlaps
from ner.data.schemes import BIOES, entities_to_tags, tags_to_entities
from ner.errors import InputError
from ner.extras import import_extra

AROUND = 2
"""Characters to each side that the features of a character are made of."""
_SETTINGS = {"c1": 0.1, "c2": 0.1, "max_iterations": 100, "feature.possible_transitions": True}
"""Those of the examples of CRFsuite for named entities. No data chose them."""


class CrfTagger:
    """Learns a CRF with CRFsuite (Okazaki 2007), from characters, pairs of characters and kinds of characters.

    Args:
        sentences: the training sentences. Those with characters that nobody has labelled are left out.
        table: the characters of an encoder. A report on weak spots needs them, the CRF doesn't.

    Raises:
        MissingPackage: python-crfsuite is not installed.
        InputError: there are no sentences to learn from.
    """

    name = "CRF over characters"
    record = None

    def __init__(self, sentences: Sequence[Sentence], table: CharacterTable) -> None:
        crfsuite = import_extra("pycrfsuite", "baselines", self.name)
        trainer = crfsuite.Trainer("lbfgs", _SETTINGS, verbose=False)
        types: set[str] = set()
        for sentence in sentences:
            if sentence.text and not sentence.unknown:
                entities = drop_overlaps(sentence.entities)
                types.update(entity.label for entity in entities)
                trainer.append(features(sentence.text), entities_to_tags(entities, len(sentence.text), BIOES))
        if not types:
            raise InputError(
                "the CRF over characters learns from completely labelled sentences: train has none with an entity"
            )
        self.types = sorted(types)
        self.table = table
        self._crf = crfsuite.Tagger()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "crf"
            trainer.train(str(path))
            self._crf.open_inmemory(path.read_bytes())

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The entities of each text."""
        return [tags_to_entities(self._crf.tag(features(text)), text, BIOES)[0] for text in texts]


def features(text: str) -> list[list[str]]:
    """The features of each character: itself, its neighbours, pairs of them, and their kinds."""
    padded = ["<s>"] * AROUND + [*text] + ["</s>"] * AROUND
    kinds = [unicodedata.category(one) if len(one) == 1 else one for one in padded]
    return [[*_features_at(padded[i : i + 2 * AROUND + 1], kinds[i : i + 2 * AROUND + 1])] for i in range(len(text))]


def _features_at(characters: Sequence[str], kinds: Sequence[str]) -> Iterator[str]:
    for i, character in enumerate(characters):
        yield f"{i - AROUND}={character}"
        if i:
            yield f"{i - AROUND - 1}+={characters[i - 1]}{character}"
    yield f"kinds={' '.join(kinds[1:-1])}"
