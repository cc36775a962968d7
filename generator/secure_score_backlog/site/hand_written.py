# SPDX-License-Identifier: Apache-2.0
"""Hand-written files of `docs/`: what of them becomes part of the site, and how scripts are kept out of it.

A person who can change a page could otherwise run scripts in the browser of every reader of the register, and have them
load from a third party. So (docs/adr/0018-a-branch-brings-data.md), unless the person who builds trusts `docs/`:

- a Markdown page is marked when it is staged. The builder's Markdown has an extension of ours (`makeExtension`), which
  sends the HTML of a marked page through an allow-list, after every other extension, so that raw HTML, attribute lists
  and links are all covered;
- of its front matter, the keys that the theme prints are kept, escaped;
- an SVG picture is written anew from an allow-list of elements and attributes;
- a style sheet is published where it is made of an allow-list of rules, functions and addresses;
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
from markdown.treeprocessors import Treeprocessor

from secure_score_backlog.files import Document, is_portable
from secure_score_backlog.strict_yaml import read_yaml
from secure_score_backlog.text import escape_html, printable, visible

MARK = "<!-- backlog: hand-written, scripts are taken out -->"
"""First line of a staged page that is hand-written; nothing of the page can come before it."""
MARKING = "backlog_mark"
"""The name of what looks for the mark, among the steps of Markdown."""
MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkdn", ".mkd"})
KEPT = frozenset(
    """.png .jpg .jpeg .gif .webp .avif .ico .bmp .pdf .txt .csv .tsv .json .yml .yaml .toml .log .ps1 .docx .xlsx .pptx
    .odt .ods .odp .vsdx .drawio .zip .gz .7z .ics .eml .msg .mp4 .webm .mp3 .ogg .wav .woff .woff2 .ttf .otf""".split()
)
"""Endings of files that a browser shows or saves, and does not run."""
RUN = frozenset(
    """.html .htm .xhtml .xht .shtml .mht .mhtml .js .mjs .cjs .css .svg .svgz .xml .xsl .xslt .php .phtml .cgi
    .asp .aspx .jsp .hta .htc .swf .wasm""".split()
)
"""Endings that a name must not have before its last: some servers go by them where they do not know the last."""
SETTINGS_OF_HOSTS = frozenset(
    """staticwebapp.config.json routes.json vercel.json now.json netlify.toml firebase.json serve.json static.json
    wrangler.toml wrangler.json app.yaml render.yaml amplify.yml""".split()
)
"""Files by which a host of sites is told who may read, and where an address leads; so do some that begin with `_`."""
LONGEST_TITLE = 300
"""Characters of a heading that becomes a title."""
MARKUP_IN_NAMES = re.compile(r"[<>\"'&]")
LARGEST_PICTURE = 2 * 1024 * 1024
"""Bytes of an SVG picture; reading one takes some thirty times as much."""
DEEPEST_PICTURE = 100
"""Elements inside each other in an SVG picture."""

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
_CLASSES = re.compile(
    "|".join(
        """admonition admonition-title note abstract summary tldr info todo tip hint important success check done
        question help faq warning caution attention failure fail missing danger error bug example snippet quote cite
        inline end annotate highlight highlighttable codehilite linenos linenodiv code filename copy no-copy select
        no-select tabbed-set tabbed-alternate tabbed-labels tabbed-content tabbed-block task-list task-list-item
        task-list-control task-list-indicator footnote footnote-ref footnote-backref headerlink keys grid cards card
        normal special""".split()
    )
    + r"|[a-z][a-z0-9]{0,2}|md-button(?:--primary)?|language-[\w+#.-]+|key-[\w-]+|own-[\w-]+"
)
"""Classes of hand-written pages: those that Markdown's extensions make, of tokens of code too, and those of a style
sheet of one's own, which begin with `own-`. To others the theme's script reacts: for `mermaid` it loads a script."""
_NAME = re.compile(r"[\w.:-]+")
"""Names of headings and other places, as links lead to them."""
_STYLES = frozenset("text-align vertical-align".split())
_DROPPED_WITH_CONTENT = {"script", "style", "template", "title", "textarea", "noscript", "iframe", "xmp", "svg", "math"}
_MADE_BY_EXTENSIONS = re.compile(r"__(?:tabbed_\d+(?:_\d+)?|codelineno-[\w-]+|span-[\w-]+)")
"""Names with two underscores at the beginning are the theme's: a page with `id="__config"` would configure it."""
_INPUT = re.compile(r'<input(?:[^>"]|"[^"]*")*>')
_BOX = re.compile(r'<input(?: (?!type=)[\w-]+="[^"]*")* type="(?:checkbox|radio)"')
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
    return _INPUT.sub(lambda found: found[0] if _BOX.match(found[0]) else "", cleaned)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in {"id", "name", "for"} and value.startswith("__") and not _MADE_BY_EXTENSIONS.fullmatch(value):
        return None
    if name == "class":
        return " ".join(each for each in value.split() if _CLASSES.fullmatch(each)) or None
    if name == "src":
        return value if _LOCAL_ADDRESS.fullmatch(re.sub(r"[\x00-\x20]", "", value)) else None
    if tag == "input" and name == "type":
        return value if value in {"checkbox", "radio"} else None
    return value


