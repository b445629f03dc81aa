"""Training a classifier: from labelled texts and settings to a model folder."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback, set_seed

from ner.characters.character_table import CharacterTable
from ner.classifying.classification_scores import ClassificationScores
from ner.classifying.classifier import Classifier
from ner.classifying.classifier_report import write_classifier_report
from ner.classifying.classifier_trainer import MOST_WINDOWS, ClassifierExamples, ClassifierTrainer
from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.classifying.fit_temperature import fit_temperature
from ner.classifying.labelled_frame import data_of_frame
from ner.classifying.labelled_text import LabelledData
from ner.classifying.torch_classifier_engine import TorchClassifierEngine
from ner.files import write_json
from ner.model.classifier_network import TextClassifier, TextClassifierConfig
from ner.model.load_encoder import load_encoder
from ner.model.memory_needs import require_parameter_memory
from ner.model.model_files import RECORD
from ner.model.model_folder import save_model
from ner.model.quiet_transformers import quiet_transformers
from ner.model.stored_classifier import CLASSIFIER_ENTRIES
from ner.model.without_hooks import without_hooks
from ner.quantities import counted
from ner.runs.progress import LogProgress, Progress, choose_progress
from ner.runs.run_folder import RESUME, end_run, run_in
from ner.training.epoch_progress import EpochProgress
from ner.training.fit import fit
from ner.training.loop_overview import describe_loop
from ner.training.ranks import Ranks, only_main, open_ranks, require_rows
from ner.training.run_description import read_record_of
from ner.training.run_output import EVALUATION, prepare_output
from ner.training.starting_network import build_network, encoder_entries, require_window
from ner.training.training_record import loop_record

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ClassifierRun:
    """A finished run: the classifier with the weights of the best epoch, its record, and its scores by split.

    `interrupted` is True if the user asked to stop in the last step. What follows the run must not start then.
    """

    classifier: Classifier
    record: dict[str, Any]
    scores: dict[str, ClassificationScores]
    interrupted: bool = False


def train_classifier(
    data: "LabelledData | pd.DataFrame",
    output: str | Path,
    settings: ClassifierSettings | None = None,
    *,
    resume: bool = False,
    progress: Progress | None = None,
    callbacks: Sequence[TrainerCallback] = (),
    way_out: str = RESUME,
) -> ClassifierRun:
    """Train a classifier, and write it, its record and its reports into a folder.

    The processes that torchrun or accelerate launch has started train one classifier together, as for a tagger.

    >>> run = train_classifier(read_labelled_data("data_demo_classify/topics"), "model")  # doctest: +SKIP

    Args:
        data: the data, or a DataFrame with the columns `text` and `label`, for pairs also `text_b`. A column `split`
            can contain train, dev and test. Dev chooses the best epoch.
        output: the model folder. It must not contain another model.
        settings: the settings, which are the options of `bert-ner classify train`.
        resume: continue the interrupted run in `output`, if there is one.
        progress: shows the progress of the run. By default, a notebook shows a bar, and other programs log to `ner`.
        callbacks: callbacks of the Hugging Face `Trainer`. Their exceptions end the run.
        way_out: how to continue the run, for the message if it is stopped.

    Raises:
        InputError: the data, the encoder or the output folder can't be used, or training failed.
        InterruptedRun: the user stopped the run. It can be resumed.
        OSError: the output folder can't be written. The run can be resumed.
    """
    settings, output = settings or ClassifierSettings(), Path(output)
    if not isinstance(data, LabelledData):
        data = data_of_frame(data, multi_label=settings.multi_label, seed=settings.seed)
    with ExitStack() as stack:
        ranks = stack.enter_context(open_ranks())
        require_rows(settings.batch_size, ranks)
        stack.enter_context(only_main(ranks, run_in(output, way_out)))
        shown = choose_progress(progress) if ranks.is_main else LogProgress()
        return _train(data, output, settings, resume, shown, callbacks, way_out, ranks)


@quiet_transformers()
def _train(
    data: LabelledData,
    output: Path,
    settings: ClassifierSettings,
    resume: bool,
    progress: Progress,
    callbacks: Sequence[TrainerCallback],
    way_out: str,
    ranks: Ranks,
) -> ClassifierRun:
    run = describe_classifier_run(settings, data)
    checkpoint = ranks.from_main(lambda: prepare_output(output, run, resume, averaged=settings.ema > 0))
    if resume and checkpoint is None:
        progress.note(f"note   there is no checkpoint in {output}: the run starts from its beginning")
    model, table = build_classifier(data, settings)
    examples = ClassifierExamples(data.train.texts, table, model.config)
    model.label_weights = examples.label_weights(settings.balance).to(model.device)
    for line in _describe_start(data, model, examples, settings):
        progress.note(line)
    shown = [EpochProgress(progress, _describe_dev), *callbacks]
    trainer = ClassifierTrainer(model, table, examples, data.dev, settings, output, shown, ranks)
    fitted = fit(trainer, checkpoint, settings.patience, progress, way_out)
    mine: list[Classifier] = []

    def finish() -> tuple[dict[str, Any], dict[str, ClassificationScores]]:
        classifier, scores = _calibrate_and_score(model, table, data, settings, output, progress)
        mine.append(classifier)
        record = {
            "data": {split.name: _describe(split) for split in data.splits},
            "best_dev_f1": fitted.state.best_metric,
            **loop_record(settings, fitted.state, model.device, ("f1", "accuracy")),
            "minutes": round(fitted.minutes, 2),
            "resumed": checkpoint is not None,
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "temperature": float(model.temperature),
            "scores": {name: one.to_dict() for name, one in scores.items()},
        }
        for name, one in scores.items():
            write_classifier_report(one, output / EVALUATION / name, str(output), name)
        write_json(record, output / RECORD)
        save_model(model, table, output)
        end_run(output)
        return record, scores

    record, scores = ranks.from_main(finish)
    classifier = mine[0] if mine else Classifier.load(output, settings.precision)
    return ClassifierRun(classifier, record, scores, fitted.interrupted)


def describe_classifier_run(settings: ClassifierSettings, data: LabelledData) -> dict[str, Any]:
    """What may not change when a run is resumed: its settings, and the fingerprints of train and dev."""
    return {
        "settings": asdict(settings),
        "data": {split.name: split.fingerprint for split in (data.train, data.dev)},
    }


def read_finished_classifier(output: Path, settings: ClassifierSettings, data: LabelledData) -> dict[str, Any] | None:
    """As `read_finished_record`, for a classifier."""
    run = describe_classifier_run(settings, data)
    if data.test:
        run["data"]["test"] = data.test.fingerprint
    return read_record_of(run, output)


def _calibrate_and_score(
    model: TextClassifier,
    table: CharacterTable,
    data: LabelledData,
    settings: ClassifierSettings,
    output: Path,
    progress: Progress,
) -> tuple[Classifier, dict[str, ClassificationScores]]:
    """Calibrate the trained classifier unless this is switched off, and evaluate it on dev and test.

    Both use a copy that computes as the classifier does once it is saved and loaded.
    """
    engine = TorchClassifierEngine.for_inference(copy.deepcopy(without_hooks(model)), settings.precision)
    classifier = Classifier(engine, table, name=str(output))
    if settings.calibrate:
        temperature = fit_temperature(classifier, data.dev)
        for network in (model, engine.model):
            network.temperature.fill_(temperature)
        progress.note(f"scores calibrated on dev: temperature {temperature:.3f}")
    return classifier, {split.name: classifier.evaluate(split) for split in data.splits[1:]}


def build_classifier(data: LabelledData, settings: ClassifierSettings) -> tuple[TextClassifier, CharacterTable]:
    """Build a new network with a pretrained encoder, on its device. The same seed gives the same weights.

    Raises:
        InputError: the encoder can't be loaded, `max_length` is more than it can read, or the network needs more memory
            than there is.
    """
    set_seed(settings.seed)
    encoder, table = load_encoder(settings.encoder, settings.encoder_dropout)
    require_window(encoder, settings)
    new = encoder.config.hidden_size * len(data.labels)
    require_parameter_memory(encoder, new, "choose a smaller `encoder`", frozen=settings.mode == "frozen")
    config = TextClassifierConfig(
        encoder=encoder_entries(encoder),
        labels=data.labels,
        pairs=data.pairs,
        **{entry: getattr(settings, name) for name, entry in CLASSIFIER_ENTRIES.items()},
    )
    return build_network(TextClassifier, config, encoder, settings), table


def _describe(split: Any) -> dict[str, Any]:
    return {
        "path": split.path,
        "fingerprint": split.fingerprint,
        "texts": len(split.texts),
        "characters": split.characters,
        "labels": dict(sorted(split.labels.items())),
    }


def _describe_start(
    data: LabelledData, model: TextClassifier, examples: ClassifierExamples, settings: ClassifierSettings
) -> Iterator[str]:
    for split in data.splits:
        labels = ", ".join(f"{label} {count:,}" for label, count in split.labels.most_common(20))
        more = f" and {len(split.labels) - 20:,} more labels" if len(split.labels) > 20 else ""
        texts = counted(len(split.texts), "pair" if data.pairs else "text")
        yield f"{split.name:7}{texts}, {split.characters:,} characters; {labels}{more}"
    for note in data.notes:
        yield f"note   {note}"
    if examples.shortened:
        yield (
            f"note   {examples.shortened:,} texts have more than {MOST_WINDOWS} windows of {settings.max_length} "
            f"characters; training reads {MOST_WINDOWS} of them, prediction reads all"
        )
    encoder = model.encoder.config
    yield (
        f"model  {settings.encoder}: {encoder.num_hidden_layers} layers of {encoder.hidden_size}; fusion "
        f"{settings.fusion}, pooling {settings.pooling}, {len(data.labels):,} labels"
    )
    if settings.balance:
        weights = dict(zip(data.labels, examples.label_weights(settings.balance).tolist(), strict=True))
        shown = sorted(weights, key=lambda label: -weights[label])[:20]
        yield f"aid    weights of labels in the loss: {', '.join(f'{label} {weights[label]:.2f}' for label in shown)}"
    yield from describe_loop(model, settings)


def _describe_dev(scores: Mapping[str, float]) -> str:
    return f"dev F1 {scores['eval_f1']:.2f} (accuracy {scores['eval_accuracy']:.2f})"
