"""Saving and loading a tagger or a classifier: one folder with its configuration, weights and characters."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from transformers import CONFIG_MAPPING, AutoConfig
from transformers.activations import ACT2FN

from ner.built_in import model_folder
from ner.characters.character_table import CharacterTable
from ner.errors import InputError
from ner.files import damaged_file, grant_usual_rights
from ner.model.crf.tag_distribution import TagDistribution
from ner.model.encoder_network import EncoderNetwork, EncoderNetworkConfig
from ner.model.model_files import CHARACTERS, CONFIG, WEIGHTS
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import BertBiLstmCrfConfig
from ner.model.quiet_transformers import quiet_transformers
from ner.model.require_model import WRITE_ONE, require_model_folder, require_whole_model
from ner.model.stored_config import ADVICE, read_config
from ner.model.stored_weights import check_sizes, read_shapes
from ner.runtime.exported_folder import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE, is_exported, network_path
from ner.words.word_table import DICTIONARY, load_table

_Network = TypeVar("_Network", bound=EncoderNetwork)


def save_model(model: EncoderNetwork, table: CharacterTable, folder: Path) -> None:
    """Write a tagger or a classifier into `folder`, which may exist.

    The configuration is written last, so a folder with a configuration contains a complete model. The graph of an older
    model is removed.

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
        if model.words:
            model.words.save(Path(partial))
        network_path(folder, "onnx").unlink(missing_ok=True)
        model.config.architectures = [type(model).__name__]
        model.config.to_json_file(Path(partial, CONFIG))
        for name in (WEIGHTS, CHARACTERS, *([DICTIONARY] if Path(partial, DICTIONARY).exists() else []), CONFIG):
            grant_usual_rights(Path(partial, name))  # only its owner can read a file of safetensors
            os.replace(Path(partial, name), folder / name)


@quiet_transformers()
def load_model(name: str | Path, *, words: bool = True) -> tuple[BertBiLstmCrf, CharacterTable]:
    """Load a tagger that `save_model` wrote, in float32 and in evaluation mode.

    Args:
        name: the folder, or `mini-zh-uner` for the built-in tagger.
        words: whether to open the word segmenter, if the tagger has one. The encoder alone doesn't need it.

    Raises:
        InputError: the folder contains no tagger, an incomplete or damaged one, an exported one, or one of a newer
            format; or its segmenter is not the one of the training.
    """
    folder = model_folder(name)
    require_model_folder(folder, WRITE_ONE)
    if is_exported(folder):
        raise InputError(
            f"{folder} contains an exported tagger, which can only tag: give the model folder that it was exported from"
        )
    require_whole_model(folder)
    content = read_config(folder / CONFIG)
    check_sizes(content, read_shapes(folder / WEIGHTS), folder / WEIGHTS)
    with name_damaged_file(folder / CONFIG):
        check_encoder(content["encoder"])
        config = BertBiLstmCrfConfig.from_dict(content)
    stored = config.stored_segmenter
    opened = load_table(stored, folder) if stored and words else None
    model, table = load_network(BertBiLstmCrf, config, folder)
    _check_scores(model.tag_decoder, folder / WEIGHTS)
    model.words = opened
    return model, table


def load_network(kind: type[_Network], config: EncoderNetworkConfig, folder: Path) -> tuple[_Network, CharacterTable]:
    """Load the weights and the characters of a checked configuration, in float32 and in evaluation mode.

    Args:
        kind: the class of the network.
        config: its configuration.
        folder: the model folder.

    Raises:
        InputError: a file is damaged, or the weights don't fit the configuration.
    """
    table = CharacterTable.load(folder / CHARACTERS, ADVICE, config.encoder.get("vocab_size"))
    with name_damaged_file(folder / WEIGHTS):
        loaded: Any = kind.from_pretrained(
            folder, config=config, dtype=torch.float32, local_files_only=True, output_loading_info=True
        )
        model: _Network = loaded[0]
        info: dict[str, list[str]] = loaded[1]
    differing = [*info["missing_keys"], *info["unexpected_keys"], *info["mismatched_keys"]]
    if differing:
        raise InputError(
            f"{folder / WEIGHTS} doesn't fit {CONFIG}: {differing[0]} and {len(differing) - 1} more weights differ; "
            "copy the whole folder again, or train again"
        )
    # The weights are views of the file. If somebody writes over it, the process would end with a bus error.
    for tensor in chain(model.parameters(), model.buffers()):
        tensor.data = tensor.data.clone()
    model.train(False)
    return model, table


def check_encoder(content: Mapping[str, Any]) -> None:
    """Check what only transformers can tell of the configuration of an encoder.

    Raises:
        ValueError: transformers has no such family or function.
    """
    if content["model_type"] not in CONFIG_MAPPING:
        raise ValueError(
            f"encoder.model_type: expected a family that transformers has, found {content['model_type']:.40}"
        )
    if (function := getattr(AutoConfig.for_model(**content), "hidden_act", "gelu")) not in ACT2FN:
        raise ValueError(f"encoder.hidden_act: expected a function that transformers has, found {function!s:.40}")


def _check_scores(decoder: TagDistribution, path: Path) -> None:
    """Check the scores of the tag decoder once. All tags and probabilities depend on them."""
    for name, scores in decoder.state_dict().items():
        if not scores.isfinite().all():
            raise InputError(f"{path} is damaged (tag_decoder.{name} has values that are not finite): {ADVICE}")
    check_temperature(decoder.temperature.item(), "tag_decoder.temperature", path)


def check_temperature(temperature: float, name: str, path: Path) -> None:
    """Check a temperature that was read from the weights.

    Raises:
        InputError: it is out of its range.
    """
    if not LOWEST_TEMPERATURE <= temperature <= HIGHEST_TEMPERATURE:
        raise InputError(
            f"{path} is damaged (expected a {name} from {LOWEST_TEMPERATURE:g} to {HIGHEST_TEMPERATURE:g}, found "
            f"{temperature:g}): {ADVICE}"
        )


@contextmanager
def name_damaged_file(path: Path) -> Iterator[None]:
    """Turn the exceptions of a library that reads a damaged file into one sentence with the file name."""
    try:
        yield
    except InputError:
        raise
    # PyTorch, transformers and safetensors have exceptions of their own, which have no common base class.
    except Exception as error:
        raise damaged_file(path, error, ADVICE) from error
