"""An engine of the service with a classifier."""

from pathlib import Path
from typing import Any

import pytest

from ner.classifying.classifier import Classifier
from ner.serving.engine_process import Models, Start


def test_an_engine_with_a_tagger_and_a_classifier(
    classifier_folder: Path, model_folder: Path, classifier: Classifier
) -> None:
    start = Start(
        models={"topic": str(classifier_folder), "news": str(model_folder)},
        encoders={},
        precision="fp32",
        threads=1,
        batch_characters=1000,
        lexicons={},
        lists={},
    )
    models = Models(start)
    described = models.describe()
    assert (described["topic"]["labels"], described["topic"]["types"]) == (["去", "看"], [])
    assert (described["news"]["labels"], described["news"]["embeds"]) == ([], True)
    texts = ["王小明去上海。", "先生来看我。"]
    items = [{"text": text} for text in texts]
    batch: Any = {"model": "topic", "task": "classify", "options": {}, "items": items, "lexicons": {}, "forget": []}
    found = models.work(batch)
    for result, prediction in zip(found, classifier.predict(texts), strict=True):
        assert result["labels"] == [*prediction.labels]
        assert result["scores"] == pytest.approx(dict(prediction.scores), abs=1e-5)
    options = {"layer": "-1", "pooling": "mean"}
    (vector,) = models.work({**batch, "task": "embed", "options": options, "items": items[:1]})
    assert vector["vector"].startswith("[")
    with pytest.raises(ValueError, match="topic is a classifier, so it has no use for a list"):
        Models({**start, "lists": {"topic": "version"}})
