"""The ASGI application: the gate, the routes, the page and the protocols of other tools."""

from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from ner.serving.api_keys import ApiKeys
from ner.serving.docs_page import docs_route
from ner.serving.gate import DOCS_FILES, OPENAPI, PAGE, Gate
from ner.serving.json_route import refuse_wrong
from ner.serving.page import Page
from ner.serving.protocols import protocol_routes
from ner.serving.refusal import Refusal, respond
from ner.serving.routes import ASKS_FOR_KEY, own_routes
from ner.serving.service import Service
from ner.version import installed_version


def make_app(service: Service, keys: ApiKeys | None = None, admin_keys: ApiKeys | None = None) -> Any:
    """The application.

    Args:
        service: what answers.
        keys: the API keys, None if none is needed.
        admin_keys: the keys of the admin routes; None: there are no such routes.
    """
    app = FastAPIOffline(
        title="bert-ner",
        version=installed_version("bert-ner"),
        description="Finds named entities in Chinese text. [Try it on a page.](./)",
        docs_url=None,
        redoc_url=None,
        openapi_url=OPENAPI,
        static_url=DOCS_FILES,
        redirect_slashes=False,  # a client that doesn't follow would get an empty answer
        dependencies=ASKS_FOR_KEY if keys else [],
    )
    page = Page(service, keys)
    app.include_router(page.routes())
    app.include_router(docs_route(app.title))
    app.include_router(own_routes(service, admin=admin_keys is not None))
    for router in protocol_routes(service):
        app.include_router(router)

    def refuse(request: Request, error: Exception) -> Response:
        refusal = _as_refusal(error)
        path = getattr(request.scope.get("route"), "path", "")
        if refusal.status == 405 and path in app.openapi()["paths"]:  # Starlette names the methods of the first route
            refusal.headers["allow"] = ", ".join(sorted(method.upper() for method in app.openapi()["paths"][path]))
        return respond(refusal, request.scope["state"]["request_id"])

    for kind in (Refusal, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, refuse)

    gate: Any = Gate(app, service=service, keys=keys, admin_keys=admin_keys, refuse={PAGE: page.refuse})
    if service.settings.cors_origin:
        gate = CORSMiddleware(
            gate,
            allow_origins=[service.settings.cors_origin],
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["*"],
            expose_headers=["Retry-After", "X-Request-Id"],
        )
    return gate


def _as_refusal(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, RequestValidationError):
        return refuse_wrong(error.errors())
    if isinstance(error, HTTPException):
        return Refusal(error.status_code, str(error.detail), {k.lower(): v for k, v in (error.headers or {}).items()})
    return Refusal(500, "the service failed")
