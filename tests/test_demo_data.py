"""The demo data are what their README says."""

from pathlib import Path

import pytest

from ner.data.corpus import Corpus, read_corpus
from ner.data.read_options import ReadOptions

FOLDER = Path(__file__).parents[1] / "data_demo"


@pytest.fixture(scope="module")
def demo() -> Corpus:
    return read_corpus(FOLDER, seed=1, options=ReadOptions(strict=True))


def test_sizes_and_types(demo: Corpus) -> None:
    splits = {split.name: split for split in (demo.train, demo.dev, demo.test) if split}
    assert {name: len(split.sentences) for name, split in splits.items()} == {"train": 1420, "dev": 200, "test": 200}
    assert all(set(split.types) == {"LOC", "ORG", "PER"} for split in splits.values())
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name, split in splits.items():
        empty = sum(not sentence.entities for sentence in split.sentences)
        counts = [len(split.sentences), split.characters, *(split.types[t] for t in ("PER", "LOC", "ORG")), empty]
        assert f"| `{name}.txt` | {' | '.join(f'{count:,}' for count in counts)} |" in readme


def test_no_sentence_stands_in_two_splits(demo: Corpus) -> None:
    texts = [sentence.text for split in (demo.train, demo.dev, demo.test) if split for sentence in split.sentences]
    assert len(texts) == len(set(texts))


def test_the_variety_of_real_text_occurs(demo: Corpus) -> None:
    assert demo.train
    text = "".join(sentence.text for sentence in demo.train.sentences)
    assert any(character.isascii() and character.isalpha() for character in text)
    assert any(character.isdigit() for character in text)
    assert any(ord(character) > 0xFFFF for character in text)  # emoji
    assert any(character in "國學會說們個來時" for character in text)  # traditional
    lengths = {len(e.text) for sentence in demo.train.sentences for e in sentence.entities if e.label == "PER"}
    assert {2, 3, 4, 5} <= lengths
