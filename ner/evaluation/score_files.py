"""Scoring files with predictions, of one tool or of several."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ner.data.corpus import notes_on_split, read_file
from ner.data.read_options import ReadOptions
from ner.data.type_table import KEEP_TYPES, TypeTable
from ner.data.unknown_spans import require_known
from ner.errors import InputError
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.predictions_file import read_predictions, read_predictions_of
from ner.evaluation.unknown_types import note_on_types_map

_DEFAULT = ReadOptions()


class ScoredFiles(NamedTuple):
    """The report on each file, by its name as it was given, and notes for the user."""

    reports: dict[str, Report]
    notes: list[str]


def score_files(
    files: Sequence[str | Path],
    gold: str | Path | None = None,
    *,
    options: ReadOptions = _DEFAULT,
    types_map: TypeTable = KEEP_TYPES,
) -> ScoredFiles:
    """Score files with the predictions of any tool.

    >>> files = ["first.txt", "second.jsonl"]
    >>> score_files(files, "gold.txt").reports["first.txt"].evaluation.f1  # doctest: +SKIP
    91.5

    Args:
        files: the files. Without `gold`, their last two columns are gold and predicted tags.
        gold: the annotated file. Then each file has the predictions for its sentences, in any annotated format.
        options: how files are read.
        types_map: new names of types, in gold and in predictions; None removes a type.

    Raises:
        CorpusError: all faults of a file.
        InputError: a file is given twice, or a file has other sentences than `gold`.
    """
    notes: list[str] = []
    known: set[str] = set()
    reports: dict[str, Report] = {}
    annotated = None
    if gold is None and options.format:
        raise InputError("`format` is for the files beside `gold`; without it, files have columns: leave `format` out")
    if gold is not None:
        read = read_file(gold, options)
        known.update(read.types)
        annotated = read.with_types(types_map)
        require_known(annotated.sentences)
        notes += notes_on_split(annotated)
    for name in map(str, files):
        if name in reports:
            raise InputError(f"{name} is given twice: give each file of predictions once")
        if annotated is None:
            split, evaluation, found = read_predictions(Path(name), options.encoding, types_map, known)
            background = Background(split, f"predicted column of {name}")
        else:
            evaluation, found = read_predictions_of(annotated, Path(name), options, types_map, known)
            background = Background(annotated, name)
        notes += found
        reports[name] = Report(evaluation, background)
    if remark := note_on_types_map(types_map, known):
        notes.append(remark)
    return ScoredFiles(reports, notes)
