"""From texts to labels: the one path that predicting, evaluating and training's dev scores share."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ner.characters.character_table import CharacterTable
from ner.characters.window_batches import in_chunks
from ner.choices import BATCH_CHARACTERS, PrecisionName
from ner.classifying.classification_scores import ClassificationScores
from ner.classifying.content import Content, Text, check_content, content_length
from ner.classifying.labelled_text import LabelledSplit, LabelledText
from ner.classifying.prediction import Prediction
from ner.classifying.text_windows import RowBatch, row_batches
from ner.errors import InputError, NotFiniteError
from ner.model.classifier_folder import load_classifier
from ner.model.classifier_network import TextClassifier
from ner.model.hardware import use_bf16
from ner.model.inference import inference
from ner.tagging.engine_settings import EngineSettings

Floats = npt.NDArray[np.float64]

# Characters that are sorted into batches together: enough for batches of equal length, and little memory.
_CHUNK_CHARACTERS = 100_000
_LEAST_PROBABILITY = 0.5  # of a label that is predicted, if texts can have several


class Classifier:
    """Finds the labels of Chinese texts or of pairs of texts.

    >>> classifier = Classifier.load("my-classifier")  # doctest: +SKIP
    >>> classifier.predict("主队在最后一分钟进球，赢下了比赛。").label  # doctest: +SKIP
    '体育'

    Args:
        model: the network. Its device and mode stay as they are.
        table: the characters of its encoder.
        precision: `fp32`, `bf16`, or `auto` (bf16 if the hardware is fast at it).
        batch_characters: the most padded characters that the network reads at once.
        name: the name in reports.
    """

    def __init__(
        self,
        model: TextClassifier,
        table: CharacterTable,
        precision: PrecisionName = "auto",
        batch_characters: int = BATCH_CHARACTERS,
        *,
        name: str = "",
    ) -> None:
        self.model = model
        self.table = table
        self.name = name
        self.labels: list[str] = model.config.labels
        self.pairs: bool = model.config.pairs
        self.multi_label: bool = model.config.multi_label
        self.batch_characters = batch_characters
        self.window: int = model.config.window
        self.precision: PrecisionName = "bf16" if use_bf16(precision, model.device) else "fp32"
        self.reads_types = getattr(model.encoder.config, "type_vocab_size", 0) > 1

    @classmethod
    def load(
        cls,
        folder: str | Path,
        precision: PrecisionName = "auto",
        threads: int | None = None,
        batch_characters: int = BATCH_CHARACTERS,
    ) -> "Classifier":
        """Load a classifier from its folder. It is moved to the GPU if there is one.

        Args:
            folder: the folder that training wrote.
            precision: as for the class.
            threads: the number of CPU threads, for all later work of PyTorch. None leaves it unchanged.
            batch_characters: as for the class.

        Raises:
            InputError: the folder contains no complete classifier that this version can read, or a number is out of
                its range.
        """
        settings = EngineSettings(precision=precision, threads=threads, batch_characters=batch_characters)
        model, table = load_classifier(Path(folder))
        if settings.threads is not None:
            torch.set_num_threads(settings.threads)
        return cls.for_inference(model, table, settings.precision, settings.batch_characters, name=str(folder))

    @classmethod
    def for_inference(
        cls,
        model: TextClassifier,
        table: CharacterTable,
        precision: PrecisionName = "auto",
        batch_characters: int = BATCH_CHARACTERS,
        *,
        name: str = "",
    ) -> "Classifier":
        """Make a classifier of a network that is used nowhere else, and change the network for speed."""
        model.place()
        model.encoder.set_attn_implementation("sdpa")  # eager attention is faster only in training
        classifier = cls(model, table, precision, batch_characters, name=name)
        if classifier.precision == "bf16":
            nn.Module.to(model.encoder, torch.bfloat16)
        return classifier

    @overload
    def predict(  # type: ignore[overload-overlap]  # a string is a sequence of strings
        self, texts: str
    ) -> Prediction: ...

    @overload
    def predict(self, texts: Iterable[Text]) -> list[Prediction]: ...

    def predict(self, texts: str | Iterable[Text]) -> Prediction | list[Prediction]:
        """Find the labels of one or several texts, of any length.

        Args:
            texts: a text, or several; for a classifier of pairs, a list of pairs.

        Returns:
            The prediction of each text, or of a single text.

        Raises:
            InputError: `texts` has something else than texts, or than pairs.
        """
        if isinstance(texts, str):
            return self.predict([texts])[0]
        return list(self.predict_stream(texts))

    def predict_stream(self, texts: Iterable[Text], watch: Callable[[int], None] | None = None) -> Iterator[Prediction]:
        """The predictions of a stream of texts, in constant memory.

        Args:
            texts: the texts or pairs.
            watch: called with the number of characters that have just been read.

        Raises:
            InputError: as for `predict`.
        """
        contents = (check_content(text, pairs=self.pairs) for text in texts)
        for chunk in in_chunks(contents, content_length, _CHUNK_CHARACTERS):
            for probabilities in self._probabilities(self.scores(chunk)):
                yield self._prediction(probabilities)
            if watch is not None:
                watch(sum(map(content_length, chunk)))

    def probabilities(self, texts: Iterable[Text]) -> Floats:
        """The probability of each label: `(texts, labels)`, in the order of `labels`.

        Raises:
            InputError: as for `predict`.
        """
        contents = [check_content(text, pairs=self.pairs) for text in texts]
        return self._probabilities(self.scores(contents))

    def evaluate(self, texts: LabelledSplit | Sequence[LabelledText]) -> ClassificationScores:
        """Compare the predictions for labelled texts with their labels.

        Raises:
            InputError: there are no texts, or they are pairs and the classifier reads single texts, or the reverse.
        """
        found = texts.texts if isinstance(texts, LabelledSplit) else [*texts]
        if not found:
            raise InputError("expected `texts` to contain labelled texts, got none")
        asked = [text.text if text.pair is None else (text.text, text.pair) for text in found]
        return ClassificationScores(found, self.labels, self.probabilities(asked), multi_label=self.multi_label)

    def scores(self, contents: Sequence[Content]) -> Floats:
        """The scores of the network, before they become probabilities: `(texts, labels)`.

        Raises:
            NotFiniteError: the network computes scores that are no numbers.
        """
        total = np.zeros((len(contents), len(self.labels)))
        windows = np.zeros(len(contents))
        for origins, batch in row_batches(contents, self.table, self.model.config.window, self.batch_characters):
            np.add.at(total, origins, self._scores_of_rows(batch))
            np.add.at(windows, origins, 1)
        if not np.isfinite(total).all():
            raise NotFiniteError("the network computes scores that are no numbers: train again")
        return total / np.maximum(windows, 1)[:, None]

    def _scores_of_rows(self, batch: RowBatch) -> npt.NDArray[np.float32]:
        ids, mask, types = (torch.from_numpy(array).to(self.model.device) for array in batch)
        with inference(self.model, bf16=self.precision == "bf16"):
            scores: Tensor = self.model(ids, mask, types if self.reads_types and self.pairs else None).emissions
        return scores.cpu().numpy()

    def _probabilities(self, scores: Floats) -> Floats:
        return to_probabilities(scores, float(self.model.temperature), multi_label=self.multi_label)

    def _prediction(self, probabilities: Floats) -> Prediction:
        order = np.argsort(-probabilities, kind="stable")
        scores: Mapping[str, float] = {self.labels[i]: float(probabilities[i]) for i in order}
        if self.multi_label:
            return Prediction(tuple(label for label, p in scores.items() if p >= _LEAST_PROBABILITY), scores)
        return Prediction((self.labels[order[0]],), scores)


def to_probabilities(scores: Floats, temperature: float, *, multi_label: bool) -> Floats:
    """The probabilities of labels, `(texts, labels)`: softmax, or the logistic function for several labels at once."""
    scaled = scores / temperature
    if multi_label:
        return np.asarray(1 / (1 + np.exp(-scaled)))
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
