"""Vectors against those of plain transformers on the same ids."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from transformers import AutoModel, AutoTokenizer

from ner import Embedder
from ner.characters.windows import sliding_windows
from ner.embedding.embedder import Vectors
from ner.errors import InputError
from ner.model.load_encoder import load_characters

TEXTS = ["王小明在北京大学看书。", "我", "张伟去上海。", "", "中国公司有人来？" * 4]
LONG = "王小明在北京大学看书。李老师来了！" * 12  # 204 characters; the encoder reads 64
WINDOW = 64


@pytest.fixture(scope="module")
def plain(encoder_folder: Path) -> Any:
    """All hidden states of one text, [CLS] and [SEP] among its characters, by transformers alone."""
    tokenizer = AutoTokenizer.from_pretrained(encoder_folder)
    network = AutoModel.from_pretrained(encoder_folder)

    def states(text: str) -> list[Vectors]:
        ids = torch.tensor([tokenizer.convert_tokens_to_ids(["[CLS]", *text, "[SEP]"])])
        with torch.no_grad():
            return [state[0].numpy() for state in network(ids, output_hidden_states=True).hidden_states]

    return states


@pytest.fixture(scope="module")
def embedder(encoder_folder: Path) -> Embedder:
    return Embedder.load(encoder_folder)


def same(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("layer", [-1, -2, 0, "mean", "last4", "all"])
def test_vectors_are_those_of_transformers(encoder_folder: Path, plain: Any, layer: Any) -> None:
    embedder = Embedder.load(encoder_folder, layer)
    vectors = embedder.embed_characters(TEXTS)
    means, maxima, firsts = (embedder.embed(TEXTS, pooling) for pooling in ("mean", "max", "cls"))
    assert means.shape == (len(TEXTS), embedder.size)
    for i, text in enumerate(TEXTS):
        assert vectors[i].shape == (len(text), embedder.size)
        if not text:
            continue
        states = plain(text)
        combined = {"mean": np.mean(states, axis=0), "last4": np.hstack(states), "all": np.hstack(states)}
        expected = combined[layer] if layer in combined else states[layer]
        same(vectors[i], expected[1:-1])
        same(means[i], expected[1:-1].mean(axis=0))
        same(maxima[i], expected[1:-1].max(axis=0))
        same(firsts[i], expected[0])


def test_mini_zh_gives_what_transformers_gives_it() -> None:
    folder = Path(__file__).parents[2] / "ner" / "pretrained" / "mini-zh"
    text = "林晓东昨天从杭州赶到北京大学医院看望李教授。"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(" ".join(text), return_tensors="pt")
    assert ids["input_ids"][0, 1:-1].tolist() == load_characters("mini-zh").encode(text).tolist()
    with torch.no_grad():
        states = AutoModel.from_pretrained(folder, dtype=torch.float32)(**ids).last_hidden_state[0].numpy()
    embedder = Embedder.load("mini-zh")
    same(embedder.embed_characters([text])[0], states[1:-1])
    same(embedder.embed([text])[0], states[1:-1].mean(axis=0))


def test_characters_of_a_long_text_are_from_the_window_that_keeps_them(embedder: Embedder, plain: Any) -> None:
    windows = sliding_windows(len(LONG), WINDOW, WINDOW // 4)
    assert len(windows) == 4
    expected = np.vstack(
        [plain(LONG[w.start : w.end])[-1][1:-1][w.keep_start - w.start : w.keep_end - w.start] for w in windows]
    )
    assert len(expected) == len(LONG)
    same(embedder.embed_characters([LONG])[0], expected)
    same(embedder.embed([LONG])[0], expected.mean(axis=0))
    same(embedder.embed([LONG], "max")[0], expected.max(axis=0))
    same(embedder.embed([LONG], "cls")[0], np.mean([plain(LONG[w.start : w.end])[-1][0] for w in windows], axis=0))
    spans = [(0, 3), (40, 140), (55, 56), (203, 204), (50, 60)]  # some over the edges of windows
    pooled = embedder.embed_spans([LONG], [spans])[0]
    same(pooled, [expected[start:end].mean(axis=0) for start, end in spans])
    pooled = embedder.embed_spans([LONG], [spans], "max")[0]
    same(pooled, [expected[start:end].max(axis=0) for start, end in spans])


def test_spans_are_read_in_their_text(embedder: Embedder, plain: Any) -> None:
    spans = embedder.embed_spans(TEXTS, [[(0, 3), (4, 8), (0, 8)], [], [(0, 2)], [], []])
    assert [rows.shape for rows in spans] == [(3, 32), (0, 32), (1, 32), (0, 32), (0, 32)]
    states = plain(TEXTS[0])[-1][1:-1]
    same(spans[0], [states[0:3].mean(axis=0), states[4:8].mean(axis=0), states[0:8].mean(axis=0)])


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.lists(st.text(max_size=90), max_size=5))
def test_any_code_point_has_a_vector(embedder: Embedder, texts: list[str]) -> None:
    vectors = embedder.embed_characters(texts)
    assert [rows.shape for rows in vectors] == [(len(text), 32) for text in texts]
    pooled = embedder.embed(texts)
    assert pooled.shape == (len(texts), 32)
    for text, rows, row in zip(texts, vectors, pooled, strict=True):
        same(row, rows.mean(axis=0) if text else np.zeros(32))


def test_what_else_is_embedded_beside_a_text_changes_nothing(embedder: Embedder) -> None:
    together = embedder.embed_characters([*TEXTS, LONG])
    for text, rows in zip([*TEXTS, LONG], together, strict=True):
        same(rows, embedder.embed_characters([text])[0])


def test_a_taggers_folder_gives_the_encoder_in_it(model_folder: Path, encoder_folder: Path, tagger: Any) -> None:
    learned = Embedder.load(model_folder).embed_characters(TEXTS[:1])[0]
    ids = tagger.table.encode(TEXTS[0])
    framed = torch.tensor([[tagger.table.cls, *ids, tagger.table.sep]])
    with torch.no_grad():
        expected = tagger.engine.model.encoder(framed).last_hidden_state[0, 1:-1].numpy()
    same(learned, expected)
    assert np.abs(learned - Embedder.load(encoder_folder).embed_characters(TEXTS[:1])[0]).max() > 0.01


def test_bf16_is_near(encoder_folder: Path, embedder: Embedder) -> None:
    exact, half = embedder.embed(TEXTS), Embedder.load(encoder_folder, precision="bf16").embed(TEXTS)
    assert half.dtype == np.float32
    assert not np.array_equal(exact, half)
    np.testing.assert_allclose(exact, half, atol=0.05)


def test_what_cannot_be_asked_for(embedder: Embedder) -> None:
    for ask in (embedder.embed, embedder.embed_characters):
        with pytest.raises(ValueError, match="expected `texts` to be a list of texts, got the string '我'"):
            ask("我")
    with pytest.raises(ValueError, match="got cls, "):
        embedder.embed_spans(["我"], [[(0, 1)]], "cls")
    with pytest.raises(ValueError, match="expected `spans` to have a list for each of the 1 texts, got 0"):
        embedder.embed_spans(["我"], [])
    for span in ((0, 2), (1, 1), (-1, 1)):
        with pytest.raises(ValueError, match=f"a text of 1 characters, got {span[0]} to {span[1]}"):
            embedder.embed_spans(["我"], [[span]])
    for spans in (
        None,
        5,
        "x",
        [None],
        [[None]],
        [[(0,)]],
        [[(0, 1, 2)]],
        [[(0.5, 1)]],
        [[("0", "1")]],
        [[(False, 1)]],
    ):
        with pytest.raises(InputError, match="expected `spans` to have "):
            embedder.embed_spans(["我"], spans)  # type: ignore[arg-type]
    assert embedder.embed([]).shape == (0, 32)


@pytest.mark.parametrize("pooling", ["zzz", "none", 5, None])
def test_an_unknown_pooling_is_refused(embedder: Embedder, pooling: Any) -> None:
    with pytest.raises(InputError, match=f"expected `pooling` to be one of mean, cls, max, got {pooling!r}"):
        embedder.embed(TEXTS, pooling)


@pytest.mark.parametrize("layer", ["x", None, 1.5, True, []])
def test_an_unknown_layer_is_refused(encoder_folder: Path, layer: Any) -> None:
    with pytest.raises(InputError, match="expected `layer` to be a whole number, or one of mean, last4, all, got"):
        Embedder.load(encoder_folder, layer)


def test_a_used_embedder_can_be_pickled(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert (pickle.loads(pickle.dumps(embedder)).embed(TEXTS) == vectors).all()
    assert (embedder.embed(TEXTS) == vectors).all()
