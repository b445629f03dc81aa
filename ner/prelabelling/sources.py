"""What proposes labels: a tagger, a list or rules, and answers that were collected before."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ner.built_in import model_folder
from ner.characters.character_table import CharacterTable
from ner.data.entities import Entity, drop_overlaps
from ner.errors import InputError
from ner.lexicon.lexicon import Lexicon
from ner.lexicon.matcher import Matcher
from ner.model.model_files import CHARACTERS
from ner.prelabelling.read_answers import read_answers
from ner.tagging.tagger import Tagger


class Source(NamedTuple):
    """What proposes labels.

    Args:
        name: its name in reports.
        types: the types of entities that it can find.
        propose: finds the entities of each text; None for a text that it knows nothing about.
        tagger: the tagger, if it is one.
    """

    name: str
    types: Sequence[str]
    propose: Callable[[Sequence[str]], "Iterable[Sequence[Entity] | None]"]
    tagger: Tagger | None = None


def tagger_source(tagger: Tagger) -> Source:
    """A tagger as a source.

    >>> tagger_source(Tagger.load()).types
    ['LOC', 'ORG', 'PER']
    """
    return Source(tagger.name, tagger.types, tagger.tag_stream, tagger)


def lexicon_source(lexicon: Lexicon, name: str) -> Source:
    """A list or rules as a source: every match is proposed, of overlapping matches the longest.

    Entries with mode `never` are left out.

    >>> lexicon = Lexicon()
    >>> lexicon.add("上海大学", "ORG")
    >>> lexicon.add("上海", "LOC")
    >>> [[entity.text for entity in found] for found in lexicon_source(lexicon, "names").propose(["我在上海大学。"])]
    [['上海大学']]

    Raises:
        InputError: entries contradict each other.
    """
    table = CharacterTable.load(model_folder(None) / CHARACTERS, "install bert-ner again")
    matcher = Matcher(lexicon, table)

    def find(text: str) -> list[Entity]:
        hits = (hit for hit in matcher.find(text) if hit.entry.mode != "never")
        return drop_overlaps({Entity(hit.start, hit.end, hit.entry.type, text[hit.start : hit.end]) for hit in hits})

    return Source(name, lexicon.types, lambda texts: map(find, texts))


def answers_source(path: Path) -> Source:
    """Answers in JSON lines as a source; see `ner.prelabelling.read_answers`. It knows nothing about other texts.

    >>> line = '{"text": "我在上海。", "entities": [{"text": "上海", "label": "LOC"}]}'
    >>> _ = Path("answers.jsonl").write_text(line, encoding="utf-8")
    >>> answers_source(Path("answers.jsonl")).types
    ['LOC']

    Raises:
        InputError: the file can't be read.
    """
    answers = read_answers(path)
    if not (types := sorted({entity.label for found in answers.values() for entity in found})):
        raise InputError(f"{path}: there is no entity in it, so it says nothing about any text")
    return Source(str(path), types, lambda texts: map(answers.get, texts))
