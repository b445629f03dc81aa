"""The page at /: paste texts, see their entities or labels. It is a plain form, and works without JavaScript."""

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ner.classifying.prediction import Prediction
from ner.language import Language, Text
from ner.pages.highlight import Hues, clip, pieces, visible
from ner.pages.templates import page_template
from ner.records.record import TaggedText
from ner.serving import page_words
from ner.serving.api_keys import ApiKeys
from ner.serving.classifying import classify_texts
from ner.serving.gate import PAGE, SCRIPT
from ner.serving.page_words import WORDS, choose_language, say, say_refusal
from ner.serving.refusal import Refusal
from ner.serving.routes import classify_answer, tag_answer
from ner.serving.same_origin import host_of, is_same_origin
from ner.serving.service import Service
from ner.serving.tagging import tag_texts
from ner.version import installed_version

_EXAMPLE = "林晓东昨天从杭州赶到北京大学医院看望李教授。\n远山集团将在成都新建一座工厂。"
_MOST_FIELDS = 10
_MOST_ROWS = 300
_MOST_IN_CELL = 60
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",  # with no-referrer, browsers send the form with Origin: null
    "vary": "accept-language",
}


class _Refused(Refusal):
    """A refusal with a sentence in both languages."""

    def __init__(self, status: int, text: Text, *values: int) -> None:
        super().__init__(status, say(text, "en", *values))
        self._text, self._values = text, values

    def say(self, language: Language) -> str:
        sentence = say(self._text, language, *self._values)
        return sentence[:1].upper() + sentence[1:] + ("。" if language == "zh" else ".")


@dataclass(frozen=True)
class _Form:
    """What was sent."""

    text: str = _EXAMPLE
    model: str = ""
    key: str = ""


@dataclass(frozen=True)
class _Answer:
    """What was found: entities by a tagger, or labels by a classifier."""

    model: str
    texts: Sequence[str]
    found: Sequence[TaggedText] | Sequence[Prediction]
    milliseconds: float


