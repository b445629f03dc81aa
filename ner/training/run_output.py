"""The output folder of a training run.

Until the run is finished, its settings and checkpoints are in the subfolder `unfinished-run`.
"""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ner.model.model_files import CHARACTERS, CONFIG, RECORD, WEIGHTS
from ner.quantities import counted
from ner.runs.checkpoints import (
    MANIFEST,
    checkpoint_folder,
    find_damage,
    find_whole,
    list_checkpoints,
    no_whole_checkpoint,
    seal_old,
)
from ner.runs.run_folder import UNFINISHED, begin_run, require_no_model, require_resumable

EVALUATION, TENSORBOARD = "evaluation", "tensorboard"
FEATURES = "features.bf16"
RAW_WEIGHTS = "raw.safetensors"
"""The weights that training continues with, if the model of a checkpoint has their moving average."""
BEST_PARTS = (WEIGHTS, CONFIG)
"""The files of a checkpoint that the end of a run needs, if its epoch was the best."""
_STATE = "trainer_state.json"
_PARTS = (*BEST_PARTS, "optimizer.pt", "scheduler.pt", "rng_state.pth", _STATE)


def prepare_output(
    output: Path, run: dict[str, Any], resume: bool, *, averaged: bool, source: dict[str, Any] | None = None
) -> Path | None:
    """Check that a run may write into `output`, and prepare it. Existing files stay.

    Args:
        output: the output folder.
        run: the settings and the data of the run, which may not change when it is resumed.
        resume: whether to continue an interrupted run.
        averaged: whether the moving average of the weights is kept.
        source: where the data were read from, so that the run can be resumed without naming it.

    Returns:
        The checkpoint to continue from; None if the run starts from its beginning.

    Raises:
        InputError: the folder contains a model or another run, or can't be written.
    """
    unfinished = output / UNFINISHED
    if any((folder / name).exists() for folder in list_checkpoints(unfinished) for name in (MANIFEST, _STATE)):
        parts = (*_PARTS, *([RAW_WEIGHTS] if averaged else []))
        if not require_resumable(output, run, resume):
            _seal_old(unfinished, parts)
            begin_run(output, run)  # now with a format version
        checkpoint = find_whole(unfinished, lambda folder: _find_damage(folder, parts))
        if checkpoint is not None:
            return checkpoint
    require_no_model(output, (CONFIG, WEIGHTS, CHARACTERS, RECORD))
    begin_run(output, run | {"source": source})
    return None


def describe_checkpoint(checkpoint: Path) -> str:
    """Where a run that continues from `checkpoint` is, for example "step 120 of 400, in epoch 2 of 4"."""
    state = json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))
    epoch, epochs = state["epoch"], state["num_train_epochs"]
    return f"step {state['global_step']:,} of {state['max_steps']:,}, {epoch:.3g} of {counted(epochs, 'epoch')}"


def best_checkpoint(checkpoint: Path) -> Path | None:
    """The checkpoint of the best epoch until `checkpoint`; None if no epoch was finished yet.

    An epoch without a correct entity need not be there: each later one is as good.
    """
    state = json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))
    if not state["best_global_step"]:
        return None
    best = checkpoint_folder(checkpoint.parent, state["best_global_step"])
    return best if state["best_metric"] or best.exists() else None


def _find_damage(checkpoint: Path, parts: Collection[str]) -> str | None:
    """What is wrong with a checkpoint, or with that of the best epoch until then; None if both are whole."""
    reason = find_damage(checkpoint, parts)
    best = None if reason else best_checkpoint(checkpoint)
    if best and best != checkpoint and (reason := find_damage(best, BEST_PARTS)):
        reason = f"the best epoch until then is in {best.name}: {reason}"
    return reason


def _seal_old(unfinished: Path, parts: Collection[str]) -> None:
    """Write the manifests of the checkpoints of version 0.1.0."""
    found = {folder: seal_old(folder, parts) for folder in list_checkpoints(unfinished)}
    damaged = [(folder, reason) for folder, reason in found.items() if reason and (folder / _STATE).exists()]
    if all(found.values()) and damaged:
        raise no_whole_checkpoint(*damaged[0])
