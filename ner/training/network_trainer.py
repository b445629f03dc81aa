"""The Hugging Face `Trainer` for a network above an encoder: batches by length, two learning rates, the best epoch."""

import math
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

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

from ner.errors import InputError, NotFiniteError
from ner.model.encoder_network import EncoderNetwork
from ner.model.feature_cache import FeatureCache
from ner.model.hardware import use_bf16
from ner.runs.checkpoints import checkpoint_folder, find_damage, new_checkpoint, no_whole_checkpoint, trim
from ner.runs.run_folder import UNFINISHED
from ner.training.adversarial import Attack
from ner.training.length_sampler import LengthSampler
from ner.training.loop_settings import LoopSettings
from ner.training.parameter_groups import layer_of, parameter_groups
from ner.training.ranks import RankBatches, Ranks
from ner.training.rdrop import r_drop_loss
from ner.training.run_output import BEST_PARTS, FEATURES, TENSORBOARD, best_checkpoint
from ner.training.stop_at_interrupt import StopAtInterrupt
from ner.training.tensorboard import TensorBoardLog
from ner.training.training_length import number_of_epochs, steps_per_epoch
from ner.training.weight_average import WeightAverage

_LOGS_AN_EPOCH = 20


class ExamplesByLength(Protocol):
    """The examples to learn from, and the length of each of them in characters."""

    @property
    def lengths(self) -> Sequence[int]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Any: ...


class NetworkTrainer(Trainer):
    """Trains a network, scores it on dev after each epoch, and keeps the weights of the epoch with the best score.

    Args:
        model: the network.
        examples: the examples to learn from.
        collate: combines examples into a batch: the arguments of the network, each padded.
        settings: the settings of the run.
        output: the output folder, for the checkpoints and the TensorBoard log.
        callbacks: further callbacks. Their exceptions end the run.
        ranks: the processes that train together.

    Raises:
        InputError: during training, if the loss is not finite.
    """

    best_score: str
    """The name of the score that chooses the best epoch."""

    def __init__(
        self,
        model: EncoderNetwork,
        examples: ExamplesByLength,
        collate: Callable[[Sequence[Any]], dict[str, Tensor]],
        settings: LoopSettings,
        output: Path,
        callbacks: Sequence[TrainerCallback],
        ranks: Ranks | None = None,
    ) -> None:
        self._ranks = ranks or Ranks()
        if settings.mode == "frozen":
            number = "" if self._ranks.is_main else f"-{self._ranks.rank}"
            model.feature_cache = FeatureCache(output / UNFINISHED / f"{FEATURES}{number}")
        self._network = model
        self._settings = settings
        self._examples = examples
        self._unfinished = output / UNFINISHED
        self._checkpoint: Path | None = None  # the newest whole one
        self._interrupt = StopAtInterrupt(self._ranks)
        self._attack = _attack(model, settings, self._ranks)
        self._average = WeightAverage(model, settings.ema) if settings.ema else None
        super().__init__(
            model,
            _arguments(settings, len(examples), model.device, output, self.best_score),
            data_collator=collate,
            train_dataset=examples,
            eval_dataset=[None],  # `Trainer` requires one, but `evaluate` doesn't use it
            callbacks=[
                EarlyStoppingCallback(settings.patience),
                _FindBest(self._unfinished),
                *([TensorBoardLog(output / TENSORBOARD)] if self._ranks.is_main else []),
                *([_Unfreeze(model)] if settings.mode == "gradual" else []),
                *([self._average] if self._average else []),
                *callbacks,
                self._interrupt,
            ],
        )
        self.remove_callback(PrinterCallback)

    def run(self, checkpoint: Path | None, tell: Callable[[str], None]) -> bool:
        """Train, from `checkpoint` if it is given. False if the user interrupted it; then a checkpoint is saved.

        `tell` is told at once that the run will stop, when the user interrupts it.
        """
        self._checkpoint = checkpoint
        self._vary_dropout()
        with self._interrupt.installed(tell):
            self.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        # Evaluate the network as a loaded one works: without the cache, and without the number format of the training.
        self._network.feature_cache = None
        self.accelerator.unwrap_model(self._network, keep_fp32_wrapper=False)
        return not self._interrupt.stopped

    def _run_epoch(self, *args: Any, **more: Any) -> None:
        """Train an epoch, unless the run continues from its end: `Trainer` would take one more step, or epoch.

        It is a private method, of newer versions only: 5.0 of transformers doesn't call it, and takes that step.
        """
        early = [each for each in self.callback_handler.callbacks if isinstance(each, EarlyStoppingCallback)]
        is_impatient = any(each.early_stopping_patience_counter >= each.early_stopping_patience for each in early)
        if is_impatient or self.state.global_step >= self.state.max_steps:
            self.control.should_training_stop = True
        else:
            super()._run_epoch(*args, **more)  # type: ignore[no-untyped-call]

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
            return super(NetworkTrainer, self).training_step(model, inputs, *args)

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

    def count(self, labels: Tensor) -> float:
        """The number of examples, or their weight, that the loss of a batch is the mean of."""
        return len(labels)

    def _weight(self, labels: Tensor) -> float:
        """The weight that makes the average of the losses of all ranks the mean over all that the batch has."""
        if self._ranks.number == 1:
            return 1.0
        own = self.count(labels)
        return own * self._ranks.number / self._ranks.total(own)

    def _diverged(self, what: str) -> InputError:
        return InputError(
            f"{what}: try a lower `learning_rate` (it is {self._settings.learning_rate:g}) and `head_learning_rate` "
            f"({self._settings.head_learning_rate:g}), or `precision` fp32"
        )

    @abstractmethod
    def score_dev(self, network: EncoderNetwork) -> Mapping[str, float]:
        """Compute the scores of a network on dev. One of them is `best_score`."""

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Score the dev data as the commands that evaluate a model do."""
        metrics = self._ranks.from_main(self._score)
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _score(self) -> dict[str, float]:
        try:
            scores = self.score_dev(self._average.model if self._average else self._network)
        except NotFiniteError:
            raise self._diverged(f"the scores on dev are not finite after step {self.state.global_step}") from None
        return {f"eval_{name}": score for name, score in scores.items()}

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
        loader = DataLoader(cast(Any, self._examples), batch_sampler=batches, collate_fn=self.data_collator)
        return cast("DataLoader[Any]", self.accelerator.prepare(loader))

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        return LengthSampler(self._examples.lengths, self._settings.batch_size, self._settings.seed)


def _attack(model: EncoderNetwork, settings: LoopSettings, ranks: Ranks) -> Attack | None:
    if settings.adversarial == "none":
        return None
    steps = settings.adversarial_steps if settings.adversarial == "pgd" else 1
    embeddings = model.encoder.get_input_embeddings().weight
    return Attack(cast(nn.Parameter, embeddings), settings.adversarial_epsilon, steps, ranks.average)


def _arguments(
    settings: LoopSettings, examples: int, device: torch.device, output: Path, best: str
) -> TrainingArguments:
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
        metric_for_best_model=best,
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

    def __init__(self, model: EncoderNetwork) -> None:
        self._model = model

    def on_epoch_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        top = self._model.encoder.config.num_hidden_layers
        later = math.ceil(state.num_train_epochs) - 1
        learning = math.ceil((top + 1) * int(state.epoch or 0) / later) if later else top + 1
        for name, parameter in self._model.encoder.named_parameters():
            parameter.requires_grad_(layer_of(f".{name}", top) > top - learning)
