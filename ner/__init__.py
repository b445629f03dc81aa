"""Chinese named-entity recognition: a BERT-family encoder, a BiLSTM and a CRF, character by character.

>>> from ner import Tagger
>>> Tagger.load("model").tag(["王小明在北京大学读书。"])
"""

from typing import TYPE_CHECKING, Any

from ner.data.entities import Entity
from ner.errors import InputError

if TYPE_CHECKING:
    from ner.tagging.tagger import Tagger

__all__ = ["Entity", "InputError", "Tagger"]


def __getattr__(name: str) -> Any:
    """Import the tagger when it is asked for: it brings torch, which takes seconds."""
    if name == "Tagger":
        from ner.tagging.tagger import Tagger

        return Tagger
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
