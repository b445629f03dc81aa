"""The encoder and the tagger that are part of the package."""

from os import PathLike
from pathlib import Path

from ner.choices import BUILT_IN_ENCODER, BUILT_IN_TAGGER
from ner.errors import InputError

_PRETRAINED = Path(__file__).parent / "pretrained"
ENCODER_FOLDER = _PRETRAINED / BUILT_IN_ENCODER
TAGGER_FOLDER = _PRETRAINED / BUILT_IN_TAGGER


def model_folder(name: str | Path | None) -> Path:
    """The folder of a tagger. `mini-zh-uner`, if no folder has this name, and None mean the built-in tagger.

    Raises:
        InputError: the name is empty, or no text and no path.
    """
    if name is not None and (name == "" or not isinstance(name, (str, PathLike))):
        raise InputError(f"expected the name of a folder, {BUILT_IN_TAGGER}, or None, got {name!r}")
    if name is None or (str(name) == BUILT_IN_TAGGER and not Path(name).is_dir()):
        return TAGGER_FOLDER
    return Path(name)
