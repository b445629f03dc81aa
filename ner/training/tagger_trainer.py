"""The Hugging Face `Trainer` with batches by length, two learning rates, and dev scores from tagging."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Sampler
from transformers import (
    EarlyStoppingCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.trainer_callback import PrinterCallback

from ner.characters.character_table import CharacterTable
from ner.characters.padding import IGNORED
from ner.errors import InputError, NotFiniteError
from ner.model.hardware import use_bf16
from ner.model.network import BertBiLstmCrf
from ner.runs.checkpoints import checkpoint_folder, find_damage, new_checkpoint, no_whole_checkpoint, trim
from ner.runs.run_folder import UNFINISHED
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.adversarial import Attack
from ner.training.length_sampler import LengthSampler
from ner.training.model_output import BEST_PARTS, TENSORBOARD, best_checkpoint
from ner.training.ranks import RankBatches, Ranks
from ner.training.rdrop import r_drop_loss
from ner.training.stop_at_interrupt import StopAtInterrupt
from ner.training.tensorboard import TensorBoardLog
from ner.training.training_examples import Collator, TrainingData
from ner.training.training_length import number_of_epochs, steps_per_epoch
from ner.training.training_settings import LEAST_STEPS, TrainingSettings
from ner.training.weight_average import WeightAverage

_LOGS_AN_EPOCH = 20
_ENTITIES_TO_JUDGE = 20
_LAYER = re.compile(r"\.layers?\.(\d+)\.")


class TaggerTrainer(Trainer):
    """Trains a network, scores it on dev after each epoch, and keeps the weights of the epoch with the best F1.

    Args:
        model: the network.
        table: the characters that it knows.
        data: the examples to learn from, and the dev sentences.
        settings: the settings of the run.
        output: the output folder, for the checkpoints and the TensorBoard log.
        callbacks: more callbacks for the run.
        ranks: the processes that train together.

    Raises:
        InputError: during training, if the loss is not finite, or the model finds no entity after a third of the steps.
    """

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
        self._network = model
        self._ranks = ranks or Ranks()
        self._settings = settings
        self._table = table
        self._data = data
        self._unfinished = output / UNFINISHED
        self._checkpoint: Path | None = None  # the newest whole one
        self._interrupt = StopAtInterrupt(self._ranks)
        self._attack = _attack(model, settings, self._ranks)
        self._average = WeightAverage(model, settings.ema) if settings.ema else None
        super().__init__(
            model,
            _arguments(settings, len(data.examples), model.device, output),
            data_collator=Collator(table),
            train_dataset=data.examples,
            eval_dataset=list(data.dev),  # `Trainer` requires one, but `evaluate` uses the sentences
            callbacks=[
                EarlyStoppingCallback(settings.patience),
                _FindBest(self._unfinished),
                *([TensorBoardLog(output / TENSORBOARD)] if self._ranks.is_main else []),
                _StopIfNothingIsFound(settings, sum(len(sentence.entities) for sentence in data.dev)),
                *([_Unfreeze(model)] if settings.mode == "gradual" else []),
                *([self._average] if self._average else []),
                *callbacks,
                self._interrupt,
            ],
        )
        self.remove_callback(PrinterCallback)

    def run(self, checkpoint: Path | None) -> bool:
        """Train, from `checkpoint` if it is given. False if the user interrupted it; then a checkpoint is saved."""
        self._checkpoint = checkpoint
        self._vary_dropout()
        with self._interrupt.installed():
            self.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        return not self._interrupt.stopped

    @property
    def interrupted(self) -> bool:
        """Whether the user asked to stop, be it after the last step."""
        return self._interrupt.requested

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """Create AdamW with the groups of `parameter_groups`."""
        self.optimizer = torch.optim.AdamW(parameter_groups(self._network, self._settings), fused=True)
        return self.optimizer

    def training_step(self, model: nn.Module, inputs: dict[str, Tensor], *args: Any) -> Tensor:
        """Compute the loss and the gradients of a batch, with adversarial training if it is on."""

        def backward() -> Tensor:
            return super(TaggerTrainer, self).training_step(model, inputs, *args)

        def loss() -> Tensor:
            with self.compute_loss_context_manager():
                return self.compute_loss(model, self._prepare_inputs(inputs))

        result = self._attack.learn(backward, loss) if self._attack else backward()
        if self.accelerator.sync_gradients:
            self._ranks.average(each.grad for each in self._network.parameters() if each.grad is not None)
        self._ranks.average([result])
        return result

    def compute_loss(self, model: nn.Module, inputs: dict[str, Tensor], *args: Any, **kwargs: Any) -> Tensor:
        """The loss of the network, or the R-Drop loss. It must be finite."""
        if self._settings.r_drop:
            loss = r_drop_loss(self._network, inputs, self._settings.r_drop)
        else:
            loss = cast(Tensor, super().compute_loss(model, inputs, *args, **kwargs))
        if self._ranks.any(not torch.isfinite(loss).all()):
            raise self._diverged(f"the loss is {loss.mean().item()} at step {self.state.global_step + 1}")
        return loss * self._weight(inputs["labels"])

    def _weight(self, labels: Tensor) -> float:
        """The weight that makes the average of the losses of all ranks the mean over all that the batch has."""
        if self._ranks.number == 1:
            return 1.0
        # A CRF averages over sentences, a softmax over characters.
        own = len(labels) if self._settings.decoder == "crf" else int((labels != IGNORED).sum())
        return own * self._ranks.number / self._ranks.total(own)

    def _diverged(self, what: str) -> InputError:
        return InputError(
            f"{what}: try a lower `learning_rate` (it is {self._settings.learning_rate:g}) and `head_learning_rate` "
            f"({self._settings.head_learning_rate:g}), or `precision` fp32"
        )

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Score the dev sentences as `bert-ner evaluate` does."""
        metrics = self._ranks.from_main(self._score)
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _score(self) -> dict[str, float]:
        network = self._average.model if self._average else self._network
        tagger = Tagger(NetworkEngine(network, self._settings.precision), self._table)
        try:
            scores = tagger.evaluate(self._data.dev).scores
        except NotFiniteError:
            raise self._diverged(f"the scores on dev are not finite after step {self.state.global_step}") from None
        return {
            "eval_f1": scores.f1,
            "eval_precision": scores.precision,
            "eval_recall": scores.recall,
            "eval_predicted": scores.predicted_chunks,
        }

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Tensor] | None = None) -> None:
        if self._average and output_dir:
            super()._save(output_dir, self._average.model.state_dict())
            self._average.save_raw(Path(output_dir))
        else:
            super()._save(output_dir, state_dict)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, *args: Any) -> None:
        if self._average:
            self._average.load(Path(resume_from_checkpoint))
        else:
            super()._load_from_checkpoint(resume_from_checkpoint, *args)

    def _save_checkpoint(self, *args: Any, **kwargs: Any) -> None:
        """Save a checkpoint. The one before stays, and the weights of the best epoch until each of both."""
        self._ranks.from_main(lambda: self._write_checkpoint(*args, **kwargs))

    def _write_checkpoint(self, *args: Any, **kwargs: Any) -> None:
        before = self._checkpoint
        keep = [folder for folder in (before, before and best_checkpoint(before)) if folder]
        with new_checkpoint(self._unfinished, self.state.global_step, keep) as folder:
            super()._save_checkpoint(*args, **kwargs)
        for older in keep:
            if older not in (before, folder):
                trim(older, BEST_PARTS)
        self._checkpoint = folder

    def _load_best_model(self) -> None:
        if not self._ranks.is_main:  # rank 0 finishes the run
            return
        best = Path(cast(str, self.state.best_model_checkpoint))
        if reason := find_damage(best, BEST_PARTS):
            raise no_whole_checkpoint(best, reason)
        super()._load_best_model()

    def _load_rng_state(self, *args: Any) -> None:
        super()._load_rng_state(*args)
        self._vary_dropout()

    def _vary_dropout(self) -> None:
        """Give each rank another dropout. Rank 0 has that of a single process."""
        if not self._ranks.is_main:
            torch.manual_seed(self._settings.seed + self._ranks.rank + self.state.global_step * self._ranks.number)

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Load the batches, of each of them the share of this rank."""
        if self._ranks.number == 1:
            return super().get_train_dataloader()
        batches = RankBatches(self._get_train_sampler(), self._settings.batch_size, self._ranks)
        loader = DataLoader(self._data.examples, batch_sampler=batches, collate_fn=self.data_collator)
        return cast("DataLoader[Any]", self.accelerator.prepare(loader))

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        return LengthSampler(self._data.examples.lengths, self._settings.batch_size, self._settings.seed)


def parameter_groups(model: BertBiLstmCrf, settings: TrainingSettings) -> list[dict[str, Any]]:
    """Group the parameters to train by part (head or encoder), learning rate and weight decay.

    The learning rate of an encoder layer is `layer_decay` times the rate of the layer above. Biases, normalization,
    single vectors and the CRF have no weight decay. Weight decay would make the CRF's forbidden transitions possible.

    Returns:
        The groups as `torch.optim.AdamW` takes them, with a `name`: `encoder` or `head`.
    """
    top = model.encoder.config.num_hidden_layers
    groups: dict[tuple[str, float, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if settings.mode == "frozen" and name.startswith("encoder."):
            continue
        part, rate = "head", settings.head_learning_rate
        if name.startswith("encoder."):
            part, rate = "encoder", settings.learning_rate * settings.layer_decay ** (top - layer_of(name, top))
        decays = parameter.ndim > 1 and not name.startswith("tag_decoder.")
        groups.setdefault((part, rate, decays), []).append(parameter)
    return [
        {"name": part, "params": parameters, "lr": rate, "weight_decay": settings.weight_decay if decays else 0.0}
        for (part, rate, decays), parameters in groups.items()
    ]


def layer_of(name: str, top: int) -> int:
    """The layer of an encoder parameter, from 1 to `top`; 0 for embeddings, `top` for parameters above all layers."""
    if match := _LAYER.search(name):
        return int(match[1]) + 1
    return 0 if "embeddings" in name else top


def _attack(model: BertBiLstmCrf, settings: TrainingSettings, ranks: Ranks) -> Attack | None:
    if settings.adversarial == "none":
        return None
    steps = settings.adversarial_steps if settings.adversarial == "pgd" else 1
    embeddings = model.encoder.get_input_embeddings().weight
    return Attack(cast(nn.Parameter, embeddings), settings.adversarial_epsilon, steps, ranks.average)


def _arguments(settings: TrainingSettings, examples: int, device: torch.device, output: Path) -> TrainingArguments:
    steps_an_epoch = steps_per_epoch(settings, examples)
    steps = settings.max_steps or steps_an_epoch * number_of_epochs(settings)
    on_cpu = device.type == "cpu"
    arguments = TrainingArguments(
        output_dir=str(output / UNFINISHED),
        num_train_epochs=number_of_epochs(settings),
        max_steps=settings.max_steps or -1,
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.accumulate,
        warmup_steps=int(steps * settings.warmup),
        lr_scheduler_type="linear",
        max_grad_norm=settings.clip,
        bf16=use_bf16(settings.precision, device),
        use_cpu=on_cpu,
        dataloader_pin_memory=not on_cpu,
        seed=settings.seed,
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        metric_for_best_model="f1",
        greater_is_better=True,
        restore_callback_states_from_checkpoint=True,  # the number of epochs without improvement
        logging_steps=max(1, min(steps, steps_an_epoch) // _LOGS_AN_EPOCH),
        logging_nan_inf_filter=False,
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
    )
    # With several GPUs, `Trainer` would multiply the batch size.
    arguments._n_gpu = min(arguments.n_gpu, 1)
    return arguments


class _FindBest(TrainerCallback):
    """Finds the checkpoint of the best epoch again, if the output folder has another path than before."""

    def __init__(self, unfinished: Path) -> None:
        self._unfinished = unfinished

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if state.best_global_step:
            state.best_model_checkpoint = str(checkpoint_folder(self._unfinished, state.best_global_step))


class _Unfreeze(TrainerCallback):
    """Gradual unfreezing (Howard and Ruder 2018, section 3.3): trains more encoder layers in each epoch.

    The first epoch trains no layer. Later epochs add layers from the top down. The last epoch trains all layers and
    the embeddings.
    """

    def __init__(self, model: BertBiLstmCrf) -> None:
        self._model = model

    def on_epoch_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        top = self._model.encoder.config.num_hidden_layers
        later = math.ceil(state.num_train_epochs) - 1
        learning = math.ceil((top + 1) * int(state.epoch or 0) / later) if later else top + 1
        for name, parameter in self._model.encoder.named_parameters():
            parameter.requires_grad_(layer_of(f".{name}", top) > top - learning)


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
