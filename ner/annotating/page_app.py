"""The ASGI application of the page: the page itself, its script, and what the script asks for."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ner.annotating.guard import API
from ner.annotating.label_store import StaleVersionError, State
from ner.annotating.page_words import SCRIPT_WORDS, WORDS
from ner.annotating.session import Session
from ner.errors import InputError
from ner.pages.templates import page_template
from ner.serving.page_words import choose_language, say
from ner.version import installed_version

_MOST_ENTITIES = 10_000


class _Entity(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(gt=0)]
    label: Annotated[str, Field(min_length=1, max_length=200)]


class _Labels(BaseModel):
    """What the page sends after each action."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: Annotated[int, Field(ge=0)]
    state: State
    entities: Annotated[list[_Entity], Field(max_length=_MOST_ENTITIES)]


def make_app(session: Session, output: Path, saved: Callable[[], None]) -> Starlette:
    """The application.

    Args:
        session: what is asked.
        output: the file of finished texts, whose name the page shows.
        saved: called after each action has been stored.
    """
    script = (Path(__file__).parent / "page.js").read_bytes()

    async def show_page(request: Request) -> Response:
        language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language", ""))
        html = page_template("annotating/page.html.j2").render(
            language=language,
            words={name: say(text, language) for name, text in WORDS.items()},
            script_words={name: text.zh if language == "zh" else text.en for name, text in SCRIPT_WORDS.items()},
            output=output.name,
            version=installed_version("bert-ner"),
        )
        return HTMLResponse(html, headers={"vary": "accept-language"})

    async def send_script(request: Request) -> Response:
        return Response(script, media_type="text/javascript")

    async def overview(request: Request) -> Response:
        return JSONResponse(session.overview())

    async def show(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(session.show, request.path_params["number"]))

    async def save(request: Request) -> Response:
        given = _Labels.model_validate_json(await request.body())
        spans = [(one.start, one.end, one.label) for one in given.entities]
        number = request.path_params["number"]
        answer = await run_in_threadpool(session.save, number, given.version, given.state, spans)
        saved()
        return JSONResponse(answer)

    return Starlette(
        routes=[
            Route("/", show_page),
            Route("/page.js", send_script),
            Route(f"{API}overview", overview),
            Route(f"{API}texts/{{number:int}}", show),
            Route(f"{API}texts/{{number:int}}", save, methods=["POST"]),
        ],
        exception_handlers={
            KeyError: _refuse(404, "there is no such text"),
            StaleVersionError: _refuse(409, "the text was changed in another window"),
            ValidationError: _refuse(422, "expected a version, a state and entities"),
            InputError: _refuse(422, "expected entities that fit the text"),
            sqlite3.Error: _refuse(507, "the labels can't be stored: is the disk full?"),
        },
    )


def _refuse(status: int, message: str) -> Any:
    async def refuse(request: Request, error: Exception) -> Response:
        return JSONResponse({"error": message}, status)

    return refuse
