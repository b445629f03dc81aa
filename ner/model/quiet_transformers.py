"""Silencing transformers: no progress bars and no warnings."""

from collections.abc import Iterator
from contextlib import contextmanager
from logging import DEBUG

from transformers.utils import logging

from ner.runs.progress import LOGGER


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Show only errors inside the block, unless the log level of bert-ner is DEBUG. Restore the old state after it."""
    if LOGGER.isEnabledFor(DEBUG):
        yield
        return
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
