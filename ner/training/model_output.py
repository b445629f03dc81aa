"""The output folder of a training run.

Until the run is finished, its settings and checkpoints are in the subfolder `unfinished-run`.
"""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ner.data.corpus import Corpus
from ner.errors import InputError
from ner.files import damaged_file, read_json
from ner.model.model_files import CONFIG, RECORD, WEIGHTS
from ner.runs.run_folder import UNFINISHED, begin_run, check_same_run, require_folder, require_resumable
from ner.training.training_settings import TrainingSettings

EVALUATION, TENSORBOARD = "evaluation", "tensorboard"
FEATURES = "features.bf16"
_LAST_WRITTEN = "trainer_state.json"  # a checkpoint without this file is incomplete


def prepare_output(output: Path, settings: TrainingSettings, corpus: Corpus, resume: bool) -> str | None:
    """Check that a run may write into `output`, and prepare it. Existing files stay.

    Args:
        output: the output folder.
        settings: the settings of the run.
        corpus: the data of the run.
        resume: whether to continue an interrupted run.

    Returns:
        The checkpoint to continue from; None if the run starts from its beginning.

    Raises:
        InputError: the folder contains a model or another run, or can't be written.
    """
    require_folder(output)
    run = describe_run(settings, corpus)
    checkpoint = _last_checkpoint(output / UNFINISHED)
    if checkpoint is not None:
        require_resumable(output, run, resume)
        return str(checkpoint)
    present = [name for name in (CONFIG, WEIGHTS, RECORD) if (output / name).exists()]
    if present:
        raise InputError(f"{output} already contains a model ({present[0]}): choose another `output`, or move it away")
    begin_run(output, run)
    return None


def read_finished_record(output: Path, settings: TrainingSettings, corpus: Corpus) -> dict[str, Any] | None:
    """The training record of the finished run in `output`; None if there is no finished run.

    Raises:
        InputError: the run had other settings or other data, or its record is damaged.
    """
    # A run writes the configuration of the model last.
    if not ((output / RECORD).exists() and (output / CONFIG).exists()):
        return None
    advice = f"move {output} away, or choose another `output`"
    record: dict[str, Any] = read_json(output / RECORD, advice)
    try:
        data = {name: split["fingerprint"] for name, split in record["data"].items()}
        before = {"settings": record["settings"], "data": data}
    except (KeyError, TypeError, AttributeError) as error:
        raise damaged_file(output / RECORD, error, advice) from error
    now = describe_run(settings, corpus)
    if corpus.test:
        now["data"]["test"] = corpus.test.fingerprint
    check_same_run(before, now, output)
    return record


def remove_unfinished(output: Path) -> None:
    """Remove the files that only an unfinished run needs."""
    shutil.rmtree(output / UNFINISHED)


def _last_checkpoint(unfinished: Path) -> Path | None:
    """The newest complete checkpoint."""
    whole = [path.parent for path in unfinished.glob(f"checkpoint-*/{_LAST_WRITTEN}")]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def describe_run(settings: TrainingSettings, corpus: Corpus) -> dict[str, Any]:
    """What may not change when a run is resumed: its settings, and the fingerprints of train and dev."""
    data = {split.name: split.fingerprint for split in (corpus.train, corpus.dev)}
    return {"settings": asdict(settings), "data": data}
