from ner.characters.character_table import CharacterTable
from ner.checking.data_tables import character_table, length_table, split_table, type_table
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.schemes import BIO


def sentence(text: str, *spans: tuple[int, int, str]) -> Sentence:
    return Sentence(text, tuple(Entity(start, end, label, text[start:end]) for start, end, label in spans))


TRAIN = Split(
    "train.txt",
    [
        sentence("王小明去北京", (0, 3, "PER"), (4, 6, "LOC")),
        sentence("中国人", (0, 2, "LOC"), (0, 3, "PER")),
        sentence("去"),
        sentence("去"),
    ],
    scheme=BIO,
)
TEST = Split("folder/test.json", [sentence("李去", (0, 1, "PER"))])
SPLITS = {"train": TRAIN, "test": TEST}
TABLE = CharacterTable({"王": 4, "去": 5}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 3})


def test_the_figures_of_the_splits() -> None:
    assert split_table(SPLITS, TABLE, window=5).to_dict("index") == {
        "train": {
            "sentences": 4,
            "without entities": 2,
            "duplicates": 1,
            "longer than 5": 1,
            "characters": 11,
            "entities": 4,
            "entities per 100 characters": 36.36,
            "% of characters in entities": 72.73,
            "median length": 1,
            "95% length": 6,
            "longest length": 6,
            "scheme": "BIO",
            "% of characters unknown": 63.64,
            "file": "train.txt",
        },
        "test": {
            "sentences": 1,
            "without entities": 0,
            "duplicates": 0,
            "longer than 5": 0,
            "characters": 2,
            "entities": 1,
            "entities per 100 characters": 50.0,
            "% of characters in entities": 50.0,
            "median length": 2,
            "95% length": 2,
            "longest length": 2,
            "scheme": "none",
            "% of characters unknown": 50.0,
            "file": "test.json",
        },
    }


def test_without_an_encoder_no_character_is_unknown() -> None:
    table = split_table(SPLITS, None, window=6)
    assert "% of characters unknown" not in table
    assert [*table["longer than 6"]] == [0, 0]


def test_types() -> None:
    assert type_table(SPLITS).to_dict("index") == {
        "LOC": {"train": 2, "% of train": 50.0, "test": 0, "% of test": 0.0},
        "PER": {"train": 2, "% of train": 50.0, "test": 1, "% of test": 100.0},
    }


def test_lengths() -> None:
    assert length_table(SPLITS).to_dict("index") == {
        "LOC": {"entities": 2, "median": 2, "95%": 2, "longest": 2},
        "PER": {"entities": 3, "median": 3, "95%": 3, "longest": 3},
    }


def test_of_overlapping_entities_the_characters_count_once() -> None:
    assert character_table(SPLITS).to_dict("index") == {
        "O": {"train": 27.27, "test": 50.0},
        "LOC": {"train": 18.18, "test": 0.0},
        "PER": {"train": 54.55, "test": 50.0},
    }


def test_nothing_was_read() -> None:
    splits = {"train": Split("train.txt", [])}
    assert split_table(splits, TABLE, window=5).loc["train", "longest length"] == 0
    assert [len(table(splits)) for table in (type_table, length_table, character_table)] == [0, 0, 1]


def test_unknown_tags_are_neither_outside_nor_inside() -> None:
    partial = Split("train.txt", [Sentence("王小明去北京", TRAIN.sentences[0].entities[:1], unknown=((4, 6),))])
    splits = {"train": partial, "test": TEST}
    assert [*split_table(splits, TABLE, window=5)["characters tagged ?"]] == [2, 0]
    assert character_table(splits).to_dict("index") == {
        "O": {"train": 16.67, "test": 50.0},
        "?": {"train": 33.33, "test": 0.0},
        "PER": {"train": 50.0, "test": 50.0},
    }
