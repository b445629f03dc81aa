"""Reading predictions of any tool: from files that have gold beside them in columns, or from files of their own."""

import re
from collections import Counter
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from ner.data.corpus import CorpusError, note_on_repairs, read_file
from ner.data.data_split import Split
from ner.data.entities import drop_overlaps
from ner.data.formats.conll_columns import read_rows
from ner.data.formats.tagged import split_of_rows
from ner.data.formats.text_lines import Lines, parse_lines
from ner.data.garbage_collection import pause_garbage_collection
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import read_text
from ner.data.type_table import KEEP_TYPES, TypeTable
from ner.data.unknown_spans import require_known
from ner.errors import InputError
from ner.evaluation.scores import Evaluation, compare

_JSON = re.compile(r'\s*(\[\s*)?\{\s*"')
_COLUMNS = {"gold": -2, "predicted": -1}


@pause_garbage_collection()
def read_predictions(
    path: Path, encoding: str = "utf-8", types_map: TypeTable = KEEP_TYPES, known: set[str] | None = None
) -> tuple[Split, Evaluation, list[str]]:
    """Read gold and predicted tags from a file.

    The first column of a line is a token, the last two are its gold tag and its predicted tag. Columns are separated by
    tabs or spaces, and a blank line ends a sentence, as in the CoNLL format. The two tag columns may use different tag
    schemes. Tokens may be words: each character of a word gets a tag.

    Args:
        path: the file.
        encoding: its encoding.
        types_map: new names of types, for both columns.
        known: gets the types before they are renamed.

    Returns:
        The gold sentences, their evaluation, and notes for the user about repaired tags.

    Raises:
        CorpusError: all faults of the file.
        InputError: there is no such file or encoding, all lines have two columns, a tag is unknown, or the file has no
            sentences.
    """
    text, faults = read_text(path, encoding)
    if _JSON.match(text):
        raise InputError(f"{path}: looks like JSON, which has predictions alone: give the annotated file as `gold`")
    lines = parse_lines(text)
    _check_width(lines, path)
    splits = {
        name: split_of_rows(read_rows(lines, path.stem, token_column=1, tag_column=column), str(path), strict=False)
        for name, column in _COLUMNS.items()
    }
    found = {str(fault): fault for fault in (*faults, *(fault for split in splits.values() for fault in split.faults))}
    if found:
        raise CorpusError([str(fault) for fault in sorted(found.values(), key=lambda fault: fault.line)])
    gold, predicted = splits.values()
    require_known([*gold.sentences, *predicted.sentences])
    if not gold.sentences:
        raise InputError(f"{path} has no sentences: expected a token, its gold tag and its predicted tag on each line")
    notes = [f"{name} column: {remark}" for name, split in splits.items() for remark in note_on_repairs(split)]
    if known is not None:
        known.update(gold.types, predicted.types)
    gold, predicted = gold.with_types(types_map), predicted.with_types(types_map)
    types = sorted(gold.types | predicted.types)
    evaluation = compare(gold.sentences, [sentence.entities for sentence in predicted.sentences], types)
    return gold, evaluation, notes


@pause_garbage_collection()
def read_predictions_of(
    gold: Split,
    path: Path,
    options: ReadOptions,
    types_map: TypeTable = KEEP_TYPES,
    known: set[str] | None = None,
) -> tuple[Evaluation, list[str]]:
    """Read the predictions for annotated sentences from a file in any annotated format.

    Args:
        gold: the annotated sentences, with their new types.
        path: the file. It has the same sentences in the same order.
        options: how it is read. Illegal tag sequences are always read as conlleval reads them.
        types_map: new names of types.
        known: gets the types before they are renamed.

    Returns:
        The evaluation, and notes for the user about tags and entities that were changed.

    Raises:
        CorpusError: all faults of the file.
        InputError: its sentences are others.
    """
    read = read_file(path, replace(options, strict=False, unannotated=True))
    require_known(read.sentences)
    notes = note_on_repairs(read)
    if known is not None:
        known.update(read.types)
    predicted = read.with_types(types_map).sentences
    if not any(sentence.text == "" for sentence in gold.sentences):  # a tool may also answer empty lines
        predicted = [sentence for sentence in predicted if sentence.text]
    for wanted, found in zip_longest(gold.sentences, predicted):
        if wanted is None or found is None:
            counts = f"{len(gold.sentences):,} sentences, and {path} has {len(predicted):,}"
            raise InputError(f"{gold.path} has {counts}: predictions need the same sentences in the same order")
        if wanted.text != found.text:
            raise InputError(
                f"{path}:{found.line}: the text {found.text[:30]!r} is not that of {wanted.path}:{wanted.line}, "
                f"{wanted.text[:30]!r}: predictions need the same sentences in the same order"
            )
    flat = [drop_overlaps(sentence.entities) for sentence in predicted]
    if lost := sum(len(sentence.entities) for sentence in predicted) - sum(map(len, flat)):
        notes.append(f"{path}: {lost:,} predicted entities overlap longer ones and are left out")
    types = sorted(gold.types | Counter(entity.label for entities in flat for entity in entities))
    return compare(gold.sentences, flat, types), notes


def _check_width(lines: Lines, path: Path) -> None:
    """Refuse files with two columns. Single lines with two columns are reported as faults later."""
    if {len(line.columns) for line in lines.distinct if line.holds_token} == {2}:
        first = lines.where(line.holds_token for line in lines.distinct)[0]
        raise InputError(
            f"{path}:{first}: expected three or more columns, the last two with gold and predicted tags, got two; if "
            "gold is in a file of its own, give that as `gold`"
        )
