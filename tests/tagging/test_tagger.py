import math
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ner import FixedSpan
from ner.characters.windows import sliding_windows
from ner.data.corpus import Corpus
from ner.data.entities import Entity, Sentence
from ner.data.schemes import tags_to_entities
from ner.errors import InputError
from ner.model.model_folder import load_model
from ner.records.record import Alternative
from ner.tagging.layer_weights import layer_weights
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.train import train
from ner.training.training_settings import TrainingSettings
from tests.helpers.padded_tensors import padded_tensors

ROOT = Path(__file__).parents[2]


def spans(entities: list[Entity]) -> list[tuple[int, int, str]]:
    return [(entity.start, entity.end, entity.label) for entity in entities]


def test_entities_have_the_offsets_and_the_text_of_the_original(tagger: Tagger) -> None:
    (entities,) = tagger.tag(["王小明在北京大学看书。"])
    assert spans(entities) == [(0, 3, "PER"), (4, 8, "ORG")]
    assert [entity.text for entity in entities] == ["王小明", "北京大学"]
    assert all(0.5 < entity.score <= 1 for entity in entities)


def test_a_tagger_shows_its_name_and_its_types(tagger: Tagger, model_folder: Path) -> None:
    assert repr(tagger) == f"<Tagger {model_folder}: LOC, ORG, PER>"


def test_order_is_kept_and_empty_texts_have_no_entities(tagger: Tagger) -> None:
    texts = ["", "张伟去上海。", "我不去。", "", "李老师来北京了！"]
    results = tagger.tag(texts)
    assert [[entity.text for entity in entities] for entities in results] == [
        [],
        ["张伟", "上海"],
        [],
        [],
        ["李", "北京"],
    ]
    assert tagger.tag([]) == []


def test_a_single_string_gives_its_entities(tagger: Tagger) -> None:
    text = "张伟去上海。"
    assert tagger.tag(text) == tagger.tag([text])[0]
    known = [FixedSpan(0, 2, None)]
    assert tagger.tag(text, known) == tagger.tag([text], [known])[0]


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(st.text(st.one_of(st.sampled_from("王小明在北京大学张伟去上海。 \u3000"), st.characters()), max_size=150))
)
def test_any_text_keeps_the_invariants(tagger: Tagger, texts: list[str]) -> None:
    results = tagger.tag(texts)
    assert len(results) == len(texts)
    for text, entities in zip(texts, results, strict=True):
        assert all(text[entity.start : entity.end] == entity.text != "" for entity in entities)
        assert all(a.end <= b.start for a, b in pairwise(entities))
        assert all(0 <= entity.score <= 1 for entity in entities)


def test_what_else_is_tagged_beside_a_text_changes_nothing(tagger: Tagger) -> None:
    texts = ["张伟去上海。", "王小明和张伟是学生。" * 9, "我", "李老师来北京了！" * 30]
    alone = [tagger.tag([text])[0] for text in texts]
    assert [spans(entities) for entities in tagger.tag(texts)] == [spans(entities) for entities in alone]


def test_each_character_of_a_long_text_takes_its_emission_from_the_window_that_keeps_it(tagger: Tagger) -> None:
    text = "王小明在北京大学看书。" * 40  # 440 characters; a window holds 64
    (emissions,) = tagger.emissions([text])
    ids = tagger.table.encode(text)
    windows = sliding_windows(len(text), 64, 16)
    assert len(windows) == 9
    for window in windows:
        with torch.no_grad():
            alone = tagger.engine.model(*padded_tensors([ids[window.start : window.end]], tagger.table)).emissions[0]
        kept = alone[window.keep_start - window.start : window.keep_end - window.start]
        assert emissions[window.keep_start : window.keep_end] == pytest.approx(kept.numpy(), abs=1e-4)


def test_streaming_gives_the_same_as_a_list(tagger: Tagger) -> None:
    texts = ["张伟去上海。", "我不去。"] * 50
    assert list(tagger.tag_stream(iter(texts))) == tagger.tag(texts)


