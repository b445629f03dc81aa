"""The log of the service."""

import asyncio
import errno
import io
import json
import logging
from collections.abc import Callable

import httpx
import pytest

from ner.serving.log import set_up_log
from ner.serving.serving_settings import LogFormat


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


class _Disk(io.StringIO):
    """A log on a disk that is full for a while."""

    full = False

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


@pytest.mark.parametrize("format_name", ["plain", "json"])
def test_a_full_disk_is_no_reason_to_stop_and_the_log_goes_on_when_there_is_room(
    format_name: LogFormat, monkeypatch: pytest.MonkeyPatch, make_client: Callable[..., httpx.AsyncClient]
) -> None:
    disk = _Disk()
    monkeypatch.setattr("sys.stderr", disk)
    set_up_log(format_name)

    async def ask() -> list[int]:
        statuses = []
        async with make_client() as client:
            for disk.full in (False, True, False):
                statuses.append((await client.get("/v1/models")).status_code)
        return statuses

    assert asyncio.run(ask()) == [200, 200, 200]
    assert disk.getvalue().count("GET /v1/models") == 2
