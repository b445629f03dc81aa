"""The tagger behind mosec, as its documentation shows: python mosec_tagger.py --port PORT."""

from typing import Any

from mosec import Server, Worker

from ner import Tagger
from ner.tagging.model_graph import MUCH_TEXT, needs_pytorch


class TaggerWorker(Worker):
    """Tags batches of texts."""

    def __init__(self) -> None:
        self.tagger = Tagger.load(threads=1, pytorch=needs_pytorch(MUCH_TEXT))  # as bert-ner serve does

    def forward(self, data: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The entities of each text."""
        found = self.tagger.tag([request["text"] for request in data])
        return [{"entities": [(one.start, one.end, one.label, one.score) for one in each]} for each in found]


if __name__ == "__main__":
    server = Server()
    server.append_worker(TaggerWorker, num=1, max_batch_size=32, max_wait_time=10)
    server.run()
