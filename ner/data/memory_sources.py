"""Reading annotated text from objects of other libraries: data frames and data sets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any, NoReturn

from ner.data.entities import Sentence
from ner.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_CHARACTERS = ("sentence", "character", "tag")
_TEXTS = ("text", "entities")
_SPANS = ("text", "start", "end", "label")
_SPLIT_NAMES = {"train": "train", "dev": "dev", "validation": "dev", "valid": "dev", "test": "test"}


def sentences_of_frame(frame: "pd.DataFrame") -> dict[str, list[Sentence]]:
    """The sentences of a data frame by split, as `Corpus.from_frame` describes it.

    Raises:
        InputError: columns are missing, or `split` has other values.
    """
    if not hasattr(frame, "columns"):
        raise InputError(f"expected `frame` to be a DataFrame, got {frame!r:.60}")
    columns = next((names for names in (_CHARACTERS, _TEXTS, _SPANS) if {*names} <= {*frame.columns}), None)
    if columns is None:
        raise InputError(
            "expected `frame` to have the columns sentence, character and tag, or text and entities, or text, "
            "start, end and label, got " + ", ".join(map(str, frame.columns))
        )
    for column in (*columns, "split"):
        if [*frame.columns].count(column) > 1:
            raise InputError(f"expected `frame` to have one column {column}, got more")
    splits = frame["split"].tolist() if "split" in frame.columns else ["train"] * len(frame)
    rows = zip(splits, *(frame[name].tolist() for name in columns), strict=True)
    found: dict[str, list[Sentence]] = {}
    read = {_CHARACTERS: _join_characters, _TEXTS: _read_texts, _SPANS: _join_spans}[columns]
    for name, sentence in read(rows):
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
    numbered = (row if all(map(_is_there, row[1:])) else _refuse_row(number, row) for number, row in enumerate(rows, 1))
    for sentence, ((split, _), members) in enumerate(groupby(numbered, key=lambda row: row[:2]), 1):
        characters, tags = zip(*(row[2:] for row in members), strict=True)
        with _of_sentence("frame", sentence):
            yield split, Sentence.from_tags([str(character) for character in characters], [str(tag) for tag in tags])


def _is_there(value: Any) -> bool:
    """Whether a cell holds a text or a number: NaN differs from itself."""
    return value is not None and not isinstance(value, bytes) and bool(value == value)


def _refuse_row(number: int, row: tuple[Any, ...]) -> NoReturn:
    found = ", ".join(f"{value!r:.40}" for value in row[1:])
    raise InputError(f"expected each row of `frame` to have a sentence, a character and a tag, got {found} in {number}")


@contextmanager
def _of_sentence(argument: str, number: int) -> Iterator[None]:
    """Name the sentence that is wrong, in the words of the caller."""
    try:
        yield
    except InputError as error:
        raise InputError(f"`{argument}`, sentence {number}: {error}") from None


def _read_texts(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, Sentence]]:
    for number, (split, text, entities) in enumerate(rows, 1):
        with _of_sentence("frame", number):
            yield split, Sentence(text, entities)


def _join_spans(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, Sentence]]:
    for number, ((split, text), members) in enumerate(groupby(rows, key=lambda row: row[:2]), 1):
        spans = [row[2:] for row in members if any(map(_is_there, row[2:]))]
        with _of_sentence("frame", number):
            yield split, Sentence(text, [(_whole(start), _whole(end), label) for start, end, label in spans])


def _whole(value: Any) -> Any:
    """A number as a whole number: pandas keeps a column with empty cells as floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _read_tokens(dataset: Any) -> Iterator[Sentence]:
    names = _tag_names(dataset)
    if not isinstance(dataset, Iterable):
        raise InputError(f"expected `dataset` to hold rows with tokens and ner_tags, got {dataset!r:.60}")
    for number, row in enumerate(dataset, 1):
        if not isinstance(row, Mapping) or not {"tokens", "ner_tags"} <= {*row}:
            found = ", ".join(map(str, row)) if isinstance(row, Mapping) else f"{row!r:.60} in {number}"
            raise InputError(f"expected `dataset` to have the columns tokens and ner_tags, got {found}")
        with _of_sentence("dataset", number):
            yield Sentence.from_tags(row["tokens"], _read_tags(row["ner_tags"], names))


def _read_tags(tags: Any, names: Sequence[str]) -> Any:
    """Tags by their names; what is no list or no number of a name stays, and is refused with its sentence."""
    if not names or not isinstance(tags, Iterable):
        return tags
    return [names[tag] if isinstance(tag, int) and 0 <= tag < len(names) else tag for tag in tags]


def _tag_names(dataset: Any) -> Sequence[str]:
    """The names of integer tags; empty if the data set has none."""
    feature: Any = (getattr(dataset, "features", None) or {}).get("ner_tags")
    names: Sequence[str] = getattr(getattr(feature, "feature", feature), "names", None) or ()
    return names


def _split_name(name: Any, argument: str) -> str:
    if not isinstance(name, str) or name not in _SPLIT_NAMES:
        raise InputError(f"expected the splits of `{argument}` to be train, dev and test, got {name!r:.60}")
    return _SPLIT_NAMES[name]


def _require_train(found: dict[str, list[Sentence]], argument: str) -> dict[str, list[Sentence]]:
    if "train" not in found:
        raise InputError(f"expected `{argument}` to have sentences for train, got {', '.join(found) or 'none'}")
    return found
