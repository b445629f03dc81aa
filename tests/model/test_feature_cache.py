from copy import deepcopy
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ner.model.feature_cache import FeatureCache
from ner.tagging.tagger import Tagger
from tests.helpers.padded_tensors import padded_tensors


def test_known_rows_are_not_encoded_again_and_keep_their_states(tagger: Tagger, tmp_path: Path) -> None:
    model, encoded = tagger.engine.model, []

    def encode(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        encoded.append(len(input_ids))
        return model._encode(input_ids, attention_mask)

    cache = FeatureCache(tmp_path / "deep" / "features")
    first = padded_tensors([tagger.table.encode(text) for text in ("王小明在北京", "我")], tagger.table)
    second = padded_tensors([tagger.table.encode(text) for text in ("我", "去上海", "王小明在北京")], tagger.table)
    with torch.no_grad():
        expected = model._encode(*first)
        assert torch.allclose(cache.layers(*first, encode)[0], expected[0], atol=0.02)
        states = cache.layers(*second, encode)
    assert encoded == [2, 1]
    assert torch.allclose(states[2], expected[0], atol=0.02)
    assert torch.allclose(states[0, :1], expected[1, :1], atol=0.02)
    assert (states[0, 1:] == 0).all()
    assert states.dtype == torch.float32
    with torch.autocast("cpu", torch.bfloat16):
        assert cache.layers(*second, encode).dtype == torch.bfloat16


def test_equal_rows_are_encoded_once_and_a_copy_reads_the_same_file(tagger: Tagger, tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path / "features")
    batch = padded_tensors([tagger.table.encode(text) for text in ("王小明", "我", "王小明")], tagger.table)
    with torch.no_grad():
        states = cache.layers(*batch, tagger.engine.model._encode)
    assert torch.equal(states[0], states[2])
    assert (tmp_path / "features").stat().st_size == 4 * states.shape[2] * states.shape[3] * 2
    assert deepcopy(cache) is cache


def test_a_file_that_cannot_be_written(tagger: Tagger) -> None:
    cache = FeatureCache(Path("/dev/full"))
    batch = padded_tensors([tagger.table.encode("我")], tagger.table)
    with torch.no_grad(), pytest.raises(OSError, match="No space left"):
        cache.layers(*batch, tagger.engine.model._encode)
