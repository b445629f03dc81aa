"""How serious each kind of finding is, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

from ner.data.finding_kinds import FindingKind

Severity = Literal["error", "suspicion"]


@dataclass(frozen=True)
class Kind:
    """A kind of finding. An error is certainly wrong; a person must judge a suspicion."""

    name: FindingKind
    severity: Severity
    advice: str


_ERRORS = {
    FindingKind.ENCODING: "Save all files as UTF-8, or give their encoding (`encoding`).",
    FindingKind.NO_SENTENCES: "Remove the file, or add sentences.",
    FindingKind.NO_ENTITIES: "Label some entities, or check that the right column was read (`tag_column`). Training "
    "refuses a file without entities, and such a file can't be used for scores.",
    FindingKind.UNKNOWN_TAGS_OUTSIDE_TRAIN: "Label these sentences completely, or move them to train. Scores need "
    "every tag, so training refuses such a dev or test file.",
    FindingKind.MALFORMED_LINE: "Fix these lines. Training refuses a file that has one.",
    FindingKind.UNKNOWN_TAG: "Fix these tags. Training refuses a file that has one.",
    FindingKind.MIXED_SCHEMES: "Write all tags in one scheme. Training refuses a file that mixes schemes.",
    FindingKind.OFFSETS: "Fix the offsets. They count characters from 0, and the end is exclusive.",
    FindingKind.ILLEGAL_SEQUENCE: "Fix these tags. Until then they are read as conlleval reads them, which may not be "
    "what the annotator meant.",
    FindingKind.DIFFERENT_SCHEMES: "Write all files in one scheme. Some schemes can't separate adjacent entities.",
    FindingKind.EMPTY_SENTENCE: "Delete the blank lines, and check that no sentence is missing between them.",
    FindingKind.MIXED_DELIMITERS: "Use one delimiter in the whole file. A tab is best: then a space can be a token.",
    FindingKind.CONTROL_CHARACTER: "Delete these characters, or replace them with the intended ones. Other texts "
    "won't have them.",
    FindingKind.INVISIBLE_CHARACTER: "Delete these characters and their tags. They come from web pages.",
    FindingKind.PRIVATE_USE_CHARACTER: "Replace these characters. Their meaning depends on a font, and no encoder "
    "knows them.",
    FindingKind.BROKEN_CHARACTER: "Decode the source again. These characters replace text that could not be decoded.",
}

_SUSPICIONS = {
    FindingKind.TYPES_WITH_ONE_NAME: "Give them one name, for example with bert-ner merge. A tagger learns them as "
    "different types.",
    FindingKind.SENTENCE_IN_TWO_SPLITS: "Remove the sentences from one of the splits. A tagger can memorize them, and "
    "then scores are too high.",
    FindingKind.NEAR_DUPLICATE_IN_TWO_SPLITS: "Keep both in the same split. Otherwise scores are too high.",
    FindingKind.TEXT_LABELLED_IN_TWO_WAYS: "Choose one of the labellings. A tagger can't learn both.",
    FindingKind.SURFACE_LABELLED_AS_TWO_TYPES: "Check the rare type first: this surface form nearly always has "
    "another type. Keep the rare type where the meaning differs.",
    FindingKind.SURFACE_WITH_A_LABEL_MISSING: "Label these places if they mean the same as the labelled ones. Some may "
    "be part of a longer word: this check has no word segmentation.",
    FindingKind.SURFACE_WITH_A_STRAY_LABEL: "Remove the label unless the meaning differs here from the many unlabelled "
    "places. Some of those may be part of longer words: this check has no word segmentation.",
    FindingKind.WHITE_SPACE_AT_AN_EDGE: "Move the edges so that the entity has no white space at its start or end.",
    FindingKind.PUNCTUATION_AT_AN_EDGE: "Move the edges, unless the punctuation mark is part of the name.",
    FindingKind.SENTENCE_END_INSIDE_AN_ENTITY: "Check whether two entities were joined. Ignore it in titles.",
    FindingKind.UNUSUALLY_LONG_ENTITY: "Check whether several entities were joined, or the entity includes too much "
    "text.",
    FindingKind.OVERLAPPING_ENTITIES: "Keep one of each group. A character has one tag, so training and scores use "
    "only the longest entity.",
    FindingKind.NOTHING_OUTSIDE_OF_ENTITIES: "Tag some of the text outside of entities with O. A tagger that has never "
    "seen O finds entities everywhere.",
    FindingKind.RARE_TYPE: "Label more examples, or join this type with another. So few are too few to learn from.",
    FindingKind.TYPE_NOT_IN_TRAIN: "Label some in train, or fix the name of the type. A tagger can't learn it "
    "otherwise.",
}

KINDS: dict[FindingKind, Kind] = {
    **{kind: Kind(kind, "error", advice) for kind, advice in _ERRORS.items()},
    **{kind: Kind(kind, "suspicion", advice) for kind, advice in _SUSPICIONS.items()},
}
"""The kinds that every format can have, in the order of a report."""

_OTHER_ADVICE: dict[Severity, str] = {
    "error": "Fix the places in the list.",
    "suspicion": "Training ignores these annotations, because a tagger can't use them. Check that you don't need them.",
}


def kind_of(kind: FindingKind, severity: Severity) -> Kind:
    """Return the severity and the advice of a kind of finding.

    Args:
        kind: any kind, also one that only some formats have.
        severity: the severity of such a kind; `KINDS` decides for the others.
    """
    return KINDS.get(kind) or Kind(kind, severity, _OTHER_ADVICE[severity])
