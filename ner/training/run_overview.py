"""The overview at the start of a training run: data, notes, network, learning rates and hardware."""

from collections.abc import Iterator, Sequence

from ner.characters.character_table import CharacterTable
from ner.checking.quick_check import gravest_findings
from ner.choices import CellName
from ner.data.corpus import Corpus
from ner.data.entities import Sentence
from ner.model.network import BertBiLstmCrf
from ner.quantities import counted
from ner.training.loop_overview import describe_loop
from ner.training.oversampling import repeats, type_factors
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
            sentences = counted(len(split.sentences), "sentence")
            yield f"{split.name:7}{sentences}, {split.characters:,} characters{unknown}; {types}"
    for note in corpus.notes:
        yield f"note   {note}"
    for finding in gravest_findings(corpus.splits):
        yield f"check  {finding}"
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
    yield _length(corpus.train.sentences, examples, settings)
    yield from _oversampling(corpus.train.sentences, settings)
    yield from describe_loop(model, settings)


def _length(sentences: Sequence[Sentence], examples: Examples, settings: TrainingSettings) -> str:
    steps, passes = steps_per_epoch(settings, len(examples)), passes_per_epoch(settings, len(sentences))
    repeated = f", each with {passes} passes over train, as it is small" if passes > 1 else ""
    if settings.max_steps is not None:
        return f"length {counted(settings.max_steps, 'step')}; an epoch has {steps:,}"
    epochs = number_of_epochs(settings)
    return f"length {counted(epochs, 'epoch')} of {counted(steps, 'step')}{repeated}"


def _oversampling(sentences: Sequence[Sentence], settings: TrainingSettings) -> Iterator[str]:
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
