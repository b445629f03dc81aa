"""The `Trainer` of the Python API. It does what `bert-ner train` does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from ner.data.corpus import Corpus, require_corpus
from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.evaluation.scores import Evaluation
from ner.runs.progress import Progress
from ner.tagging.tagger import Tagger
from ner.training.train import TrainingRun, train
from ner.training.training_settings import TrainingSettings


class Trainer:
    """Trains a tagger on a corpus and writes it, its record and its reports into a folder.

    >>> corpus = Corpus.from_sentences([Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(20)])
    >>> trainer = Trainer(TrainingSettings(init_from="mini-zh-uner", epochs=1), train=corpus, output="model")
    >>> tagger = trainer.train()
    >>> tagger.types
    ['LOC']
    >>> trainer.evaluate(corpus.dev).precision
    100.0

    Args:
        settings: the settings, which are the options of `bert-ner train`.
        train: the corpus. Its dev split chooses the best epoch.
        output: the model folder. It must not contain another model.
        progress: shows steps and epochs. By default, a notebook shows a bar, and other programs log to `ner`.
        callbacks: callbacks of the Hugging Face `Trainer`. Their exceptions end the run.
    """

    def __init__(
        self,
        settings: TrainingSettings | None = None,
        *,
        train: Corpus,
        output: str | Path,
        progress: Progress | None = None,
        callbacks: Sequence[TrainerCallback] = (),
    ) -> None:
        require_corpus(train, "train")
        self.settings = settings or TrainingSettings()
        self.corpus = train
        self.output = Path(output)
        self.progress = progress
        self.callbacks = callbacks
        self._run: TrainingRun | None = None

    def train(self, *, resume: bool = False) -> Tagger:
        """Train the tagger.

        Args:
            resume: continue the interrupted run in `output`, if there is one.

        Returns:
            The tagger with the weights of the best epoch.

        Raises:
            InputError: the corpus, the encoder or the output folder can't be used, or training failed.
            InterruptedRun: the user stopped the run. It can be resumed.
            OSError: the output folder can't be written. The run can be resumed.
        """
        self._run = train(
            self.corpus,
            self.settings,
            self.output,
            resume=resume,
            progress=self.progress,
            callbacks=self.callbacks,
        )
        return self._run.tagger

    @property
    def record(self) -> dict[str, Any]:
        """The training record, which is also in `training.json`: settings, data, scores and versions."""
        return self._finished().record

    def evaluate(self, sentences: Split | Sequence[Sentence]) -> Evaluation:
        """Tag annotated sentences with the trained tagger, and compare the predictions with their entities."""
        return self._finished().tagger.evaluate(sentences)

    def _finished(self) -> TrainingRun:
        if self._run is None:
            raise ValueError("expected a trained tagger: call `train` first")
        return self._run
