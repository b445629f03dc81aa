"""The training record: settings, data, scores of each epoch, machine and versions."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch
from transformers import TrainerState

from ner.data.data_split import Split
from ner.model.run_environment import describe_environment
from ner.training.loop_settings import LoopSettings
from ner.training.training_examples import Examples
from ner.training.training_length import passes_per_epoch
from ner.training.training_settings import TrainingSettings

PACKAGES = ("bert-ner", "torch", "transformers", "pytorch-crf", "numpy")
"""The packages whose versions a record has."""


def training_record(
    settings: TrainingSettings, splits: list[Split], examples: Examples, state: TrainerState, device: torch.device
) -> dict[str, Any]:
    """Collect the training record of a run, ready for JSON.

    Args:
        settings: the settings of the run.
        splits: the data, with the splits that are only scored.
        examples: the training examples.
        state: the final state of the trainer.
        device: the device of the network.
    """
    return {
        "data": {split.name: _describe(split) for split in splits},
        "sentences_cut": examples.sentences_cut,
        "entities_cut": examples.entities_cut,
        "windows_unknown": examples.windows_unknown,
        "passes_per_epoch": passes_per_epoch(settings, len(splits[0].sentences)),
        "best_dev_f1": state.best_metric,
        **loop_record(settings, state, device, ("f1", "precision", "recall")),
    }


def loop_record(
    settings: LoopSettings, state: TrainerState, device: torch.device, scores: Sequence[str]
) -> dict[str, Any]:
    """What the records of all training runs contain: settings, epochs, machine and versions.

    Args:
        settings: the settings of the run.
        state: the final state of the trainer.
        device: the device of the network.
        scores: the names of the dev scores of each epoch.
    """
    return {
        "settings": asdict(settings),
        "steps": state.global_step,
        "epochs": _epochs(state.log_history, scores),
        **describe_environment(device, PACKAGES),
    }


def _describe(split: Split) -> dict[str, Any]:
    return {
        "path": split.path,
        "fingerprint": split.fingerprint,
        "sentences": len(split.sentences),
        "characters": split.characters,
        "unknown_characters": split.unknown,
        "entities": dict(sorted(split.types.items())),
        "repairs": len(split.repairs),
    }


def _epochs(history: list[dict[str, float]], scores: Sequence[str]) -> list[dict[str, float | None]]:
    """The mean training loss and the dev scores of each epoch, from the trainer's log."""
    epochs: list[dict[str, float | None]] = []
    losses: list[float] = []
    for entry in history:
        if "loss" in entry:
            losses.append(entry["loss"])
        elif f"eval_{scores[0]}" in entry:
            epochs.append(
                {
                    "epoch": entry["epoch"],
                    "loss": sum(losses) / len(losses) if losses else None,
                    **{f"dev_{name}": entry[f"eval_{name}"] for name in scores},
                }
            )
            losses = []
    return epochs
