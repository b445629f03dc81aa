"""Statistics of a data set as tables."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
import pandas as pd

from ner.characters.character_table import CharacterTable
from ner.checking.split_names import file_name
from ner.data.data_split import Split
from ner.data.entities import Sentence, drop_overlaps
from ner.data.schemes import OUTSIDE, UNKNOWN
from ner.pages.highlight import visible


def split_table(splits: Mapping[str, Split], table: CharacterTable | None, window: int) -> pd.DataFrame:
    """Describe the splits, one row per split. Lengths are in characters, shares in percent.

    A duplicate is a sentence whose text occurs earlier in the same split. The number of characters with the tag ? is
    left out if no split has any.

    Args:
        splits: the splits by name.
        table: the characters that the encoder knows; None to leave out the share of unknown ones.
        window: the number of characters that the encoder reads at once.
    """
    partial = any(split.unknown for split in splits.values())
    rows = {name: _row(split, table, window, partial=partial) for name, split in splits.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("split")


def type_table(splits: Mapping[str, Split]) -> pd.DataFrame:
    """Count the entities of each type, one row per type: the number in each split, and the share in percent."""
    counts = {name: split.types for name, split in splits.items()}
    totals = {name: types.total() for name, types in counts.items()}
    return pd.DataFrame(
        {
            column: values
            for name, types in counts.items()
            for column, values in (
                (name, [types[type_] for type_ in _types(splits)]),
                (f"% of {name}", [_percent(types[type_], totals[name]) for type_ in _types(splits)]),
            )
        },
        index=pd.Index([visible(type_) for type_ in _types(splits)], name="type"),
    )


def length_table(splits: Mapping[str, Split]) -> pd.DataFrame:
    """Describe the lengths of entities in characters, one row per type, over all splits."""
    lengths: dict[str, list[int]] = {type_: [] for type_ in _types(splits)}
    for split in splits.values():
        for sentence in split.sentences:
            for entity in sentence.entities:
                lengths[entity.label].append(len(entity.text))
    rows = {visible(type_): {"entities": len(values), **_quantiles(values)} for type_, values in lengths.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("type")


def character_table(splits: Mapping[str, Split]) -> pd.DataFrame:
    """The share of characters outside of entities (O) and in entities of each type, in percent, by split.

    Characters with an unknown tag (?) have a row if there are any.
    """
    partial = any(split.unknown for split in splits.values())
    shares = {}
    for name, split in splits.items():
        inside = dict.fromkeys(_types(splits), 0)
        for sentence in split.sentences:
            for entity in drop_overlaps(sentence.entities):
                inside[entity.label] += len(entity.text)
        counts = {OUTSIDE: split.outside, **({UNKNOWN: split.unknown} if partial else {}), **inside}
        shares[name] = {visible(type_): _percent(count, split.characters) for type_, count in counts.items()}
    return pd.DataFrame(shares).rename_axis("type")


def _row(split: Split, table: CharacterTable | None, window: int, *, partial: bool) -> dict[str, object]:
    texts = [sentence.text for sentence in split.sentences]
    lengths = [len(text) for text in texts]
    inside = sum(_inside(sentence) for sentence in split.sentences)
    entities = split.types.total()
    row: dict[str, object] = {
        "sentences": len(texts),
        "without entities": sum(not sentence.entities for sentence in split.sentences),
        "duplicates": len(texts) - len(set(texts)),
        f"longer than {window}": sum(length > window for length in lengths),
        "characters": split.characters,
        **({"characters tagged ?": split.unknown} if partial else {}),
        "entities": entities,
        "entities per 100 characters": _percent(entities, split.characters),
        "% of characters in entities": _percent(inside, split.characters),
        **{f"{name} length": value for name, value in _quantiles(lengths).items()},
        "scheme": split.scheme.name if split.scheme else "none",
    }
    if table:
        row["% of characters unknown"] = _percent(table.unknown("".join(texts)), split.characters)
    return {**row, "file": visible(file_name(split))}


def _inside(sentence: Sentence) -> int:
    return sum(len(entity.text) for entity in drop_overlaps(sentence.entities))


def _quantiles(lengths: Sequence[int]) -> dict[str, int]:
    """The median, the 95th percentile and the maximum. Each is one of the lengths, or 0 if there are none."""
    median, most, longest = np.quantile(lengths or [0], [0.5, 0.95, 1.0], method="inverted_cdf")
    return {"median": int(median), "95%": int(most), "longest": int(longest)}


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _types(splits: Mapping[str, Split]) -> list[str]:
    return sorted(set(chain.from_iterable(split.types for split in splits.values())))
