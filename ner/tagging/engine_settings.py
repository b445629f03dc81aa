"""Settings for the speed of tagging."""

from typing import Annotated

from pydantic import Field

from ner.choices import BATCH_CHARACTERS
from ner.common_settings import RUN, Precision
from ner.settings import Help, Settings, Unset, settings_group


@settings_group
class EngineSettings(Settings):
    """Number format, threads and batch size in tagging. They change results only by rounding."""

    precision: Precision = "auto"
    threads: Annotated[
        int | None,
        Field(ge=1),
        RUN,
        Unset("all cores", "所有核"),
        Help("Number of CPU threads.", "CPU 线程数。"),
    ] = None
    batch_characters: Annotated[
        int,
        Field(ge=1),
        RUN,
        Help(
            "Number of characters per batch. bert-ner bench finds a good value.",
            "每批的字数。合适的值可用 bert-ner bench 测出。",
        ),
    ] = BATCH_CHARACTERS
