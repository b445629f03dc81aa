"""What the README promises of the demo, with the settings that a new user gets."""

from pathlib import Path

import pytest

from ner.data.corpus import read_corpus
from ner.tagging.tagger import Tagger
from ner.training.train import train
from ner.training.training_settings import TrainingSettings

DATA = Path(__file__).parents[2] / "data_demo"


@pytest.mark.slow
def test_the_demo_reaches_its_score(tmp_path: Path) -> None:
    run = train(read_corpus(DATA, seed=1), TrainingSettings(), tmp_path / "model")
    assert run.evaluations["test"].scores.f1 >= 80
    text = "林晓东昨天从杭州赶到北京大学医院看望李教授。"
    (entities,) = Tagger.load(tmp_path / "model").tag([text])
    assert ("杭州", "LOC") in [(e.text, e.label) for e in entities]
