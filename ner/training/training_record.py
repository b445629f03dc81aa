"""The training record: what a model was made from, by what settings, and how well each epoch did."""

import platform
from dataclasses import asdict
from typing import Any

import torch
from transformers import TrainerState

from ner.data.data_split import Split
from ner.training.training_examples import Examples
from ner.training.training_settings import TrainingSettings
from ner.version import installed_version

_PACKAGES = ("bert-ner", "torch", "transformers", "pytorch-crf", "numpy")


def training_record(
    settings: TrainingSettings, splits: list[Split], examples: Examples, state: TrainerState, device: torch.device
) -> dict[str, Any]:
    """Settings, data, scores by epoch, machine and versions, ready for JSON."""
    return {
        "settings": asdict(settings),
        "data": {split.name: _describe(split) for split in splits},
        "sentences_cut": examples.sentences_cut,
        "entities_cut": examples.entities_cut,
        "windows_unknown": examples.windows_unknown,
        "steps": state.global_step,
        "epochs": _epochs(state.log_history),
        "best_dev_f1": state.best_metric,
        "machine": {
            "device": device.type,
            "processor": platform.processor() or platform.machine(),
            "threads": torch.get_num_threads(),
            "system": platform.platform(),
        },
        "versions": {"python": platform.python_version(), **{name: installed_version(name) for name in _PACKAGES}},
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


def _epochs(history: list[dict[str, float]]) -> list[dict[str, float | None]]:
    """Mean training loss and dev scores of each epoch, from the trainer's log."""
    epochs: list[dict[str, float | None]] = []
    losses: list[float] = []
    for entry in history:
        if "loss" in entry:
            losses.append(entry["loss"])
        elif "eval_f1" in entry:
            epochs.append(
                {
                    "epoch": entry["epoch"],
                    "loss": sum(losses) / len(losses) if losses else None,
                    "dev_f1": entry["eval_f1"],
                    "dev_precision": entry["eval_precision"],
                    "dev_recall": entry["eval_recall"],
                }
            )
            losses = []
    return epochs
