"""Whether a folder has a model, found before PyTorch is imported."""

from pathlib import Path

from ner.choices import BUILT_IN_TAGGER
from ner.errors import InputError
from ner.files import require_utf8_name
from ner.model.model_files import CHARACTERS, CONFIG, WEIGHTS
from ner.runs.run_folder import UNFINISHED
from ner.runtime.exported_folder import is_exported

WRITE_ONE = f"write one with bert-ner train, or use {BUILT_IN_TAGGER} (built in)"
"""Where to get a tagger."""


def require_model_folder(folder: Path, advice: str) -> None:
    """Check that there is a folder.

    Args:
        folder: the folder.
        advice: where to get one.

    Raises:
        InputError: there is none.
    """
    if not folder.is_dir():
        raise InputError(f"there is no model folder {folder}: {advice}")


def require_whole_model(folder: Path) -> None:
    """Check that a folder has all files of a model.

    Raises:
        InputError: some are missing, the folder holds an unfinished run, or weights can't be read from a folder of
            this name.
    """
    missing = [name for name in (CONFIG, WEIGHTS, CHARACTERS) if not (folder / name).is_file()]
    if missing and (folder / UNFINISHED).is_dir():
        raise InputError(f"{folder} holds an unfinished run: finish it with bert-ner train and `resume`")
    if missing and is_exported(folder):
        raise InputError(f"{folder} contains an exported model: give the folder that it was exported from")
    if missing:
        raise InputError(
            f"{folder} contains no complete model: {', '.join(missing)} not found; copy the whole folder, "
            "or train again"
        )
    require_utf8_name(folder)
