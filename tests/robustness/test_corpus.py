"""The files that fuzzing starts with, and those that once showed a fault: corpus/READER/."""

from pathlib import Path

import pytest

from tests.helpers.bounded_calls import bounded
from tests.helpers.net import Net
from tests.robustness.fuzz_readers import CORPUS
from tests.robustness.readers_to_fuzz import READERS, read_content


def test_every_reader_has_a_corpus() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(READERS)
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < 100_000


@pytest.mark.parametrize("reader", READERS)
def test_corpus(reader: str, net: Net, tmp_path: Path) -> None:
    for path in sorted((CORPUS / reader).iterdir()):
        net.judge(str(path), bounded(lambda path=path: read_content(reader, path.read_bytes(), tmp_path))[1])
