# SPDX-License-Identifier: Apache-2.0
"""Every link of a built site, followed on disk."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """Addresses and anchors of one page."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.addresses: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what it points at and what can be pointed at."""
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.addresses.add(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


def dead_links(site: Path) -> list[str]:
    """Links within the site that lead nowhere, as `page: address`. Not those of 404.html: they are the server's."""
    pages = {path.resolve(): _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    dead = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for address in sorted(page.addresses):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            known = pages[target].anchors if target in pages else set()
            if not target.is_file() or (parts.fragment and target in pages and parts.fragment not in known):
                dead.append(f"{path.relative_to(site.resolve()).as_posix()}: {address}")
    return dead


def outside_links(site: Path) -> set[str]:
    """Addresses outside the site that pages load by themselves: scripts, styles, pictures, frames."""

    class Loading(HTMLParser):
        found: set[str] = set()  # noqa: RUF012 - one set for all pages

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            wanted = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}.get(tag)
            for name, value in attrs:
                if name == wanted and value and urlsplit(value).netloc:
                    self.found.add(value)

    loading = Loading()
    for path in sorted(site.rglob("*.html")):
        loading.feed(path.read_text(encoding="utf-8"))
    return loading.found
