"""The weights of the encoder's layers in the fusion of a tagger."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ner.characters.character_table import CharacterTable
from ner.characters.window_batches import window_batches
from ner.data.entities import Sentence, drop_overlaps
from ner.data.schemes import OUTSIDE
from ner.decoding.numpy_chain import Doubles
from ner.tagging.torch_engine import NetworkEngine


class LayerWeights(NamedTuple):
    """The mean weight of each layer; layer 0 is the embeddings.

    Args:
        overall: the mean over all characters.
        by_type: the mean over the characters of each entity type. "O" is for characters outside of entities. It is the
            only type if the weights don't depend on the text.
    """

    overall: list[float]
    by_type: dict[str, list[float]]


def layer_weights(engine: NetworkEngine, table: CharacterTable, sentences: Sequence[Sentence]) -> LayerWeights:
    """Compute the mean weights in `sentences`, by their gold entities."""
    if not engine.model.fusion.depends_on_text:
        sentences = [Sentence("\u5b57")]  # any text has the same weights
    totals: dict[str, Doubles] = {}
    counts: Counter[str] = Counter()
    for batch in window_batches([sentence.text for sentence in sentences], table, engine.window):
        for origin, window, kept in batch.kept(engine.layer_weights(batch.input_ids, batch.attention_mask)):
            types = _types(sentences[origin])[window.keep_start : window.keep_end]
            for name in {*types}:
                inside = kept[types == name]
                totals[name] = totals.get(name, 0.0) + inside.sum(axis=0, dtype=np.float64)
                counts[name] += len(inside)
    overall = np.sum([*totals.values()], axis=0) / counts.total()
    return LayerWeights(overall.tolist(), {name: (totals[name] / counts[name]).tolist() for name in sorted(totals)})


def _types(sentence: Sentence) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The entity type of each character, or "O"."""
    types = np.full(len(sentence.text), OUTSIDE, dtype=object)
    for entity in drop_overlaps(sentence.entities):
        types[entity.start : entity.end] = entity.label
    return types
