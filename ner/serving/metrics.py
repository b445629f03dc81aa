"""What the service counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_TEXTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_CHARACTERS = (16, 64, 256, 512, 1024, 2048, 4096, 8192, 16_384, 65_536)


class Metrics:
    """The counters of one service."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self.requests = Counter(
            "bert_ner_requests", "Requests by route and status.", ["route", "status"], registry=registry
        )
        self.request_seconds = Histogram(
            "bert_ner_request_seconds", "Time of a request.", ["route"], buckets=_SECONDS, registry=registry
        )
        self.running = Gauge("bert_ner_running_requests", "Requests that are being answered.", registry=registry)
        self.rejected = Counter("bert_ner_rejected", "Refused requests by status.", ["reason"], registry=registry)
        self.queue_texts = Gauge("bert_ner_queue_texts", "Texts in the queue.", registry=registry)
        self.queue_characters = Gauge("bert_ner_queue_characters", "Characters in the queue.", registry=registry)
        self.queue_seconds = Histogram(
            "bert_ner_queue_seconds", "Time of a text in the queue.", buckets=_SECONDS, registry=registry
        )
        self.batch_texts = Histogram("bert_ner_batch_texts", "Texts of a batch.", buckets=_TEXTS, registry=registry)
        self.batch_characters = Histogram(
            "bert_ner_batch_characters", "Characters of a batch.", buckets=_CHARACTERS, registry=registry
        )
        self.engine_seconds = Histogram(
            "bert_ner_engine_seconds", "Time of an engine for a batch.", buckets=_SECONDS, registry=registry
        )
        self.engines = Gauge("bert_ner_engines", "Engine processes that are ready.", registry=registry)
        self.restarts = Counter("bert_ner_engine_restarts", "Engine processes that died.", registry=registry)

    def text(self) -> bytes:
        """All values in the text format of Prometheus."""
        return generate_latest(self._registry)
