# SPDX-License-Identifier: Apache-2.0
"""Hand-written files of `docs/`: what of them becomes part of the site, and how scripts are kept out of it.

A person who can change a page could otherwise run scripts in the browser of every reader of the register, and have them
load from a third party. So (docs/adr/0018-a-branch-brings-data.md), unless the person who builds trusts `docs/`:

- a Markdown page is marked when it is staged. The builder's Markdown has an extension of ours (`makeExtension`), which
  sends the HTML of a marked page through an allow-list, after every other extension, so that raw HTML, attribute lists
  and links are all covered;
- of its front matter, the keys that the theme prints are kept, escaped;
- an SVG picture is written anew from an allow-list of elements and attributes;
- files that are programs, or that a browser may take for a page, are left out and named.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from secure_score_backlog.files import Document
from secure_score_backlog.strict_yaml import read_yaml
from secure_score_backlog.text import escape_html, printable, visible

MARK = "<!-- backlog: hand-written, scripts are taken out -->"
"""First line of a staged page that is hand-written; nothing of the page can come before it."""
MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkdn", ".mkd"})
KEPT = frozenset(
    """.png .jpg .jpeg .gif .webp .avif .ico .bmp .pdf .txt .csv .tsv .json .yml .yaml .toml .log .ps1 .docx .xlsx .pptx
    .odt .ods .odp .vsdx .drawio .zip .gz .7z .ics .eml .msg .mp4 .webm .mp3 .ogg .wav .woff .woff2 .ttf .otf""".split()
)
"""Endings of files that a browser shows or saves, and does not run."""
LONGEST_TITLE = 300
"""Characters of a heading that becomes a title."""
PLAIN_NAME = re.compile(r"[^<>\"'&\x00-\x1f\x7f]+")

_EVERYWHERE = {"id", "class", "title", "lang", "dir", "role", "aria-label", "aria-hidden", "align"}
_TAGS = frozenset(
    """a abbr article aside b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img input ins kbd label li mark ol p pre q s samp section small span strong sub
    summary sup table tbody td tfoot th thead time tr u ul var""".split()
)
_ATTRIBUTES = {
    "*": _EVERYWHERE,
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "loading"},
    "input": {"type", "checked", "disabled", "name"},
    "label": {"for"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "details": {"open"},
    "col": {"span"},
    "colgroup": {"span"},
    "td": {"colspan", "rowspan", "style"},
    "th": {"colspan", "rowspan", "scope", "style"},
    "time": {"datetime"},
}
_STYLES = frozenset("text-align vertical-align".split())
_DROPPED_WITH_CONTENT = {"script", "style", "template", "title", "textarea", "noscript", "iframe", "xmp", "svg", "math"}
_MADE_BY_EXTENSIONS = re.compile(r"__(?:tabbed_\d+(?:_\d+)?|codelineno-[\w-]+|span-[\w-]+)")
"""Names with two underscores at the beginning are the theme's: a page with `id="__config"` would configure it."""
_OTHER_INPUT = re.compile(r'<input(?![^>]* type="(?:checkbox|radio)")[^>]*>')
"""A field to type in, of which the allow-list leaves an `input` without a type."""
_LOCAL_ADDRESS = re.compile(r"(?![\\/]{2})[^:\\]*")


