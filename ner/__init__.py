"""Chinese named-entity recognition: a BERT-family encoder, a BiLSTM and a CRF, character by character.

>>> from ner import Tagger
>>> tagger = Tagger.load()  # the one in the package; Tagger.load("model") for your own
>>> [(entity.text, entity.label) for entity in tagger.tag("林晓东住在杭州。")]
[('林晓东', 'PER'), ('杭州', 'LOC')]
"""

import importlib
from typing import TYPE_CHECKING, Any

from ner.data.entities import Entity
from ner.errors import InputError
from ner.version import installed_version

if TYPE_CHECKING:
    from ner.checking.check import Check
    from ner.checking.check_corpus import check_corpus
    from ner.classifying.classifier import Classifier
    from ner.classifying.classifier_training_settings import ClassifierSettings
    from ner.classifying.export_classifier import export_classifier
    from ner.classifying.label_options import LabelOptions
    from ner.classifying.labelled_files import read_labelled_data
    from ner.classifying.labelled_text import LabelledData
    from ner.classifying.prediction import Prediction
    from ner.classifying.train_classifier import train_classifier
    from ner.client.async_client import AsyncClient
    from ner.client.client import Client
    from ner.client.service_error import ServiceError
    from ner.comparing.compare_settings import compare_settings
    from ner.comparing.comparison import Comparison
    from ner.data.corpus import Corpus, read_corpus, read_sentences
    from ner.data.dividing import split_sentences
    from ner.data.entities import Sentence
    from ner.data.joining import join_corpora
    from ner.data.merging import merge_sentences
    from ner.data.read_options import ReadOptions
    from ner.data.rewriting import convert_files, write_sentences
    from ner.data.write_options import WriteOptions
    from ner.embedding.embedder import Embedder
    from ner.evaluation.agreement import Agreement, compare_annotators
    from ner.evaluation.score_files import score_files
    from ner.evaluation.score_table import ScoreTable
    from ner.evaluation.scores import Evaluation
    from ner.evaluation.systems import compare_systems
    from ner.exporting.export import export_tagger
    from ner.lexicon.fixed_spans import FixedSpan
    from ner.lexicon.lexicon import Lexicon
    from ner.prelabelling.prelabel import prelabel_texts
    from ner.prelabelling.prelabel_settings import PrelabelSettings
    from ner.prelabelling.sources import answers_source, lexicon_source, tagger_source
    from ner.pretraining.pretrainer import Pretrainer
    from ner.pretraining.pretraining_settings import PretrainingSettings
    from ner.runs.progress import Progress
    from ner.scaling.merge_shards import merge_shards
    from ner.scaling.shard_settings import ShardSettings
    from ner.scaling.tag_in_shards import ShardTotals, tag_in_shards
    from ner.selecting.select import select_texts
    from ner.selecting.select_settings import SelectSettings
    from ner.selecting.selected import Selected
    from ner.summarizing.summarize import summarize
    from ner.summarizing.summary import Summary
    from ner.summarizing.summary_settings import SummarySettings
    from ner.tagging.tagger import Tagger
    from ner.training.trainer import Trainer
    from ner.training.training_settings import TrainingSettings
    from ner.tuning.tune_settings import Tuning, tune_settings

__all__ = [
    "Agreement",
    "AsyncClient",
    "Check",
    "Classifier",
    "ClassifierSettings",
    "Client",
    "Comparison",
    "Corpus",
    "Embedder",
    "Entity",
    "Evaluation",
    "FixedSpan",
    "InputError",
    "LabelOptions",
    "LabelledData",
    "Lexicon",
    "Prediction",
    "PrelabelSettings",
    "Pretrainer",
    "PretrainingSettings",
    "Progress",
    "ReadOptions",
    "ScoreTable",
    "SelectSettings",
    "Selected",
    "Sentence",
    "ServiceError",
    "ShardSettings",
    "ShardTotals",
    "Summary",
    "SummarySettings",
    "Tagger",
    "Trainer",
    "TrainingSettings",
    "Tuning",
    "WriteOptions",
    "answers_source",
    "check_corpus",
    "compare_annotators",
    "compare_settings",
    "compare_systems",
    "convert_files",
    "export_classifier",
    "export_tagger",
    "join_corpora",
    "lexicon_source",
    "merge_sentences",
    "merge_shards",
    "prelabel_texts",
    "read_corpus",
    "read_labelled_data",
    "read_sentences",
    "score_files",
    "select_texts",
    "split_sentences",
    "summarize",
    "tag_in_shards",
    "tagger_source",
    "train_classifier",
    "tune_settings",
    "write_sentences",
]

