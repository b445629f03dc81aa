"""The list of terms of a single request."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ner.lexicon.entries import Entry, find_faults
from ner.lexicon.lexicon import Lexicon
from ner.serving.json_route import refuse_wrong
from ner.serving.refusal import Refusal
from ner.serving.schemas import Dictionary, EntryModel
from ner.serving.served_lexicon import ServedLexicon, pack

_READER: TypeAdapter[list[EntryModel]] = TypeAdapter(Dictionary)


def read_dictionary(value: Any) -> ServedLexicon:
    """Read the list of a request from its JSON.

    Raises:
        Refusal: it has errors. The sentence has the first one.
    """
    try:
        found = pack_dictionary(_READER.validate_python(value))
    except ValidationError as error:
        raise refuse_wrong([{**one, "loc": ("body", "dictionary", *one["loc"])} for one in error.errors()]) from None
    assert found is not None
    return found


def pack_dictionary(rows: Sequence[EntryModel] | None) -> ServedLexicon | None:
    """The list of a request; None if it has none.

    Raises:
        Refusal: an entry is wrong.
    """
    if rows is None:
        return None
    entries = [Entry(**vars(row), line=place) for place, row in enumerate(rows)]
    for entry in entries:
        for fault in find_faults(entry):
            raise Refusal(422, f"dictionary[{entry.line}]: {fault}")
    return pack(Lexicon(entries))
