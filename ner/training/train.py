"""From a corpus and settings to a model folder."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from transformers import PreTrainedModel, TrainerCallback, set_seed

from ner.characters.character_table import CharacterTable
from ner.data.corpus import Corpus
from ner.errors import InputError, InterruptedRun
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.report_files import write_report
from ner.evaluation.scores import Evaluation, evaluate
from ner.files import atomic_writer
from ner.model.feature_cache import FeatureCache
from ner.model.load_encoder import load_encoder, longest_window
from ner.model.model_files import RECORD
from ner.model.model_folder import load_model, save_model
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import BertBiLstmCrfConfig, config_entries
from ner.model.quiet_transformers import quiet_transformers
from ner.runs.run_folder import UNFINISHED
from ner.tagging.layer_weights import layer_weights
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.calibration import fit_temperature
from ner.training.continue_tagger import adopt_network_settings, build_from_tagger, f1_of_types
from ner.training.epoch_progress import ShowProgress
from ner.training.model_output import EVALUATION, FEATURES, prepare_output, remove_unfinished
from ner.training.oversampling import repeats
from ner.training.run_overview import describe_run_start
from ner.training.tagger_trainer import TaggerTrainer
from ner.training.training_examples import Examples
from ner.training.training_record import training_record
from ner.training.training_settings import TrainingSettings


@dataclass(frozen=True)
class TrainingRun:
    """A finished run: the tagger with its best weights, its record, and its evaluations by split."""

    tagger: Tagger
    record: dict[str, Any]
    evaluations: dict[str, Evaluation]


@quiet_transformers()
def train(
    corpus: Corpus,
    settings: TrainingSettings,
    output: Path,
    *,
    resume: bool = False,
    console: Console | None = None,
    callbacks: Sequence[TrainerCallback] = (),
) -> TrainingRun:
    """Train a tagger on `corpus` and write it, its record and its evaluations into the folder `output`.

    Progress is shown on `console`, if there is one. `callbacks` see the run as it goes; what they raise ends it.

    Raises:
        InputError: the corpus, the encoder or the output folder won't do, or training came to nothing.
        OSError: the output folder can't be written; the run can be resumed.
        InterruptedRun: it was stopped by the user; what was learned is saved.
    """
    console = console or Console(quiet=True)
    require_entities(corpus)
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise InputError("training runs in one process: start it without torchrun or accelerate launch")
    source = load_model(settings.init_from) if settings.init_from else None
    if source:
        settings = adopt_network_settings(settings, source[0].config)
    checkpoint = prepare_output(output, settings, corpus, resume)
    if resume and checkpoint is None:
        console.print(f"note   no checkpoint in {output}: the run starts from its beginning", highlight=False)
    set_seed(settings.seed)
    splits = [corpus.dev, *([corpus.test] if corpus.test else [])]
    shared: list[str] = []
    before: dict[str, float] = {}
    if source:
        _require_window(source[0].encoder, settings)
        source[0].place()
        shared = sorted({*corpus.types} & {*source[0].config.types})
        tagger = Tagger(NetworkEngine(source[0], settings.precision), source[1])
        before = {split.name: f1_of_types(evaluate(tagger, split.sentences), shared) for split in splits}
        model, table = build_from_tagger(corpus.types, settings, source[0]), source[1]
    else:
        model, table = build_model(corpus.types, settings)
    times = repeats(corpus.train.sentences, settings.oversample, settings.seed)
    examples = Examples(corpus.train.sentences, table, model.config, times)
    for line in describe_run_start(corpus, model, table, examples, settings):
        console.print(line, highlight=False, markup=False, soft_wrap=True)

    if settings.mode == "frozen":
        model.feature_cache = FeatureCache(output / UNFINISHED / FEATURES)
    began = time.perf_counter()
    progress = ShowProgress(console)
    trainer = TaggerTrainer(model, table, examples, corpus.dev.sentences, settings, output, [progress, *callbacks])
    try:
        finished = trainer.run(checkpoint)
    finally:
        progress.stop()
    state = trainer.state
    if not finished:
        raise InterruptedRun(
            f"stopped after step {state.global_step:,} of {state.max_steps:,}; the same command with --resume goes on"
        )
    minutes = (time.perf_counter() - began) / 60

    model.feature_cache = None  # what is evaluated is what will be loaded
    engine = NetworkEngine(model, settings.precision)
    tagger = Tagger(engine, table)
    if settings.calibrate:
        temperature = fit_temperature(engine, table, corpus.dev.sentences)
        console.print(f"scores are calibrated on dev: temperature {temperature:.3f}", highlight=False)
    evaluations = {split.name: evaluate(tagger, split.sentences) for split in splits}
    after = {name: f1_of_types(evaluation, shared) for name, evaluation in evaluations.items()}
    for name, f1 in before.items():
        line = f"types that {settings.init_from} knew ({', '.join(shared) or 'none'}): {name} F1 {f1:.2f} before"
        console.print(f"{line}, {after[name]:.2f} now", highlight=False, markup=False, soft_wrap=True)
    weights = layer_weights(engine, table, corpus.dev.sentences)
    record = {
        **training_record(settings, [corpus.train, *splits], examples, state, model.device),
        "minutes": round(minutes, 2),
        "resumed": checkpoint is not None,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "temperature": float(model.tag_decoder.temperature),
        "continued": {"types": shared, "f1_before": before, "f1_after": after} if source else None,
        "layer_weights": weights.overall,
        "layer_weights_by_type": weights.by_type,
        "scores": {name: evaluation.to_dict() for name, evaluation in evaluations.items()},
    }
    for split in splits:
        background = Background(split, str(output), record, table, corpus.train, types=tagger.types)
        report = Report(evaluations[split.name], background)
        write_report(report, output / EVALUATION / split.name, pictures=False)
    with atomic_writer(output / RECORD) as file:
        json.dump(record, file, ensure_ascii=False, indent=2)
        file.write("\n")
    save_model(model, table, output)
    remove_unfinished(output)
    return TrainingRun(tagger, record, evaluations)


def require_entities(corpus: Corpus) -> None:
    """Make sure that there is something to learn.

    Raises:
        InputError: train has no entities.
    """
    if not corpus.types:
        raise InputError(f"{corpus.train.path} has no entities: there is nothing to learn")


def build_model(types: list[str], settings: TrainingSettings) -> tuple[BertBiLstmCrf, CharacterTable]:
    """A network for entities of `types` with pretrained encoder weights, on the device where it is to be trained.

    Raises:
        InputError: the encoder can't be loaded, or reads less than `max_length` characters at once.
    """
    encoder, table = load_encoder(settings.encoder, settings.encoder_dropout)
    _require_window(encoder, settings)
    config = BertBiLstmCrfConfig(
        encoder={name: value for name, value in encoder.config.to_dict().items() if name != "_name_or_path"},
        types=types,
        **config_entries(settings),
    )
    try:
        model = BertBiLstmCrf(config, encoder)
    except ValueError as error:
        raise InputError(f"--fusion {settings.fusion} doesn't fit {settings.encoder}: {error}") from error
    model.encoder.requires_grad_(settings.mode == "fine-tune")
    model.place()
    return model, table


def _require_window(encoder: PreTrainedModel, settings: TrainingSettings) -> None:
    longest = longest_window(encoder)
    if settings.max_length > longest:
        raise InputError(
            f"--max-length {settings.max_length} is more than {settings.encoder} reads: expected at most {longest}"
        )
