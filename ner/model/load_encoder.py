"""Loading pretrained encoders: the built-in one, a folder, or a name on the Hugging Face Hub."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForMaskedLM,
    AutoTokenizer,
    BertConfig,
    BertTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers import PreTrainedConfig as EncoderConfig

from ner.built_in import ENCODER_FOLDER
from ner.characters.character_table import CharacterTable
from ner.choices import BUILT_IN_ENCODER
from ner.errors import InputError
from ner.model.find_encoder import NAME_OR_NETWORK, require_encoder
from ner.model.hub_connection import hub_is_reachable
from ner.model.quiet_transformers import quiet_transformers
from ner.model.stored_classifier import CLASSIFIER_TYPE
from ner.model.stored_config import MODEL_TYPE

_DROPOUT_NAMES = ("hidden_dropout_prob", "dropout")
_ATTENTION_DROPOUT_NAMES = ("attention_probs_dropout_prob", "attention_dropout")
# [CLS] and [SEP] use two positions of an encoder.
_FRAME = 2


@quiet_transformers()
def load_encoder(name: str, dropout: float = 0.0) -> tuple[PreTrainedModel, CharacterTable]:
    """Load a BERT-family encoder with pretrained weights in float32, and the table of its characters.

    Args:
        name: `mini-zh` (built in), a folder, or a name on the Hugging Face Hub, for example
            `hfl/chinese-macbert-base`.
        dropout: the dropout inside the encoder in training; see `set_dropout`.

    Raises:
        InputError: there is no such encoder, or it doesn't read Chinese character by character.
    """
    with _explain_load_errors(name):
        config, tokenizer = _load_config_and_tokenizer(_source(name))
        _check_family(name, config)
        table = character_table(name, tokenizer)
        set_dropout(config, dropout)
        encoder, info = AutoModel.from_pretrained(
            _source(name), config=config, dtype=torch.float32, output_loading_info=True, **_safely(_source(name))
        )
    absent = [key for key in (*info["missing_keys"], *info["mismatched_keys"]) if not str(key).startswith("pooler.")]
    if absent:
        raise InputError(
            f"the weights of {name} don't fit its config.json: {absent[0]} is missing or has another shape"
        )
    return encoder, table


@quiet_transformers()
def load_characters(name: str) -> CharacterTable:
    """Load the table of the characters of an encoder, without its weights.

    Args:
        name: as for `load_encoder`.

    Raises:
        InputError: there is no such encoder, or it doesn't read Chinese character by character.
    """
    return load_tokenizer(name)[1]


@quiet_transformers()
def load_tokenizer(name: str) -> tuple[PreTrainedTokenizerBase, CharacterTable]:
    """Load the tokenizer of an encoder, and the table of its characters.

    Args:
        name: as for `load_encoder`.

    Raises:
        InputError: as for `load_characters`.
    """
    with _explain_load_errors(name):
        tokenizer = _load_config_and_tokenizer(_source(name))[1]
        return tokenizer, character_table(name, tokenizer)


@dataclass(frozen=True)
class MaskedLanguageModel:
    """An encoder with a head for masked language modelling.

    Args:
        model: encoder and head, in float32.
        tokenizer: the tokenizer of the encoder.
        table: its characters.
        head_is_new: whether the head has random weights because the stored model has no head.
        dtype: the number format of the stored weights.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    table: CharacterTable
    head_is_new: bool
    dtype: torch.dtype


@quiet_transformers()
def load_masked_language_model(name: str) -> MaskedLanguageModel:
    """Load an encoder for pretraining.

    Args:
        name: as for `load_encoder`.

    Raises:
        InputError: there is no such encoder, or it doesn't read Chinese character by character.
    """
    with _explain_load_errors(name):
        config, tokenizer = _load_config_and_tokenizer(_source(name))
        _check_family(name, config)
        table = character_table(name, tokenizer)
        dtype = config.dtype if isinstance(config.dtype, torch.dtype) else torch.float32
        model, info = AutoModelForMaskedLM.from_pretrained(
            _source(name), config=config, dtype=torch.float32, output_loading_info=True, **_safely(_source(name))
        )
    absent = [str(key) for key in (*info["missing_keys"], *info["mismatched_keys"])]
    in_encoder = [key for key in absent if key.startswith(f"{model.base_model_prefix}.")]
    if in_encoder:
        raise InputError(
            f"the weights of {name} don't fit its config.json: {in_encoder[0]} is missing or has another shape"
        )
    return MaskedLanguageModel(model, tokenizer, table, bool(absent), dtype)


