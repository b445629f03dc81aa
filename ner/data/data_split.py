"""The sentences of one annotated file or folder."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ner.data.entities import Sentence, drop_overlaps
from ner.data.findings import Finding
from ner.data.schemes import Scheme
from ner.data.type_table import TypeTable, map_types
from ner.data.unknown_spans import count_untagged
from ner.errors import InputError

_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Split:
    """The sentences of a file, or of a part of a file, and what was found in reading.

    Args:
        path: the file or folder.
        sentences: the sentences.
        name: `train`, `dev` or `test`; for other files, the name of the file.
        format: the name of the file's format.
        scheme: the tag scheme; None for formats without tags.
        faults: errors. Sentences with an error are left out, unless the meaning is clear.
        repairs: illegal tag sequences, which are read as conlleval reads them.
        losses: annotations that a `Sentence` can't store.
        oddities: unusual things that are read without loss.
        notes: notes for the user.
        left_out: the first and the last line of each sentence in rows of tokens that is left out for its faults.
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
    left_out: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def from_sentences(cls, sentences: Iterable[Sentence], name: str = "train") -> "Split":
        """Make a split from sentences. Sentences without a file get line numbers from 1.

        >>> Split.from_sentences([Sentence("我在上海。", [(2, 4, "LOC")])]).types
        Counter({'LOC': 1})

        Raises:
            InputError: `sentences` contains other objects, or a part of a sentence doesn't fit its text.
        """
        if isinstance(sentences, Sentence) or not isinstance(sentences, Iterable):
            raise InputError(f"expected `{name}` to be a list of objects of Sentence, got {sentences!r:.60}")
        checked = [_check(sentence, name, number) for number, sentence in enumerate(sentences, 1)]
        return cls(checked[0].path if checked else name, checked, name)

    def with_types(self, table: TypeTable) -> "Split":
        """The same sentences with new types."""
        renamed = [replace(one, entities=map_types(one.entities, table)) for one in self.sentences]
        return replace(self, sentences=renamed)

    @property
    def characters(self) -> int:
        """The number of characters."""
        return sum(len(sentence.text) for sentence in self.sentences)

    @property
    def unknown(self) -> int:
        """The number of characters with the tag ?."""
        return sum(map(count_untagged, self.sentences))

    @property
    def outside(self) -> int:
        """The number of annotated characters outside entities."""
        entities = (entity for sentence in self.sentences for entity in drop_overlaps(sentence.entities))
        return self.characters - self.unknown - sum(len(entity.text) for entity in entities)

    @property
    def types(self) -> Counter[str]:
        """The number of entities of each type."""
        return Counter(entity.label for sentence in self.sentences for entity in sentence.entities)

    @property
    def fingerprint(self) -> str:
        """A SHA-256 of sentences, entities and tags ?, in hexadecimal. It doesn't depend on the file format."""
        digest = hashlib.sha256()
        for sentence in self.sentences:
            spans = [(entity.start, entity.end, entity.label) for entity in sentence.entities]
            digest.update(f"{sentence.text}\n{spans}{sentence.unknown or ''}{sentence.looked_for or ''}\n".encode())
        return digest.hexdigest()


def is_label(label: object) -> bool:
    """Whether it can be the type of an entity: a text that is not empty, and that a file in UTF-8 can hold."""
    return isinstance(label, str) and label != "" and not _HALF.search(label)


def _check(sentence: object, name: str, number: int) -> Sentence:
    """Check that the entities of a sentence fit its text, and give it a path and a line if it has none."""
    if not isinstance(sentence, Sentence):
        raise InputError(f"expected `{name}` to contain objects of type Sentence, got {sentence!r:.60} at {number}")
    if not (isinstance(sentence.path, str) and isinstance(sentence.document, str) and isinstance(sentence.line, int)):
        raise InputError(f"{name}:{number}: expected `path` and `document` to be texts and `line` a number")
    if _HALF.search(sentence.text):
        raise InputError(f"{name}:{number}: expected a text, got half of a surrogate pair in {sentence.text[:30]!r}")
    if not isinstance(sentence.unknown, tuple):
        raise InputError(f"{name}:{number}: expected `unknown` to be a tuple of spans, got {sentence.unknown!r:.60}")
    for span in sentence.unknown:
        if not (isinstance(span, tuple) and len(span) == 2 and 0 <= span[0] < span[1] <= len(sentence.text)):
            raise InputError(
                f"{name}:{number}: expected spans of {sentence.text[:30]!r} in `unknown`, got {span!r:.60}"
            )
    for entity in sentence.entities:
        if not is_label(entity.label):
            raise InputError(f"{name}:{number}: expected the label of an entity to be a text, got {entity.label!r:.60}")
        if entity.text != sentence.text[entity.start : entity.end] or not 0 <= entity.start < entity.end:
            raise InputError(f"{name}:{number}: expected an entity inside {sentence.text[:30]!r}, got {entity}")
    return sentence if sentence.path else replace(sentence, path=name, line=number)
