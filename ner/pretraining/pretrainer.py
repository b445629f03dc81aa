"""Pretraining from Python: a `Pretrainer` around the run that `bert-ner pretrain` makes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ner.pretraining.pretrain import pretrain
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.text import parse_source
from ner.runs.progress import Progress


class Pretrainer:
    """Teaches an encoder the language of unlabelled text, and writes it into a folder.

    Use the folder as `TrainingSettings(encoder=...)`.

    >>> pretrainer = Pretrainer(PretrainingSettings(minutes=60), text=["laws.txt"], output="encoder")  # doctest: +SKIP
    >>> record = pretrainer.train()  # doctest: +SKIP

    Args:
        settings: what `bert-ner pretrain` sets by its options. `minutes` or `steps` says when the run is over.
        text: names of text files, one paragraph a line, plain or gzipped. `FILE=2` counts twice.
        output: the folder for the encoder. It must hold no other model.
        encoding: of the files.
        progress: is told of steps and scores; a bar in a notebook by default.
    """

    def __init__(
        self,
        settings: PretrainingSettings,
        *,
        text: Sequence[str | Path],
        output: str | Path,
        encoding: str = "utf-8",
        progress: Progress | None = None,
    ) -> None:
        self.settings = settings
        self.text = list(map(str, text))
        self.output = Path(output)
        self.encoding = encoding
        self.progress = progress

    def train(self, *, resume: bool = False) -> dict[str, Any]:
        """Pretrain, and return the record: the content of `pretraining.json`.

        Args:
            resume: continue the interrupted run in `output`.

        Raises:
            InputError: a file, the encoder or the folder can't be used, or training failed.
            InterruptedRun: the user stopped it; what was learned is saved.
            OSError: the folder can't be written; the run can be resumed.
        """
        sources = [parse_source(name) for name in self.text]
        return pretrain(
            sources, self.settings, self.output, encoding=self.encoding, resume=resume, progress=self.progress
        )