def _source(name: str) -> str:
    return str(ENCODER_FOLDER) if name == BUILT_IN_ENCODER else name


def _safely(source: str) -> dict[str, bool]:
    """How transformers loads: without code of others, and without the Hub if the source is local or the Hub is away."""
    return {"trust_remote_code": False, "local_files_only": Path(source).is_dir() or not hub_is_reachable()}


@contextmanager
def _explain_load_errors(name: str) -> Iterator[None]:
    """Turn the exceptions of a failed load into one sentence."""
    require_encoder(name)
    try:
        yield
    except InputError:
        raise
    except UnpicklingError as error:
        raise InputError(
            f"can't load the encoder {name}: its weights file contains no weights; if it is from git, run git lfs pull"
        ) from error
    # The exceptions of transformers for missing files, damaged files and network errors have no common base class.
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise InputError(f"can't load the encoder {name}: {_first_line(error)}; {_mend(name)}") from error


def _load_config_and_tokenizer(source: str) -> tuple[EncoderConfig, Any]:
    stored, _ = EncoderConfig.get_config_dict(source, **_safely(source))
    if stored.get("model_type") in (MODEL_TYPE, CLASSIFIER_TYPE):
        raise InputError(f"{source} is a tagger or a classifier: expected the folder of an encoder, from pretrain")
    if _is_bert_inside(stored, Path(source)):
        return BertConfig.from_dict(stored | {"model_type": "bert"}), BertTokenizer.from_pretrained(source)
    return (
        AutoConfig.from_pretrained(source, **_safely(source)),
        AutoTokenizer.from_pretrained(source, **_safely(source)),
    )


def set_dropout(config: EncoderConfig, dropout: float) -> None:
    """Set the dropout in the configuration of an encoder. Families have different names for it.

    The dropout of attention weights becomes 0: a random mask for all pairs of characters is slow on a CPU, and no gain
    was seen.
    """
    for attributes, value in ((_DROPOUT_NAMES, dropout), (_ATTENTION_DROPOUT_NAMES, 0.0)):
        for attribute in attributes:
            if hasattr(config, attribute):
                setattr(config, attribute, value)


def longest_window(encoder: PreTrainedModel) -> int:
    """The most characters that the encoder reads at once, without [CLS] and [SEP]."""
    positions: int = encoder.config.max_position_embeddings
    # Positions of RoBERTa and related encoders begin after the padding id.
    padding = getattr(getattr(encoder, "embeddings", None), "padding_idx", None)
    return positions - _FRAME - (0 if padding is None else padding + 1)


def _is_bert_inside(config: dict[str, Any], folder: Path) -> bool:
    """Whether a folder contains a BERT with another model type, for example Chinese "RoBERTa-wwm" with vocab.txt."""
    return config.get("model_type") in (None, "roberta") and (folder / "vocab.txt").is_file()


def _check_family(name: str, config: EncoderConfig) -> None:
    wanted = ("hidden_size", "num_hidden_layers", "max_position_embeddings")
    if config.is_encoder_decoder or getattr(config, "is_decoder", False) or not all(hasattr(config, w) for w in wanted):
        raise InputError(
            f"{name} is of the type {config.model_type}: expected a BERT-like encoder (BERT, RoBERTa, ELECTRA, ...)"
        )


def character_table(name: str, tokenizer: PreTrainedTokenizerBase) -> CharacterTable:
    """Build the table of the characters in a vocabulary.

    Args:
        name: the encoder, for messages.
        tokenizer: its tokenizer.

    Raises:
        InputError: the vocabulary lacks a special token of BERT, or has no Chinese characters.
    """
    special = {
        "pad": tokenizer.pad_token_id,
        "unk": tokenizer.unk_token_id,
        "cls": tokenizer.cls_token_id,
        "sep": tokenizer.sep_token_id,
    }
    missing = [token for token, index in special.items() if index is None]
    if missing:
        raise InputError(f"{name} isn't BERT-like: its vocabulary has no {', '.join(missing)} token")
    table = CharacterTable.from_vocabulary(tokenizer.get_vocab(), special)
    if table.unknown("的一是不了在人有我他") == 10:
        raise InputError(
            f"{name} doesn't read Chinese by characters: its vocabulary has none of the ten most frequent characters"
        )
    return table


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__


def _mend(name: str) -> str:
    if Path(name).is_dir():
        return "the folder must contain config.json, weights and a vocabulary as transformers saves them"
    return NAME_OR_NETWORK
