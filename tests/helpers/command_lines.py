"""Parts of command lines that several tests have in common."""

from pathlib import Path

TINY_ENCODER = ("--layers", "1", "--width", "16", "--heads", "2")
"""The options of `pretrain` for an encoder that a second is enough for."""


def data_and_encoder(folder: Path) -> tuple[object, ...]:
    """The options of `train`, `compare` and `tune` for the data and the encoder of a folder."""
    return ("--data", folder / "data", "--encoder", folder / "encoder")
