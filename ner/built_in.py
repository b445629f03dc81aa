"""What the package carries: a small encoder, and a tagger made with it."""

from pathlib import Path

from ner.choices import BUILT_IN_ENCODER, BUILT_IN_TAGGER

_PRETRAINED = Path(__file__).parent / "pretrained"
ENCODER_FOLDER = _PRETRAINED / BUILT_IN_ENCODER
TAGGER_FOLDER = _PRETRAINED / BUILT_IN_TAGGER


def model_folder(name: str | Path | None) -> Path:
    """The folder of a tagger: without a name, or by its own where no folder has that, the one in the package."""
    if name is None or (str(name) == BUILT_IN_TAGGER and not Path(name).is_dir()):
        return TAGGER_FOLDER
    return Path(name)
