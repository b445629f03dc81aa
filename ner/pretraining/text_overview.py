"""The overview at the start of a pretraining run: text, encoder and hardware."""

from collections.abc import Iterator, Sequence

import torch

from ner.model.hardware import use_bf16
from ner.model.load_encoder import MaskedLanguageModel
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.survey import Survey

_SHOWN = 20


def overview(
    text: Survey,
    language_model: MaskedLanguageModel,
    unknown: Sequence[tuple[str, int]],
    settings: PretrainingSettings,
    compiled: bool,
) -> Iterator[str]:
    """The lines of the overview. The first word of each line is its topic.

    Args:
        text: the survey of the text.
        language_model: the encoder, with the added characters.
        unknown: the characters that the encoder didn't know before, and how often each occurs.
        settings: the settings of the run.
        compiled: whether the layers are compiled.
    """
    total = sum(file.characters * file.source.weight for file in text.files)
    for file in text.files:
        yield (
            f"text   {file.source.path}: {file.paragraphs:,} paragraphs, {file.characters:,} characters, "
            f"{file.characters * file.source.weight / total:.1%} of the training text"
        )
    held_out = sum(file.held_out for file in text.files)
    yield (
        f"text   {held_out:,} paragraphs are held out; {len(text.held_out):,} of them, with "
        f"{sum(map(len, text.held_out)):,} characters, are used for evaluation"
    )
    share = sum(count for _, count in unknown) / text.characters.total()
    added, rest = unknown[: settings.add_characters], unknown[settings.add_characters :]
    yield f"text   {share:.3%} of the text is unknown to the encoder: {len(unknown):,} different characters"
    if added:
        yield f"vocab  {len(added):,} characters added: {_shown(added)}"
    if rest:
        yield f"vocab  most frequent unknown characters: {_shown(rest)}; add them with `add_characters`"
    model = language_model.model
    parameters = sum(parameter.numel() for parameter in model.parameters())
    origin = settings.encoder if settings.width is None else f"random weights, vocabulary of {settings.encoder}"
    yield (
        f"model  {origin}: {model.config.num_hidden_layers} layers of {model.config.hidden_size}, "
        f"{parameters / 1e6:.2f} million parameters"
    )
    if language_model.head_is_new and settings.objective == "masked":
        yield "model  the masked-language-model head is new: it is trained alone at first"
    precision = "bf16" if use_bf16(settings.precision, model.device) else "fp32"
    how = "compiled" if compiled else "not compiled"
    yield f"on     {model.device.type}, {torch.get_num_threads()} threads, {precision}, {how}"


def _shown(characters: Sequence[tuple[str, int]]) -> str:
    more = " ..." if len(characters) > _SHOWN else ""
    return "".join(character for character, _ in characters[:_SHOWN]) + more
