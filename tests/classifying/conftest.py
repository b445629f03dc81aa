"""A tiny data set that is learned by heart in a second, and a classifier that has learned it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ner.classifying.classifier import Classifier
from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.classifying.labelled_text import LabelledData, LabelledSplit, LabelledText, join_splits
from ner.classifying.train_classifier import train_classifier

TEXTS = [
    ("王小明去上海。", "去"),
    ("张伟去北京大学。", "去"),
    ("我不去。", "去"),
    ("李老师和学生去长江。", "去"),
    ("王小明在看书。", "看"),
    ("学生看上海大学的书。", "看"),
    ("先生来看我。", "看"),
    ("老师在看长江！", "看"),
]


def split(name: str, rows: Sequence[tuple[str, str]] = TEXTS) -> LabelledSplit:
    texts = [LabelledText(text, (label,), None, name, at) for at, (text, label) in enumerate(rows, 1)]
    return LabelledSplit(name, name, texts)


@pytest.fixture(scope="session")
def labelled() -> LabelledData:
    return join_splits(split("train"), split("dev"), split("test"), seed=1)


@pytest.fixture(scope="session")
def classifier_settings(encoder_folder: Path) -> ClassifierSettings:
    return ClassifierSettings(
        encoder=str(encoder_folder),
        dropout=0.0,
        epochs=6,
        batch_size=2,
        learning_rate=5e-3,
        head_learning_rate=2e-2,
        max_length=16,
        precision="fp32",
    )


@pytest.fixture(scope="session")
def classifier_folder(
    tmp_path_factory: pytest.TempPathFactory, labelled: LabelledData, classifier_settings: ClassifierSettings
) -> Path:
    folder = tmp_path_factory.mktemp("classifier") / "model"
    train_classifier(labelled, folder, classifier_settings)
    return folder


@pytest.fixture(scope="session")
def classifier(classifier_folder: Path) -> Classifier:
    return Classifier.load(classifier_folder, "fp32")
