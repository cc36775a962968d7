# SPDX-License-Identifier: Apache-2.0
"""What spares the site builder its work changes nothing: pages, the names in them, and the search are the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from material.plugins.search.plugin import Parser  # type: ignore[import-untyped]
from mkdocs.structure.pages import _RawHTMLPreprocessor
from mkdocs.utils.meta import get_data

from secure_score_backlog.site import search_text
from secure_score_backlog.site.configuration import READY, SANITISING
from secure_score_backlog.site.hand_written import MARK
from secure_score_backlog.site.ready_html import OPENING
from secure_score_backlog.site.search_text import searched
from tests.support import miniature

EXTENSIONS = ["attr_list", "tables", "admonition", "toc", SANITISING]
PAGES = {
    document.path: get_data(document.content.decode())[0]
    for document in miniature.documents()
    if document.path.endswith(".md")
}
"""Every macro and chart, without front matter, as the builder hands pages to Markdown."""


def converted(text: str, *extensions: str) -> tuple[str, set[str], object]:
    """The HTML of a page, the names in its HTML as MkDocs collects them, and its table of contents."""
    markdown = Markdown(extensions=[*EXTENSIONS, *extensions])
    names = _RawHTMLPreprocessor()
    names._register(markdown)
    html = markdown.convert(text)
    return html, names.present_anchor_ids, markdown.toc_tokens  # type: ignore[attr-defined]


def entries(html: str) -> list[tuple[str | None, str, str]]:
    """Name, title and text of each section that the search makes an entry of."""
    parser: Any = Parser()
    parser.feed(html)
    parser.close()
    return [
        (section.id, "".join(section.title).strip(), "".join(section.text).strip())
        for section in parser.data
        if not section.is_excluded()
    ]


@pytest.mark.parametrize("path", PAGES)
def test_a_computed_page_is_the_same(path: str) -> None:
    """Its HTML byte for byte, the names that links may lead to, and its contents."""
    assert converted(PAGES[path], READY) == converted(PAGES[path])


@pytest.mark.parametrize("path", PAGES)
def test_no_block_of_a_computed_page_is_parsed(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Markdown is left with is headings and placeholders."""
    markdown = Markdown(extensions=[*EXTENSIONS, READY])
    left: list[str] = []

    def look(lines: list[str]) -> list[str]:
        left.extend(lines)
        return lines

    monkeypatch.setattr(markdown.preprocessors["html_block"], "run", look)
    markdown.convert(PAGES[path])
    assert "<" not in "".join(left)
    assert sum("wzxhzdk" in line for line in left) == PAGES[path].count(f"\n{OPENING}\n")


AWKWARD = {
    "hand-written": f"{MARK}\n\n# A\n\n{OPENING}\n<script>alert(1)</script>\n<p id='x' onclick='y'>b</p>\n</div>\n",
    "a block that does not end": f"# A\n\n{OPENING}\n<p>b</p>\n\n*c*\n\n</div>\n",
    "at the beginning": f"{OPENING}\n<p>b</p>\n</div>\n\n*c*\n",
    "at the end": f"# A\n\n{OPENING}\n<p>b</p>\n</div>",
    "inside of a list": f"- a\n\n    {OPENING}\n    <p>b</p>\n    </div>\n\n- c\n",
    "in code": f"# A\n\n```\n{OPENING}\nb\n</div>\n```\n",
    "two": f"# A\n\n{OPENING}\n<p>b</p>\n</div>\n\n{OPENING}\n<div>\n<p>b</p>\n</div>\n</div>\n\n## C\n",
    "text before": f"a\n{OPENING}\n<p>b</p>\n</div>\n",
}


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_any_other_page_is_the_same(text: str) -> None:
    """Hand-written pages that hold what blocks begin with."""
    assert converted(text, READY) == converted(text)
    assert "alert" not in converted(text, READY)[0]


@pytest.mark.parametrize("path", PAGES)
def test_the_search_makes_the_same_entries(path: str) -> None:
    """Of less: the tags of tables and drawings are gone."""
    html = converted(PAGES[path])[0]
    short = searched(html)
    assert short is not None
    assert "<td" not in short
    assert "<svg" not in short
    assert entries(short) == entries(html)


PIECES = st.sampled_from(
    """<p>|</p>|<td>|</td>|<td class="x">|<div>|</div>|<div data-search-exclude>|<pre>|</pre>|<ul>|</ul>|<li>|</li>|
    <code>|</code>|<br>|<br/>|<svg>|<path d=""/>|</svg>|<h3>|</h3>|<h2 id="a">|</h2>|<h2 id="b" data-search-exclude>|
    <span title="a > b">|</span>|<!-- x -->|<script>|</script>|<a href='x'>|</a>|a|b c| |\n|\n\n|&nbsp;|&#10;|&lt;|&amp
    ;|> |< |"|<p data-search-exclude="">""".split("|")
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_the_search_makes_the_same_entries_of_anything(rest: str) -> None:
    """Or it reads the whole page: elements in each other, left out, without an end, white space of every kind."""
    for html in (f'<h1 id="page">T</h1>{rest}', rest, f'<h1 id="page">T</h1><div>{rest}</div>'):
        short = searched(html)
        assert short is None or entries(short) == entries(html)


ELEMENTS = st.recursive(
    st.sampled_from(["a", " ", "\n", "b \n", "&nbsp;", "<br>", "&lt;c&gt;"]),
    lambda inner: st.builds(
        lambda name, inside: f"<{name}>{''.join(inside)}</{name.split(' ')[0]}>",
        st.sampled_from(
            [*"p td div pre ul li code sup h3 a".split(), "div data-search-exclude", 'td data-search-exclude=""']
        ),
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


@given(st.lists(ELEMENTS, max_size=4).map("".join), st.lists(ELEMENTS, max_size=4).map("".join), st.booleans())
def test_the_search_makes_the_same_entries_of_whole_elements(first: str, second: str, excluded: bool) -> None:
    """None of these makes it read the whole page."""
    left_out = " data-search-exclude" if excluded else ""
    html = f'<h1 id="page">T</h1><div>{first}</div><h2 id="x"{left_out}>U <a class="headerlink">¶</a></h2>{second}'
    short = searched(html)
    assert short is not None
    assert entries(short) == entries(html)


class _Page:
    """What the builder hands to a hook."""

    url = "a.html"

    def __init__(self, markdown: str, content: str, **meta: object) -> None:
        self.markdown, self.content, self.meta = markdown, content, meta


def test_the_page_is_put_back() -> None:
    """The search sees less; what is written is the page without the search's own marks, as it leaves every page."""
    html = '<h1 id="page">T</h1>\n<div class="backlog">\n<table data-search-x="1"><td>x</td></table>\n</div>'
    before, after = search_text.on_page_context.methods
    page = _Page(f"# T\n\n{OPENING}\n", html)
    config = type("Config", (), {"plugins": {"material/search": None}})
    before({}, page=page, config=config, nav=None)
    assert page.content == '<h1 id="page">T</h1> x '
    after({}, page=page, config=config, nav=None)
    assert page.content == html.replace(' data-search-x="1"', "")
    for other in (_Page("# T", html), _Page(f"{OPENING}\n", html, hand_written=True)):
        before({}, page=other, config=config, nav=None)
        assert other.content == html
