"""Chinese named-entity recognition: a BERT-family encoder, a BiLSTM and a CRF, character by character.

>>> from ner import Tagger
>>> Tagger.load("model").tag(["王小明在北京大学读书。"])
"""

import importlib
from typing import TYPE_CHECKING, Any

from ner.data.entities import Entity
from ner.errors import InputError
from ner.version import installed_version

if TYPE_CHECKING:
    from ner.data.corpus import Corpus, read_corpus
    from ner.data.entities import Sentence
    from ner.data.read_options import ReadOptions
    from ner.embedding.embedder import Embedder
    from ner.evaluation.scores import Evaluation
    from ner.lexicon.fixed_spans import FixedSpan
    from ner.tagging.tagger import Tagger
    from ner.training.trainer import Trainer
    from ner.training.training_settings import TrainingSettings

__all__ = [
    "Corpus",
    "Embedder",
    "Entity",
    "Evaluation",
    "FixedSpan",
    "InputError",
    "ReadOptions",
    "Sentence",
    "Tagger",
    "Trainer",
    "TrainingSettings",
    "read_corpus",
]

_IMPORTED_WHEN_ASKED_FOR = {
    "Corpus": "ner.data.corpus",
    "Embedder": "ner.embedding.embedder",
    "Evaluation": "ner.evaluation.scores",
    "FixedSpan": "ner.lexicon.fixed_spans",
    "ReadOptions": "ner.data.read_options",
    "Sentence": "ner.data.entities",
    "Tagger": "ner.tagging.tagger",
    "Trainer": "ner.training.trainer",
    "TrainingSettings": "ner.training.training_settings",
    "read_corpus": "ner.data.corpus",
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
