"""The kinds of findings: how grave each is, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "suspicion"]


@dataclass(frozen=True)
class Kind:
    """A sort of finding; an error is certainly wrong, a suspicion is for a person to judge."""

    name: str
    severity: Severity
    advice: str


_ERRORS = {
    "encoding": "Write all files in UTF-8, or name the encoding they are in with --encoding.",
    "no sentences": "Take the file away, or fill it.",
    "no entities": "Label some, or see whether the right column was read (--tag-column): training refuses a file "
    "without, and nothing can be scored on one.",
    "unknown tags outside train": "Label these sentences wholly, or move them to train; nothing can be scored on them, "
    "so training refuses such a dev or test file.",
    "malformed line": "Mend the lines; training refuses a file that has one.",
    "unknown tag": "Mend the tags; training refuses a file that has one.",
    "mixed schemes": "Write the tags of all files in one scheme; training refuses a file that mixes them.",
    "offsets": "Mend the offsets: they count characters from 0, and the end is that of the first character behind.",
    "illegal sequence": "Mend the tags; until then they are read as conlleval reads them, which may not be as meant.",
    "different schemes": "Write all files in one scheme; not every scheme can tell adjacent entities apart.",
    "empty sentence": "Delete the blank lines, and see whether a sentence was lost between them.",
    "mixed delimiters": "Write the file with one delimiter, best a tab; otherwise a space can't be a token.",
    "control character": "Delete the characters, or replace them with what was meant; no text to be tagged has them.",
    "invisible character": "Delete the characters with their tags; they come from web pages and tear words apart.",
    "private-use character": "Replace the characters; what they mean depends on a font, and no encoder knows them.",
    "broken character": "Decode the source again; these characters stand where decoding failed, and the text is lost.",
}

_SUSPICIONS = {
    "sentence in two splits": "Take the sentences out of one of the splits; scores on what was learned by heart are "
    "too high.",
    "near-duplicate in two splits": "Keep the two on the same side; scores on what is almost known are too high.",
    "text labelled in two ways": "Decide for one of the labellings; a tagger can't learn both.",
    "surface labelled as two types": "Look at the rare type first: the wording is nearly always labelled otherwise. "
    "Leave it where the sense differs.",
    "surface with a label missing": "Label the places if they mean the same as the many that are labelled. They "
    "may be part of a longer word: without word segmentation that can't be told.",
    "surface with a stray label": "Take the label away unless this place means something else than the many that "
    "have none. Those may be part of longer words: without word segmentation that can't be told.",
    "white space at an entity's edge": "Move the edges so that the entities begin and end with their own characters.",
    "punctuation at an entity's edge": "Move the edges, unless the mark is part of the name.",
    "sentence end inside an entity": "Look for two entities joined into one, unless it is a title.",
    "unusually long entity": "Look for entities that were joined or that take in what stands beside them.",
    "overlapping entities": "Keep one of each group: a character has one tag, so only the longest are learned and "
    "scored.",
    "nothing outside of entities": "Tag with O some of what is in no entity; a tagger that has never seen any finds "
    "entities everywhere.",
    "rare type": "Label more examples, or join the type with another; so few can hardly be learned.",
    "type not in train": "Label some in train, or mend the name of the type; what is not in train can't be learned.",
}

KINDS: dict[str, Kind] = {
    **{name: Kind(name, "error", advice) for name, advice in _ERRORS.items()},
    **{name: Kind(name, "suspicion", advice) for name, advice in _SUSPICIONS.items()},
}
"""The known kinds by name, in the order of a report."""

_OTHERWISE: dict[Severity, str] = {
    "error": "Mend the places that the messages name.",
    "suspicion": "Nothing is learned from these annotations, for they can't be held; see whether you can do without.",
}


def kind_of(name: str, severity: Severity) -> Kind:
    """The kind of that name; if a reader of some format has a kind of its own, one of that severity."""
    return KINDS.get(name) or Kind(name, severity, _OTHERWISE[severity])
