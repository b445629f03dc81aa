"""The encoder at the start of a run: pretrained, with all or some of its layers, or with random weights."""

from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertForMaskedLM, PreTrainedModel

from ner.errors import InputError
from ner.memory import require_memory
from ner.model.load_encoder import (
    MaskedLanguageModel,
    load_masked_language_model,
    load_tokenizer,
    longest_window,
)
from ner.model.memory_needs import BYTES_PER_PARAMETER
from ner.pretraining.pretraining_settings import PretrainingSettings

# [CLS] and [SEP].
_FRAME = 2
# The sizes of a new encoder, as in BERT (Devlin et al. 2019, section 3).
_WIDTH_OF_A_HEAD, _FEED_FORWARD, _POSITIONS, _LAYERS = 64, 4, 512, 6


def first_encoder(settings: PretrainingSettings) -> MaskedLanguageModel:
    """Build the encoder of the settings, without added characters.

    Raises:
        InputError: there is no such encoder, its type is not supported, or it doesn't fit the settings.
    """
    language_model = (
        _random_encoder(settings) if settings.width is not None else load_masked_language_model(settings.encoder)
    )
    _require_mask(language_model, settings.encoder)
    if settings.width is None and settings.layers is not None:
        _cut(language_model.model, settings)
    longest = longest_row(language_model.model)
    if max(settings.lengths) > longest:
        raise InputError(
            f"expected `lengths` to be at most {longest}, the limit of {settings.encoder}, got {max(settings.lengths)}"
        )
    return language_model


def load_teacher(name: str) -> MaskedLanguageModel:
    """Load an encoder to learn from.

    Raises:
        InputError: there is no such encoder, or it has no masked-language-model head.
    """
    teacher = load_masked_language_model(name)
    _require_mask(teacher, name)
    if teacher.head_is_new:
        raise InputError(f"{name} has no masked-language-model head: choose another `teacher`")
    return replace(teacher, model=remove_dropout(teacher.model).eval().requires_grad_(False))


def encoder_of(model: PreTrainedModel) -> PreTrainedModel:
    """The encoder without its head."""
    encoder: Any = model.base_model
    return cast(PreTrainedModel, encoder)


def embeddings_of(model: PreTrainedModel) -> nn.Parameter:
    """The embeddings of the vocabulary, `(vocabulary, width)`."""
    embeddings: Any = model.get_input_embeddings()
    return cast(nn.Parameter, embeddings.weight)


def longest_row(model: PreTrainedModel) -> int:
    """The most characters that the encoder reads at once, with [CLS] and [SEP]."""
    return longest_window(encoder_of(model)) + _FRAME


def encoder_layers(model: PreTrainedModel) -> nn.ModuleList:
    """The layers of a BERT-like encoder, the lowest first."""
    return cast(nn.ModuleList, cast(Any, encoder_of(model)).encoder.layer)


def vocabulary_scores(model: PreTrainedModel, states: Tensor) -> Tensor:
    """The scores of the masked-language-model head: from `(places, hidden)` to `(places, vocabulary)`."""
    heads: Any = model
    if hasattr(model, "cls"):  # BERT, ERNIE
        return cast(Tensor, heads.cls(states))
    if hasattr(model, "lm_head"):  # RoBERTa, XLM-R
        return cast(Tensor, heads.lm_head(states))
    return cast(Tensor, heads.generator_lm_head(heads.generator_predictions(states)))  # ELECTRA


def remove_dropout(model: PreTrainedModel) -> PreTrainedModel:
    """Switch off all dropout of a model, and return the model. Its configuration stays."""
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model


def _require_mask(language_model: MaskedLanguageModel, name: str) -> None:
    model = language_model.model
    headed = any(hasattr(model, head) for head in ("cls", "lm_head", "generator_lm_head"))
    if not headed or not hasattr(getattr(model.base_model, "encoder", None), "layer"):
        raise InputError(
            f"{name} has the type {model.config.model_type}: expected BERT, RoBERTa, XLM-R, ELECTRA or ERNIE"
        )
    if language_model.tokenizer.mask_token_id is None:
        raise InputError(f"{name} can't be pretrained: its vocabulary has no mask token")


def _cut(model: PreTrainedModel, settings: PretrainingSettings) -> None:
    """Keep the lowest layers. Removing the top layers costs least (Sajjad et al. 2023, section 5)."""
    layers, kept = encoder_layers(model), settings.layers
    if kept is None or kept > len(layers):
        raise InputError(f"expected `layers` to be at most {len(layers)}, as {settings.encoder} has, got {kept}")
    cast(Any, encoder_of(model)).encoder.layer = layers[:kept]
    model.config.num_hidden_layers = kept


def _random_encoder(settings: PretrainingSettings) -> MaskedLanguageModel:
    """Build a BERT with random weights and the vocabulary of `settings.encoder`."""
    width = settings.width
    assert width is not None
    heads = settings.heads or max(1, width // _WIDTH_OF_A_HEAD)
    if width % heads:
        raise InputError(f"`width` {width} is not divisible by {heads} heads: pass `heads`, a divisor of `width`")
    tokenizer, table = load_tokenizer(settings.encoder)
    layers = settings.layers or _LAYERS
    parameters = layers * (4 + 2 * _FEED_FORWARD) * width**2 + len(tokenizer) * width  # the large matrices
    require_memory(
        BYTES_PER_PARAMETER * parameters,
        f"training {parameters / 1e6:,.0f} million parameters needs",
        "lower `width` or `layers`",
    )
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=_FEED_FORWARD * width,
        max_position_embeddings=max(_POSITIONS, *settings.lengths),
        pad_token_id=table.pad,
    )
    model = BertForMaskedLM(config)
    # `head_is_new` would train the head alone at first, which is useless with a random encoder.
    return MaskedLanguageModel(model, tokenizer, table, head_is_new=False, dtype=torch.float32)
