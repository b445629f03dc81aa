"""From texts to labels: the one path that predicting, evaluating and training's dev scores share."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
import numpy.typing as npt

from ner.characters.character_table import CharacterTable
from ner.characters.window_batches import in_chunks
from ner.choices import BATCH_CHARACTERS, PrecisionName
from ner.classifying.classifier_engine import ClassifierEngine
from ner.classifying.content import Content, Text, check_contents, content_length
from ner.classifying.exported_classifier_engine import ExportedClassifierEngine
from ner.classifying.labelled_text import LabelledSplit, LabelledText
from ner.classifying.prediction import Prediction
from ner.classifying.text_windows import row_batches
from ner.errors import InputError, NotFiniteError
from ner.runtime.exported_classifier import load_exported_classifier
from ner.runtime.exported_folder import is_exported
from ner.tagging.engine_settings import EngineSettings

if TYPE_CHECKING:
    from ner.classifying.classification_scores import ClassificationScores

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
        engine: computes the scores of labels.
        table: the characters of its encoder.
        batch_characters: the most padded characters that the network reads at once.
        name: the name in reports.
    """

    def __init__(
        self,
        engine: ClassifierEngine,
        table: CharacterTable,
        batch_characters: int = BATCH_CHARACTERS,
        *,
        name: str = "",
    ) -> None:
        self.engine = engine
        self.table = table
        self.name = name
        self.labels = engine.labels
        self.pairs = engine.pairs
        self.multi_label = engine.multi_label
        self.batch_characters = batch_characters

    @classmethod
    def load(
        cls,
        folder: str | Path,
        precision: PrecisionName = "auto",
        threads: int | None = None,
        batch_characters: int = BATCH_CHARACTERS,
    ) -> "Classifier":
        """Load a classifier from its folder, or from the folder of an exported classifier.

        A classifier is moved to the GPU if there is one. An exported one runs on the CPU, without PyTorch.

        Args:
            folder: the folder that training or the export wrote.
            precision: `fp32`, `bf16`, or `auto` (bf16 if the hardware is fast at it). The number format of an exported
                classifier is fixed: use `auto`.
            threads: the number of CPU threads, for all later work of PyTorch or for the exported classifier. None uses
                their defaults.
            batch_characters: as for the class.

        Raises:
            InputError: the folder contains no complete classifier that this version can read, or a number is out of
                its range.
        """
        settings = EngineSettings(precision=precision, threads=threads, batch_characters=batch_characters)
        folder, batch = Path(folder), settings.batch_characters
        if is_exported(folder):
            exported, table = load_exported_classifier(folder)
            engine = ExportedClassifierEngine(folder, exported, table, settings.precision, settings.threads)
            return cls(engine, table, batch, name=str(folder))
        import torch  # which takes seconds, as the next two

        from ner.classifying.torch_classifier_engine import TorchClassifierEngine
        from ner.model.classifier_folder import load_classifier

        model, table = load_classifier(folder)
        if settings.threads is not None:
            torch.set_num_threads(settings.threads)
        return cls(TorchClassifierEngine.for_inference(model, settings.precision), table, batch, name=str(folder))

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
        contents = check_contents(texts, pairs=self.pairs)
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
        contents = [*check_contents(texts, pairs=self.pairs)]
        return self._probabilities(self.scores(contents))

    def evaluate(self, texts: LabelledSplit | Sequence[LabelledText]) -> "ClassificationScores":
        """Compare the predictions for labelled texts with their labels.

        Raises:
            InputError: there are no texts, or they are pairs and the classifier reads single texts, or the reverse.
        """
        from ner.classifying.classification_scores import ClassificationScores  # it needs scikit-learn and pandas

        found = texts.texts if isinstance(texts, LabelledSplit) else [*texts]
        if not found and isinstance(texts, LabelledSplit):
            raise InputError(f"{texts.path} has no texts with labels")
        if not found:
            raise InputError("expected `texts` to contain labelled texts, got none")
        for text in found:
            if (text.pair is not None) != self.pairs:
                place = f"{text.file}:{text.line}: " if text.file else ""
                wanted = "a pair of texts" if self.pairs else "one text"
                raise InputError(f"{place}expected {wanted}, as the classifier was trained with")
        asked = [text.text if text.pair is None else (text.text, text.pair) for text in found]
        return ClassificationScores(found, self.labels, self.probabilities(asked), multi_label=self.multi_label)

    def scores(self, contents: Sequence[Content]) -> Floats:
        """The scores of the network, before they become probabilities: `(texts, labels)`.

        Raises:
            NotFiniteError: the network computes scores that are no numbers.
        """
        total = np.zeros((len(contents), len(self.labels)))
        windows = np.zeros(len(contents))
        for origins, batch in row_batches(contents, self.table, self.engine.window, self.batch_characters):
            np.add.at(total, origins, self.engine.scores(batch))
            np.add.at(windows, origins, 1)
        if not np.isfinite(total).all():
            raise NotFiniteError("the network computes scores that are no numbers: train again")
        return total / np.maximum(windows, 1)[:, None]

    def _probabilities(self, scores: Floats) -> Floats:
        return to_probabilities(scores, self.engine.temperature, multi_label=self.multi_label)

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
