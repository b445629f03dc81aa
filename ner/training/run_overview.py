"""The overview at the start of a training run: data, notes, network, learning rates and hardware."""

from collections.abc import Iterator, Sequence

import torch

from ner.characters.character_table import CharacterTable
from ner.choices import CellName
from ner.data.corpus import Corpus
from ner.data.entities import Sentence
from ner.model.hardware import attention_kernel, use_bf16
from ner.model.network import BertBiLstmCrf
from ner.training.model_output import FEATURES
from ner.training.oversampling import repeats, type_factors
from ner.training.tagger_trainer import parameter_groups
from ner.training.training_advice import training_advice
from ner.training.training_examples import Examples
from ner.training.training_length import number_of_epochs, passes_per_epoch, steps_per_epoch
from ner.training.training_settings import TrainingSettings

_RECURRENT: dict[CellName, str] = {"lstm": "BiLSTM", "gru": "BiGRU"}


def describe_run_start(
    corpus: Corpus, model: BertBiLstmCrf, table: CharacterTable, examples: Examples, settings: TrainingSettings
) -> Iterator[str]:
    """The lines of the overview. The first word of each line is its topic."""
    for split in (corpus.train, corpus.dev, corpus.test):
        if split:
            types = ", ".join(f"{name} {count:,}" for name, count in sorted(split.types.items())) or "no entities"
            unknown = f" ({split.unknown:,} of them ?)" if split.unknown else ""
            yield f"{split.name:7}{len(split.sentences):,} sentences, {split.characters:,} characters{unknown}; {types}"
    for note in corpus.notes:
        yield f"note   {note}"
    for advice in training_advice(corpus, settings):
        yield f"note   {advice}"
    if examples.sentences_cut:
        yield (
            f"note   {examples.sentences_cut:,} sentences are longer than {settings.max_length} characters and are "
            f"split into pieces; this cuts {examples.entities_cut:,} entities"
        )
    if examples.windows_unknown:
        yield f"note   sentences or pieces that contain only the tag ? and are ignored: {examples.windows_unknown:,}"
    encoder = model.encoder.config
    yield (
        f"model  {settings.encoder}: {encoder.num_hidden_layers} layers of {encoder.hidden_size}, "
        f"{len(table):,} characters ({_unknown_share(corpus.train.sentences, table):.2%} of train unknown)"
    )
    yield (
        f"model  fusion {settings.fusion}, {_RECURRENT[settings.cell]} {settings.lstm_layers} x {settings.lstm_size} "
        f"each way, {settings.decoder} over {len(model.config.labels)} {settings.scheme} tags"
    )
    if model.words:
        stored, dictionary = model.words.stored, model.words.dictionary
        known = f", {len(dictionary.words):,} words of the user dictionary" if dictionary else ""
        yield f"words  {stored.name} ({stored.package} {stored.version}), {len(stored.parts)} parts of speech{known}"
    yield from _learning_rates(model, settings)
    yield _length(corpus.train.sentences, examples, settings)
    yield from _aids(corpus.train.sentences, settings)
    precision = "bf16" if use_bf16(settings.precision, model.device) else "fp32"
    kernel = attention_kernel(model.device, settings.max_length)
    yield f"on     {model.device.type}, {torch.get_num_threads()} threads, {precision}, {kernel} attention"


def _learning_rates(model: BertBiLstmCrf, settings: TrainingSettings) -> Iterator[str]:
    groups = parameter_groups(model, settings)
    for part in ("encoder", "head"):
        rates = [group["lr"] for group in groups if group["name"] == part]
        size = sum(p.numel() for group in groups if group["name"] == part for p in group["params"])
        if not rates:
            yield f"rates  {part}: frozen; its output is computed once and stored in {FEATURES}"
        elif min(rates) < max(rates):
            spread = f"{min(rates):.3g} at the bottom to {max(rates):g}"
            yield f"rates  {part}: {spread} for {size / 1e6:.2f} million parameters"
        else:
            yield f"rates  {part}: {rates[0]:g} for {size / 1e6:.2f} million parameters"


def _length(sentences: Sequence[Sentence], examples: Examples, settings: TrainingSettings) -> str:
    steps, passes = steps_per_epoch(settings, len(examples)), passes_per_epoch(settings, len(sentences))
    repeated = f", each with {passes} passes over train, as it is small" if passes > 1 else ""
    if settings.max_steps is not None:
        return f"length {settings.max_steps:,} steps; an epoch has {steps:,}"
    return f"length {number_of_epochs(settings):,} epochs of {steps:,} steps{repeated}"


def _aids(sentences: Sequence[Sentence], settings: TrainingSettings) -> Iterator[str]:
    if settings.adversarial != "none":
        steps = f" in {settings.adversarial_steps} steps" if settings.adversarial == "pgd" else ""
        yield f"aid    {settings.adversarial}: embeddings are perturbed by {settings.adversarial_epsilon:g}{steps}"
    if settings.ema:
        yield f"aid    the moving average of the weights, with a decay of up to {settings.ema:g}, is scored and saved"
    if settings.r_drop:
        yield f"aid    R-Drop: two passes for each batch; weight of the divergence {settings.r_drop:g}"
    if settings.oversample:
        passes = passes_per_epoch(settings, len(sentences))
        factors = type_factors(sentences, settings.oversample)
        types = ", ".join(f"{name} x {factor:.2f}" for name, factor in factors.items()) or "none"
        yield (
            f"aid    types in fewer than {settings.oversample:.3g} of the sentences: {types}; "
            f"an epoch has {passes * sum(repeats(sentences, settings.oversample, settings.seed)):,} sentences, "
            f"train has {len(sentences):,}"
        )


def _unknown_share(sentences: Sequence[Sentence], table: CharacterTable) -> float:
    characters = sum(len(sentence.text) for sentence in sentences)
    return sum(table.unknown(sentence.text) for sentence in sentences) / characters
