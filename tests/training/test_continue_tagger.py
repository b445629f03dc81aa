from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ner.data.corpus import Corpus, read_corpus
from ner.data.entities import Entity, Sentence
from ner.errors import InputError
from ner.evaluation.scores import compare
from ner.model.model_folder import load_model
from ner.training.continue_tagger import adopt_network_settings, build_from_tagger, f1_of_types
from ner.training.train import train
from ner.training.training_settings import TrainingSettings
from tests.conftest import SENTENCES, conll

Change = Callable[..., TrainingSettings]


def test_the_scores_of_labels_that_stay_are_copied(model_folder: Path, quick: Change) -> None:
    source, _ = load_model(model_folder)  # LOC, ORG, PER
    settings = adopt_network_settings(quick(init_from=str(model_folder)), source.config)
    model = build_from_tagger(["ANIMAL", "ORG", "PER"], settings, source)
    new, old = model.config.labels, source.config.labels
    for label in ("O", "B-ORG", "E-PER"):
        i, j = new.index(label), old.index(label)
        assert torch.equal(model.classifier.weight[i], source.classifier.weight[j])
        assert model.tag_decoder.start_transitions[i] == source.tag_decoder.start_transitions[j]
        k, m = new.index("S-PER"), old.index("S-PER")
        assert model.tag_decoder.transitions[i, k] == source.tag_decoder.transitions[j, m]
    animal = new.index("B-ANIMAL")
    assert not any(torch.equal(model.classifier.weight[animal], row) for row in source.classifier.weight)
    assert model.tag_decoder.transitions[new.index("I-ANIMAL"), new.index("O")] < -1e20
    assert torch.equal(model.recurrent.weight_ih_l0, source.recurrent.weight_ih_l0)


@pytest.mark.slow
def test_going_on_keeps_what_is_known_and_learns_what_is_new(
    corpus: Corpus, quick: Change, model_folder: Path, tmp_path: Path
) -> None:
    for name in ("train", "dev"):
        text = conll([(text, tags.replace("ORG", "SCHOOL")) for text, tags in SENTENCES])
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    settings = quick(init_from=str(model_folder), epochs=6)
    run = train(read_corpus(tmp_path, seed=1), settings, tmp_path / "model")
    assert run.record["continued"]["types"] == ["LOC", "PER"]
    assert run.record["continued"]["f1_before"] == {"dev": 100.0}
    assert run.record["continued"]["f1_after"]["dev"] > 90
    assert run.tagger.types == ["LOC", "PER", "SCHOOL"]
    assert run.record["settings"]["lstm_size"] == 16
    # It knows most at once, so its first epoch is already better than the first of a new tagger.
    anew = train(corpus, quick(epochs=6), tmp_path / "anew")
    assert run.record["epochs"][0]["dev_f1"] > anew.record["epochs"][0]["dev_f1"]


def test_another_network_than_that_of_the_tagger(
    model_folder: Path, quick: Change, corpus: Corpus, tmp_path: Path
) -> None:
    with pytest.raises(
        InputError, match=r"`fusion` attention doesn't fit `init_from` .*, which has last: leave it out"
    ):
        train(corpus, quick(init_from=str(model_folder), fusion="attention"), tmp_path / "model")
    with pytest.raises(InputError, match=r"expected `max_length` to be at most 64, .*, got 65"):
        train(corpus, quick(init_from=str(model_folder), max_length=65), tmp_path / "long")
    with pytest.raises(InputError, match="there is no model folder nowhere"):
        train(corpus, quick(init_from="nowhere"), tmp_path / "model")


def test_dropout_and_smoothing_are_those_asked_for(
    quick: Change, corpus: Corpus, model_folder: Path, tmp_path: Path
) -> None:
    smoothed = tmp_path / "smoothed"
    train(corpus, quick(max_steps=1, fusion="attention", decoder="softmax", label_smoothing=0.1), smoothed)
    asked = {"label_smoothing": 0.3, "encoder_dropout": 0.2, "layer_dropout": 0.4, "dropout": 0.5}
    source, _ = load_model(smoothed)
    settings = adopt_network_settings(quick(init_from=str(smoothed), **asked), source.config)
    assert (settings.decoder, settings.fusion) == ("softmax", "attention")
    model = build_from_tagger(["PER"], settings, source)
    assert {name: getattr(model.config, name) for name in ("label_smoothing", "layer_dropout", "dropout")} == {
        "label_smoothing": 0.3,
        "layer_dropout": 0.4,
        "dropout": 0.5,
    }
    assert model.encoder.embeddings.dropout.p == model.config.encoder["hidden_dropout_prob"] == 0.2
    assert model.config.encoder["attention_probs_dropout_prob"] == 0.0
    for name, weight in source.encoder.named_parameters():
        assert torch.equal(model.encoder.get_parameter(name), weight)
    with pytest.raises(InputError, match="expected `label_smoothing` to be 0 with `decoder` crf"):
        train(corpus, quick(init_from=str(model_folder), label_smoothing=0.1), tmp_path / "crf")


def test_f1_of_some_types() -> None:
    sentence = Sentence("王来李", (Entity(0, 1, "PER", "王"), Entity(2, 3, "LOC", "李")))
    evaluation = compare([sentence], [[Entity(0, 1, "PER", "王"), Entity(1, 2, "PER", "来")]], ["LOC", "PER"])
    assert f1_of_types(evaluation, ["PER"]) == pytest.approx(200 / 3)
    assert f1_of_types(evaluation, ["LOC"]) == 0
    assert f1_of_types(evaluation, []) == 0
