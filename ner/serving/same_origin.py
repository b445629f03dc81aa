"""Whether a page of this service made a request, and not a page of another site in the same browser."""

from collections.abc import Mapping
from urllib.parse import urlsplit


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from a page of the host that it asks, or from no page."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site in ("same-origin", "none")
    # an old browser, an address without TLS, or no browser
    return origin is None or host_of(origin) == headers.get("host")


def host_of(origin: str) -> str | None:
    """The host and port of an origin, None if it is none."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc if parts.scheme in ("http", "https") else None
