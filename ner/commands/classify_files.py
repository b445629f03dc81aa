"""Predicting the labels of files: what `classify predict` and `client classify` share."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.classifying.label_options import LabelOptions
from ner.commands.options import settings_options
from ner.commands.parameters import STANDARD_STREAM, argument, named_paths, option
from ner.commands.terminal import Terminal

if TYPE_CHECKING:
    from ner.classifying.predict_records import Predictor

prediction_options = settings_options(LabelOptions, without=("format", "label_column", "label_separator"))


@dataclass(frozen=True)
class ClassifyFiles:
    """The texts, and where their labels are written. It is a group of options."""

    files: Annotated[
        list[str],
        argument(
            "Files: .txt (one text per line), .jsonl, .csv, .tsv, .xlsx, .docx, .parquet. Use - for standard input.",
            "文件：.txt（每行一条文本）、.jsonl、.csv、.tsv、.xlsx、.docx、.parquet；- 表示标准输入。",
        ),
    ]
    output: Annotated[
        Path,
        option(
            "Output file: .jsonl, .csv, .xlsx or .parquet. Use - for standard output.",
            "输出文件：.jsonl、.csv、.xlsx 或 .parquet；- 表示标准输出。",
            "--output",
            "-o",
        ),
    ] = Path(STANDARD_STREAM)

    def run(
        self,
        load: "Callable[[], Predictor]",
        reading: LabelOptions,
        terminal: Terminal,
        keep: Path | None = None,
    ) -> None:
        """Predict the labels.

        Args:
            load: gives what predicts them, when the files have been checked.
            reading: how files are read.
            terminal: shows progress.
            keep: what must not be overwritten, besides the files.

        Raises:
            InputError: files can't be read, or the output can't be written.
        """
        from ner.classifying.input_files import LabelFiles
        from ner.classifying.prediction_writers import check_prediction_output
        from ner.output_paths import check_file

        target = None if self.output == Path(STANDARD_STREAM) else self.output
        check_prediction_output(target)
        texts = LabelFiles(self.files, reading)
        if target is not None:
            check_file(target, "output", [*named_paths(self.files), *([keep] if keep else [])])
        survey = texts.survey()
        from ner.classifying.predict_records import predict_records
        from ner.records.record_progress import RecordProgress

        predictor = load()
        with RecordProgress(terminal, "classifying", survey) as progress:
            counts = predict_records(predictor, texts, target, survey.columns, progress.advance)
        facts = [f"texts {survey.texts:,}"] if survey.whole else []
        facts += [f"{label} {count:,}" for label, count in counts.most_common(20)]
        terminal.note(", ".join(facts))
