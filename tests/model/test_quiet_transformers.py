import logging

import pytest
from transformers.utils import logging as transformers_logging

from ner.model.quiet_transformers import quiet_transformers


def test_only_errors_are_shown_unless_the_user_debugs(caplog: pytest.LogCaptureFixture) -> None:
    before = transformers_logging.get_verbosity()
    with quiet_transformers():
        assert transformers_logging.get_verbosity() == logging.ERROR
    with caplog.at_level(logging.DEBUG, "ner"), quiet_transformers():
        assert transformers_logging.get_verbosity() == before != logging.ERROR
    assert transformers_logging.get_verbosity() == before
