"""The log of the service."""

import io
import json
import logging

import pytest

from ner.serving.log import set_up_log


def test_every_line_is_json_and_has_no_message_of_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    set_up_log("json")
    for name in ("ner.serving", "uvicorn.error", "asyncio"):
        try:
            raise ValueError("林晓东")
        except ValueError:
            logging.getLogger(name).exception("it failed")
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["message"] for line in lines] == ["it failed"] * 3
    assert all("ValueError" in line["error"] for line in lines)
    assert "林晓东" not in written.getvalue()