def sanitised(text: str) -> str:
    """The HTML of a page through the allow-list: no script, no handler, nothing that is loaded from elsewhere."""
    cleaned = nh3.clean(
        text,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_attribute,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        filter_style_properties=set(_STYLES),
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    return _OTHER_INPUT.sub("", cleaned)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in {"id", "name", "for"} and value.startswith("__") and not _MADE_BY_EXTENSIONS.fullmatch(value):
        return None
    if name == "src":
        return value if _LOCAL_ADDRESS.fullmatch(re.sub(r"[\x00-\x20]", "", value)) else None
    if tag == "input" and name == "type":
        return value if value in {"checkbox", "radio"} else None
    return value


class _TakeMark(Preprocessor):
    """Runs first: knows a hand-written page by its first line, and takes the line away."""

    found = False
    """Whether the page that is being converted is hand-written."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines of the page."""
        self.found = bool(lines) and lines[0].strip() == MARK
        return lines[1:] if self.found else lines


class _Sanitise(Postprocessor):
    """Runs last: the HTML of a hand-written page goes through the allow-list."""

    def __init__(self, md: Markdown, mark: _TakeMark) -> None:
        super().__init__(md)
        self._mark = mark

    def run(self, text: str) -> str:
        """The HTML of the page."""
        return sanitised(text) if self._mark.found else text


class HandWritten(Extension):
    """Takes scripts out of pages that are marked as hand-written."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown calls it so
        """Register both ends."""
        mark = _TakeMark(md)
        md.preprocessors.register(mark, "backlog_mark", 10_000)
        md.postprocessors.register(_Sanitise(md, mark), "backlog_sanitise", -10_000)


def makeExtension(**options: Any) -> HandWritten:  # noqa: N802 - Python-Markdown looks for this name
    """The extension, for Python-Markdown."""
    return HandWritten(**options)


# Staging


def prepared(documents: Iterable[Document]) -> tuple[list[Document], list[str]]:
    """Files of `docs/` without anything that runs, and what was left out or changed, in words."""
    kept: list[Document] = []
    notes: list[str] = []
    for document in documents:
        found = _prepared(document)
        if isinstance(found, Document):
            kept.append(found)
            if found.content != document.content and found.path.endswith(".svg"):
                notes.append(f"docs/{printable(document.path)}: rewritten without what is not a plain picture.")
        else:
            notes.append(f"docs/{printable(document.path)} is left out: {found}. With --trust-docs it is published.")
    return kept, notes


def _prepared(document: Document) -> Document | str:
    """The document as it is staged, or why it is left out."""
    ending = PurePosixPath(document.path).suffix
    if not PLAIN_NAME.fullmatch(document.path):
        return "its name holds a character that is markup"
    if ending in MARKDOWN:
        return Document(document.path, marked(document.content, PurePosixPath(document.path).stem))
    if ending == ".svg":
        picture = plain_svg(document.content)
        return "it is not a plain SVG picture" if picture is None else Document(document.path, picture)
    if ending == ".css":
        return document if is_plain_css(document.content) else "it loads from elsewhere, or may"
    if ending.lower() in KEPT:
        return document
    return "a browser may run it, or take it for a page"


def marked(content: bytes, name: str = "") -> bytes:
    """A hand-written page with the mark, and the front matter that is kept.

    It always has a title, from its first heading or its name where it gives none: the title that the builder would find
    by itself is printed by the theme with its character references resolved, so that escaped markup becomes markup.
    """
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    front, body = "", text
    found = re.match(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", text, re.DOTALL)
    if found:
        front, body = found[1] or "", text[found.end() :]
    lines = "".join(f"{line}\n" for line in _front_matter(front, _heading(body) or name))
    return f"---\n{lines}---\n{MARK}\n\n{body}".encode()


def _heading(body: str) -> str:
    """The text of the first heading, without markup; empty where the page begins with something else."""
    first, _, rest = body.lstrip().partition("\n")
    if len(first) > LONGEST_TITLE:
        return ""
    found = re.fullmatch(r"#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\{[^{}]*\})?", first)
    if found is None and not re.match(r"=+[ \t]*(?:\n|\Z)", rest):
        return ""
    converted = Markdown(output_format="html").convert(found[1] if found else first)
    return html.unescape(nh3.clean(converted, tags=set())).strip()


def _front_matter(text: str, title: str) -> Iterator[str]:
    """The keys that the theme knows what to do with, one a line, each with a value that is text for it."""
    data = read_yaml(text, "docs").data
    for name, instead in (("title", title.replace("-", " ").replace("_", " ")), ("description", "")):
        value = data.get(name)
        said = value if isinstance(value, str) and value.strip() else instead
        if said:
            yield f"{name}: {_quoted(said)}"
    for name, allowed in (("tags", None), ("hide", {"navigation", "toc", "path", "tags", "footer"})):
        values = data.get(name)
        texts = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
        texts = [value for value in texts if allowed is None or value in allowed]
        if texts:
            yield f"{name}: [{', '.join(map(_quoted, texts))}]"
    search = data.get("search")
    if isinstance(search, dict) and search.get("exclude") is True:
        yield "search: {exclude: true}"
    yield "hand_written: true"


def _quoted(value: str) -> str:
    """A text in double quotes that YAML reads as it is: escaped for HTML, so it holds no quotation mark."""
    return '"' + escape_html(value).replace("\\", "&#92;") + '"'


_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_SVG_TAGS = frozenset(
    """svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath title desc
    linearGradient radialGradient stop clipPath mask pattern marker filter feGaussianBlur feOffset feBlend feFlood
    feComposite feMerge feMergeNode feColorMatrix switch""".split()
)
_SVG_ATTRIBUTES = frozenset(
    """id class x y x1 y1 x2 y2 cx cy r rx ry fx fy d points width height viewBox preserveAspectRatio version transform
    fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-dasharray
    stroke-dashoffset stroke-miterlimit opacity color display visibility overflow clip-path clip-rule mask filter
    marker-start marker-mid marker-end markerWidth markerHeight refX refY orient markerUnits offset stop-color
    stop-opacity gradientUnits gradientTransform spreadMethod patternUnits patternContentUnits patternTransform
    clipPathUnits maskUnits maskContentUnits filterUnits primitiveUnits font-family font-size font-style font-weight
    text-anchor dominant-baseline alignment-baseline letter-spacing word-spacing text-decoration dx dy rotate
    textLength lengthAdjust startOffset role in in2 result stdDeviation mode operator k1 k2 k3 k4 flood-color
    flood-opacity type values vector-effect paint-order shape-rendering text-rendering""".split()
)
_INSIDE = re.compile(r"#[\w.:-]+")


def plain_svg(content: bytes) -> bytes | None:
    """A picture written anew, without scripts, styles, handlers and addresses; None where it is no SVG."""
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", content, re.IGNORECASE) or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    try:
        root = ET.fromstring(content.decode("utf-8-sig"))  # noqa: S314 - without a document type there are no entities
    except (ET.ParseError, ValueError, RecursionError):
        return None
    if root.tag != f"{{{_SVG}}}svg":
        return None
    _clean_svg(root)
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    return f"{ET.tostring(root, encoding='unicode')}\n".encode()


def _clean_svg(root: ET.Element) -> None:
    """Take out, at every depth, what is not on the lists."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        for name, value in list(element.attrib.items()):
            if not _is_plain(name, value):
                del element.attrib[name]
        for child in list(element):
            if child.tag.removeprefix(f"{{{_SVG}}}") in _SVG_TAGS:
                waiting.append(child)
            else:
                element.remove(child)


def _is_plain(name: str, value: str) -> bool:
    if name in {"href", f"{{{_XLINK}}}href"}:
        return bool(_INSIDE.fullmatch(value.strip()))
    if name not in _SVG_ATTRIBUTES and not name.startswith("aria-"):
        return False
    return "url" not in value.lower() or bool(re.fullmatch(r"\s*url\(\s*#[\w.:-]+\s*\)\s*", value))


def is_plain_css(content: bytes) -> bool:
    """A style sheet that names no address outside and loads no other: no scheme, no host, no import, no escape."""
    text = visible(content.decode("utf-8", "replace"))
    return not re.search(r"(?i)//|\\|@import|\b(?:https?|ftp|wss?|data|blob|javascript):", text)
