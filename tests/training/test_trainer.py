"""Training from Python gives what `train` gives."""

from pathlib import Path
from typing import Any

import pytest

from ner import InputError, Tagger, Trainer, TrainingSettings, compare_settings, read_corpus, tune_settings
from ner.data.corpus import Corpus


@pytest.mark.slow
def test_a_trainer_trains_saves_and_evaluates(data_folder: Path, settings: TrainingSettings, tmp_path: Path) -> None:
    corpus = read_corpus(data_folder)
    trainer = Trainer(settings, train=corpus, output=tmp_path / "model")
    tagger = trainer.train()
    texts = [sentence.text for sentence in corpus.train.sentences]
    loaded = Tagger.load(tmp_path / "model", "fp32")
    assert [[e.text for e in found] for found in loaded.tag(texts)] == [
        [e.text for e in found] for found in tagger.tag(texts)
    ]
    assert corpus.test
    result = trainer.evaluate(corpus.test)
    assert (result.f1, result.precision, result.recall) == (100.0, 100.0, 100.0)
    assert trainer.evaluate(corpus.test.sentences).f1 == 100.0
    assert result.per_type["type"].tolist() == ["LOC", "ORG", "PER"]
    assert trainer.record["settings"]["lstm_size"] == settings.lstm_size


def test_nothing_can_be_evaluated_before_training(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="call `train` first"):
        Trainer(train=corpus, output=tmp_path).evaluate(corpus.dev)


def test_a_corpus_is_no_list_of_sentences(corpus: Corpus, tmp_path: Path) -> None:
    sentences: Any = corpus.train.sentences
    for ask in (
        lambda: Trainer(train=sentences, output=tmp_path),
        lambda: compare_settings(sentences, TrainingSettings(), {"fusion": ["last"]}, output=tmp_path),
        lambda: tune_settings(sentences, TrainingSettings(), trials=1, output=tmp_path),
    ):
        with pytest.raises(
            InputError, match=r"expected `(train|corpus)` to be a Corpus, got \[Sentence\(.*: make one with"
        ):
            ask()
