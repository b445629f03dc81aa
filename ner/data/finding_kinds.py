"""The kinds of findings in a data set. Reports and `check.json` show their texts."""

from enum import Enum


class FindingKind(str, Enum):
    """One kind of finding. `str()` gives its text, which can stand before a count: "unknown tag: 3"."""

    # Errors: the file can't be read as intended, or a tagger can't learn from it.
    ENCODING = "encoding"
    NO_SENTENCES = "no sentences"
    NO_ENTITIES = "no entities"
    UNKNOWN_TAGS_OUTSIDE_TRAIN = "unknown tags outside train"
    MALFORMED_LINE = "malformed line"
    UNKNOWN_TAG = "unknown tag"
    MIXED_SCHEMES = "mixed schemes"
    OFFSETS = "offsets"
    ILLEGAL_SEQUENCE = "illegal sequence"
    DIFFERENT_SCHEMES = "different schemes"
    EMPTY_SENTENCE = "empty sentence"
    MIXED_DELIMITERS = "mixed delimiters"
    CONTROL_CHARACTER = "control character"
    INVISIBLE_CHARACTER = "invisible character"
    PRIVATE_USE_CHARACTER = "private-use character"
    BROKEN_CHARACTER = "broken character"

    # Errors that only some formats can have.
    ENTITY_WITHOUT_A_TYPE = "entity without a type"
    MALFORMED_RECORD = "malformed record"
    MALFORMED_ROW = "malformed row"
    MALFORMED_WORD = "malformed word"
    MALFORMED_XML = "malformed XML"
    MISSING_COLUMNS = "missing columns"
    NAME_OF_MANY_WORDS = "name of many words"
    NO_TEXT = "no text"
    NOT_A_DOCBIN = "not a DocBin"
    NOT_PARQUET = "not Parquet"
    TAGS_WITHOUT_NAMES = "tags without names"

    # Suspicions: a person must judge them.
    TYPES_WITH_ONE_NAME = "types whose names differ only in case or width"
    SENTENCE_IN_TWO_SPLITS = "sentence in two splits"
    NEAR_DUPLICATE_IN_TWO_SPLITS = "near-duplicate in two splits"
    TEXT_LABELLED_IN_TWO_WAYS = "text labelled in two ways"
    SURFACE_LABELLED_AS_TWO_TYPES = "surface labelled as two types"
    SURFACE_WITH_A_LABEL_MISSING = "surface with a label missing"
    SURFACE_WITH_A_STRAY_LABEL = "surface with a stray label"
    WHITE_SPACE_AT_AN_EDGE = "white space at an entity's edge"
    PUNCTUATION_AT_AN_EDGE = "punctuation at an entity's edge"
    SENTENCE_END_INSIDE_AN_ENTITY = "sentence end inside an entity"
    UNUSUALLY_LONG_ENTITY = "unusually long entity"
    OVERLAPPING_ENTITIES = "overlapping entities"
    NOTHING_OUTSIDE_OF_ENTITIES = "nothing outside of entities"
    RARE_TYPE = "rare type"
    TYPE_NOT_IN_TRAIN = "type not in train"

    # Losses: the source has this information, but a sentence or the target format can't store it.
    ANNOTATION_LEFT_OUT = "annotation left out"
    ATTRIBUTES_LEFT_OUT = "attributes left out"
    CATEGORIES_LEFT_OUT = "categories of a text left out"
    CHARACTER_REPLACED = "character written as another"
    CROSSING_ENTITY_LEFT_OUT = "crossing entity left out"
    DISCONTINUOUS_ENTITY_LEFT_OUT = "discontinuous entity left out"
    DOCUMENT_NAME_LEFT_OUT = "document name left out"
    DOCUMENT_NAME_REPLACED = "document name written as another"
    DOCUMENT_WITHOUT_ANNOTATIONS_LEFT_OUT = "document without annotations left out"
    EMPTY_TEXT_LEFT_OUT = "empty text left out"
    ENTITY_MERGED = "entity merged with the one before"
    ENTITY_WITHOUT_TEXT_LEFT_OUT = "entity without text left out"
    EQUIVALENCES_LEFT_OUT = "equivalences left out"
    EVENTS_LEFT_OUT = "events left out"
    FIELD_LEFT_OUT = "field left out"
    LABEL_REPLACED = "label written as another"
    LINK_LEFT_OUT = "link to a knowledge base left out"
    NORMALIZATIONS_LEFT_OUT = "normalizations left out"
    NOTES_LEFT_OUT = "notes left out"
    OVERLAPPING_ENTITY_LEFT_OUT = "overlapping entity left out"
    READ_FROM_PREDICTIONS = "read from predictions"
    RELATIONS_LEFT_OUT = "relations left out"
    RESULT_LEFT_OUT = "result left out"
    SKIPPED_TASK_LEFT_OUT = "skipped task left out"
    SPAN_WITHOUT_A_LABEL_LEFT_OUT = "span without a label left out"
    TASK_WITHOUT_ANNOTATIONS_LEFT_OUT = "task without annotations left out"
    TEXT_OUTSIDE_OF_SENTENCES_LEFT_OUT = "text outside of sentences left out"
    UNKNOWN_TAGS_LOST = "unknown tags lost"

    # Findings of a merge or a repair.
    CONFLICTING_ANNOTATION = "conflicting annotation"
    REPAIR = "repair"
    REPEATED_SENTENCES_LEFT_OUT = "repeated sentences left out"
    TYPE_NOT_IN_THE_TABLE = "type not in the table"

    def __str__(self) -> str:
        return self.value
