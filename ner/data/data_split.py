"""What is read from one file or folder of annotated text."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ner.data.entities import Sentence, drop_overlaps
from ner.data.findings import Finding
from ner.data.schemes import Scheme
from ner.data.unknown import count_untagged
from ner.errors import InputError


@dataclass(frozen=True)
class Split:
    """The sentences of one file, or of a part of one, and what is to be said about it.

    `name` is "train", "dev" or "test", or the name of a file that says none of them. `format` is the name of the
    format that it was read in. `scheme` is that of formats
    with one tag a token, else None.

    `faults` are what can't be read; sentences with one are left out, unless it is plain what was meant. `repairs`
    are the places where tags are no legal sequence in the scheme, read as conlleval reads them. `losses` are
    annotations that a `Sentence` can't hold. `oddities` don't hinder reading.
    """

    path: str
    sentences: list[Sentence]
    name: str = ""
    format: str = ""
    scheme: Scheme | None = None
    faults: list[Finding] = field(default_factory=list)
    repairs: list[Finding] = field(default_factory=list)
    losses: list[Finding] = field(default_factory=list)
    oddities: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def from_sentences(cls, sentences: Iterable[Sentence], name: str = "train") -> "Split":
        """A split of sentences that are in memory; those that come from no file are numbered from 1.

        >>> Split.from_sentences([Sentence("我在上海。", [(2, 4, "LOC")])]).types
        Counter({'LOC': 1})

        Raises:
            InputError: `sentences` holds something else, or an entity doesn't fit its text.
        """
        checked = [_check(sentence, name, number) for number, sentence in enumerate(sentences, 1)]
        return cls(checked[0].path if checked else name, checked, name)

    @property
    def characters(self) -> int:
        """The number of characters."""
        return sum(len(sentence.text) for sentence in self.sentences)

    @property
    def unknown(self) -> int:
        """The number of characters whose tag is unknown."""
        return sum(map(count_untagged, self.sentences))

    @property
    def outside(self) -> int:
        """How many characters are known to be in no entity."""
        entities = (entity for sentence in self.sentences for entity in drop_overlaps(sentence.entities))
        return self.characters - self.unknown - sum(len(entity.text) for entity in entities)

    @property
    def types(self) -> Counter[str]:
        """The number of entities of each type."""
        return Counter(entity.label for sentence in self.sentences for entity in sentence.entities)

    @property
    def fingerprint(self) -> str:
        """Identifies sentences, entities and what is unknown, however they were written: a SHA-256 in hex digits."""
        digest = hashlib.sha256()
        for sentence in self.sentences:
            spans = [(entity.start, entity.end, entity.label) for entity in sentence.entities]
            digest.update(f"{sentence.text}\n{spans}{sentence.unknown or ''}\n".encode())
        return digest.hexdigest()


def _check(sentence: object, name: str, number: int) -> Sentence:
    """A sentence with a place, whose entities fit its text."""
    if not isinstance(sentence, Sentence):
        raise InputError(f"expected `{name}` to hold objects of Sentence, got {sentence!r:.60} at {number}")
    for entity in sentence.entities:
        if entity.text != sentence.text[entity.start : entity.end] or not 0 <= entity.start < entity.end:
            raise InputError(f"{name}:{number}: expected an entity of {sentence.text[:30]!r}, got {entity}")
    return sentence if sentence.path else replace(sentence, path=name, line=number)
