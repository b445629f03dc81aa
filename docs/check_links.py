"""Check that all links of the built site lead to a page and an anchor that exist.

MkDocs runs this file as a hook after every build. It warns of each dead link, and with `strict`, a warning fails the
build. MkDocs itself does not check links in HTML, in pages of another language, and in what plugins write.
"""

import logging
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mkdocs.plugins import event_priority


class _Page(HTMLParser):
    """The anchors of a page, and where its links and pictures lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name == "id" or (name == "name" and tag == "a")):
                self.anchors.add(value)
            elif value and name in ("href", "src"):
                self.links.add(value)


def dead_links(site: Path) -> list[str]:
    """All links between the pages of a site that lead nowhere, each with its page."""
    site = site.resolve()
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    return sorted(
        f"{path.relative_to(site).as_posix()}: {link}"
        for path, page in pages.items()
        for link in page.links
        if _is_dead(link, path, pages)
    )


def _is_dead(link: str, path: Path, pages: dict[Path, _Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or link.startswith("/"):  # another site; 404.html has links from the root
        return False
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return True
    return bool(parts.fragment) and target in pages and unquote(parts.fragment) not in pages[target].anchors


@event_priority(-200)
def on_post_build(config: Any) -> None:
    """Warn of all dead links, after the plugin for languages (priority -100) has built the Chinese pages."""
    for link in dead_links(Path(config["site_dir"])):
        logging.getLogger("mkdocs.hooks.check_links").warning("dead link in %s", link)
