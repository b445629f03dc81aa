import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from transformers import TrainerCallback, TrainerState

from ner.classifying.classifier import Classifier
from ner.classifying.classifier_trainer import MOST_WINDOWS, ClassifierExamples
from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.classifying.labelled_text import LabelledData, LabelledText
from ner.classifying.torch_classifier_engine import TorchClassifierEngine
from ner.classifying.train_classifier import train_classifier
from ner.errors import InputError, InterruptedRun
from ner.model.classifier_network import TextClassifierConfig
from tests.classifying.conftest import TEXTS, split

Change = Callable[..., ClassifierSettings]


@pytest.fixture
def quick(classifier_settings: ClassifierSettings) -> Change:
    return lambda **changes: replace(classifier_settings, **{"epochs": 1, **changes})


def test_it_learns_by_heart_and_is_the_same_when_it_is_loaded(
    labelled: LabelledData, classifier: Classifier, classifier_folder: Path
) -> None:
    texts = [text for text, _ in TEXTS]
    assert [prediction.label for prediction in classifier.predict(texts)] == [label for _, label in TEXTS]
    record = json.loads((classifier_folder / "training.json").read_text(encoding="utf-8"))
    assert record["scores"]["test"]["accuracy"] == 100.0
    assert classifier.evaluate(labelled.dev).to_dict() == record["scores"]["dev"]
    assert record["temperature"] == pytest.approx(float(classifier.engine.temperature))
    assert record["temperature"] < 1  # calibrated: it makes no mistake on dev
    assert (classifier_folder / "evaluation" / "test" / "report.html").is_file()
    assert not (classifier_folder / "unfinished-run").exists()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights(labelled: LabelledData, quick: Change, tmp_path: Path) -> None:
    for name in ("one", "other"):
        train_classifier(labelled, tmp_path / name, quick(dropout=0.1))
    assert _same(tmp_path / "one", tmp_path / "other")


@pytest.mark.slow
def test_a_stopped_run_is_resumed_to_the_same_weights(labelled: LabelledData, quick: Change, tmp_path: Path) -> None:
    class Interrupt(TrainerCallback):
        def on_step_begin(self, args: object, state: TrainerState, control: object, **kwargs: object) -> None:
            if state.global_step == 5:
                os.kill(os.getpid(), signal.SIGTERM)

    settings = quick(epochs=2, dropout=0.1, ema=0.5)
    train_classifier(labelled, tmp_path / "whole", settings)
    with pytest.raises(InterruptedRun, match="stopped after step 6 of 8; run it again with `resume` to continue"):
        train_classifier(labelled, tmp_path / "stopped", settings, callbacks=[Interrupt()])
    with pytest.raises(InputError, match="contains an unfinished run: continue it with `resume`"):
        train_classifier(labelled, tmp_path / "stopped", settings)
    with pytest.raises(InputError, match="started with `pooling` mean, not max"):
        train_classifier(labelled, tmp_path / "stopped", replace(settings, pooling="max"), resume=True)
    train_classifier(labelled, tmp_path / "stopped", settings, resume=True)
    assert _same(tmp_path / "whole", tmp_path / "stopped")


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"pooling": "attention", "fusion": "scalar-mix"},
        {"pooling": "max", "fusion": "last4", "mode": "frozen"},
        {"pooling": "cls", "r_drop": 1.0, "dropout": 0.1, "balance": 1.0},
    ],
    ids=["attention", "frozen", "aids"],
)
def test_ways_of_training(labelled: LabelledData, quick: Change, tmp_path: Path, changes: dict[str, object]) -> None:
    run = train_classifier(labelled, tmp_path / "model", quick(**changes))
    again = Classifier.load(tmp_path / "model", "fp32")
    texts = [text for text, _ in TEXTS]
    assert (again.probabilities(texts) == run.classifier.probabilities(texts)).all()


@pytest.mark.slow
def test_pairs_of_a_table(quick: Change, tmp_path: Path) -> None:
    rows = [(a, b, int(x == y)) for a, x in TEXTS[2:6] for b, y in TEXTS[:8:3]]
    frame = pd.DataFrame(rows, columns=["text", "text_b", "label"]).assign(split="train")
    run = train_classifier(pd.concat([frame, frame.assign(split="dev")]), tmp_path / "model", quick(epochs=2))
    assert run.classifier.pairs
    assert run.classifier.labels == ["0", "1"]
    one, other = run.classifier.probabilities([("我不去。", "看书。"), ("看书。", "我不去。")])
    assert (one != other).any()  # the network sees which text is which
    with pytest.raises(InputError, match="expected pairs of texts, as the classifier was trained with, got '我'"):
        run.classifier.predict(["我"])


@pytest.mark.slow
def test_several_labels_at_once(quick: Change, tmp_path: Path) -> None:
    texts = [*(text for text, _ in TEXTS), "我去看书。", "李老师去看学生。", "王小明是学生。", "长江大。"]
    rows = [(text, [label for label in "去看" if label in text]) for text in texts]
    frame = pd.DataFrame(rows, columns=["text", "label"])
    frame = pd.concat([frame.assign(split=name) for name in ("train", "dev")])
    run = train_classifier(frame, tmp_path / "model", quick(multi_label=True, epochs=12, pooling="max"))
    found = [prediction.labels for prediction in run.classifier.predict([text for text, _ in rows])]
    assert [{*labels} for labels in found] == [{*labels} for _, labels in rows]


def test_one_label_is_nothing_to_learn(quick: Change, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has only the label 去: there is nothing to learn"):
        train_classifier(pd.DataFrame([{"text": "我", "label": "去"}] * 2 + [{"text": "你", "label": "去"}]), tmp_path)


def test_a_diverging_run_says_what_to_do(labelled: LabelledData, quick: Change, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="try a lower `learning_rate`"):
        train_classifier(labelled, tmp_path / "model", quick(learning_rate=1e30, head_learning_rate=1e30, clip=1e30))


def test_of_a_very_long_text_training_reads_some_windows(classifier: Classifier) -> None:
    texts = [LabelledText("我" * length, ("去",)) for length in (100, 101)]  # windows of 16 begin every 12 characters
    examples = ClassifierExamples(texts, classifier.table, _config(classifier))
    assert [len(examples[at].rows) for at in range(2)] == [MOST_WINDOWS, MOST_WINDOWS]
    assert examples.shortened == 1


def test_rare_labels_weigh_more(classifier: Classifier) -> None:
    texts = split("train", [*TEXTS[:4], TEXTS[4]]).texts
    examples = ClassifierExamples(texts, classifier.table, _config(classifier))
    assert examples.label_weights(0).tolist() == [1.0, 1.0]
    assert examples.label_weights(1).tolist() == pytest.approx([5 / 8, 5 / 2])  # 去 has 4 of 5 texts, 看 has one
    none = [LabelledText(str(at), ()) for at in range(95)]
    assert ClassifierExamples([*texts, *none], classifier.table, _config(classifier)).label_weights(1).tolist() == (
        pytest.approx([5 / 8, 5 / 2])
    ), "texts without a label don't make all labels heavier"


def _config(classifier: Classifier) -> TextClassifierConfig:
    assert isinstance(classifier.engine, TorchClassifierEngine)
    return classifier.engine.model.config


def _same(one: Path, other: Path) -> bool:
    a, b = (load_file(folder / "model.safetensors") for folder in (one, other))
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