_IMPORTED_WHEN_ASKED_FOR = {
    "Agreement": "ner.evaluation.agreement",
    "AsyncClient": "ner.client.async_client",
    "Check": "ner.checking.check",
    "Classifier": "ner.classifying.classifier",
    "ClassifierSettings": "ner.classifying.classifier_training_settings",
    "Client": "ner.client.client",
    "Comparison": "ner.comparing.comparison",
    "Corpus": "ner.data.corpus",
    "Embedder": "ner.embedding.embedder",
    "Evaluation": "ner.evaluation.scores",
    "FixedSpan": "ner.lexicon.fixed_spans",
    "LabelOptions": "ner.classifying.label_options",
    "LabelledData": "ner.classifying.labelled_text",
    "Lexicon": "ner.lexicon.lexicon",
    "PrelabelSettings": "ner.prelabelling.prelabel_settings",
    "Prediction": "ner.classifying.prediction",
    "Pretrainer": "ner.pretraining.pretrainer",
    "PretrainingSettings": "ner.pretraining.pretraining_settings",
    "Progress": "ner.runs.progress",
    "ReadOptions": "ner.data.read_options",
    "ScoreTable": "ner.evaluation.score_table",
    "SelectSettings": "ner.selecting.select_settings",
    "Selected": "ner.selecting.selected",
    "Sentence": "ner.data.entities",
    "ServiceError": "ner.client.service_error",
    "ShardSettings": "ner.scaling.shard_settings",
    "ShardTotals": "ner.scaling.tag_in_shards",
    "Summary": "ner.summarizing.summary",
    "SummarySettings": "ner.summarizing.summary_settings",
    "Tagger": "ner.tagging.tagger",
    "Trainer": "ner.training.trainer",
    "TrainingSettings": "ner.training.training_settings",
    "Tuning": "ner.tuning.tune_settings",
    "WriteOptions": "ner.data.write_options",
    "answers_source": "ner.prelabelling.sources",
    "check_corpus": "ner.checking.check_corpus",
    "compare_annotators": "ner.evaluation.agreement",
    "compare_settings": "ner.comparing.compare_settings",
    "compare_systems": "ner.evaluation.systems",
    "convert_files": "ner.data.rewriting",
    "export_classifier": "ner.classifying.export_classifier",
    "export_tagger": "ner.exporting.export",
    "join_corpora": "ner.data.joining",
    "lexicon_source": "ner.prelabelling.sources",
    "merge_sentences": "ner.data.merging",
    "merge_shards": "ner.scaling.merge_shards",
    "prelabel_texts": "ner.prelabelling.prelabel",
    "read_corpus": "ner.data.corpus",
    "read_labelled_data": "ner.classifying.labelled_files",
    "read_sentences": "ner.data.corpus",
    "score_files": "ner.evaluation.score_files",
    "select_texts": "ner.selecting.select",
    "split_sentences": "ner.data.dividing",
    "summarize": "ner.summarizing.summarize",
    "tag_in_shards": "ner.scaling.tag_in_shards",
    "tagger_source": "ner.prelabelling.sources",
    "train_classifier": "ner.classifying.train_classifier",
    "tune_settings": "ner.tuning.tune_settings",
    "write_sentences": "ner.data.rewriting",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is asked for: some bring torch, which takes seconds."""
    if name in _IMPORTED_WHEN_ASKED_FOR:
        return getattr(importlib.import_module(_IMPORTED_WHEN_ASKED_FOR[name]), name)
    if name == "__version__":
        return installed_version("bert-ner")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__]
