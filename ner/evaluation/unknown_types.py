"""Telling before a model is scored that its types are others than those of the data."""

from collections.abc import Collection, Sequence

from ner.data.data_split import Split
from ner.data.type_table import KEEP_TYPES, TypeTable

_SHOWN = 10


def note_on_types(gold: Split, types: Sequence[str], types_map: TypeTable = KEEP_TYPES) -> str:
    """A note on the types of annotated sentences that a model doesn't know, and on how to map them; "" if it knows all.

    Args:
        gold: the annotated sentences, with their old types.
        types: the types of the model.
        types_map: the new names of types that will be used.
    """
    known = {types_map.get(type_, type_) for type_ in types}
    counts = gold.with_types(types_map).types
    unknown = [f"{type_} ({count:,})" for type_, count in counts.most_common() if type_ not in known]
    if not unknown:
        return ""
    return (
        f"the data has types that the model doesn't know, and their entities count as missed: {_list(unknown)}. The "
        f"model's types: {_list(sorted(types))}. If some of them are the same under other names, set `types_map`, "
        "for example to NAME=PER; a type without a new name is left out"
    )


def note_on_types_map(types_map: TypeTable, types: Collection[str]) -> str:
    """A note on the types that get new names and are nowhere; "" if there are none.

    Args:
        types_map: the new names of types.
        types: the types of the annotated sentences and of all predictions, or of all models.
    """
    unused = [name for name in types_map if name not in types]
    return (
        f"neither the data nor the predictions have types that `types_map` renames: {_list(unused)}" if unused else ""
    )


def _list(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + f" and {len(names) - _SHOWN:,} more" * (len(names) > _SHOWN)
