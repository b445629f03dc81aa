"""The tagger behind LitServe, as its documentation shows: python litserve_tagger.py PORT."""

import sys
from typing import Any

import litserve as ls

from ner import Tagger
from ner.tagging.model_graph import MUCH_TEXT, needs_pytorch


class TaggerApi(ls.LitAPI):
    """Tags batches of texts."""

    def setup(self, device: str) -> None:
        """Load the model in the worker."""
        self.tagger = Tagger.load(threads=1, pytorch=needs_pytorch(MUCH_TEXT))  # as bert-ner serve does

    def decode_request(self, request: dict[str, Any]) -> str:
        """The text of a request."""
        return str(request["text"])

    def predict(self, texts: list[str]) -> list[Any]:
        """The entities of each text."""
        return list(self.tagger.tag(texts))

    def encode_response(self, output: Any) -> dict[str, Any]:
        """The JSON of an answer."""
        return {"entities": [(one.start, one.end, one.label, one.score) for one in output]}


if __name__ == "__main__":
    api = TaggerApi(max_batch_size=32, batch_timeout=0.01)
    server = ls.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(port=int(sys.argv[1]), host="127.0.0.1", log_level="error", generate_client_file=False)
