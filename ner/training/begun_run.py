"""What an unfinished run began with, so that it can be resumed without naming it again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ner.data.corpus import Source
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.files import damaged_file, read_json
from ner.runs.run_folder import RUN, UNFINISHED
from ner.training.training_settings import TrainingSettings


@dataclass(frozen=True)
class BegunRun:
    """The settings of a run, and where its data were read from; None if they were never in a file."""

    settings: TrainingSettings
    source: Source | None


def read_begun_run(output: Path) -> BegunRun | None:
    """Read what the unfinished run in `output` began with; None if there is none.

    Raises:
        InputError: the file is damaged.
    """
    path = output / UNFINISHED / RUN
    advice = f"remove {path.parent} to start from the beginning, or choose another `output`"
    try:
        content = read_json(path, advice)
    except FileNotFoundError:
        return None
    return begun_run(content, path, advice)


def begun_run(content: Any, path: Path, advice: str) -> BegunRun:
    """What a run began with, from the content of `path`, in which it is described.

    Raises:
        InputError: the file is damaged. The message ends with the advice.
    """
    try:
        settings = TrainingSettings(**content["settings"])
        source = content.get("source")
        if source is not None:
            source = Source(source["path"], source["seed"], ReadOptions(**source["options"]), source.get("dev_share"))
    except (InputError, KeyError, TypeError, AttributeError) as error:
        raise damaged_file(path, error, advice) from error
    return BegunRun(settings, source)
