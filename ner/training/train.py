"""From a corpus and settings to a model folder."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerState

from ner.data.corpus import Corpus
from ner.data.data_split import Split
from ner.errors import InputError, InterruptedRun
from ner.evaluation.report_files import write_report
from ner.evaluation.scores import Evaluation
from ner.files import atomic_writer
from ner.model.feature_cache import FeatureCache
from ner.model.model_files import RECORD
from ner.model.model_folder import save_model
from ner.model.quiet_transformers import quiet_transformers
from ner.runs.progress import Progress, choose_progress
from ner.runs.run_folder import UNFINISHED
from ner.tagging.layer_weights import layer_weights
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.calibration import fit_temperature
from ner.training.continue_tagger import adopt_network_settings, f1_of_types
from ner.training.epoch_progress import EpochProgress
from ner.training.model_output import EVALUATION, FEATURES, prepare_output, remove_unfinished
from ner.training.oversampling import repeats
from ner.training.run_overview import describe_run_start
from ner.training.starting_network import Start, build_start, load_source
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


@dataclass(frozen=True)
class _Plan:
    """What a run is asked to do, checked, and the checkpoint that it goes on from."""

    corpus: Corpus
    settings: TrainingSettings
    output: Path
    checkpoint: str | None
    progress: Progress

    @property
    def splits(self) -> list[Split]:
        """Those that are scored."""
        return [self.corpus.dev, *([self.corpus.test] if self.corpus.test else [])]


@dataclass(frozen=True)
class _Fitted:
    """What the loop leaves: its state, and the minutes that it took."""

    state: TrainerState
    minutes: float


@quiet_transformers()
def train(
    corpus: Corpus,
    settings: TrainingSettings,
    output: Path,
    *,
    resume: bool = False,
    progress: Progress | None = None,
    callbacks: Sequence[TrainerCallback] = (),
) -> TrainingRun:
    """Train a tagger on `corpus` and write it, its record and its evaluations into the folder `output`.

    `callbacks` see the run as it goes; what they raise ends it.

    Raises:
        InputError: the corpus, the encoder or the output folder won't do, or training failed.
        OSError: the output folder can't be written; the run can be resumed.
        InterruptedRun: it was stopped by the user; what was learned is saved.
    """
    require_entities(corpus)
    _require_one_process()
    source = load_source(settings)
    if source:
        settings = adopt_network_settings(settings, source.model.config)
    plan = _Plan(corpus, settings, output, prepare_output(output, settings, corpus, resume), choose_progress(progress))
    if resume and plan.checkpoint is None:
        plan.progress.note(f"note   no checkpoint in {output}: the run starts from its beginning")
    start = build_start(source, corpus, plan.splits, settings)
    examples = _build_examples(plan, start)
    fitted = _fit(plan, start, examples, callbacks)
    tagger, evaluations = _calibrate_and_score(plan, start)
    record = _build_record(plan, start, examples, fitted, evaluations)
    return _write_results(plan, start, TrainingRun(tagger, record, evaluations))


def require_entities(corpus: Corpus) -> None:
    """Make sure that there is something to learn.

    Raises:
        InputError: train has no entities.
    """
    if not corpus.types:
        raise InputError(f"{corpus.train.path} has no entities: there is nothing to learn")


def _require_one_process() -> None:
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise InputError("training runs in one process: start it without torchrun or accelerate launch")


def _build_examples(plan: _Plan, start: Start) -> Examples:
    """What is learned from, after a description of the run."""
    sentences, settings = plan.corpus.train.sentences, plan.settings
    times = repeats(sentences, settings.oversample, settings.seed)
    examples = Examples(sentences, start.table, start.model.config, times)
    for line in describe_run_start(plan.corpus, start.model, start.table, examples, settings):
        plan.progress.note(line)
    return examples


def _fit(plan: _Plan, start: Start, examples: Examples, callbacks: Sequence[TrainerCallback]) -> _Fitted:
    """Train the network; afterwards it has the weights of the best epoch."""
    model, settings = start.model, plan.settings
    if settings.mode == "frozen":
        model.feature_cache = FeatureCache(plan.output / UNFINISHED / FEATURES)
    began = time.perf_counter()
    shown = [EpochProgress(plan.progress), *callbacks]
    trainer = TaggerTrainer(model, start.table, examples, plan.corpus.dev.sentences, settings, plan.output, shown)
    try:
        finished = trainer.run(plan.checkpoint)
    finally:
        plan.progress.finish()
    state = trainer.state
    if not finished:
        raise InterruptedRun(
            f"stopped after step {state.global_step:,} of {state.max_steps:,}; run it again with `resume` to continue"
        )
    model.feature_cache = None  # what is evaluated is what will be loaded
    return _Fitted(state, (time.perf_counter() - began) / 60)


def _calibrate_and_score(plan: _Plan, start: Start) -> tuple[Tagger, dict[str, Evaluation]]:
    """The trained tagger, with its temperature, and its evaluations by split."""
    engine = NetworkEngine(start.model, plan.settings.precision)
    if plan.settings.calibrate:
        temperature = fit_temperature(engine, start.table, plan.corpus.dev.sentences)
        plan.progress.note(f"scores are calibrated on dev: temperature {temperature:.3f}")
    tagger = Tagger(engine, start.table, name=str(plan.output), folder=plan.output)
    return tagger, {split.name: tagger.evaluate(split) for split in plan.splits}


def _build_record(
    plan: _Plan, start: Start, examples: Examples, fitted: _Fitted, evaluations: Mapping[str, Evaluation]
) -> dict[str, Any]:
    after = {name: f1_of_types(evaluation, start.shared_types) for name, evaluation in evaluations.items()}
    for name, f1 in start.f1_before.items():
        plan.progress.note(
            f"types that {plan.settings.init_from} knew ({', '.join(start.shared_types) or 'none'}): "
            f"{name} F1 {f1:.2f} before, {after[name]:.2f} now"
        )
    continued = {"types": start.shared_types, "f1_before": start.f1_before, "f1_after": after}
    engine = NetworkEngine(start.model, plan.settings.precision)
    weights = layer_weights(engine, start.table, plan.corpus.dev.sentences)
    splits = [plan.corpus.train, *plan.splits]
    return {
        **training_record(plan.settings, splits, examples, fitted.state, start.model.device),
        "minutes": round(fitted.minutes, 2),
        "resumed": plan.checkpoint is not None,
        "parameters": sum(parameter.numel() for parameter in start.model.parameters()),
        "temperature": float(start.model.tag_decoder.temperature),
        "continued": continued if start.continued else None,
        "layer_weights": weights.overall,
        "layer_weights_by_type": weights.by_type,
        "scores": {name: evaluation.to_dict() for name, evaluation in evaluations.items()},
    }


def _write_results(plan: _Plan, start: Start, run: TrainingRun) -> TrainingRun:
    """Write reports, record and model; the model comes last, so that a run is finished or can be resumed."""
    output = plan.output
    for name, evaluation in run.evaluations.items():
        write_report(evaluation.report(plan.corpus.train), output / EVALUATION / name, pictures=False)
    with atomic_writer(output / RECORD) as file:
        json.dump(run.record, file, ensure_ascii=False, indent=2)
        file.write("\n")
    save_model(start.model, start.table, output)
    remove_unfinished(output)
    return run
