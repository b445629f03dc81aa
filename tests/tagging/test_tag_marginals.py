import numpy as np
import pytest

from ner.data import schemes
from ner.tagging.tag_marginals import tag_marginals
from ner.tagging.tagger import Tagger


def test_marginals_are_sums_over_all_readings(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = tagger.engine.decoder()
    decoder.temperature = 20.0  # so that many readings are probable
    monkeypatch.setattr(tagger.engine, "decoder", lambda: decoder)
    texts = ["王京", "", "海学"]
    for text, marginals, readings in zip(texts, tag_marginals(tagger, texts), tagger.nbest(texts, 300), strict=True):
        expected = np.zeros((len(text), len(tagger.labels)))
        for reading in readings:
            tags = schemes.entities_to_tags(reading.entities, len(text), tagger.scheme)
            for place, tag in enumerate(tags):
                expected[place, tagger.labels.index(tag)] += reading.probability
        assert marginals == pytest.approx(expected, abs=1e-5)
