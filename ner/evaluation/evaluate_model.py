"""A model folder on annotated text, with what is known of its training: what a report is made of."""

from pathlib import Path

from ner.built_in import model_folder
from ner.choices import PrecisionName
from ner.data.corpus import CorpusError, read_split
from ner.data.data_split import Split
from ner.data.read_options import ReadOptions
from ner.data.split_files import find_files, holds_splits
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.scores import evaluate
from ner.model.model_files import RECORD
from ner.tagging.model_info import model_info
from ner.tagging.tagger import Tagger


def evaluate_model(
    name: str | Path, gold: Split, precision: PrecisionName, train: Split | None, no_train: str
) -> Report:
    """Tag the sentences of `gold` with a model, named as for `Tagger.load`; `train` and `no_train` as in `Background`.

    Raises:
        InputError: the folder holds no complete model that this version reads.
    """
    tagger = Tagger.load(name, precision)
    record = model_info(name)["record"] if (model_folder(name) / RECORD).exists() else None
    evaluation = evaluate(tagger, gold.sentences)
    return Report(evaluation, Background(gold, str(name), record, tagger.table, train, no_train, tagger.types))


def find_train_split(data: Path, split: str, options: ReadOptions) -> tuple[Split | None, str]:
    """The train split of the folder that `split` is in; or None, and why there is none."""
    if split == "train":
        return None, "these are the sentences of train"
    if not holds_splits(data):
        return None, "--data is a single file, not a folder with train"
    if "train" not in find_files(data):
        return None, f"there is no train file in {data}"
    try:
        return read_split(data, "train", options), ""
    except CorpusError as error:
        # The report can do without, and check tells more.
        return None, f"its file has {len(error.problems):,} faults; bert-ner check {data} lists them"
