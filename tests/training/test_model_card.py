"""The card of a tagger: what the fixtures' training wrote."""

import json
from pathlib import Path

import pytest
import yaml

from ner.data.corpus import Corpus
from ner.tagging.tagger import Tagger
from ner.training.model_card import render_card


@pytest.fixture
def card(model_folder: Path, corpus: Corpus) -> str:
    record = json.loads((model_folder / "training.json").read_text(encoding="utf-8"))
    evaluation = Tagger.load(model_folder).evaluate(corpus.dev)
    return render_card("my model", corpus, {"dev": evaluation}, record)


def test_the_front_matter_is_that_of_the_hub(card: str, model_folder: Path) -> None:
    record = json.loads((model_folder / "training.json").read_text(encoding="utf-8"))
    metadata = yaml.safe_load(card.split("---\n")[1])
    assert (metadata["language"], metadata["pipeline_tag"]) == ("zh", "token-classification")
    (model,) = metadata["model-index"]
    assert model["name"] == "my model"
    first = model["results"][0]
    assert first["dataset"]["revision"] == record["data"]["dev"]["fingerprint"]
    assert first["metrics"][0]["value"] == pytest.approx(record["scores"]["dev"]["conlleval"]["f1"] / 100, abs=1e-4)


def test_it_tells_how_to_load_types_scores_and_data(card: str, corpus: Corpus) -> None:
    assert "bert-ner tag --model 'my model' news.txt" in card
    assert 'Tagger.load("my model")' in card
    for name, count in corpus.train.types.items():
        assert f"| {name} | {count:,} | " in card
    assert f"| all | {corpus.dev.types.total()} | " in card
    assert f"`{corpus.train.fingerprint}`" in card
    assert str(Path(corpus.train.path).parent) not in card


def test_a_settings_name_is_told_if_it_is_not_the_default(card: str) -> None:
    (line,) = [line for line in card.split("\n") if line.startswith("- settings that are not the default: ")]
    assert "lstm\\_size" in line
    assert "clip " not in line
