# SPDX-License-Identifier: Apache-2.0
"""Makes text from Graph and from decisions safe to show. All of it is treated as hostile.

Most text needs nothing from this module: Jinja escapes `{{ title }}`, and Markdown does not parse what it makes
(`templates.py`). What is here is for text that is HTML or Markdown itself:

- `microsoft_html` for the HTML that Microsoft sends: an allow-list;
- `decision_markdown` for the Markdown that people write: converted here, so that it never reaches the site builder's
  own Markdown, whose extensions allow more;
- `safe_link` for addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import nh3
from markdown import Markdown
from markupsafe import Markup, escape

from secure_score_backlog.markdown_limits import LONGEST_MARKDOWN, find_excess
from secure_score_backlog.site.spellings import mentions_id, without_ids
from secure_score_backlog.snapshots.catalogue import LONGEST_HTML, is_too_large
from secure_score_backlog.text import visible

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TENANT_PARAMETER = re.compile(rf"(?i)([?&;/,]|%3f|%26)(?:tid|tenantid|tenant|ctid)(?:=|/|%3d)({_GUID})")
_TENANT_NAMES = frozenset({"tid", "tenantid", "tenant", "ctid"})

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_BLANK_LINES = re.compile(r"\n\s*\n")
_PREFORMATTED = re.compile(r"<pre>.*?</pre>", re.DOTALL)
_REFUSED_LINK = re.compile(r'<a(?: rel="[^"]*")?>(.*?)</a>', re.DOTALL)
_EMPTY_PARAGRAPH = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")

_KNOWN_TAGS = frozenset(
    """a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body
    br button canvas caption center cite code col colgroup command content data datalist dd del details dfn dialog dir
    div dl dt element em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header
    hgroup hr html i iframe image img input ins isindex kbd keygen label legend li link listing main map mark marquee
    math menu menuitem meta meter multicol nav nextid nobr noembed noframes noscript object ol optgroup option output p
    param picture plaintext portal pre progress q rb rp rt rtc ruby s samp script search section select shadow slot
    small source spacer span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead
    time title tr track tt u ul var video wbr xmp""".split()
)
"""Every tag that HTML has ever had. Anything else in angle brackets is a placeholder that must stay readable."""

MICROSOFT_TAGS = frozenset("p ul ol li strong b em i br a code pre table thead tbody tr th td blockquote".split())
DECISION_TAGS = MICROSOFT_TAGS | {"h3", "h4", "h5", "h6", "hr", "del"}


def microsoft_html(text: str, tenants: Collection[str] = ()) -> Markup:
    """Microsoft's HTML (or plain text) through an allow-list; what is too large is shown as text, and cut.

    Links other than http and https are dropped and their text kept; a placeholder such as <DomainName> stays readable.

    Args:
        text: What Microsoft sent.
        tenants: Tenant ids, which are removed from links and text.
    """
    source = visible(text[:LONGEST_HTML]).replace("\r\n", "\n").strip()
    if is_too_large(text):
        return Markup(without_ids(_plain(f"{source} …"), tenants))  # noqa: S704 - is escaped
    if "<" not in source:
        source = source.replace("\n", "<br>\n")
    source = _TAG.sub(_keep_placeholder, source)
    source = re.sub(r"(?i)<h[1-6](?=[\s>])[^<>]*>", "<p><strong>", source)
    source = re.sub(r"(?i)</h[1-6]\s*>", "</strong></p>", source)
    source = re.sub(r"(?i)<(/?)div(?=[\s>])", r"<\1p", source)
    cleaned = _sanitise(source, MICROSOFT_TAGS, lambda address: safe_link(address, tenants))
    cleaned = _EMPTY_PARAGRAPH.sub("", cleaned).strip()
    return Markup(without_ids(cleaned, tenants))  # noqa: S704 - went through the allow-list


def _plain(text: str) -> str:
    """A text as it is written, line by line; a line break as such would end the HTML in a page of Markdown."""
    lines = str(escape(text)).replace("\n", "&#10;")
    return f"<pre>{lines}</pre>"


def decision_markdown(
    text: str, resolve: Callable[[str], str | None] = lambda _: None, tenants: Collection[str] = ()
) -> Markup:
    """Markdown as HTML. Raw HTML is shown as text; pictures become links, so that none is fetched.

    What is too long or too intricate to be converted is shown as it is written, and cut.

    Args:
        text: What people wrote.
        resolve: Turns a relative link, as written in the file, into one of the site; None keeps only its text.
        tenants: Tenant ids, which are removed from links and text.
    """

    def link(address: str) -> str | None:
        address = address.strip()
        if re.match(r"(?i)mailto:[^\s<>\"]+$", address):
            return address
        if re.match(r"(?i)[a-z][a-z0-9+.-]*:|//|\\", address) or not address:
            return safe_link(address, tenants)
        found = resolve(address)
        return None if found is None or re.match(r"(?i)\s*(?:[a-z][a-z0-9+.-]*:|//)", found) else found

    source = visible(text.replace("\r\n", "\n"))
    if find_excess(source) is not None:
        return Markup(without_ids(_plain(source[:LONGEST_MARKDOWN]), tenants))  # noqa: S704 - is escaped
    rendered = _markdown().convert(source)
    rendered = re.sub(r"<(/?)h([1-6])>", lambda match: f"<{match[1]}h{min(6, int(match[2]) + 2)}>", rendered)
    rendered = re.sub(r"<img\b[^>]*>", _image_as_link, rendered)
    return Markup(without_ids(_sanitise(rendered, DECISION_TAGS, link), tenants))  # noqa: S704 - allow-list


def safe_link(address: str, tenants: Collection[str] = ()) -> str | None:
    """The address if it is http or https, without tenant ids; None where it must not be a link."""
    address = re.sub(r"[\t\r\n]", "", visible(address).strip())
    if not re.match(r"(?i)https?://[^/\\\s]", address) or re.search(r"[\s<>\"'`\\\ufffd]", address):
        return None
    try:
        parts = urlsplit(address)
        if not parts.hostname or parts.username is not None:
            return None
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return None
    kept = [(name, value) for name, value in pairs if not _names_tenant(name, value, tenants)]
    query = parts.query if kept == pairs else urlencode(kept)
    result = _TENANT_PARAMETER.sub("", urlunsplit(parts._replace(query=query)))
    return None if mentions_id(result, tenants) else result


def tenants_in(texts: Iterable[str]) -> frozenset[str]:
    """Tenant ids in the parameters of links (`tid=`), in lower case."""
    return frozenset(match[2].lower() for text in texts for match in _TENANT_PARAMETER.finditer(text))


def _keep_placeholder(match: re.Match[str]) -> str:
    return match[0] if match[2].lower() in _KNOWN_TAGS else f"&lt;{match[1]}{match[2]}"


def _sanitise(source: str, tags: Collection[str], link: Callable[[str], str | None]) -> str:
    """nh3 with our allow-list; a link that `link` refuses loses its address, not its text."""

    def attribute(_: str, name: str, value: str) -> str | None:
        if name == "href":
            return link(value)
        return value if name == "rel" or value.isdigit() else None

    cleaned = nh3.clean(
        _trim_links(source),
        tags=set(tags),
        attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
        clean_content_tags={"script", "style", "template", "title", "textarea", "noscript", "iframe", "xmp"},
    )
    cleaned = _REFUSED_LINK.sub(r"\1", cleaned)
    cleaned = _PREFORMATTED.sub(lambda match: match[0].replace("\n", "&#10;"), cleaned)
    return _BLANK_LINES.sub("\n", cleaned).strip()


def _trim_links(source: str) -> str:
    """Without blanks before an address, for which the sanitiser drops a link that browsers follow."""
    return re.sub(r"""(?i)(\bhref\s*=\s*["'])\s+""", r"\1", source)


def _names_tenant(name: str, value: str, tenants: Collection[str]) -> bool:
    """Whether a parameter of a link names a tenant; under the usual names, also by an id that is a common word."""
    if name.lower() in _TENANT_NAMES:
        known = {tenant.lower() for tenant in tenants}
        return re.fullmatch(_GUID, value) is not None or value.lower() in known or mentions_id(value, tenants)
    return mentions_id(value, tenants)


def _image_as_link(match: re.Match[str]) -> str:
    values = dict(re.findall(r'(src|alt)="([^"]*)"', match[0]))
    words = values.get("alt") or "picture"
    return f'<a href="{values.get("src", "")}">{words} (picture)</a>'


def _markdown() -> Markdown:
    """A fresh converter: small, without raw HTML."""
    converter = Markdown(extensions=["sane_lists", "tables", "fenced_code"], output_format="html")
    converter.preprocessors.deregister("html_block")
    converter.inlinePatterns.deregister("html")
    return converter
