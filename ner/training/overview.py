"""What a run prints before it takes any time: data, notes, network, learning rates, hardware."""

from collections.abc import Iterator, Sequence

import torch

from ner.data.corpus import Corpus
from ner.data.entities import Sentence
from ner.encoding.characters import CharacterTable
from ner.model.hardware import attention_kernel, use_bf16
from ner.model.network import BertBiLstmCrf
from ner.training.examples import Examples
from ner.training.settings import TrainingSettings
from ner.training.trainer import parameter_groups


def overview(
    corpus: Corpus, model: BertBiLstmCrf, table: CharacterTable, examples: Examples, settings: TrainingSettings
) -> Iterator[str]:
    """The lines, each with a word in front that says what it is about."""
    for split in (corpus.train, corpus.dev, corpus.test):
        if split:
            types = ", ".join(f"{name} {count:,}" for name, count in sorted(split.types.items())) or "no entities"
            yield f"{split.name:7}{len(split.sentences):,} sentences, {split.characters:,} characters; {types}"
    for note in corpus.notes:
        yield f"note   {note}"
    if examples.sentences_cut:
        yield (
            f"note   {examples.sentences_cut:,} sentences longer than {settings.max_length} characters are learned in "
            f"pieces, {examples.entities_cut:,} entities are cut by that"
        )
    encoder = model.encoder.config
    yield (
        f"model  {settings.encoder}: {encoder.num_hidden_layers} layers of {encoder.hidden_size}, "
        f"{len(table):,} characters ({_unknown_share(corpus.train.sentences, table):.2%} of train unknown)"
    )
    yield (
        f"model  fusion {settings.fusion}, BiLSTM {settings.lstm_layers} x {settings.lstm_size} each way, "
        f"CRF over {len(model.config.labels)} {settings.scheme} tags"
    )
    for part in ("encoder", "head"):
        groups = [group for group in parameter_groups(model, settings) if group["name"] == part]
        size = sum(parameter.numel() for group in groups for parameter in group["params"])
        yield f"rates  {part}: {groups[0]['lr']:g} for {size / 1e6:.2f} million parameters"
    precision = "bf16" if use_bf16(settings.precision, model.device) else "fp32"
    kernel = attention_kernel(model.device, settings.max_length)
    yield f"on     {model.device.type}, {torch.get_num_threads()} threads, {precision}, {kernel} attention"


def _unknown_share(sentences: Sequence[Sentence], table: CharacterTable) -> float:
    characters = sum(len(sentence.text) for sentence in sentences)
    return sum(table.unknown(sentence.text) for sentence in sentences) / characters
