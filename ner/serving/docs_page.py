"""The documentation of all routes at /docs: Swagger UI from an installed package, so it works without the internet."""

import base64
import hashlib
import re

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import Response

from ner.serving.gate import DOCS, DOCS_FILES, OPENAPI


def docs_route(title: str) -> APIRouter:
    """The route of the documentation. Its addresses are relative, so it also works below a path of a proxy."""
    files = DOCS_FILES.strip("/")
    page = get_swagger_ui_html(
        title=title,
        openapi_url=OPENAPI.strip("/"),
        swagger_js_url=f"{files}/swagger-ui-bundle.js",
        swagger_css_url=f"{files}/swagger-ui.css",
        swagger_favicon_url=f"{files}/favicon.png",
        swagger_ui_parameters={"validatorUrl": None},
    )
    html = bytes(page.body).decode().replace("<html>", '<html lang="en">')
    scripts = " ".join(
        f"'sha256-{_digest(script)}'" for script in re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    )
    headers = {
        "content-security-policy": "default-src 'none'; connect-src 'self'; img-src 'self' data:; "
        f"script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "referrer-policy": "same-origin",
    }
    router = APIRouter()

    @router.get(DOCS, include_in_schema=False)
    async def docs() -> Response:
        return Response(html, headers=headers, media_type="text/html")

    return router


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
