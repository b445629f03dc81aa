"""The output folder of a run: what may be written where, and what a resumed run needs to find there.

While a run is not finished, its settings and checkpoints lie in the folder `unfinished-run` of the output folder.
"""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ner.data.corpus import Corpus
from ner.errors import InputError
from ner.model.model_files import CONFIG, RECORD, WEIGHTS
from ner.runs.run_folder import UNFINISHED, begin_run, check_same_run, require_folder, require_resumable
from ner.training.training_settings import TrainingSettings

EVALUATION, TENSORBOARD = "evaluation", "tensorboard"
FEATURES = "features.bf16"
_LAST_WRITTEN = "trainer_state.json"  # a checkpoint without it was cut short


def prepare_output(output: Path, settings: TrainingSettings, corpus: Corpus, resume: bool) -> str | None:
    """Make sure that a run may write into `output`; the checkpoint to go on from, if `resume` finds one.

    Nothing that is there is removed.

    Raises:
        InputError: there is another model or run in it, it can't be written, or the run to resume had other settings.
    """
    require_folder(output)
    run = describe_run(settings, corpus)
    checkpoint = _last_checkpoint(output / UNFINISHED)
    if checkpoint is not None:
        require_resumable(output, run, resume)
        return str(checkpoint)
    present = [name for name in (CONFIG, WEIGHTS, RECORD) if (output / name).exists()]
    if present:
        raise InputError(f"{output} holds a model already ({present[0]}): choose another `output`, or move it away")
    begin_run(output, run)
    return None


def read_finished_record(output: Path, settings: TrainingSettings, corpus: Corpus) -> dict[str, Any] | None:
    """The record of the run that was finished in `output`, None if there is none.

    Raises:
        InputError: it had other settings or other data, or its record is damaged.
    """
    # The model's configuration is the last file that a run writes.
    if not ((output / RECORD).exists() and (output / CONFIG).exists()):
        return None
    try:
        record: dict[str, Any] = json.loads((output / RECORD).read_text(encoding="utf-8"))
        data = {name: split["fingerprint"] for name, split in record["data"].items()}
        before = {"settings": record["settings"], "data": data}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{output / RECORD} is damaged: move {output} away, or choose another `output`") from error
    now = describe_run(settings, corpus)
    if corpus.test:
        now["data"]["test"] = corpus.test.fingerprint
    check_same_run(before, now, output)
    return record


def remove_unfinished(output: Path) -> None:
    """Remove what only an unfinished run needs."""
    shutil.rmtree(output / UNFINISHED)


def _last_checkpoint(unfinished: Path) -> Path | None:
    """The newest checkpoint that was written to its end."""
    whole = [path.parent for path in unfinished.glob(f"checkpoint-*/{_LAST_WRITTEN}")]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def describe_run(settings: TrainingSettings, corpus: Corpus) -> dict[str, Any]:
    """What a run that is gone on with must have had from its beginning: settings, train and dev."""
    data = {split.name: split.fingerprint for split in (corpus.train, corpus.dev)}
    return {"settings": asdict(settings), "data": data}
