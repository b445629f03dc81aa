"""What `compare` and `tune` train many times: a tagger on a corpus, or a classifier on labelled texts.

The training of classifiers is imported where it is used: it imports scikit-learn, for which taggers need not wait.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.classifying.labelled_text import LabelledData
from ner.data.corpus import Corpus, require_corpus
from ner.errors import InputError
from ner.training.loop_settings import LoopSettings
from ner.training.run_description import describe_run, read_finished_record
from ner.training.starting_network import build_model
from ner.training.train import TrainingRun, require_entities, train
from ner.training.training_length import passes_per_epoch
from ner.training.training_settings import TrainingSettings

if TYPE_CHECKING:
    from ner.classifying.train_classifier import ClassifierRun

Trainable: TypeAlias = Corpus | LabelledData


def require_trainable(data: object, settings: object) -> None:
    """Check two arguments of the Python API.

    Raises:
        InputError: `data` is neither a corpus nor labelled texts, or `settings` are not those of its training.
    """
    if not isinstance(data, LabelledData):
        require_corpus(data, "corpus")
    expected = ClassifierSettings if isinstance(data, LabelledData) else TrainingSettings
    if not isinstance(settings, expected):
        raise InputError(f"expected `settings` to be {expected.__name__}, got {settings!r:.60}")


def run_training(
    data: Trainable, settings: LoopSettings, output: Path, **options: Any
) -> "TrainingRun | ClassifierRun":
    """Train once. The options are those of `train` and `train_classifier`."""
    if isinstance(data, LabelledData):
        assert isinstance(settings, ClassifierSettings)
        from ner.classifying.train_classifier import train_classifier

        return train_classifier(data, output, settings, **options)
    assert isinstance(settings, TrainingSettings)
    return train(data, settings, output, **options)


def finished_record(data: Trainable, settings: LoopSettings, output: Path) -> dict[str, Any] | None:
    """The training record of the finished run in `output`; None if there is no finished run.

    Raises:
        InputError: the run had other settings or other data, or its record is damaged.
    """
    if isinstance(data, LabelledData):
        assert isinstance(settings, ClassifierSettings)
        from ner.classifying.train_classifier import read_finished_classifier

        return read_finished_classifier(output, settings, data)
    assert isinstance(settings, TrainingSettings)
    return read_finished_record(output, settings, data)


def describe(data: Trainable, settings: LoopSettings) -> dict[str, Any]:
    """What may not change when runs are continued: settings, and the fingerprints of train and dev."""
    if isinstance(data, LabelledData):
        assert isinstance(settings, ClassifierSettings)
        from ner.classifying.train_classifier import describe_classifier_run

        return describe_classifier_run(settings, data)
    assert isinstance(settings, TrainingSettings)
    return describe_run(settings, data)


def try_out(data: Trainable, settings: LoopSettings) -> None:
    """Find the errors that each run would have, without training.

    Raises:
        InputError: train has no entities, or the network can't be built.
    """
    if isinstance(data, LabelledData):
        assert isinstance(settings, ClassifierSettings)
        from ner.classifying.train_classifier import build_classifier

        build_classifier(data, settings)
        return
    assert isinstance(settings, TrainingSettings)
    require_entities(data)
    if settings.init_from is None:
        build_model(data.types, settings)


def has_several_passes(data: Trainable, settings: LoopSettings) -> bool:
    """Whether train is so small that each epoch has several passes over it."""
    if isinstance(data, LabelledData):
        return False
    assert isinstance(settings, TrainingSettings)
    return passes_per_epoch(settings, len(data.train.sentences)) > 1
