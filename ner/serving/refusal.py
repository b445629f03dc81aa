"""What a request is refused with."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response


class Refusal(Exception):
    """A request that is not answered.

    Args:
        status: the HTTP status.
        message: a sentence for the client. It holds nothing of the texts.
        headers: further headers of the answer.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


def respond(refusal: Refusal, request_id: str) -> Response:
    """The answer of a refused request."""
    body = orjson.dumps({"error": refusal.message, "request_id": request_id})
    return Response(body, refusal.status, refusal.headers, media_type="application/json")


def not_now(state: str) -> Refusal:
    """The service takes no texts at the moment.

    Args:
        state: what it does instead, for example "loading its models".
    """
    return Refusal(503, f"the service is {state}: try again later", {"retry-after": "1"})


def too_busy(wait: float) -> Refusal:
    """More work waits than can be done in time.

    Args:
        wait: the expected seconds until it is done.
    """
    return Refusal(
        429,
        f"too many requests: the expected wait is {wait:.1f} s; try again later",
        {"retry-after": str(1 + int(wait))},
    )