class _TakeMark(Preprocessor):
    """Runs first: knows a hand-written page by its mark, and takes the mark away."""

    found = False
    """Whether the page that is being converted is hand-written."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines of the page."""
        self.found = MARK in lines  # wherever it is: a builder that cannot read the front matter leaves it before
        return [line for line in lines if line != MARK]


def is_marked(md: Markdown) -> bool:
    """Whether the page that is being converted is hand-written and marked as that."""
    taken = md.preprocessors[MARKING] if MARKING in md.preprocessors else None  # noqa: SIM401 - it has no `get`
    return isinstance(taken, _TakeMark) and taken.found


class _PlainNames(Treeprocessor):
    """Runs before the list of headings is made, which the theme prints with the names of headings as they are."""

    def __init__(self, md: Markdown, mark: _TakeMark) -> None:
        super().__init__(md)
        self._mark = mark

    def run(self, root: ET.Element) -> None:
        """Take away names that are more than a name; headings then get one from their text."""
        for element in root.iter() if self._mark.found else ():
            if not _NAME.fullmatch(element.get("id", "x")):
                del element.attrib["id"]


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
        md.preprocessors.register(mark, MARKING, 10_000)
        md.treeprocessors.register(_PlainNames(md, mark), "backlog_names", 6)  # attribute lists have 8, headings 5
        md.postprocessors.register(_Sanitise(md, mark), "backlog_sanitise", -10_000)


def makeExtension(**options: Any) -> HandWritten:  # noqa: N802 - Python-Markdown looks for this name
    """The extension, for Python-Markdown."""
    return HandWritten(**options)


# Staging


def prepared(documents: Iterable[Document], *, trusted: bool = False) -> tuple[list[Document], list[str]]:
    """Files of `docs/` without anything that runs, and what was left out or changed, in words.

    `trusted`: they stay as they are, apart from those whose names no site can have.
    """
    kept: list[Document] = []
    notes: list[str] = []
    for document in documents:
        if not is_portable(document.path):
            notes.append(f"docs/{printable(document.path)} is left out: no file of a site can have its name.")
            continue
        found = document if trusted else _prepared(document)
        if isinstance(found, Document):
            kept.append(found)
            if found.content != document.content and found.path.endswith(".svg"):
                notes.append(f"docs/{printable(document.path)}: rewritten without what is not a plain picture.")
        else:
            notes.append(f"docs/{printable(document.path)} is left out: {found}. With --trust-docs it is published.")
    return kept, notes


def _prepared(document: Document) -> Document | str:
    """The document as it is staged, or why it is left out."""
    ending, name = PurePosixPath(document.path).suffix, PurePosixPath(document.path).name
    if MARKUP_IN_NAMES.search(document.path):
        return "its name holds a character that is markup"
    if ending in MARKDOWN:
        return Document(document.path, marked(document.content, PurePosixPath(document.path).stem))
    if ending == ".svg":
        picture = plain_svg(document.content)
        return "it is not a plain SVG picture" if picture is None else Document(document.path, picture)
    if ending == ".css":
        return document if is_plain_css(document.content) else "it loads from elsewhere, or may"
    if name.lower() in SETTINGS_OF_HOSTS or name.startswith("_"):
        return "a host of sites may take it for settings"
    if {each.lower() for each in PurePosixPath(document.path).suffixes[:-1]} & RUN:
        return "a server may take it for what runs"
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
_REFERENCE = re.compile(r"url\(\s*#[\w.:-]+\s*\)")
_IN_DRAWINGS = re.compile(r"(?:matrix|translate|scale|rotate|skew[XY]|rgba?|hsla?)\(")
_OF_TEXT = frozenset({"id", "class", "role"})
"""Attributes whose values are no addresses and no styles; those that begin with `aria-` are others."""


