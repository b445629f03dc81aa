from ner.checking.scheme_findings import common_scheme, different_schemes, differs
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.schemes import BIO, BIOES, BMES, IO, IOB1, Scheme


def split(scheme: Scheme | None, *sizes: int, name: str = "a.txt") -> Split:
    sentences = [Sentence("中" * size, (Entity(0, size, "X", "中" * size),) if size else ()) for size in sizes or (1,)]
    return Split(name, sentences, scheme=scheme)


def test_a_split_in_another_scheme() -> None:
    splits = {"train": split(BMES, 3), "dev": split(BMES), "test": split(BIO, 2, name="b.txt")}
    assert [str(finding) for finding in different_schemes(splits)] == [
        "b.txt: tags are BIO, but BMES in a.txt; expected one scheme in all files"
    ]


def test_a_split_that_lacks_what_tells_schemes_apart() -> None:
    assert different_schemes({"train": split(BMES, 3), "dev": split(BIOES, 2)}) == []
    assert different_schemes({"train": split(IOB1, 3), "dev": split(IO, 3)}) == []
    assert len(different_schemes({"train": split(BMES, 3), "dev": split(BIOES, 2, 3)})) == 1


def test_splits_without_tags_or_entities() -> None:
    assert different_schemes({"train": split(None, 3), "dev": split(BIO, 3)}) == []
    assert different_schemes({"train": split(BIO, 0), "dev": split(BMES, 3)}) == []


def test_the_scheme_to_write_all_splits_in() -> None:
    assert common_scheme([split(None, 3), split(BIO, 0), split(BMES, 3), split(BIOES, 3)]) == BMES
    assert common_scheme([split(IO, 3), split(BIOES, 3)]) == BIOES
    assert common_scheme([split(IO, 3), split(IO, 3)]) == IO
    assert common_scheme([split(None, 3)]) == common_scheme([]) == BIO


def test_whether_tags_would_be_others() -> None:
    assert differs(split(BMES, 3), BIOES)
    assert not differs(split(BMES, 2), BIOES)
    assert not differs(split(BMES, 3), BMES)
    assert not differs(split(None, 3), BMES)
