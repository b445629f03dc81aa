"""Training examples: character ids and labels of annotated sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ner.characters.character_table import CharacterTable, Ids
from ner.characters.padding import IGNORED, OPEN_LABEL, UNKNOWN_LABEL, pad_batch, pad_labels, pad_word_ids
from ner.characters.windows import Window, training_windows
from ner.data.entities import Entity, Sentence, drop_overlaps
from ner.data.schemes import OUTSIDE, SCHEMES, UNKNOWN, entities_to_tags, split_tag
from ner.data.unknown_spans import clip_spans
from ner.decoding.numpy_chain import Mask
from ner.model.network_config import BertBiLstmCrfConfig
from ner.words.word_table import WordTable

# A piece of a long sentence has this part of its window (1/8) as context on each side.
_CONTEXT = 8


@dataclass(frozen=True)
class Example:
    """Ids and labels of one window, both `(chars,)`. Context has the label `IGNORED`, the tag ? `UNKNOWN_LABEL`.

    `word_ids` are the ids of words, `(chars,)`; None for a network without words. `closed` are the labels that
    characters with `OPEN_LABEL` can't have, `(labels,)`; None if there are no such characters.
    """

    ids: Ids
    labels: Ids
    word_ids: Ids | None = None
    closed: Mask | None = None


class Examples(Dataset[Example]):
    """The examples of all sentences. A sentence with more than `max_length` characters is split into several.

    `sentences_cut` counts the split sentences, and `entities_cut` the entities that are cut by this. Windows that
    contain only the tag ? are left out; `windows_unknown` counts them.

    Args:
        sentences: the training data.
        table: the characters of the encoder.
        config: the network, with its labels and its longest window.
        repeats: how often each sentence is used; once if None.
        words: the ids of words, for a network that reads them. Words are those of the whole sentence.
    """

    def __init__(
        self,
        sentences: Sequence[Sentence],
        table: CharacterTable,
        config: BertBiLstmCrfConfig,
        repeats: Sequence[int] | None = None,
        words: WordTable | None = None,
    ) -> None:
        self.sentences_cut = self.entities_cut = self.windows_unknown = 0
        self._examples: list[Example] = []
        known_ids = {UNKNOWN: UNKNOWN_LABEL, **{label: i for i, label in enumerate(config.labels)}}
        of_types = np.array([split_tag(label)[1] for label in config.labels])
        scheme = SCHEMES[config.scheme]
        for sentence, times in zip(sentences, repeats or [1] * len(sentences), strict=True):
            entities = drop_overlaps(sentence.entities)
            windows = training_windows(sentence.text, entities, config.window, config.window // _CONTEXT)
            self.sentences_cut += len(windows) > 1
            ids = table.encode(sentence.text)
            word_ids = words.encode(sentence.text) if words else None
            closed, label_ids = None, known_ids
            if not {*config.types} <= {*sentence.looked_for} and sentence.looked_for:
                closed, label_ids = np.isin(of_types, sentence.looked_for), {**known_ids, OUTSIDE: OPEN_LABEL}
            for window in windows:
                inside = _clip(entities, window)
                self.entities_cut += sum(entity.start < window.keep_end < entity.end for entity in entities)
                unknown = clip_spans(sentence.unknown, window.keep_start, window.keep_end)
                tags = entities_to_tags(inside, window.keep_end - window.keep_start, scheme, unknown)
                if {*tags} == {UNKNOWN}:
                    self.windows_unknown += 1
                    continue
                labels = np.full(window.end - window.start, IGNORED, dtype=np.int64)
                labels[window.keep_start - window.start : window.keep_end - window.start] = [
                    label_ids[tag] for tag in tags
                ]
                beside = None if word_ids is None else word_ids[window.start : window.end]
                self._examples += [Example(ids[window.start : window.end], labels, beside, closed)] * times

    def __len__(self) -> int:
        return len(self._examples)

    def __getitem__(self, index: int) -> Example:
        return self._examples[index]

    @property
    def lengths(self) -> list[int]:
        """The length of each example in characters."""
        return [len(example.ids) for example in self._examples]


def _clip(entities: Sequence[Entity], window: Window) -> list[Entity]:
    """The parts of entities inside the kept range of `window`, with positions relative to its start."""
    clipped = []
    for entity in entities:
        start, end = max(entity.start, window.keep_start), min(entity.end, window.keep_end)
        if start < end:
            shift = window.keep_start
            clipped.append(Entity(start - shift, end - shift, entity.label, entity.text))
    return clipped


@dataclass(frozen=True)
class TrainingData:
    """The examples to learn from, and the dev sentences to score after each epoch."""

    examples: Examples
    dev: Sequence[Sentence]


@dataclass(frozen=True)
class Collator:
    """Combines examples into a batch: the arguments of the network, each padded."""

    table: CharacterTable

    def __call__(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        input_ids, attention_mask = pad_batch([example.ids for example in examples], self.table)
        labels = pad_labels([example.labels for example in examples])
        arrays = {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels}
        word_ids = [example.word_ids for example in examples if example.word_ids is not None]
        if word_ids:
            arrays["word_ids"] = pad_word_ids(word_ids)
        closed = [example.closed for example in examples if example.closed is not None]
        if closed:
            none = np.zeros_like(closed[0])
            arrays["closed"] = np.stack([none if example.closed is None else example.closed for example in examples])
        return {name: torch.from_numpy(array) for name, array in arrays.items()}
