"""Classifying files of any size, in constant memory. The order of the records is kept."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import tee
from pathlib import Path
from typing import Protocol

from ner.classifying.content import Text
from ner.classifying.input_files import LabelFiles
from ner.classifying.prediction import Prediction
from ner.classifying.prediction_writers import prediction_writer
from ner.errors import InputError
from ner.records.record import Record


class Predictor(Protocol):
    """What predicts labels: a `Classifier`, or a service.

    Args:
        name: its name in messages.
        pairs: whether it reads pairs of texts.
    """

    @property
    def name(self) -> str: ...

    @property
    def pairs(self) -> bool: ...

    def predict_stream(
        self, texts: Iterable[Text], watch: Callable[[int], None] | None = None
    ) -> Iterator[Prediction]: ...


def predict_records(
    classifier: Predictor,
    files: LabelFiles,
    output: Path | None,
    columns: Sequence[str],
    watch: Callable[[int], None] | None = None,
) -> Counter[str]:
    """Classify the texts of files and write the predictions.

    Args:
        classifier: the classifier.
        files: the texts or pairs.
        output: the file, which appears when all is written; None for standard output.
        columns: the names of other fields of the records, for tables.
        watch: called with the number of characters that have just been read.

    Returns:
        How often each label was predicted.

    Raises:
        InputError: a file has single texts and the classifier reads pairs, or a file can't be read.
        OSError: the output can't be written.
    """
    counts: Counter[str] = Counter()
    behind, ahead = tee(files.pairs())
    predictions = classifier.predict_stream((_ask(classifier, record, pair) for record, pair in ahead), watch)
    with prediction_writer(output, columns) as writer:
        for (record, _), prediction in zip(behind, predictions, strict=True):
            writer.write(record, prediction)
            counts.update(prediction.labels)
    return counts


def _ask(classifier: Predictor, record: Record, pair: str | None) -> Text:
    if not classifier.pairs:
        return record.text
    if pair is None:
        raise InputError(
            f"{record.file}:{record.line}: {classifier.name} reads pairs of texts: give a table with two text columns, "
            "such as text_a and text_b, or name the second one with `pair_column`"
        )
    return record.text, pair
