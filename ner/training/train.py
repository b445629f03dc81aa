"""Training: from a corpus and settings to a model folder."""

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from ner.data.corpus import Corpus
from ner.data.data_split import Split
from ner.errors import InputError
from ner.evaluation.report_files import write_report
from ner.evaluation.scores import Evaluation
from ner.files import write_json, write_text
from ner.lexicon.lexicon import Lexicon
from ner.model.model_files import CARD, RECORD
from ner.model.model_folder import save_model
from ner.model.quiet_transformers import quiet_transformers
from ner.model.without_hooks import without_hooks
from ner.runs.progress import LogProgress, Progress, choose_progress
from ner.runs.run_folder import RESUME, end_run, run_in
from ner.tagging.layer_weights import layer_weights
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.calibration import fit_temperature
from ner.training.continue_tagger import adopt_network_settings, f1_of_types
from ner.training.epoch_progress import EpochProgress
from ner.training.fit import Fitted, fit
from ner.training.fit_list_weights import fit_list_weights, read_list
from ner.training.keep_old_types import keep_old_types
from ner.training.model_card import render_card
from ner.training.oversampling import repeats
from ner.training.ranks import Ranks, only_main, open_ranks, require_rows
from ner.training.run_description import describe_run, describe_words
from ner.training.run_output import EVALUATION, describe_checkpoint, prepare_output
from ner.training.run_overview import describe_run_start
from ner.training.starting_network import Start, build_start, load_source
from ner.training.tagger_trainer import TaggerTrainer
from ner.training.train_fraction import take_train_fraction
from ner.training.training_examples import Examples, TrainingData
from ner.training.training_length import passes_per_epoch
from ner.training.training_record import training_record
from ner.training.training_settings import TrainingSettings


@dataclass(frozen=True)
class TrainingRun:
    """A finished run: the tagger with the weights of the best epoch, its record, and its evaluations by split.

    `interrupted` is True if the user asked to stop in the last step. What follows the run must not start then.
    """

    tagger: Tagger
    record: dict[str, Any]
    evaluations: dict[str, Evaluation]
    interrupted: bool = False


@dataclass(frozen=True)
class _Plan:
    """The checked input of a run, and the checkpoint to continue from."""

    corpus: Corpus
    settings: TrainingSettings
    output: Path
    checkpoint: Path | None
    progress: Progress
    ranks: Ranks
    learned: Corpus
    """The data with what a tagger that is continued from knows of it."""
    lexicon: Lexicon | None

    @property
    def splits(self) -> list[Split]:
        """The splits to score: dev and, if there is one, test."""
        return [self.learned.dev, *([self.learned.test] if self.learned.test else [])]


@quiet_transformers()
def train(
    corpus: Corpus,
    settings: TrainingSettings,
    output: Path,
    *,
    resume: bool = False,
    progress: Progress | None = None,
    callbacks: Sequence[TrainerCallback] = (),
    way_out: str = RESUME,
) -> TrainingRun:
    """Train a tagger, and write it, its record and its evaluations into a folder.

    Each of the processes that torchrun or accelerate launch has started calls it, with the same arguments. They train
    one tagger, which is what one process trains, but for dropout. Their output folder is on a disk that they share.

    Args:
        corpus: the data. Dev chooses the best epoch.
        settings: the settings of the run.
        output: the model folder. It must not contain another model.
        resume: continue the interrupted run in `output`, if there is one.
        progress: shows the progress of the run.
        callbacks: callbacks of the Hugging Face `Trainer`. Their exceptions end the run.
        way_out: how to continue the run, for the message if it is stopped.

    Raises:
        InputError: the corpus, the encoder or the output folder can't be used, or training failed.
        OSError: the output folder can't be written. The run can be resumed.
        InterruptedRun: the user stopped the run. It can be resumed.
    """
    require_entities(corpus)
    with ExitStack() as stack:
        ranks = stack.enter_context(open_ranks())
        source = load_source(settings)
        if source:
            settings = adopt_network_settings(settings, source.model.config)
        require_rows(settings.batch_size, ranks)
        stack.enter_context(only_main(ranks, run_in(output, way_out)))
        checkpoint = ranks.from_main(lambda: _prepare(output, settings, corpus, resume))
        corpus = take_train_fraction(corpus, settings)
        learned = keep_old_types(corpus, source) if settings.keep_old and source else corpus
        shown = choose_progress(progress) if ranks.is_main else LogProgress()
        lexicon = read_list(settings.dictionary, learned.types) if settings.dictionary else None
        plan = _Plan(corpus, settings, output, checkpoint, shown, ranks, learned, lexicon)
        if checkpoint is not None:
            plan.progress.note(f"note   the run in {output} goes on after {describe_checkpoint(checkpoint)}")
        elif resume:
            plan.progress.note(f"note   there is no checkpoint in {output}: the run starts from its beginning")
        start = build_start(source, learned, plan.splits, settings)
        examples = _build_examples(plan, start)
        watching = [EpochProgress(plan.progress), *callbacks]
        data = TrainingData(examples, learned.dev.sentences)
        trainer = TaggerTrainer(start.model, start.table, data, settings, output, watching, ranks)
        fitted = fit(trainer, checkpoint, settings.patience, plan.progress, way_out)

        def finish() -> TrainingRun:
            tagger, evaluations = _calibrate_and_score(plan, start)
            listed = _learn_list_weights(plan, start, tagger, evaluations) if plan.lexicon else None
            record = {**_build_record(plan, start, examples, fitted, evaluations), "dictionary": listed}
            return _write_results(plan, start, TrainingRun(tagger, record, evaluations, fitted.interrupted))

        return _share_run(plan, finish)


