# SPDX-License-Identifier: Apache-2.0
"""Everything that Graph or a decision says is hostile until it has been through here.

How pages are made decides what has to be escaped. A page is a Markdown file, because every site builder reads
one, but Markdown sees only its front matter and its top headings: all else is HTML made by Jinja with
autoescape on, which Markdown passes through untouched (`views.templating`). So most text needs nothing from this
module: `{{ title }}` in a template is safe. What is here is for the rest:

- `plain` for text that must stay text where Markdown does read it (headings);
- `microsoft_html` for the HTML that Microsoft sends: an allow-list;
- `decision_markdown` for the Markdown people write: turned to HTML here, so that it never reaches the
  site builder's own Markdown, whose extensions could do more;
- `slug` and `slugs` for names of files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import nh3
from markdown import Markdown
from markupsafe import Markup

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
"""What HTML ever called a tag. Anything else between angle brackets is a placeholder somebody wants to be read."""

MICROSOFT_TAGS = frozenset("p ul ol li strong b em i br a code pre table thead tbody tr th td blockquote".split())
DECISION_TAGS = MICROSOFT_TAGS | {"h3", "h4", "h5", "h6", "hr", "del"}

_WINDOWS = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{name}{number}" for name in ("com", "lpt") for number in range(10)}
)
_TAKEN = frozenset({"index", "readme", "404"})
"""Names that a site builder reads as something else."""
_LONGEST_SLUG = 100


def microsoft_html(text: str, tenants: Collection[str] = ()) -> Markup:
    """Microsoft's HTML (or plain text) through an allow-list.

    tenants: ids of tenants; they are taken out of links and text. Links other than http and https are dropped
    and their text kept; a placeholder such as a bare <DomainName> stays readable.
    """
    source = visible(text).replace("\r\n", "\n").strip()
    if "<" not in source:
        source = source.replace("\n", "<br>\n")
    source = _TAG.sub(_keep_placeholder, source)
    source = re.sub(r"(?i)<h[1-6](?=[\s>])[^>]*>", "<p><strong>", source)
    source = re.sub(r"(?i)</h[1-6]\s*>", "</strong></p>", source)
    source = re.sub(r"(?i)<(/?)div(?=[\s>])", r"<\1p", source)
    cleaned = _sanitise(source, MICROSOFT_TAGS, lambda address: safe_link(address, tenants))
    cleaned = _EMPTY_PARAGRAPH.sub("", cleaned).strip()
    return Markup(redacted(cleaned, tenants))  # noqa: S704 - went through the allow-list


def decision_markdown(
    text: str, resolve: Callable[[str], str | None] = lambda _: None, tenants: Collection[str] = ()
) -> Markup:
    """What people wrote, as HTML. Raw HTML is shown as text; pictures become links, so that none is fetched.

    resolve: turns a relative link, as written in the file, into one of the site; None keeps only its text.
    """

    def link(address: str) -> str | None:
        address = address.strip()
        if re.match(r"(?i)mailto:[^\s<>\"]+$", address):
            return address
        if re.match(r"(?i)[a-z][a-z0-9+.-]*:|//|\\", address) or not address:
            return safe_link(address, tenants)
        found = resolve(address)
        return None if found is None or re.match(r"(?i)\s*(?:[a-z][a-z0-9+.-]*:|//)", found) else found

    rendered = _markdown().convert(visible(text.replace("\r\n", "\n")))
    rendered = re.sub(r"<(/?)h([1-6])>", lambda match: f"<{match[1]}h{min(6, int(match[2]) + 2)}>", rendered)
    rendered = re.sub(r"<img\b[^>]*>", _image_as_link, rendered)
    return Markup(redacted(_sanitise(rendered, DECISION_TAGS, link), tenants))  # noqa: S704 - allow-list


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
    return None if _mentions(result, tenants) else result


def redacted(text: str, tenants: Collection[str]) -> str:
    """The text with every tenant id taken out."""
    for tenant in sorted(tenants):
        if tenant:
            text = re.sub(re.escape(tenant), "[tenant id]", text, flags=re.IGNORECASE)
    return text


def tenants_in(texts: Iterable[str]) -> frozenset[str]:
    """Tenant ids that links give away (`tid=`), in lower case."""
    return frozenset(match[2].lower() for text in texts for match in _TENANT_PARAMETER.finditer(text))


def slug(identifier: str) -> str:
    """The file name of one id, before collisions are known: lower case, `-` for anything but a-z and 0-9."""
    name = re.sub(r"[^a-z0-9]", "-", identifier.lower())
    if not name.strip("-") or name in _WINDOWS or name in _TAKEN or len(name) > _LONGEST_SLUG:
        return _with_hash(name, identifier)
    return name


def slugs(identifiers: Iterable[str]) -> dict[str, str]:
    """A file name for each id, all different, also on disks that ignore case.

    An id that already is its own file name keeps it; of the others that would meet, each gets a short hash. So a
    newcomer seldom moves a page that somebody has cited.
    """
    groups: dict[str, list[str]] = {}
    for identifier in sorted(set(identifiers)):
        groups.setdefault(slug(identifier), []).append(identifier)
    taken = {name for name, group in groups.items() if len(group) == 1 or name in group}
    names: dict[str, str] = {}
    for name, group in groups.items():
        for identifier in group:
            if len(group) == 1 or identifier == name:
                names[identifier] = name
                continue
            length = 8
            while (own := _with_hash(name, identifier, length)) in taken:
                length += 4
            taken.add(own)
            names[identifier] = own
    return dict(sorted(names.items()))


def _with_hash(name: str, identifier: str, length: int = 8) -> str:
    digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:length]
    stem = name[:_LONGEST_SLUG].strip("-")
    return f"{stem}-{digest}" if stem else f"id-{digest}"


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
    """Blanks before an address would make the sanitiser drop a link that every browser follows."""
    return re.sub(r"""(?i)(\bhref\s*=\s*["'])\s+""", r"\1", source)


def _names_tenant(name: str, value: str, tenants: Collection[str]) -> bool:
    return (name.lower() in _TENANT_NAMES and re.fullmatch(_GUID, value) is not None) or _mentions(value, tenants)


def _mentions(text: str, tenants: Collection[str]) -> bool:
    lowered = text.lower()
    return any(tenant and tenant.lower() in lowered for tenant in tenants)


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
