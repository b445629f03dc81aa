"""Routes that take JSON: strictly parsed, and refused in one sentence that holds nothing of the texts."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from ner.serving.refusal import Refusal

_TOO_LARGE = ("too_long", "string_too_long")
_WORDS = {
    "too_long": "expected at most {max_length} items",
    "string_too_long": "expected at most {max_length} characters",
    "too_short": "expected at least {min_length} items",
    "missing": "is missing",
    "extra_forbidden": "unknown field",
    "string_type": "expected a text",
    "list_type": "expected a list",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "model_type": "expected a JSON object",
    "model_attributes_type": "expected a JSON object",
}
"""Sentences for errors of pydantic, where its own speak of Python."""


class _JsonRequest(Request):
    async def json(self) -> Any:
        """Parse the body. orjson refuses NaN, lone surrogates and deep nesting, which the standard parser takes."""
        return orjson.loads(await self.body())


class JsonRoute(APIRoute):
    """A route whose body must be JSON."""

    media_types: tuple[str, ...] = ("application/json",)
    """The content types that are taken."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Check the content type before the body is parsed."""
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if self.body_field and media_type not in self.media_types:
                raise Refusal(415, "expected Content-Type: application/json")
            return await handle(_JsonRequest(request.scope, request.receive))

        return handle_json


def json_response(content: Any) -> Response:
    """An answer in JSON."""
    return Response(orjson.dumps(content), media_type="application/json")


def refuse_wrong(errors: Sequence[Any]) -> Refusal:
    """What a request with these errors of validation is refused with: the first one, in one sentence."""
    error = errors[0]
    if error["type"] == "json_invalid":
        return Refusal(400, f"the body is not JSON: {str(error['ctx']['error']).partition(':')[0]}")
    words = _WORDS.get(error["type"])
    message = words.format(**error.get("ctx", {})) if words else error["msg"]  # which can have braces of a pattern
    return Refusal(413 if error["type"] in _TOO_LARGE else 422, f"{_show_place(error['loc'])}: {message}")


def _show_place(parts: Sequence[Any]) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts[1:])
    return place.lstrip(".")[:80] or "body"
