"""Exported classifiers give the probabilities of the network, without PyTorch."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig
from typer.testing import CliRunner

from ner import Classifier, InputError, Tagger, export_classifier
from ner.characters.character_table import CharacterTable
from ner.classifying.exported_classifier_engine import ExportedClassifierEngine
from ner.commands.app import app
from ner.model.classifier_network import TextClassifier, TextClassifierConfig
from ner.model.model_folder import save_model
from ner.model.stored_classifier import is_classifier

pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.slow

TEXTS = ["王小明去上海。", "", "我", "先生来看我。" * 20]


@pytest.fixture(scope="module")
def exported(classifier_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "onnx"
    line = ["export", "--model", str(classifier_folder), "--output", str(folder), "--to", "onnx"]
    result = CliRunner().invoke(app, line)
    assert (result.exit_code, "the classifier is in" in result.output) == (0, True), result.output
    return folder


def test_the_probabilities_are_those_of_the_network(exported: Path, classifier: Classifier) -> None:
    found = Classifier.load(exported)
    assert isinstance(found.engine, ExportedClassifierEngine)
    assert (found.labels, found.pairs, found.engine.window) == (classifier.labels, False, classifier.engine.window)
    np.testing.assert_allclose(found.probabilities(TEXTS), classifier.probabilities(TEXTS), atol=1e-4)


def test_pairs_with_types_of_tokens(classifier: Classifier, tmp_path: Path) -> None:
    from ner.classifying.export_classifier import export_classifier

    torch.manual_seed(0)
    sizes = {"vocab_size": classifier.table.highest + 1, "hidden_size": 16, "intermediate_size": 16}
    layers = {"num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 34}
    encoder = BertConfig(**sizes, **layers, pad_token_id=0).to_dict()
    choice = {"window": 32, "pooling": "attention", "fusion": "mean"}
    config = TextClassifierConfig(encoder=encoder, labels=["0", "1", "2"], pairs=True, **choice)
    save_model(TextClassifier(config).train(False), classifier.table, tmp_path / "model")
    found = export_classifier(tmp_path / "model", tmp_path / "exported")
    pairs = [("王小明去上海。", "他去了吗？"), ("", "我"), ("先生来看我。" * 20, "我不去。" * 9)]
    network = Classifier.load(tmp_path / "model", "fp32")
    np.testing.assert_allclose(found.probabilities(pairs), network.probabilities(pairs), atol=1e-5)
    swapped = network.probabilities([(pair, text) for text, pair in pairs])
    assert abs(swapped - network.probabilities(pairs)).max() > 1e-4


def test_what_a_folder_is(exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_classifier(exported)
    with pytest.raises(InputError, match="contains an exported classifier: give the folder of a tagger"):
        Tagger.load(exported)
    with pytest.raises(InputError, match="was exported in fp32, not bf16: leave out `precision`"):
        Classifier.load(exported, "bf16")
    with pytest.raises(InputError, match="contains an exported model: give the folder that it was exported from"):
        export_classifier(exported, tmp_path / "again")
    for path in exported.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    content = json.loads((exported / "exported.json").read_text("utf-8"))

    def change(**entries: object) -> None:
        (tmp_path / "exported.json").write_text(json.dumps({**content, **entries}), "utf-8")

    change(labels=["去", "看", "坐"])
    with pytest.raises(InputError, match="expected 3 labels as in its exported"):
        Classifier.load(tmp_path)
    change(temperature=-1.0)
    with pytest.raises(InputError, match="temperature"):
        Classifier.load(tmp_path)
    change(model="tagger")
    with pytest.raises(InputError, match="contains an exported tagger: give the folder of a classifier"):
        Classifier.load(tmp_path)
    change()
    monkeypatch.setattr(CharacterTable, "highest", 10_000)
    with pytest.raises(InputError, match="doesn't fit its characters"):
        Classifier.load(tmp_path)
