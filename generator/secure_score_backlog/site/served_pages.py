# SPDX-License-Identifier: Apache-2.0
"""A hook of the site builder: what MkDocs gets wrong while it serves and builds only the pages that changed.

- A page counts as built when its file is newer than its Markdown, also where the Markdown was written again while the
  page was made of the older one. So the file gets the time that the Markdown had before it was read.
- The theme's search forgets the older entries of the first page that is built anew, not those of the others.
- The navigation lacks the titles of pages that are not built anew, where it does not give them itself.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

_read: dict[str, int] = {}
"""When the Markdown of each page that is being built was written, in nanoseconds, by the file that is made of it."""


def on_nav(nav: Any, config: Any, **_: Any) -> Any:
    """Read the titles that the navigation takes from pages."""
    for page in nav.pages:
        if page.title is None:
            page.read_source(config)
    return nav


def on_pre_page(page: Any, **_: Any) -> Any:
    """Note when the Markdown was written."""
    with suppress(OSError):
        _read[page.file.abs_dest_path] = Path(page.file.abs_src_path).stat().st_mtime_ns
    return page


def on_page_context(context: Any, *, page: Any, config: Any, **_: Any) -> Any:
    """Take the older entries of the page out of the search."""
    for name in ("search", "material/search"):
        older = getattr(config.plugins.get(name), "search_index_prev", None)
        if older is not None:
            older.entries = [each for each in older.entries if each["location"].partition("#")[0] != page.url]
    return context


def on_post_build(**_: Any) -> None:
    """Give each page that was built the time of its Markdown."""
    for built, written in _read.items():
        with suppress(OSError):
            os.utime(built, ns=(written, written))
    _read.clear()
