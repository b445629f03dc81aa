"""The training loop of a tagger: dev scores from tagging, and a stop if nothing is found."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.characters.character_table import CharacterTable
from ner.characters.padding import IGNORED
from ner.errors import InputError
from ner.model.encoder_network import EncoderNetwork
from ner.model.network import BertBiLstmCrf
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.network_trainer import NetworkTrainer
from ner.training.ranks import Ranks
from ner.training.training_examples import Collator, TrainingData
from ner.training.training_length import number_of_epochs
from ner.training.training_settings import LEAST_STEPS, TrainingSettings

_ENTITIES_TO_JUDGE = 20


class TaggerTrainer(NetworkTrainer):
    """Trains a tagger, and keeps the weights of the epoch with the best F1.

    Args:
        model: the network.
        table: the characters that it knows.
        data: the examples to learn from, and the dev sentences.
        settings: the settings of the run.
        output: as for `NetworkTrainer`.
        callbacks: as for `NetworkTrainer`.
        ranks: the processes that train together.

    Raises:
        InputError: during training, if the loss is not finite, or the model finds no entity after a third of the steps.
    """

    best_score = "f1"

    def __init__(
        self,
        model: BertBiLstmCrf,
        table: CharacterTable,
        data: TrainingData,
        settings: TrainingSettings,
        output: Path,
        callbacks: Sequence[TrainerCallback],
        ranks: Ranks | None = None,
    ) -> None:
        self._table = table
        self._decoder = settings.decoder
        self._data = data
        watch = _StopIfNothingIsFound(settings, sum(len(sentence.entities) for sentence in data.dev))
        super().__init__(model, data.examples, Collator(table), settings, output, [watch, *callbacks], ranks)

    def count(self, labels: Tensor) -> int:
        """A CRF averages its loss over sentences, a softmax over characters."""
        return len(labels) if self._decoder == "crf" else int((labels != IGNORED).sum())

    def score_dev(self, network: EncoderNetwork) -> Mapping[str, float]:
        assert isinstance(network, BertBiLstmCrf)
        scores = Tagger(NetworkEngine(network, self._settings.precision), self._table).evaluate(self._data.dev).scores
        rows = {"": scores, **{f"/{type_}": row for type_, row in scores.types.items()}}
        names = ("f1", "precision", "recall")
        by_type = {f"{name}{type_}": getattr(row, name) for type_, row in rows.items() for name in names}
        return {**by_type, "predicted": scores.predicted_chunks}


class _StopIfNothingIsFound(TrainerCallback):
    """Stops a run if the model predicts only O on dev after a third of the steps.

    A short run is not stopped, and neither is a run whose dev has few entities: a good model may miss these.
    """

    def __init__(self, settings: TrainingSettings, dev_entities: int) -> None:
        self._settings = settings
        self._judges = dev_entities >= _ENTITIES_TO_JUDGE

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        is_late = max(state.max_steps / 3, LEAST_STEPS) <= state.global_step < state.max_steps
        if self._judges and is_late and kwargs["metrics"]["eval_predicted"] == 0:
            raise InputError(
                f"after {state.global_step:,} of {state.max_steps:,} steps the model finds no entity in dev: try more "
                f"`epochs` (now {number_of_epochs(self._settings)}), another `learning_rate` "
                f"({self._settings.learning_rate:g}) or a smaller `batch_size` ({self._settings.batch_size}), and "
                "check that the tags of train are correct"
            )
