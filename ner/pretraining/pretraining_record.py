"""What an encoder was made from: settings, text, losses, machine and versions."""

import platform
from dataclasses import asdict
from typing import Any

import torch

from ner.pretraining.pretraining_loop import RunState
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.survey import Survey
from ner.version import installed_version

_PACKAGES = ("bert-ner", "torch", "transformers", "rjieba", "numpy")


def describe_run(settings: PretrainingSettings, survey: Survey) -> dict[str, Any]:
    """The settings and the text of a run, ready for JSON."""
    data = [
        {
            "path": str(file.source.path),
            "weight": file.source.weight,
            "fingerprint": file.fingerprint,
            "paragraphs": file.paragraphs,
            "characters": file.characters,
            "held_out_paragraphs": file.held_out,
        }
        for file in survey.files
    ]
    return {"settings": {**asdict(settings), "lengths": list(settings.lengths)}, "data": data}


def pretraining_record(
    run: dict[str, Any], state: RunState, passes: list[int], added: list[str], device: torch.device, parameters: int
) -> dict[str, Any]:
    """The record of a finished run, ready for JSON; `passes` tells how often each file was read to its end."""
    data = [{**file, "passes": count} for file, count in zip(run["data"], passes, strict=True)]
    return {
        **run,
        "data": data,
        "added_characters": "".join(added),
        "steps": state.step,
        "characters": state.characters,
        "minutes": round(state.seconds / 60, 2),
        "held_out": state.history,
        "parameters": parameters,
        "machine": {
            "device": device.type,
            "processor": platform.processor() or platform.machine(),
            "threads": torch.get_num_threads(),
            "system": platform.platform(),
        },
        "versions": {"python": platform.python_version(), **{name: installed_version(name) for name in _PACKAGES}},
    }
