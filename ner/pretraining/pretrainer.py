"""The `Pretrainer` of the Python API. It does what `bert-ner pretrain` does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ner.pretraining.pretrain import pretrain
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.unlabelled_text import parse_source
from ner.runs.progress import Progress


class Pretrainer:
    """Pretrains an encoder on unlabelled text, and writes it into a folder.

    To use the encoder, set `TrainingSettings(encoder=...)` to the folder.

    >>> pretrainer = Pretrainer(PretrainingSettings(minutes=60), text=["laws.txt"], output="encoder")  # doctest: +SKIP
    >>> record = pretrainer.train()  # doctest: +SKIP

    Args:
        settings: the settings, which are the options of `bert-ner pretrain`. Set `minutes` or `steps`.
        text: the text files, plain or gzipped, with one paragraph per line. `FILE=2` reads a file twice as often.
        output: the folder for the encoder. It must not contain another model.
        encoding: the encoding of the files.
        progress: shows steps and scores. By default, a notebook shows a bar, and other programs log to `ner`.
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
        """Pretrain the encoder.

        Args:
            resume: continue the interrupted run in `output`, if there is one.

        Returns:
            The record of the run, which is also in `pretraining.json`.

        Raises:
            InputError: a file, the encoder or the folder can't be used, or training failed.
            InterruptedRun: the user stopped the run. It can be resumed.
            OSError: the folder can't be written. The run can be resumed.
        """
        sources = [parse_source(name) for name in self.text]
        return pretrain(
            sources, self.settings, self.output, encoding=self.encoding, resume=resume, progress=self.progress
        )
