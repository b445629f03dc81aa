"""Reading annotated text from objects of other libraries: data frames and data sets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ner.data.entities import Sentence
from ner.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_CHARACTERS = ("sentence", "character", "tag")
_TEXTS = ("text", "entities")
_SPLIT_NAMES = {"train": "train", "dev": "dev", "validation": "dev", "valid": "dev", "test": "test"}


def sentences_of_frame(frame: "pd.DataFrame") -> dict[str, list[Sentence]]:
    """The sentences of a data frame by split, as `Corpus.from_frame` describes it.

    Raises:
        InputError: columns are missing, or `split` has other values.
    """
    columns = next((names for names in (_CHARACTERS, _TEXTS) if {*names} <= {*frame.columns}), None)
    if columns is None:
        raise InputError(
            "expected `frame` to have the columns sentence, character and tag, or text and entities, got "
            + ", ".join(map(str, frame.columns))
        )
    splits = frame["split"].tolist() if "split" in frame.columns else ["train"] * len(frame)
    rows = zip(splits, *(frame[name].tolist() for name in columns), strict=True)
    found: dict[str, list[Sentence]] = {}
    for name, sentence in _join_characters(rows) if columns == _CHARACTERS else _read_texts(rows):
        found.setdefault(_split_name(name, "frame"), []).append(sentence)
    return _require_train(found, "frame")


def sentences_of_dataset(dataset: Any) -> dict[str, list[Sentence]]:
    """The sentences of a data set by split, as `Corpus.from_dataset` describes it.

    Raises:
        InputError: columns are missing, or no split is train.
    """
    parts = dict(dataset) if isinstance(dataset, Mapping) else {"train": dataset}
    found = {_split_name(name, "dataset"): [*_read_tokens(part)] for name, part in parts.items()}
    return _require_train(found, "dataset")


def _join_characters(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, Sentence]]:
    for (split, _), members in groupby(rows, key=lambda row: row[:2]):
        characters, tags = zip(*(row[2:] for row in members), strict=True)
        yield split, Sentence.from_tags([str(character) for character in characters], [str(tag) for tag in tags])


def _read_texts(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, Sentence]]:
    for split, text, entities in rows:
        if not isinstance(text, str):
            raise InputError(f"expected texts in the column text of `frame`, got {text!r}")
        yield split, Sentence(text, entities)


def _read_tokens(dataset: Any) -> Iterator[Sentence]:
    names = _tag_names(dataset)
    for row in dataset:
        if not {"tokens", "ner_tags"} <= {*row}:
            raise InputError(f"expected `dataset` to have the columns tokens and ner_tags, got {', '.join(row)}")
        tags = [names[tag] if isinstance(tag, int) and names else str(tag) for tag in row["ner_tags"]]
        yield Sentence.from_tags(list(row["tokens"]), tags)


def _tag_names(dataset: Any) -> Sequence[str]:
    """The names of integer tags; empty if the data set has none."""
    feature: Any = (getattr(dataset, "features", None) or {}).get("ner_tags")
    names: Sequence[str] = getattr(getattr(feature, "feature", feature), "names", None) or ()
    return names


def _split_name(name: Any, argument: str) -> str:
    if name not in _SPLIT_NAMES:
        raise InputError(f"expected the splits of `{argument}` to be train, dev and test, got {name!r}")
    return _SPLIT_NAMES[name]


def _require_train(found: dict[str, list[Sentence]], argument: str) -> dict[str, list[Sentence]]:
    if "train" not in found:
        raise InputError(f"expected `{argument}` to have sentences for train, got {', '.join(found) or 'none'}")
    return found
