"""Chinese named-entity recognition: a BERT-family encoder, a BiLSTM and a CRF, character by character.

>>> from ner import Tagger
>>> Tagger.load("model").tag(["王小明在北京大学读书。"])
"""

import importlib
from typing import TYPE_CHECKING, Any

from ner.data.entities import Entity
from ner.errors import InputError

if TYPE_CHECKING:
    from ner.embedding.embedder import Embedder
    from ner.lexicon.fixed_spans import FixedSpan
    from ner.tagging.tagger import Tagger

__all__ = ["Embedder", "Entity", "FixedSpan", "InputError", "Tagger"]

_IMPORTED_WHEN_ASKED_FOR = {
    "Embedder": "ner.embedding.embedder",
    "FixedSpan": "ner.lexicon.fixed_spans",
    "Tagger": "ner.tagging.tagger",
}


def __getattr__(name: str) -> Any:
    """Import the tagger and its kin when they are asked for: they bring torch, which takes seconds."""
    if name in _IMPORTED_WHEN_ASKED_FOR:
        return getattr(importlib.import_module(_IMPORTED_WHEN_ASKED_FOR[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
