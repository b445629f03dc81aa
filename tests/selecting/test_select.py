from collections.abc import Iterator

import pytest

from ner.errors import InputError
from ner.records.record import Record
from ner.selecting import select
from ner.selecting.doubt import Measure, measure_doubt
from ner.selecting.select import select_records, select_texts
from ner.selecting.select_settings import SelectSettings, Strategy
from ner.tagging.tagger import Tagger
from tests.conftest import SENTENCES

POOL = [text for text, _ in SENTENCES] + [
    "北京的王小明",
    "海上明月公司",
    "他在公司学习看书",
    "长江大学的李老师",
    " ",
    "",
]
SEED = 1


def choose(tagger: Tagger, pool: list[str], count: int, strategy: Strategy = "margin", **more: object) -> list[str]:
    given: dict = {"random_share": 0.0, **more}
    chosen = select_texts(tagger, pool, SelectSettings(count=count, strategy=strategy, **given))
    return [one.record.text for one in chosen]


@pytest.mark.parametrize("strategy", ["margin", "entropy", "mnlp"])
def test_the_least_sure_texts_come_first(tagger: Tagger, strategy: Measure) -> None:
    texts = [text for text in POOL if text.strip()]
    doubt = dict(zip(texts, measure_doubt(tagger, texts, strategy), strict=True))
    chosen = select_texts(tagger, POOL, SelectSettings(count=3, strategy=strategy, random_share=0))
    assert [one.record.text for one in chosen] == sorted(texts, key=lambda text: -doubt[text])[:3]
    for one in chosen:
        assert one.score == pytest.approx(doubt[one.record.text], abs=1e-6)
        assert (one.chosen, one.unknown) == (strategy, ())
        assert " or " in one.why
        assert one.entities == tagger.tag(one.record.text)


@pytest.mark.parametrize("strategy", ["mixed", "diverse", "margin"])
def test_all_texts_are_chosen_of_a_small_pool_and_none_is_blank(tagger: Tagger, strategy: Strategy) -> None:
    assert sorted(choose(tagger, POOL, 100, strategy)) == sorted(text for text in POOL if text.strip())


@pytest.mark.parametrize("strategy", ["mixed", "diverse", "entropy"])
def test_the_same_seed_chooses_the_same_from_a_stream(tagger: Tagger, strategy: Strategy) -> None:
    settings = SelectSettings(count=4, strategy=strategy, random_share=0.5)
    once, again = (select_texts(tagger, iter(POOL), settings) for _ in range(2))
    assert once == again
    assert len(once) == 4
    assert len({one.record.text for one in once}) == 4


def test_no_text_is_chosen_that_is_nearly_another_one_or_labelled(tagger: Tagger) -> None:
    text = "王小明和张伟是北京大学的学生，"
    pool = [f"{text}{number}。" for number in range(9)] + ["他在上海看书"]
    assert len(choose(tagger, pool, 5)) == 2
    (chosen,) = select_texts(tagger, pool, SelectSettings(count=5), labelled=[f"{text}77！"])
    assert chosen.record.text == "他在上海看书"


def test_random_texts_are_marked_and_come_first(tagger: Tagger) -> None:
    chosen = select_texts(tagger, POOL, SelectSettings(count=4, strategy="margin", random_share=0.5))
    assert [one.chosen for one in chosen] == ["random", "random", "margin", "margin"]
    assert [one.score is None for one in chosen] == [True, True, False, False]
    assert chosen[0].why == "chosen at random: fit for a test set"
    others = {one.record.text for one in select_texts(tagger, POOL, SelectSettings(count=4, random_share=1, seed=2))}
    assert others != {one.record.text for one in select_texts(tagger, POOL, SelectSettings(count=4, random_share=1))}


def test_mixed_chooses_among_unsure_texts_only(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(select, "CANDIDATES", 2)
    monkeypatch.setattr(select, "LEAST_CANDIDATES", 0)
    chosen = select_texts(tagger, POOL, SelectSettings(count=2, random_share=0))
    assert {one.record.text for one in chosen} <= {*choose(tagger, POOL, 4, "entropy")}
    assert all("; stands for " in one.why for one in chosen)


def test_memory_is_bounded(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the candidates are kept of a stream: the records that went by are gone."""
    monkeypatch.setattr(select, "LEAST_CANDIDATES", 0)
    monkeypatch.setattr(select, "_CHUNK_CHARACTERS", 50)
    read, most = 0, 0

    class Counted(Record):
        alive = 0

        def __del__(self) -> None:
            Counted.alive -= 1

    def stream() -> Iterator[Record]:
        nonlocal read, most
        for number in range(150):
            Counted.alive += 1
            most = max(most, Counted.alive)
            read += 1
            yield Counted("", number, POOL[number % 12] + str(number))

    select_records(tagger, stream(), SelectSettings(count=2, strategy="mnlp", random_share=0.5))
    assert read == 150
    assert most < 60


def test_only_unsure_parts_are_asked_for(tagger: Tagger) -> None:
    chosen = select_texts(tagger, POOL, SelectSettings(count=4, strategy="margin", random_share=0.25, spans=True))
    assert chosen[0].chosen == "random"
    assert chosen[0].unknown == ()
    assert any(one.unknown for one in chosen[1:])
    for one in chosen:
        for entity in one.entities:
            assert not any(entity.start < end and start < entity.end for start, end in one.unknown)


def test_an_exported_tagger_has_no_vectors() -> None:
    exported = Tagger.load()  # which runs in ONNX Runtime
    with pytest.raises(InputError, match="`strategy` mixed needs the encoder of a PyTorch model, and mini-zh-uner is"):
        select_texts(exported, POOL)
    assert len(choose(exported, POOL, 2, "entropy")) == 2


def test_settings_that_contradict_each_other() -> None:
    with pytest.raises(InputError, match=r"expected `sure` to be 0\.95 without `spans`, got 0\.5"):
        SelectSettings(sure=0.5)