class Page:
    """The page of a service.

    Args:
        service: the service.
        keys: the API keys; the form asks for one of them. None if none is needed.
    """

    def __init__(self, service: Service, keys: ApiKeys | None) -> None:
        self._service = service
        self._keys = keys

    def routes(self) -> APIRouter:
        """The routes of the page and its script."""
        router = APIRouter()
        script = (Path(__file__).parent / "page.js").read_bytes()

        @router.get(PAGE, include_in_schema=False)
        async def show(request: Request) -> Response:
            return self._render(request)

        @router.post(PAGE, include_in_schema=False)
        async def ask(request: Request) -> Response:
            form = _Form(text="")
            try:
                if not is_same_origin(request.headers):
                    raise _Refused(403, page_words.OTHER_SITE)
                form = await _read_form(request)
                answer = await self._ask(request, form)
            except Refusal as refusal:
                return self._render(request, form, refusal=refusal)
            return await run_in_threadpool(self._render, request, form, answer)

        @router.get(SCRIPT, include_in_schema=False)
        async def send_script() -> Response:
            return Response(script, headers={"cache-control": "max-age=86400"}, media_type="text/javascript")

        return router

    def refuse(self, refusal: Refusal, scope: Any) -> Response:
        """The page for a request that is refused before it is read."""
        return self._render(Request(scope), _Form(text=""), refusal=refusal)

    async def _ask(self, request: Request, form: _Form) -> _Answer:
        if not self._allows(form):
            raise _Refused(401, page_words.WRONG_KEY)
        settings = self._service.settings
        texts = [line for line in form.text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
        characters = sum(map(len, texts))
        if not texts:
            raise _Refused(422, page_words.NO_TEXT)
        if len(texts) > settings.max_texts:
            raise _Refused(413, page_words.TOO_MANY, len(texts), settings.max_texts)
        if characters > settings.max_characters:
            raise _Refused(413, page_words.TOO_LONG, characters, settings.max_characters)
        model = self._service.find_model(form.model or next(iter(self._models()), None))
        began = monotonic()
        found: Sequence[TaggedText] | Sequence[Prediction]
        if self._service.models[model]["labels"]:
            found = await classify_texts(self._service, request, [(text, None) for text in texts], model)
        else:
            found = await tag_texts(self._service, request, texts, model=model)
        return _Answer(model, texts, found, 1000 * (monotonic() - began))

    def _render(
        self,
        request: Request,
        form: _Form = _Form(),
        answer: _Answer | None = None,
        refusal: Refusal | None = None,
    ) -> Response:
        language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language", ""))
        models = self._models() if self._allows(form) else []  # without a key, it tells nothing of them
        html = page_template("serving/page.html.j2", {"visible": visible}).render(
            language=language,
            words={name: say(text, language) for name, text in WORDS.items()},
            version=installed_version("bert-ner"),
            form=form,
            models=models,
            classifies=any(self._service.models[name]["labels"] for name in models),
            needs_key=self._keys is not None,
            sent=request.method == "POST",
            error=_show_refusal(refusal, language) if refusal else "",
            result=self._show(request, answer, language) if answer else None,
        )
        # A text is stored nowhere. The empty form may be: then a browser that goes back to it still has what was typed.
        cache = {"cache-control": "no-store" if request.method == "POST" else "no-cache"}
        headers = {**(refusal.headers if refusal else {}), **_HEADERS, **cache}
        return Response(html, refusal.status if refusal else 200, headers, media_type="text/html")

    def _models(self) -> list[str]:
        """The models that read single texts and find something in them."""
        models = self._service.models.items()
        return [name for name, model in models if model["types"] or (model["labels"] and not model["pairs"])]

    def _allows(self, form: _Form) -> bool:
        return self._keys is None or self._keys.allow({b"x-api-key": form.key.encode()})

    def _show(self, request: Request, answer: _Answer, language: Language) -> dict[str, Any]:
        labelled = [one for one in answer.found if isinstance(one, Prediction)]
        tagged = [one for one in answer.found if isinstance(one, TaggedText)]
        if labelled:
            shown = self._show_labels(answer.texts, labelled, language)
            path, content = (
                "/v1/classify",
                classify_answer(answer.model, [(text, None) for text in answer.texts], labelled),
            )
        else:
            shown = self._show_entities(answer, tagged, language)
            path, content = "/v1/tag", tag_answer(answer.model, answer.texts, tagged)
        return {
            "labelled": [],
            "counts": [],
            **shown,
            "milliseconds": answer.milliseconds,
            "model": answer.model,
            "json": orjson.dumps(content, option=orjson.OPT_INDENT_2).decode(),
            "curl": self._curl_line(request, answer, path),
        }

    def _show_labels(self, texts: Sequence[str], found: Sequence[Prediction], language: Language) -> dict[str, Any]:
        rows = [(clip(text, _MOST_IN_CELL), one.labels, one.score) for text, one in zip(texts, found, strict=True)]
        return {
            "summary": say(page_words.LABELLED_ONE if len(rows) == 1 else page_words.LABELLED, language, len(rows)),
            "labelled": rows[:_MOST_ROWS],
            "more": _say_more(len(rows), language),
        }

    def _show_entities(self, answer: _Answer, found: Sequence[TaggedText], language: Language) -> dict[str, Any]:
        hues = Hues(map(visible, self._service.types(answer.model)))
        rows = [(line, entity) for line, one in enumerate(found, 1) for entity in one.entities]
        counts = Counter(visible(entity.label) for _, entity in rows)
        many = {0: page_words.NONE, 1: page_words.ONE}.get(len(rows), page_words.MANY)
        return {
            "hues": hues,
            "counts": [(label, counts[label]) for label in hues if counts[label]],
            "summary": say(many, language, len(rows)),
            "lines": [pieces(text, one.entities) for text, one in zip(answer.texts, found, strict=True)],
            "rows": [(line, entity, clip(entity.text, _MOST_IN_CELL)) for line, entity in rows[:_MOST_ROWS]],
            "more": _say_more(len(rows), language),
        }

    def _curl_line(self, request: Request, answer: _Answer, path: str) -> str:
        """A command for a Unix shell that gives the same answer."""
        host = request.headers.get("host", "127.0.0.1")
        origin = request.headers.get("origin", "")  # it knows of TLS that a proxy ends
        address = origin if host_of(origin) == host else f"{request.url.scheme}://{host}"
        default = self._service.default if path == "/v1/tag" else self._service.default_classifier
        choice = {} if answer.model == default else {"model": answer.model}
        words = ["curl", f"{address}{path}", "-H", "Content-Type: application/json"]
        words += ["-H", "Authorization: Bearer KEY"] if self._keys else []
        return shlex.join([*words, "-d", orjson.dumps({"texts": answer.texts, **choice}).decode()])


def _say_more(rows: int, language: Language) -> str:
    return say(page_words.MORE, language, rows - _MOST_ROWS) if rows > _MOST_ROWS else ""


async def _read_form(request: Request) -> _Form:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise _Refused(415, page_words.NO_FORM)
    try:
        body = (await request.body()).decode("ascii")
        fields = parse_qs(body, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise _Refused(400, page_words.NO_FORM) from None
    return _Form(**{name: fields.get(name, [""])[-1] for name in ("text", "model", "key")})


def _show_refusal(refusal: Refusal, language: Language) -> str:
    if isinstance(refusal, _Refused):
        return refusal.say(language)
    return say_refusal(refusal.status, refusal.message, language)
