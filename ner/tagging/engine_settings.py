"""Settings for the speed of tagging."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ner.choices import BATCH_CHARACTERS
from ner.common_settings import RUN, Precision
from ner.cpu_settings import available_cores
from ner.settings import Help, Settings, Unset, settings_group

_AT_LEAST, _PER_CORE = 16, 4


@settings_group
class EngineSettings(Settings):
    """Number format, threads and batch size in tagging. They change results only by rounding."""

    precision: Precision = "auto"
    threads: Annotated[
        int | None,
        Field(ge=1, le=1024),
        RUN,
        Unset("all cores", "所有核"),
        Help("Number of CPU threads.", "CPU 线程数。"),
    ] = None
    batch_characters: Annotated[
        int,
        Field(ge=1, le=1_000_000),
        RUN,
        Help(
            "Number of characters per batch. bert-ner bench finds a good value.",
            "每批的字数。合适的值可用 bert-ner bench 测出。",
        ),
    ] = BATCH_CHARACTERS

    def conflicts(self) -> Iterator[str]:
        # Threads beyond the cores only wait for each other, and those that the system can't make end the process.
        most = max(_AT_LEAST, _PER_CORE * available_cores())
        if self.threads is not None and self.threads > most:
            yield self.conflict("threads", f"at most {most} on a machine with {available_cores()} cores")
