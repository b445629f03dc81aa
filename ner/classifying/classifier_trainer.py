"""The training loop of a classifier: its examples, their batches, and its dev scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from transformers import TrainerCallback

from ner.characters.character_table import CharacterTable
from ner.classifying.classifier import Classifier
from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.classifying.labelled_text import LabelledSplit, LabelledText
from ner.classifying.text_windows import Row, pad_text_rows, rows_of
from ner.classifying.torch_classifier_engine import TorchClassifierEngine
from ner.model.classifier_network import TextClassifier, TextClassifierConfig
from ner.model.encoder_network import EncoderNetwork
from ner.training.network_trainer import NetworkTrainer
from ner.training.ranks import Ranks

MOST_WINDOWS = 8
"""The most windows of a text in training. Longer texts are read there in windows that are spread evenly over them."""


@dataclass(frozen=True)
class ClassifierExample:
    """The windows of a text, and 1 for each of its labels, `(labels,)`."""

    rows: list[Row]
    labels: np.ndarray


class ClassifierExamples(Dataset[ClassifierExample]):
    """The examples of all texts. `shortened` counts those with more than `MOST_WINDOWS` windows.

    Args:
        texts: the training data.
        table: the characters of the encoder.
        config: the network, with its labels and its longest window.
    """

    def __init__(self, texts: Sequence[LabelledText], table: CharacterTable, config: TextClassifierConfig) -> None:
        self.shortened = 0
        self._examples: list[ClassifierExample] = []
        places = {label: i for i, label in enumerate(config.labels)}
        for text in texts:
            rows = rows_of(text.content, table, config.window)
            if len(rows) > MOST_WINDOWS:
                self.shortened += 1
                rows = [rows[at] for at in np.linspace(0, len(rows) - 1, MOST_WINDOWS).round().astype(int)]
            labels = np.zeros(len(config.labels), dtype=np.float32)
            labels[[places[label] for label in text.labels]] = 1
            self._examples.append(ClassifierExample(rows, labels))

    def __len__(self) -> int:
        return len(self._examples)

    def __getitem__(self, index: int) -> ClassifierExample:
        return self._examples[index]

    @property
    def lengths(self) -> list[int]:
        """The length of each example in characters, over all its windows."""
        return [sum(len(row.ids) for row in example.rows) for example in self._examples]

    def label_weights(self, balance: float) -> Tensor:
        """The weight of each label in the loss: `(labels,)`.

        Args:
            balance: 0 for equal weights of texts, 1 for equal weights of labels.
        """
        labels = np.stack([example.labels for example in self._examples])
        counts = np.maximum(labels.sum(axis=0), 1)
        return torch.from_numpy((labels.sum() / (labels.shape[1] * counts)) ** balance).float()


@dataclass(frozen=True)
class ClassifierCollator:
    """Combines examples into a batch: the arguments of the network.

    Args:
        table: the characters of the encoder.
        types: whether the encoder reads the types of tokens.
    """

    table: CharacterTable
    types: bool

    def __call__(self, examples: Sequence[ClassifierExample]) -> dict[str, Tensor]:
        batch = pad_text_rows([row for example in examples for row in example.rows], self.table)
        arrays = {
            "input_ids": batch.input_ids,
            "attention_mask": batch.attention_mask,
            **({"token_type_ids": batch.token_type_ids} if self.types else {}),
            "labels": np.stack([example.labels for example in examples]),
            "origins": np.repeat(np.arange(len(examples)), [len(example.rows) for example in examples]),
        }
        return {name: torch.from_numpy(array) for name, array in arrays.items()}


class ClassifierTrainer(NetworkTrainer):
    """Trains a classifier, and keeps the weights of the epoch with the best F1.

    This is macro F1, or micro F1 if texts can have several labels.

    Args:
        model: the network.
        table: the characters that it knows.
        examples: the examples to learn from.
        dev: the texts to score.
        settings: the settings of the run.
        output: as for `NetworkTrainer`.
        callbacks: as for `NetworkTrainer`.
        ranks: as for `NetworkTrainer`.

    Raises:
        InputError: during training, if the loss is not finite.
    """

    best_score = "f1"

    def __init__(
        self,
        model: TextClassifier,
        table: CharacterTable,
        examples: ClassifierExamples,
        dev: LabelledSplit,
        settings: ClassifierSettings,
        output: Path,
        callbacks: Sequence[TrainerCallback],
        ranks: Ranks,
    ) -> None:
        self._table, self._dev = table, dev
        collate = ClassifierCollator(table, model.reads_types)
        super().__init__(model, examples, collate, settings, output, callbacks, ranks)

    def count(self, labels: Tensor) -> float:
        """The weight of the texts that the loss of a batch is the mean of."""
        weights = cast(TextClassifier, self._network).label_weights
        if weights is None or self._network.config.multi_label:
            return len(labels)
        return float((labels.to(weights.device) * weights).sum())

    def score_dev(self, network: EncoderNetwork) -> Mapping[str, float]:
        assert isinstance(network, TextClassifier)
        engine = TorchClassifierEngine(network, self._settings.precision)
        scores = Classifier(engine, self._table).evaluate(self._dev)
        f1 = scores.micro_f1 if scores.multi_label else scores.macro_f1
        return {"f1": f1, "accuracy": scores.accuracy}
