"""From a corpus and settings to a model folder."""

import json
import platform
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from transformers import set_seed

from ner.data.corpus import Corpus, Split
from ner.data.entities import Sentence
from ner.encoding.characters import CharacterTable
from ner.errors import InputError
from ner.evaluation.report import write_report
from ner.evaluation.scores import Evaluation, evaluate
from ner.files import atomic_writer
from ner.model.checkpoint import save_model
from ner.model.config import BertBiLstmCrfConfig
from ner.model.encoder import load_encoder, longest_window
from ner.model.hardware import attention_kernel, pick_device, use_bf16
from ner.model.network import BertBiLstmCrf
from ner.model.quiet import quiet_transformers
from ner.tagging.tagger import Tagger
from ner.training.examples import Examples
from ner.training.interruption import TrainingInterrupted
from ner.training.output import RECORD, prepare_output, remove_checkpoints
from ner.training.progress import ShowProgress
from ner.training.settings import TrainingSettings
from ner.training.trainer import TaggerTrainer, parameter_groups

_PACKAGES = ("bert-ner", "torch", "transformers", "pytorch-crf", "numpy")


@dataclass(frozen=True)
class TrainingRun:
    """A finished run: the tagger with its best weights, its record, and its evaluations by split."""

    tagger: Tagger
    record: dict[str, Any]
    evaluations: dict[str, Evaluation]


@quiet_transformers()
def train(
    corpus: Corpus, settings: TrainingSettings, output: Path, *, resume: bool = False, console: Console | None = None
) -> TrainingRun:
    """Train a tagger on `corpus` and write it, its record and its evaluations into the folder `output`.

    Raises:
        InputError: the corpus, the encoder or the output folder won't do, or training came to nothing.
        TrainingInterrupted: it was stopped by the user; what was learned is saved.
    """
    console = console or Console(quiet=True)
    assert corpus.train is not None, "read_corpus gives train"
    assert corpus.dev is not None, "read_corpus gives dev"
    if not corpus.types:
        raise InputError(f"{corpus.train.path} has no entities: there is nothing to learn")
    checkpoint = prepare_output(output, settings, corpus, resume)
    set_seed(settings.seed)
    model, table = build_model(corpus.types, settings)
    examples = Examples(corpus.train.sentences, table, model.config)
    _describe(console, corpus, model, table, examples, settings)

    began = time.perf_counter()
    progress = ShowProgress(console)
    trainer = TaggerTrainer(model, table, examples, corpus.dev.sentences, settings, output, [progress])
    try:
        finished = trainer.run(checkpoint)
    finally:
        progress.stop()
    state = trainer.state
    if not finished:
        raise TrainingInterrupted(
            f"stopped after step {state.global_step:,} of {state.max_steps:,}; the same command with --resume goes on"
        )
    minutes = (time.perf_counter() - began) / 60
    save_model(model, table, output)
    tagger = Tagger(model, table, settings.precision)
    splits = [split for split in (corpus.dev, corpus.test) if split]
    evaluations = {split.name: evaluate(tagger, split.sentences) for split in splits}
    for name, evaluation in evaluations.items():
        write_report(evaluation, output / "evaluation" / name)
    record = {
        "settings": asdict(settings),
        "data": {split.name: _describe_split(split) for split in (corpus.train, *splits)},
        "sentences_cut": examples.sentences_cut,
        "entities_cut": examples.entities_cut,
        "epochs": _epochs(state.log_history),
        "best_dev_f1": state.best_metric,
        "steps": state.global_step,
        "minutes": round(minutes, 2),
        "resumed": checkpoint is not None,
        "layer_weights": tagger.layer_weights([sentence.text for sentence in corpus.dev.sentences]),
        "scores": {name: evaluation.to_dict() for name, evaluation in evaluations.items()},
        "machine": _machine(model.device),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
    }
    with atomic_writer(output / RECORD) as file:
        json.dump(record, file, ensure_ascii=False, indent=2)
        file.write("\n")
    remove_checkpoints(output)
    return TrainingRun(tagger, record, evaluations)


