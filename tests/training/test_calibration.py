from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ner.data.corpus import Corpus
from ner.data.entities import Entity, Sentence
from ner.model.model_folder import load_model
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.calibration import fit_temperature
from ner.training.train import train
from ner.training.training_settings import TrainingSettings


@pytest.fixture
def own_tagger(model_folder: Path) -> Tagger:
    return Tagger.load(model_folder, "fp32")


def network(tagger: Tagger) -> NetworkEngine:
    assert isinstance(tagger.engine, NetworkEngine)
    return tagger.engine


def fit(tagger: Tagger, sentences: list[Sentence]) -> float:
    return fit_temperature(network(tagger), tagger.table, sentences)


@torch.no_grad()
def likelihood(tagger: Tagger, sentences: list[Sentence], temperature: float) -> float:
    """The mean log probability of sentences without entities, at a temperature."""
    decoder = network(tagger).model.tag_decoder
    decoder.temperature.fill_(temperature)
    total = 0.0
    for sentence in sentences:
        (emission,) = tagger.emissions([sentence.text])
        outside = torch.zeros(1, len(sentence.text), dtype=torch.long)
        emissions = torch.from_numpy(emission)[None]
        total += float(decoder.sequence_log_probability(emissions, outside, torch.ones_like(outside) > 0))
    return total / len(sentences)


def test_the_temperature_makes_the_gold_tags_most_probable(own_tagger: Tagger) -> None:
    # Half of the names are wrong, as if the model were far too sure.
    sentences = [Sentence("我不去。"), Sentence("王小明在北京大学看书。"), Sentence("张伟去上海。")]
    temperature = fit(own_tagger, sentences)
    assert temperature > 1.5
    best = likelihood(own_tagger, sentences, temperature)
    assert best > likelihood(own_tagger, sentences, temperature * 1.1)
    assert best > likelihood(own_tagger, sentences, temperature / 1.1)


def test_entities_stay_and_scores_change(own_tagger: Tagger) -> None:
    texts = ["王小明在北京大学看书。", "张伟去上海。"]
    before = own_tagger.tag(texts)
    fit(own_tagger, [Sentence(text) for text in texts])
    after = own_tagger.tag(texts)
    spans = [[(e.start, e.end, e.label) for e in found] for found in before]
    assert [[(e.start, e.end, e.label) for e in found] for found in after] == spans
    assert all(a.score < b.score for x, y in zip(after, before, strict=True) for a, b in zip(x, y, strict=True))


def test_nothing_to_fit_on_leaves_scores_as_they_are(own_tagger: Tagger) -> None:
    unknown = Sentence("我", (Entity(0, 1, "ANIMAL", "我"),))
    assert fit(own_tagger, [unknown, Sentence("")]) == 1


def test_a_calibrated_run_is_saved_with_its_temperature(
    corpus: Corpus, quick: Callable[..., TrainingSettings], tmp_path: Path
) -> None:
    run = train(corpus, quick(calibrate=True), tmp_path / "model")
    assert run.record["temperature"] != 1
    assert float(load_model(tmp_path / "model")[0].tag_decoder.temperature) == pytest.approx(run.record["temperature"])
    assert (tmp_path / "model" / "evaluation" / "dev" / "reliability.csv").exists()
    assert (tmp_path / "model" / "evaluation" / "dev" / "thresholds.csv").exists()
