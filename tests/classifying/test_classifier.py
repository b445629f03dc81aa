import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ner.classifying.classifier import Classifier, to_probabilities
from ner.classifying.labelled_text import LabelledSplit, LabelledText
from ner.errors import InputError
from ner.tagging.tagger import Tagger
from tests.classifying.conftest import TEXTS


def test_scores_are_probabilities_and_the_order_of_texts_is_kept(classifier: Classifier) -> None:
    texts = [text for text, _ in TEXTS] * 3
    found = classifier.probabilities(texts)
    assert found.sum(axis=1) == pytest.approx(1)
    one_by_one = [classifier.predict(text) for text in texts]
    assert [each.score for each in one_by_one] == pytest.approx(found.max(axis=1).tolist(), abs=1e-5)
    assert [*one_by_one[0].scores] == ["去", "看"]  # the most probable first


def test_a_long_text_counts_all_its_windows(classifier: Classifier) -> None:
    end = "王小明在看书。"
    plain = classifier.probabilities(["的" * 500])[0]
    assert (classifier.probabilities(["的" * 500 + end])[0] != plain).any()
    windows = ["的" * 16] * 5  # what the windows of 68 characters read
    assert classifier.probabilities(["的" * 64]) == pytest.approx(classifier.probabilities(windows[:1]), abs=1e-6)


def test_an_empty_text_and_no_text(classifier: Classifier) -> None:
    assert classifier.predict("").label in classifier.labels
    assert classifier.predict([]) == []
    assert classifier.probabilities([]).shape == (0, 2)


def test_what_is_no_text_is_refused(classifier: Classifier) -> None:
    with pytest.raises(InputError, match="expected texts, got 1"):
        classifier.predict([1])  # type: ignore[list-item]
    with pytest.raises(InputError, match="expected `texts` to contain labelled texts, got none"):
        classifier.evaluate([])
    with pytest.raises(InputError, match=r"a\.csv has no texts with labels"):
        classifier.evaluate(LabelledSplit("a.csv", "test", []))
    with pytest.raises(InputError, match=r"a\.csv:7: expected one text, as the classifier was trained with"):
        classifier.evaluate([LabelledText("去", ("去",), "看", "a.csv", 7)])


@pytest.mark.parametrize("texts", [None, 3, b"x", {"text": "x"}, pd.DataFrame({"text": ["x"]})])
def test_what_is_no_list_of_texts_is_refused(classifier: Classifier, texts: Any) -> None:
    for ask in (classifier.predict, classifier.probabilities):
        with pytest.raises(InputError, match="expected `texts` to be a list of texts, got "):
            ask(texts)


def test_a_column_of_a_table(classifier: Classifier) -> None:
    frame = pd.DataFrame(TEXTS, columns=["text", "label"])
    assert [each.label for each in classifier.predict(frame["text"])] == [*frame["label"]]


def test_a_higher_temperature_makes_scores_lower_and_leaves_the_order(classifier: Classifier) -> None:
    scores = np.array([[1.0, 2.0, 0.5], [300.0, -300.0, 0.0]])
    cold, warm = (to_probabilities(scores, temperature, multi_label=False) for temperature in (1.0, 3.0))
    assert (cold.max(axis=1) >= warm.max(axis=1)).all()
    assert (cold.argmax(axis=1) == warm.argmax(axis=1)).all()
    assert to_probabilities(np.zeros((1, 2)), 1.0, multi_label=True).tolist() == [[0.5, 0.5]]


def test_a_copy_in_another_process_predicts_the_same(classifier: Classifier) -> None:
    again = pickle.loads(pickle.dumps(classifier))
    assert again.predict("我不去。") == classifier.predict("我不去。")


def test_folders_that_hold_no_classifier(classifier_folder: Path, model_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no model folder"):
        Classifier.load(tmp_path / "none")
    with pytest.raises(InputError, match="contains a tagger: give the folder of a classifier"):
        Classifier.load(model_folder)
    with pytest.raises(InputError, match="contains a classifier: give the folder of a tagger"):
        Tagger.load(classifier_folder)
    broken = tmp_path / "broken"
    shutil.copytree(classifier_folder, broken)
    (broken / "characters.json").unlink()
    with pytest.raises(InputError, match=r"contains no complete model: characters.json not found"):
        Classifier.load(broken)
    shutil.copytree(classifier_folder, tmp_path / "cut")
    content = (tmp_path / "cut" / "model.safetensors").read_bytes()
    (tmp_path / "cut" / "model.safetensors").write_bytes(content[:-100])
    with pytest.raises(InputError, match="is damaged"):
        Classifier.load(tmp_path / "cut")


def test_a_configuration_that_does_not_fit(classifier_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(classifier_folder, tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('"pooling": "mean"', '"pooling": "middle"'), encoding="utf-8")
    with pytest.raises(InputError, match="pooling"):
        Classifier.load(tmp_path / "model")
    config.write_text(text.replace('"format_version": 1', '"format_version": 9'), encoding="utf-8")
    with pytest.raises(InputError, match="newer"):
        Classifier.load(tmp_path / "model")