def test_streaming_reads_no_further_than_it_must(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.tagging.tagger.CHUNK_CHARACTERS", 10)
    read = []

    def texts() -> object:
        for i in range(100):
            read.append(i)
            yield "张伟去上海。"

    stream = tagger.tag_stream(texts())  # type: ignore[arg-type]
    next(stream)
    assert len(read) <= 3


def test_an_untrained_network_gives_no_illegal_sequence(model_folder: Path) -> None:
    model, table = load_model(model_folder)
    torch.manual_seed(1)
    with torch.no_grad():
        model.classifier.weight.normal_(std=3.0)
    tagger = Tagger(NetworkEngine(model, "fp32"), table)
    random = np.random.default_rng(0)
    texts = ["".join(random.choice(list("王小明在北京去"), size=size)) for size in range(1, 80)]
    assert any(tagger.tag(texts))  # the tagger itself asserts that no tag had to be repaired
    emissions = tagger.emissions(texts)
    for text, emission in zip(texts, emissions, strict=True):
        tags = tagger.engine.decoder().decode(emission[None], np.ones((1, len(text)), dtype=bool)).tags[0].tolist()
        assert tags_to_entities([tagger.labels[tag] for tag in tags], text, tagger.scheme)[1] == 0


def test_bf16_finds_what_float32_finds(model_folder: Path, tagger: Tagger) -> None:
    texts = ["王小明在北京大学看书。", "张伟去上海。", "李老师来北京了！"]
    half = Tagger.load(model_folder, "bf16")
    assert [spans(entities) for entities in half.tag(texts)] == [spans(entities) for entities in tagger.tag(texts)]
    scores = [[entity.score for entities in each.tag(texts) for entity in entities] for each in (half, tagger)]
    assert scores[0] != scores[1]  # it did compute in another format
    assert scores[0] == pytest.approx(scores[1], abs=0.05)


def test_layer_weights_of_a_model_that_takes_the_last_layer(tagger: Tagger) -> None:
    weights = layer_weights(tagger.engine, tagger.table, [Sentence("张伟去上海。")])  # type: ignore[arg-type]
    assert weights == ([0.0, 0.0, 1.0], {"O": [0.0, 0.0, 1.0]})


def test_what_is_known_beforehand_is_kept_and_the_rest_fits(tagger: Tagger) -> None:
    texts = ["王小明在北京大学看书。", "", "张伟去上海。"]
    fixed = [[FixedSpan(4, 6, "LOC"), FixedSpan(0, 3, None)], [], []]
    found = tagger.tag(texts, fixed)
    assert spans(found[0])[0] == (4, 6, "LOC")
    assert all(entity.start >= 4 for entity in found[0])
    assert found[0][0].score == pytest.approx(1)
    assert [spans(entities) for entities in found[1:]] == [[], spans(tagger.tag([texts[2]])[0])]
    free = tagger.tag(texts)
    assert [spans(entities) for entities in tagger.tag(texts, [[], [], []])] == [spans(entities) for entities in free]
    with pytest.raises(ValueError, match="expected `fixed` to have a list for each of the 3 texts, got 1"):
        tagger.tag(texts, [[]])


def test_the_best_readings_in_order(tagger: Tagger) -> None:
    texts = ["王小明在北京大学看书。", "", "我"]
    first, empty, short = tagger.nbest(texts, 3)
    probabilities = [reading.probability for reading in first]
    assert len(first) == 3
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1
    assert spans(first[0].entities) == spans(tagger.tag(texts)[0])
    assert len({tuple(spans(reading.entities)) for reading in first}) == 3
    assert empty == [Alternative([], 1.0)]
    everything = tagger.nbest(["我"], 100)[0]
    assert len(everything) == 1 + len(tagger.types)  # O, or an entity of one character
    assert sum(reading.probability for reading in everything) == pytest.approx(1)
    assert [reading.entities for reading in everything[:3]] == [reading.entities for reading in short]
    with pytest.raises(ValueError, match="expected `n` to be a whole number from 1 to 300, got 0"):
        tagger.nbest(texts, 0)


def test_scores_that_are_no_numbers_are_an_error(model_folder: Path) -> None:
    tagger = Tagger.load(model_folder, "fp32")
    assert isinstance(tagger.engine, NetworkEngine)
    with torch.no_grad():
        tagger.engine.model.classifier.bias[0] = torch.nan
    with pytest.raises(
        InputError, match=r"scores of the model for '我去上海' are not finite: .* set `precision` to fp32"
    ):
        tagger.tag(["", "我去上海"])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        *(({"threads": value}, "expected `threads` to be") for value in (0, -1, "2", 1.5, 10**6, 900, True)),
        *(
            ({"batch_characters": value}, "expected `batch_characters`")
            for value in (0, -1, None, "x", math.nan, 10**9)
        ),
        ({"precision": "fp8"}, "expected `precision` to be one of auto, fp32, bf16"),
        ({"name": ""}, "expected the name of a folder"),
        ({"name": 5}, "expected the name of a folder"),
    ],
)
def test_loading_checks_its_settings(model_folder: Path, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Tagger.load(**{"name": model_folder, **wrong})


@pytest.mark.parametrize("n", [-1, 10**6, 1.5, "2", True, None])
def test_the_number_of_readings_has_a_range(tagger: Tagger, n: Any) -> None:
    for find in (tagger.nbest, tagger.readings):
        with pytest.raises(InputError, match=r"expected `n` to be a whole number from [01] to 300"):
            find(["我"], n)


@pytest.mark.parametrize(
    "fixed",
    [
        "x",
        [None],
        ["x"],
        [[None]],
        [[FixedSpan(0.5, 3, "PER")]],
        [[FixedSpan(True, 3, "PER")]],
        [[(0, 1)]],
        [[(0, 1, 5)]],
    ],
)
def test_spans_of_wrong_types(tagger: Tagger, fixed: Any) -> None:
    with pytest.raises(InputError, match="expected `fixed` to have "):
        tagger.tag(["王小明在北京大学看书。"], fixed)


@pytest.mark.parametrize("fusion", ["last", "mean"])
def test_a_used_tagger_can_be_pickled(
    corpus: Corpus, quick: Callable[..., TrainingSettings], tmp_path: Path, fusion: Any
) -> None:
    train(corpus, quick(fusion=fusion, max_steps=1), tmp_path / "model")
    tagger = Tagger.load(tmp_path / "model")
    found = tagger.tag("王小明在北京大学看书。")
    assert pickle.loads(pickle.dumps(tagger)).tag("王小明在北京大学看书。") == found


def test_eight_threads_share_a_tagger(tagger: Tagger) -> None:
    texts = [f"王小明在北京大学看书{'。' * i}" for i in range(40)]
    wanted = tagger.tag(texts)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == wanted for found in pool.map(tagger.tag, [texts] * 16))


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_tags_after_a_fork_of_a_parent_with_several_threads() -> None:
    code = (
        "import os, signal, sys\n"
        "from ner import Tagger\n"
        "tagger = Tagger.load(sys.argv[1], threads=2)\n"
        "texts = ['王小明在北京大学看书。' * 20] * 20\n"
        "tagger.tag(texts)\n"
        "if not (child := os.fork()):\n"
        "    signal.alarm(20)\n"
        "    tagger.tag(texts)\n"
        "    os._exit(0)\n"
        "sys.exit(os.waitpid(child, 0)[1])\n"
    )
    assert subprocess.run([sys.executable, "-c", code, "mini-zh-uner"], cwd=ROOT, timeout=60).returncode == 0


def test_documents_keep_what_they_belong_to(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.tagging.tagger.CHUNK_CHARACTERS", 5)
    texts = ["王来了", "", "李明在北京", "好"]
    rows = [{"text": text, "number": number} for number, text in enumerate(texts)]
    found = list(tagger.tag_documents((row, str(row["text"])) for row in rows))
    assert [row for row, _ in found] == rows
    assert [entities for _, entities in found] == list(tagger.tag(texts))


@pytest.mark.parametrize(("wrong", "shown"), [("王来", "'王来' at 1"), ((1, "王", 2), r"\(1, '王', 2\) at 1")])
def test_documents_are_pairs(tagger: Tagger, wrong: Any, shown: str) -> None:
    with pytest.raises(InputError, match=rf"pairs \(id, text\), got {shown}"):
        list(tagger.tag_documents([(0, "王"), wrong]))
    with pytest.raises(InputError, match="None"):
        list(tagger.tag_documents([(0, None)]))  # type: ignore[list-item]
