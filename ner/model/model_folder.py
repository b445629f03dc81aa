"""Saving and loading a tagger: one folder with its configuration, weights and characters."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from ner.built_in import model_folder
from ner.characters.character_table import CharacterTable
from ner.choices import BUILT_IN_TAGGER
from ner.errors import InputError
from ner.files import damaged_file, grant_usual_rights, read_json
from ner.model.model_files import CHARACTERS, CONFIG, WEIGHTS
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import FORMAT_VERSION, BertBiLstmCrfConfig
from ner.model.quiet_transformers import quiet_transformers
from ner.runtime.exported_folder import is_exported

_ADVICE = "copy it again, or train again"


def save_model(model: BertBiLstmCrf, table: CharacterTable, folder: Path) -> None:
    """Write a tagger into `folder`, which may exist.

    The configuration is written last, so a folder with a configuration contains a complete model.

    Raises:
        OSError: the folder can't be written. Its old content stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    with tempfile.TemporaryDirectory(prefix=".saving-", dir=folder) as partial:
        try:
            save_file(weights, Path(partial, WEIGHTS), metadata={"format": "pt"})
        except SafetensorError as error:  # the library raises it if the disk is full
            raise OSError(f"can't write {folder / WEIGHTS}: {error}") from error
        table.save(Path(partial, CHARACTERS))
        model.config.architectures = [type(model).__name__]
        model.config.to_json_file(Path(partial, CONFIG))
        for name in (WEIGHTS, CHARACTERS, CONFIG):
            grant_usual_rights(Path(partial, name))  # only its owner can read a file of safetensors
            os.replace(Path(partial, name), folder / name)


@quiet_transformers()
def load_model(name: str | Path) -> tuple[BertBiLstmCrf, CharacterTable]:
    """Load a tagger that `save_model` wrote, in float32 and in evaluation mode.

    Args:
        name: the folder, or `mini-zh-uner` for the built-in tagger.

    Raises:
        InputError: the folder contains no tagger, an incomplete or damaged one, an exported one, or one of a newer
            format.
    """
    folder = model_folder(name)
    if not folder.is_dir():
        raise InputError(
            f"there is no model folder {folder}: write one with bert-ner train, or use {BUILT_IN_TAGGER} (built in)"
        )
    if is_exported(folder):
        raise InputError(
            f"{folder} contains an exported tagger, which can only tag: give the model folder that it was exported from"
        )
    missing = [name for name in (CONFIG, WEIGHTS, CHARACTERS) if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder} contains no complete model: {', '.join(missing)} not found; copy the whole folder, "
            "or train again"
        )
    config = _load_config(folder / CONFIG)
    table = CharacterTable.load(folder / CHARACTERS, "copy it again, or train again")
    with _name_damaged_file(folder / WEIGHTS):
        loaded: Any = BertBiLstmCrf.from_pretrained(
            folder, config=config, dtype=torch.float32, local_files_only=True, output_loading_info=True
        )
        model: BertBiLstmCrf = loaded[0]
        info: dict[str, list[str]] = loaded[1]
    differing = [*info["missing_keys"], *info["unexpected_keys"], *info["mismatched_keys"]]
    if differing:
        raise InputError(
            f"{folder / WEIGHTS} doesn't fit {CONFIG}: {differing[0]} and {len(differing) - 1} more weights differ; "
            "copy the whole folder again, or train again"
        )
    model.train(False)
    return model, table


def _load_config(path: Path) -> BertBiLstmCrfConfig:
    with _name_damaged_file(path):
        content = read_json(path, _ADVICE)
        kind, version = content.get("model_type"), content.get("format_version", FORMAT_VERSION)
    if kind != BertBiLstmCrfConfig.model_type:
        raise InputError(f"{path} describes a model of the type {kind}: expected {BertBiLstmCrfConfig.model_type}")
    if version > FORMAT_VERSION:
        raise InputError(
            f"{path} is of format {version}, this bert-ner reads up to {FORMAT_VERSION}: install a newer bert-ner"
        )
    with _name_damaged_file(path):
        return BertBiLstmCrfConfig.from_dict(content)


@contextmanager
def _name_damaged_file(path: Path) -> Iterator[None]:
    """Turn the exceptions of a library that reads a damaged file into one sentence with the file name."""
    try:
        yield
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, RuntimeError, SafetensorError, OSError) as error:
        raise damaged_file(path, error, _ADVICE) from error
