"""The TensorBoard log of a run."""

import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.extras import how_to_install
from ner.runs.progress import LOGGER

try:
    from tensorboardX.event_file_writer import EventsWriter
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.summary import scalar
except ModuleNotFoundError:
    EventsWriter = None

_GROUPS = {"eval_": "dev/", "": "train/"}


class TensorBoardLog(TrainerCallback):
    """Writes every number that the trainer logs, for example `train/loss`, `train/learning_rate` and `dev/f1`.

    It writes immediately, in the main thread. The usual writer has its own thread. If the disk is full, that thread
    ends without an error, and the program waits for it forever. Without tensorboardX, nothing is written.

    Args:
        folder: the folder of the log.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: EventsWriter | None = None

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if EventsWriter is None:
            LOGGER.info("no TensorBoard log: tensorboardX is not installed; %s", how_to_install("tensorboard"))

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if EventsWriter is None:
            return
        if self._writer is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._writer = EventsWriter(str(self._folder / "events"))
        for name, value in kwargs["logs"].items():
            prefix = next(prefix for prefix in _GROUPS if name.startswith(prefix))
            summary = scalar(_GROUPS[prefix] + name.removeprefix(prefix), value)
            self._writer.write_event(Event(wall_time=time.time(), step=state.global_step, summary=summary))
        self._writer.flush()

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self._writer is not None:
            self._writer.close()
