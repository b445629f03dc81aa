"""The record of a pretraining run: settings, text, scores, machine and versions."""

from dataclasses import asdict
from typing import Any

import torch

from ner.model.run_environment import describe_environment
from ner.pretraining.pretraining_loop import RunState
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.survey import Survey

_PACKAGES = ("bert-ner", "torch", "transformers", "rjieba", "numpy")


def describe_run(settings: PretrainingSettings, survey: Survey) -> dict[str, Any]:
    """Describe the settings and the text of a run, ready for JSON."""
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
    """Collect the record of a finished run, ready for JSON.

    Args:
        run: the result of `describe_run`.
        state: the final state of the run.
        passes: how often each file was read to its end.
        added: the characters that were added to the vocabulary.
        device: the device of the encoder.
        parameters: the number of parameters of the encoder and its head.
    """
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
        **describe_environment(device, _PACKAGES),
    }
