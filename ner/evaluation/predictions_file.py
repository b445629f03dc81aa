"""Reading predictions of any tool, from files whose last two columns are gold and predicted tags."""

from pathlib import Path

from ner.data.corpus import CorpusError, note_on_repairs
from ner.data.data_split import Split
from ner.data.formats.conll_columns import read_rows
from ner.data.formats.tagged import split_of_rows
from ner.data.formats.text_lines import Lines, parse_lines
from ner.data.garbage_collection import pause_garbage_collection
from ner.data.text_encoding import read_text
from ner.data.unknown_spans import require_known
from ner.errors import InputError
from ner.evaluation.scores import Evaluation, compare

_COLUMNS = {"gold": -2, "predicted": -1}


@pause_garbage_collection()
def read_predictions(path: Path, encoding: str = "utf-8") -> tuple[Split, Evaluation, list[str]]:
    """Read gold and predicted tags from a file.

    The first column of a line is a token, the last two are its gold tag and its predicted tag. Columns are separated by
    tabs or spaces, and a blank line ends a sentence, as in the CoNLL format. The two tag columns may use different tag
    schemes. Tokens may be words: each character of a word gets a tag.

    Args:
        path: the file.
        encoding: its encoding.

    Returns:
        The gold sentences, their evaluation, and notes for the user about repaired tags.

    Raises:
        CorpusError: all faults of the file.
        InputError: there is no such file or encoding, all lines have two columns, a tag is unknown, or the file has no
            sentences.
    """
    text, faults = read_text(path, encoding)
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
    types = sorted(gold.types | predicted.types)
    evaluation = compare(gold.sentences, [sentence.entities for sentence in predicted.sentences], types)
    return gold, evaluation, notes


def _check_width(lines: Lines, path: Path) -> None:
    """Refuse files with two columns. Single lines with two columns are reported as faults later."""
    if {len(line.columns) for line in lines.distinct if line.holds_token} == {2}:
        first = lines.where(line.holds_token for line in lines.distinct)[0]
        raise InputError(
            f"{path}:{first}: expected three or more columns, the last two with gold and predicted tags, got two"
        )