def build_model(types: list[str], settings: TrainingSettings) -> tuple[BertBiLstmCrf, CharacterTable]:
    """A network for entities of `types` with pretrained encoder weights, on the device where it is to be trained."""
    encoder, table = load_encoder(settings.encoder, settings.encoder_dropout)
    longest = longest_window(encoder)
    if settings.max_length > longest:
        raise InputError(
            f"--max-length {settings.max_length} is more than {settings.encoder} reads: expected at most {longest}"
        )
    config = BertBiLstmCrfConfig(
        encoder=encoder.config.to_dict(),
        encoder_name=settings.encoder,
        types=types,
        scheme=settings.scheme,
        fusion=settings.fusion,
        lstm_size=settings.lstm_size,
        lstm_layers=settings.lstm_layers,
        dropout=settings.dropout,
        window=settings.max_length,
    )
    device = pick_device()
    encoder.set_attn_implementation(attention_kernel(device, settings.max_length))
    model = BertBiLstmCrf(config, encoder)
    torch.nn.Module.to(model, device)
    return model, table


def _describe(
    console: Console,
    corpus: Corpus,
    model: BertBiLstmCrf,
    table: CharacterTable,
    examples: Examples,
    settings: TrainingSettings,
) -> None:
    """Print what is trained on what, before it takes any time."""
    for split in (corpus.train, corpus.dev, corpus.test):
        if split:
            counts = ", ".join(f"{name} {count:,}" for name, count in sorted(split.types.items()))
            console.print(
                f"{split.name:5}  {len(split.sentences):,} sentences, {split.characters:,} characters; "
                f"{counts or 'no entities'}",
                highlight=False,
            )
    for note in corpus.notes:
        console.print(f"note   {note}", highlight=False, markup=False)
    if examples.sentences_cut:
        console.print(
            f"note   {examples.sentences_cut:,} sentences longer than {settings.max_length} characters are learned in "
            f"pieces, {examples.entities_cut:,} entities are cut by that",
            highlight=False,
        )
    assert corpus.train is not None
    encoder = model.config.encoder
    console.print(
        f"model  {settings.encoder}: {encoder['num_hidden_layers']} layers of {encoder['hidden_size']}, "
        f"{len(table):,} characters ({_unknown_share(corpus.train.sentences, table):.2%} of train unknown); "
        f"fusion {settings.fusion}; BiLSTM {settings.lstm_layers} x {settings.lstm_size}; "
        f"CRF over {len(model.config.labels)} {settings.scheme} tags",
        highlight=False,
    )
    for part in ("encoder", "head"):
        groups = [group for group in parameter_groups(model, settings) if group["name"] == part]
        size = sum(parameter.numel() for group in groups for parameter in group["params"])
        console.print(f"rates  {part}: {groups[0]['lr']:g} for {size / 1e6:.2f} million parameters", highlight=False)
    number = "bf16" if use_bf16(settings.precision, model.device) else "fp32"
    kernel = attention_kernel(model.device, settings.max_length)
    console.print(
        f"on     {model.device.type}, {torch.get_num_threads()} threads, {number}, {kernel} attention", highlight=False
    )


def _unknown_share(sentences: list[Sentence], table: CharacterTable) -> float:
    characters = sum(len(sentence.text) for sentence in sentences)
    return sum(table.unknown(sentence.text) for sentence in sentences) / characters


def _describe_split(split: Split) -> dict[str, Any]:
    return {
        "path": split.path,
        "fingerprint": split.fingerprint,
        "sentences": len(split.sentences),
        "characters": split.characters,
        "entities": dict(sorted(split.types.items())),
        "repairs": split.repairs,
    }


def _epochs(history: list[dict[str, Any]]) -> list[dict[str, float]]:
    """Mean training loss and dev scores of each epoch, from the trainer's log."""
    epochs, losses = [], []
    for entry in history:
        if "loss" in entry:
            losses.append(entry["loss"])
        elif "eval_f1" in entry:
            epochs.append(
                {
                    "epoch": entry["epoch"],
                    "loss": sum(losses) / max(len(losses), 1),
                    "dev_f1": entry["eval_f1"],
                    "dev_precision": entry["eval_precision"],
                    "dev_recall": entry["eval_recall"],
                }
            )
            losses = []
    return epochs


def _machine(device: torch.device) -> dict[str, Any]:
    return {
        "device": device.type,
        "processor": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "system": platform.platform(),
    }
