"""Each measure against all readings of a text, which n-best lists."""

import numpy as np
import pytest

from ner.selecting.doubt import Measure, measure_doubt
from ner.tagging.tagger import Tagger

# Two characters, so that the 300 most probable readings are all there are.
TEXTS = ["王京", "", "海学"]


@pytest.fixture
def unsure(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> Tagger:
    """A tagger that is much less sure than one that has learned by heart."""
    engine = tagger.engine
    decoder = engine.decoder()
    decoder.temperature = 20.0
    monkeypatch.setattr(engine, "decoder", lambda: decoder)
    return tagger


@pytest.mark.parametrize("measure", ["margin", "entropy", "mnlp"])
def test_each_measure_is_that_of_all_readings(unsure: Tagger, measure: Measure) -> None:
    doubt = measure_doubt(unsure, TEXTS, measure)
    assert doubt[1] == 0
    for text, found, readings in zip(TEXTS, doubt, unsure.nbest(TEXTS, 300), strict=True):
        if not text:
            continue
        probabilities = np.array([reading.probability for reading in readings])
        assert probabilities.sum() == pytest.approx(1, abs=1e-6)
        expected = {
            "margin": 1 - (probabilities[0] - probabilities[1]),
            "entropy": -(probabilities * np.log(probabilities)).sum() / len(text),
            "mnlp": -np.log(probabilities[0]) / len(text),
        }
        assert found == pytest.approx(expected[measure], abs=1e-5)


def test_the_order_of_texts_and_the_batch_make_no_difference(unsure: Tagger) -> None:
    texts = ["王小明在北京大学看书。", "我", "张伟去上海。"]
    for measure in ("margin", "entropy", "mnlp"):
        together = measure_doubt(unsure, texts, measure)  # type: ignore[arg-type]
        alone = [measure_doubt(unsure, [text], measure)[0] for text in texts]  # type: ignore[arg-type]
        assert together == pytest.approx(alone, abs=1e-5)


def test_the_readers_progress_is_watched(tagger: Tagger) -> None:
    seen: list[int] = []
    measure_doubt(tagger, ["王小明", "我不去。"], "entropy", seen.append)
    assert sum(seen) == 7