def require_entities(corpus: Corpus) -> None:
    """Check that the training data has entities.

    Raises:
        InputError: train has no entities.
    """
    if not corpus.types:
        raise InputError(f"{corpus.train.path} has no entities: there is nothing to learn")


def _prepare(output: Path, settings: TrainingSettings, corpus: Corpus, resume: bool) -> Path | None:
    """Make the output folder ready, and find the checkpoint to continue from."""
    run = describe_run(settings, corpus)
    return prepare_output(output, run, resume, averaged=settings.ema > 0, source=_describe_source(corpus))


def _describe_source(corpus: Corpus) -> dict[str, Any] | None:
    """Where the data were read from and how, so that they can be read again."""
    return asdict(corpus.source) if corpus.source else None


def _share_run(plan: _Plan, finish: Callable[[], TrainingRun]) -> TrainingRun:
    """The finished run: rank 0 finishes it, and the others load its tagger."""
    mine: list[TrainingRun] = []

    def work() -> tuple[dict[str, Any], dict[str, Evaluation], bool]:
        run = finish()
        mine.append(run)
        return run.record, run.evaluations, run.interrupted

    told = plan.ranks.from_main(work)
    return mine[0] if mine else TrainingRun(Tagger.load(plan.output), *told)


def _build_examples(plan: _Plan, start: Start) -> Examples:
    """Build the examples to learn from, and report an overview of the run."""
    sentences, settings = plan.learned.train.sentences, plan.settings
    passes = passes_per_epoch(settings, len(sentences))
    times = [passes * each for each in repeats(sentences, settings.oversample, settings.seed)]
    examples = Examples(sentences, start.table, start.model.config, times, start.model.words)
    for line in describe_run_start(plan.learned, start.model, start.table, examples, settings):
        plan.progress.note(line)
    return examples


def _calibrate_and_score(plan: _Plan, start: Start) -> tuple[Tagger, dict[str, Evaluation]]:
    """Calibrate the trained tagger unless this is switched off, and evaluate it on each split.

    Both use a copy that computes as the tagger does once it is saved and loaded, so `evaluate` gives the same scores.
    """
    engine = NetworkEngine.for_inference(copy.deepcopy(without_hooks(start.model)))
    if plan.settings.calibrate:
        temperature = fit_temperature(engine, start.table, plan.learned.dev.sentences)
        start.model.tag_decoder.temperature = engine.model.tag_decoder.temperature
        plan.progress.note(f"scores calibrated on dev: temperature {temperature:.3f}")
    tagger = Tagger(engine, start.table, name=str(plan.output), folder=plan.output)
    return tagger, {split.name: tagger.evaluate(split) for split in plan.splits}


def _learn_list_weights(
    plan: _Plan, start: Start, tagger: Tagger, evaluations: Mapping[str, Evaluation]
) -> dict[str, Any]:
    """Let the network learn how far to trust the list, and score it with the list on each split, for the record."""
    assert isinstance(tagger.engine, NetworkEngine)
    assert plan.lexicon is not None
    listed = tagger.with_lexicon(plan.lexicon)
    weights = fit_list_weights(listed, plan.learned.dev.sentences)
    for model in (start.model, tagger.engine.model):
        model.config.list_weights = weights
    f1 = {split.name: listed.evaluate(split).scores.f1 for split in plan.splits}
    shown = ", ".join(f"{type_} {weight:.2f}" for type_, weight in weights.items())
    plan.progress.note(f"weights of the terms of the list, for each character: {shown or 'no term is in dev'}")
    for name, value in f1.items():
        plan.progress.note(f"{name} F1 {value:.2f} with the list, {evaluations[name].scores.f1:.2f} without")
    return {"path": plan.settings.dictionary, "terms": len(plan.lexicon), "weights": weights, "f1": f1}


def _build_record(
    plan: _Plan, start: Start, examples: Examples, fitted: Fitted, evaluations: Mapping[str, Evaluation]
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
    splits = [*plan.corpus.splits.values()]
    return {
        **training_record(plan.settings, splits, examples, fitted.state, start.model.device),
        "source": _describe_source(plan.corpus),
        "minutes": round(fitted.minutes, 2),
        "resumed": plan.checkpoint is not None,
        "parameters": sum(parameter.numel() for parameter in start.model.parameters()),
        "temperature": float(start.model.tag_decoder.temperature),
        "words": describe_words(start.model.words),
        "continued": continued if start.continued else None,
        "layer_weights": weights.overall,
        "layer_weights_by_type": weights.by_type,
        "scores": {name: evaluation.to_dict() for name, evaluation in evaluations.items()},
    }


def _write_results(plan: _Plan, start: Start, run: TrainingRun) -> TrainingRun:
    """Write the reports, the record and, last, the model: without the model, the run can still be resumed."""
    output = plan.output
    for name, evaluation in run.evaluations.items():
        write_report(evaluation.report(plan.corpus.train), output / EVALUATION / name, pictures=False)
    write_json(run.record, output / RECORD)
    if not (output / CARD).exists():  # a person may have written it
        write_text(render_card(output.absolute().name, plan.corpus, run.evaluations, run.record), output / CARD)
    save_model(start.model, start.table, output)
    end_run(output)
    return run
