import numpy as np
import pytest

from ner.data.entities import Entity
from ner.errors import InputError
from ner.lexicon.lexicon import Lexicon
from ner.prelabelling.prelabel import Prelabelled, prelabel_texts
from ner.prelabelling.prelabel_settings import PrelabelSettings
from ner.prelabelling.sources import lexicon_source, tagger_source
from ner.tagging.tag_marginals import tag_marginals
from ner.tagging.tagger import Tagger
from tests.conftest import SENTENCES

TEXT = "王小明在上海看书"
LABELLED = Prelabelled(
    TEXT,
    [Entity(0, 3, "PER", "王小明", 0.95), Entity(4, 6, "LOC", "上海", 0.6)],
    np.array([0.01, 0.01, 0.01, 0.99, 0.4, 0.4, 0.9, 0.99]),
)


@pytest.mark.parametrize(
    ("settings", "entities", "unknown"),
    [
        ({}, [(0, 3)], ((4, 7),)),
        ({"sure_outside": 0.9}, [(0, 3)], ((4, 6),)),
        ({"sure_entity": 0.5, "sure_outside": 0.5}, [(0, 3), (4, 6)], ()),
        ({"sure_entity": 1.0, "sure_outside": 1.0}, [], ((0, 8),)),
    ],
)
def test_only_what_is_certain_is_kept(
    settings: dict[str, float], entities: list[tuple[int, int]], unknown: tuple[tuple[int, int], ...]
) -> None:
    sentence = LABELLED.partial(PrelabelSettings(**settings))
    assert [(e.start, e.end) for e in sentence.entities] == entities
    assert sentence.unknown == unknown


def test_a_proposal_has_all_entities() -> None:
    assert LABELLED.proposal().entities == tuple(LABELLED.entities)
    assert LABELLED.proposal().unknown == ()


def test_a_single_tagger_stays_as_it_is(tagger: Tagger) -> None:
    texts = ["张伟去上海。", "", "我不去。"]
    found = prelabel_texts(texts, [tagger_source(tagger)])
    assert [one.entities for one in found.texts] == tagger.tag(texts)
    for one, marginals in zip(found.texts, tag_marginals(tagger, texts), strict=True):
        assert one.outside == pytest.approx(marginals[:, 0])
    assert found.reliability == {}


def test_a_single_list_says_nothing_of_the_rest() -> None:
    lexicon = Lexicon()
    lexicon.add("上海", "LOC")
    (one,) = prelabel_texts(["我在上海"], [lexicon_source(lexicon, "list")]).texts
    assert one.partial().unknown == ((0, 2),)


def test_a_list_adds_what_a_tagger_misses(tagger: Tagger) -> None:
    """Most texts agree, which is what the list is believed for in the last one."""
    lexicon = Lexicon()
    for name in ("中国", "长江", "明月"):
        lexicon.add(name, "LOC")
    texts = [text for text, _ in SENTENCES] * 20 + ["我去明月看书。"]
    assert not tagger.tag(texts[-1])
    found = prelabel_texts(texts, [tagger_source(tagger), lexicon_source(lexicon, "list")])
    (entity,) = found.texts[-1].entities
    assert (entity.start, entity.end, entity.label) == (2, 4, "LOC")
    assert 0 < (entity.score or 0) <= 1
    assert found.reliability.keys() == {tagger.name, "list"}
    assert found.reliability["list"].keys() == {"LOC"}


def test_there_must_be_a_source() -> None:
    with pytest.raises(InputError, match="expected `sources` to have at least one"):
        prelabel_texts(["我"], [])