def plain_svg(content: bytes) -> bytes | None:
    """A picture written anew, without scripts, styles, handlers and addresses; None where it is none, or too large."""
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", content, re.IGNORECASE) or len(content) > LARGEST_PICTURE:
        return None
    try:
        root = ET.fromstring(content.decode("utf-8-sig"))  # noqa: S314 - without a document type there are no entities
    except (ET.ParseError, ValueError, RecursionError):
        return None
    if root.tag != f"{{{_SVG}}}svg" or not _clean_svg(root):
        return None
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    return f"{ET.tostring(root, encoding='unicode')}\n".encode()


def _clean_svg(root: ET.Element) -> bool:
    """Take out, at every depth, what is not on the lists; False for a picture that is too deep to be written."""
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > DEEPEST_PICTURE:
            return False
        for name, value in list(element.attrib.items()):
            if not _is_plain(name, value):
                del element.attrib[name]
        element[:] = [child for child in element if child.tag.removeprefix(f"{{{_SVG}}}") in _SVG_TAGS]
        waiting.extend((child, depth + 1) for child in element)
    return True


def _is_plain(name: str, value: str) -> bool:
    if name in {"href", f"{{{_XLINK}}}href"}:
        return bool(_INSIDE.fullmatch(value.strip()))
    if name in _OF_TEXT or name.startswith("aria-"):
        return True
    return name in _SVG_ATTRIBUTES and is_without_address(value)


def is_without_address(value: str) -> bool:
    """Whether the value of a style names nothing outside its file: no function but of colours and moves, no escape.

    `url` is not the only function that loads something: `image-set` takes an address in quotes.
    """
    rest = _IN_DRAWINGS.sub("", _REFERENCE.sub("", value))
    return "(" not in rest and "\\" not in rest


_RULES = frozenset(
    """media supports keyframes -webkit-keyframes font-face page layer container property counter-style starting-style
    scope""".split()
)
"""Rules of style sheets, without those that load other sheets."""
_FUNCTIONS = frozenset(
    """url format local tech var env calc min max clamp round mod rem abs sign sin cos tan asin acos atan atan2 pow sqrt
    hypot log exp rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark linear-gradient radial-gradient
    conic-gradient repeating-linear-gradient repeating-radial-gradient repeating-conic-gradient translate translate3d
    translatex translatey translatez scale scale3d scalex scaley scalez rotate rotate3d rotatex rotatey rotatez skew
    skewx skewy matrix matrix3d perspective cubic-bezier steps linear repeat minmax fit-content attr counter counters
    blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia circle ellipse inset polygon
    not is where has lang dir nth-child nth-last-child nth-of-type nth-last-of-type part slotted highlight host selector
    style and or""".split()
)
"""Functions of style sheets; of these, `url` alone loads something."""
_CSS_TOKENS = re.compile(
    r"""/\*.*?(?:\*/|\Z)
    |(?<![\w-])url\([ ]*(?P<quote>["']?)(?:\#[\w.-]+|[\w.~%-]+(?:/[\w.~%-]+)*(?:[?]?\#[\w.-]*)?)(?P=quote)[ ]*\)
    |(?P<text>"[^"\n\r]*"|'[^'\n\r]*')
    |@(?P<rule>[\w-]*)
    |(?<![\w-])(?P<function>[\w-]+)\(""",
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)


def is_plain_css(content: bytes) -> bool:
    """A style sheet that loads nothing from outside the site, and no other style sheet.

    Browsers resolve escapes, leave out tabs and line breaks inside addresses, and follow the sheet's own encoding; so
    it has to be UTF-8 without escapes, rules and functions must be on a list, and `url` loads a relative path.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    text = re.sub(r'\A@charset "utf-8";', "", text, flags=re.IGNORECASE)
    if "\\" in text or visible(text) != text:
        return False
    for token in _CSS_TOKENS.finditer(text):
        function = token["function"]
        if function is not None and (function.lower() == "url" or function.lower() not in _FUNCTIONS):
            return False
        if token["rule"] is not None and token["rule"].lower() not in _RULES:
            return False
        if token["text"] and "//" in token["text"]:
            return False
    # a quote or an address that is none of these tokens would make browsers see comments where this reader sees rules
    return not re.search(r"[\"']|//", _CSS_TOKENS.sub(" ", text))
