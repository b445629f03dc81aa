"""The encoder and the tagger that are part of the package."""

from pathlib import Path

from ner.choices import BUILT_IN_ENCODER, BUILT_IN_TAGGER

_PRETRAINED = Path(__file__).parent / "pretrained"
ENCODER_FOLDER = _PRETRAINED / BUILT_IN_ENCODER
TAGGER_FOLDER = _PRETRAINED / BUILT_IN_TAGGER


def model_folder(name: str | Path | None) -> Path:
    """The folder of a tagger. `mini-zh-uner`, if no folder has this name, and None mean the built-in tagger."""
    if name is None or (str(name) == BUILT_IN_TAGGER and not Path(name).is_dir()):
        return TAGGER_FOLDER
    return Path(name)
