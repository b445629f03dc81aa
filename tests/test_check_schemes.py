from ner.checking.schemes import different_schemes
from ner.data.entities import Entity, Sentence
from ner.data.schemes import BIO, BIOES, BMES, IO, IOB1, Scheme
from ner.data.split import Split


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
