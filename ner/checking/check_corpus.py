"""Checking a data set from Python, as `bert-ner check` does it."""

from pathlib import Path

from ner.checking.check import Check, check
from ner.choices import BUILT_IN_ENCODER
from ner.data.corpus import Corpus, examine_splits
from ner.data.read_options import ReadOptions
from ner.model.network_settings import NetworkSettings

_READ = ReadOptions()
_MAX_LENGTH = NetworkSettings().max_length


def check_corpus(
    data: str | Path | Corpus,
    *,
    encoder: str = BUILT_IN_ENCODER,
    max_length: int = _MAX_LENGTH,
    options: ReadOptions = _READ,
) -> Check:
    """Find errors and suspicious labels in a data set.

    >>> from ner import check_corpus
    >>> check_corpus("data_demo").count("error")
    0

    Args:
        data: a folder, a file, or a corpus in memory. Faulty parts of files are left out and reported.
        encoder: the encoder whose unknown characters are counted: `mini-zh`, a folder, or a name on the Hub.
        max_length: the maximum number of characters of a window in training. Longer sentences are counted.
        options: how to read files.

    Raises:
        InputError: there is no such file, or no such encoder.
    """
    from ner.model.load_encoder import load_characters  # PyTorch takes seconds to import

    splits = data.splits if isinstance(data, Corpus) else examine_splits(data, options)
    return check(splits, load_characters(encoder), max_length)
