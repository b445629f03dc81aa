"""How much each layer of the encoder counts in a tagger's decisions."""

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
    """The weight of each layer, the embeddings' first: on average over all characters, and by type of entity.

    Characters outside of entities are under "O", and so is everything where the weights don't depend on the text.
    """

    overall: list[float]
    by_type: dict[str, list[float]]


def layer_weights(engine: NetworkEngine, table: CharacterTable, sentences: Sequence[Sentence]) -> LayerWeights:
    """The weights that the layers get in `sentences`, whose gold entities count."""
    if not engine.model.fusion.depends_on_text:
        sentences = [Sentence("\u5b57")]  # any text will do
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
    """The type of entity that each character is in, or "O"."""
    types = np.full(len(sentence.text), OUTSIDE, dtype=object)
    for entity in drop_overlaps(sentence.entities):
        types[entity.start : entity.end] = entity.label
    return types
