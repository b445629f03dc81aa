from ner.checking.word_edges import WordEdges
from ner.data.entities import Entity, Sentence


def plain(text: str, times: int) -> list[Sentence]:
    return [Sentence(text)] * times


def test_pairs_that_no_entity_ever_parts() -> None:
    china = Sentence("中国队", (Entity(0, 2, "LOC", "中国"),))
    edges = WordEdges([china, *plain("发展中国家", 20)])
    assert not edges.allow("发展中国家", 2, 4)
    assert edges.allow("中国队", 0, 2)
    assert edges.allow("中国", 0, 2)
    assert WordEdges([china, *plain("发展中国家", 19)]).allow("发展中国家", 2, 4)


def test_one_edge_in_fifty_is_enough() -> None:
    edge = Sentence("展中", (Entity(1, 2, "LOC", "中"),))
    assert WordEdges([edge, *plain("展中", 49)]).allow("展中", 1, 2)
    assert not WordEdges([edge, *plain("展中", 50)]).allow("展中", 1, 2)


def test_where_a_character_is_unknown_there_may_be_an_edge() -> None:
    unknown = [Sentence("展中", unknown=((0, 1),))] * 50
    assert WordEdges([*plain("展中", 19), *unknown]).allow("展中", 1, 2)
    assert not WordEdges([*plain("展中", 20), *unknown]).allow("展中", 1, 2)
