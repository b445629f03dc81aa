"""Progress over texts, in characters."""

import time

from ner.records.survey import Survey
from ner.runs.progress import Progress


class RecordProgress:
    """Counts finished characters, inside a `with` block.

    Args:
        progress: shows the progress.
        task: the task in one word, for example "tagging".
        survey: what the files hold; if they could not all be read, how much is left is unknown.
    """

    def __init__(self, progress: Progress, task: str, survey: Survey) -> None:
        self._progress, self._task = progress, task
        self._total = float(survey.characters) if survey.whole else None
        self._characters = 0
        self._began = 0.0

    def __enter__(self) -> "RecordProgress":
        self._began = time.perf_counter()
        self._progress.start(self._task, self._total)
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.finish()

    def advance(self, characters: int) -> None:
        """Count characters that are finished."""
        self._characters += characters
        speed = self._characters / max(time.perf_counter() - self._began, 1e-9)
        self._progress.advance(float(self._characters), f"{self._characters:,} characters, {speed:,.0f} per second")
