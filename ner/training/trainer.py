"""Training from Python: a `Trainer` around the run that `bert-ner train` makes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ner.data.corpus import Corpus
from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.evaluation.scores import Evaluation, evaluate
from ner.tagging.tagger import Tagger
from ner.training.train import TrainingRun, train
from ner.training.training_settings import TrainingSettings


class Trainer:
    """Trains a tagger on a corpus and writes it, its record and its reports into a folder.

    >>> trainer = Trainer(TrainingSettings(epochs=3), train=read_corpus("data_demo"), output="model")
    >>> tagger = trainer.train()
    >>> trainer.evaluate(corpus.test).f1

    Args:
        settings: what `bert-ner train` sets by its options.
        train: the corpus; its dev split chooses the best epoch.
        output: the model folder. It must hold no other model.
    """

    def __init__(self, settings: TrainingSettings | None = None, *, train: Corpus, output: str | Path) -> None:
        self.settings = settings or TrainingSettings()
        self.corpus = train
        self.output = Path(output)
        self._run: TrainingRun | None = None

    def train(self, *, resume: bool = False) -> Tagger:
        """Train, and return the tagger with the weights of the best epoch; `resume` continues an interrupted run.

        Raises:
            InputError: the corpus, the encoder or the output folder can't be used, or nothing was learned.
            InterruptedRun: the user stopped it; what was learned is saved.
            OSError: the output folder can't be written.
        """
        self._run = train(self.corpus, self.settings, self.output, resume=resume)
        return self._run.tagger

    @property
    def record(self) -> dict[str, Any]:
        """What the run was made from, and its scores: the content of `training.json`."""
        return self._finished().record

    def evaluate(self, sentences: Split | Sequence[Sentence]) -> Evaluation:
        """Tag annotated sentences with the trained tagger and compare."""
        gold = sentences.sentences if isinstance(sentences, Split) else sentences
        return evaluate(self._finished().tagger, gold)

    def _finished(self) -> TrainingRun:
        if self._run is None:
            raise ValueError("expected a trained tagger: call `train` first")
        return self._run
