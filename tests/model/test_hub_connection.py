import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from huggingface_hub import constants

from ner.errors import InputError
from ner.model.find_encoder import require_encoder
from ner.model.hub_connection import hub_is_reachable
from ner.model.load_encoder import load_encoder


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    """A server that answers that there is nothing."""

    class Nothing(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    server = HTTPServer(("127.0.0.1", 0), Nothing)
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_answer_is_enough(hub: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub_is_reachable()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert not hub_is_reachable()


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://no-such-host.invalid", "nonsense"])
@pytest.mark.usefixtures("hub")
def test_without_a_hub_a_load_ends_at_once(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", address)
    assert not hub_is_reachable()
    with pytest.raises(InputError, match=r"set HF_ENDPOINT to a mirror of the Hub, or give a local folder"):
        load_encoder("nobody/no-such-encoder")


def test_offline_says_what_forbids_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(InputError, match=r"and `offline` .* \(hf download nobody/nothing\), or use mini-zh"):
        require_encoder("nobody/nothing")
