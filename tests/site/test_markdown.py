# SPDX-License-Identifier: Apache-2.0
"""Hostile text stays text: through our functions, and through the Markdown of the real site configuration."""

from __future__ import annotations

import html
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markupsafe import Markup
from mkdocs.config import load_config
from mkdocs.utils.meta import get_data

from secure_score_backlog.site import markdown
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.registry import configuration
from secure_score_backlog.site.templates import environment, heading, page, unbroken
from secure_score_backlog.snapshots.catalogue import check_texts
from secure_score_backlog.snapshots.model import Catalogue, Recommendation
from secure_score_backlog.text import visible
from tests.support.bounded import within_seconds

TENANT = "11111111-2222-3333-4444-555555555555"
SITE = Site({}, date(2026, 11, 21))

ATTACKS = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    '"><b onmouseover=alert(1)>x',
    "[x](javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "![x](https://evil.example/pixel.png)",
    "<https://evil.example>",
    "https://evil.example www.evil.example someone@evil.example",
    "# heading",
    "**bold** _em_ `code` ~~gone~~ ==mark== ^up^ ~down~",
    "text {: onclick=alert(1) #id .class }",
    "text { #page .md-button onclick=alert(1) }",
    "- item",
    "1. item",
    "> quote",
    "| a | b |\n|---|---|\n| c | d |",
    "!!! danger\n    boo",
    "??? note\n    boo",
    "=== tab\n    boo",
    '--8<-- "/etc/passwd"',
    ";--8<--",
    ":smile: :material-account:",
    "[^1]\n\n[^1]: note",
    "*[HTML]: expansion",
    "$x^2$ \\(x\\)",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "```\nfence\n```",
    "x\n```\nfence\n```\n~~~\nfence\n~~~\ny",
    "    indented",
    "line\n---",
    "line\n===",
    "&lt;b&gt; &amp; &#60;script&#62; &copy;",
    "<!-- comment --> <?php ?> <![CDATA[x]]>",
    "\x02wzxhzdk:0\x03 \x02klzzwxh:0000\x03",
    "[ref]: javascript:alert(1)\n[ref]",
    "backslash \\* \\_ \\<",
    "+++ ~~~ *** ___",
    "---\ntitle: hacked\n---",
    "\u202etxet desrever\u202c",
    "' onclick='x",
    "{++ins++} {--del--} {==hl==}{>>c<<}",
    "++ctrl+alt++",
    "(c) (tm) -> 1/2 1st",
    "GH-1 @user #1 org/repo#1",
]

HUNGRY = [
    "attr_list", "md_in_html", "tables", "footnotes", "abbr", "def_list", "admonition", "toc", "smarty",
    "pymdownx.superfences", "pymdownx.magiclink", "pymdownx.betterem", "pymdownx.tilde", "pymdownx.caret",
    "pymdownx.mark", "pymdownx.critic", "pymdownx.keys", "pymdownx.details", "pymdownx.tasklist", "pymdownx.emoji",
    "pymdownx.inlinehilite", "pymdownx.snippets", "pymdownx.arithmatex", "pymdownx.escapeall",
]  # fmt: skip
"""Extensions that a user might add to mkdocs.yml."""


class Elements(HTMLParser):
    """What a browser would see: elements with their attributes, and the text."""

    def __init__(self, source: str) -> None:
        """Read it all."""
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """A comment would hide text."""
        self.tags.append(("!comment", {}))

    def active(self) -> list[str]:
        """Everything that could run, load or lead astray."""
        found = [
            f"<{tag}>" for tag, _ in self.tags if tag in {"script", "style", "iframe", "object", "embed", "img", "svg"}
        ]
        for tag, attributes in self.tags:
            for name, value in attributes.items():
                if name.startswith("on") or name in {"style", "src", "srcset", "formaction"}:
                    found.append(f"{tag} {name}")
                if name == "href" and not re.match(r"https?://|mailto:|#|[a-z]+/?[a-z]*\.html", value or ""):
                    found.append(f"{tag} href {value}")
        return found


def words(text: str) -> str:
    """Text as a reader compares it: white space collapsed, invisible characters shown."""
    return " ".join(visible(text).split())


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Markdown:
    """The Markdown of the packaged configuration, as MkDocs sets it up."""
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "build" / "pages").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(configuration(), encoding="utf-8")
    config = load_config(str(folder / "mkdocs.yml"))
    return Markdown(extensions=config.markdown_extensions, extension_configs=config.mdx_configs)


def hungry() -> Markdown:
    """A Markdown that reads something into almost every mark."""
    return Markdown(extensions=HUNGRY)


def body(document: bytes) -> str:
    """A page without its front matter, as a site builder hands it to Markdown."""
    return document.decode().split("\n---\n", 1)[1]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_a_page_stays_text(configured: Markdown, attack: str) -> None:
    """In a heading, a paragraph and a table cell: shown letter for letter, nothing of it becomes active."""
    template = "{{ heading(2, text, 'section') }}<p>{{ text }}</p><table><tr><td>{{ text }}</td></tr></table>"
    content = Markup(environment().from_string(template).render(text=attack))
    source = body(page("a.md", attack, content, site=SITE).content)
    for converter in (configured, hungry()):
        seen = Elements(converter.reset().convert(source))
        assert seen.active() == []
        assert {tag for tag, _ in seen.tags} <= {"h1", "h2", "p", "div", "a", "table", "tr", "td", "span"}
        assert {a["href"] for tag, a in seen.tags if tag == "a"} <= {"#page", "#section"}
        assert " ".join(seen.text.split()).count(words(attack)) == 4
        assert [a["id"] for tag, a in seen.tags if tag in ("h1", "h2")] == ["page", "section"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_a_title_stays_text(attack: str) -> None:
    """Front matter is one line of YAML for each key, and what themes print of it holds no markup."""
    document = page("a.md", attack, Markup("<p>x</p>"), site=SITE, description=attack)
    _, front = get_data(document.content.decode())
    assert set(front) == {"title", "description", "hide"}
    for key in ("title", "description"):
        seen = Elements(f"<title>{front[key]}</title>")
        assert [tag for tag, _ in seen.tags] == ["title"]
        assert seen.text == words(attack)


@given(st.text(max_size=60))
@example("\u2028\u2029\x85")
@example("\x02\x03")
@settings(max_examples=150)
def test_any_text_in_a_heading_survives(text: str) -> None:
    """Text is shown as it was written, with extensions that give many marks a meaning."""
    content = heading(2, text, "section") + Markup("<p>end</p>")
    seen = Elements(hungry().convert(body(page("a.md", "T", content, site=SITE).content)))
    assert seen.active() == []
    assert words(text) in " ".join(seen.text.split())
    assert seen.text.count("end") >= 1


@pytest.mark.parametrize("attack", ATTACKS)
def test_microsoft_html_runs_nothing(attack: str) -> None:
    """Microsoft's texts lose everything active."""
    assert Elements(markdown.microsoft_html(f"<p>{attack}</p>")).active() == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_decisions_run_nothing(attack: str) -> None:
    """What people write becomes harmless HTML; what was raw HTML is shown."""
    made = markdown.decision_markdown(attack)
    seen = Elements(made)
    assert seen.active() == []
    if attack.startswith("<") and "href" not in attack and "https" not in attack:
        assert words(attack)[:8] in " ".join(seen.text.split())


@given(st.text(alphabet=st.sampled_from("<>/\"'=&;:()[]{}`*_#!-| \nabijsvrcptonhef\t\x00\x01"), max_size=80))
@settings(max_examples=300)
def test_any_soup_of_marks_runs_nothing(text: str) -> None:
    """Random marks through both functions: nothing active, and safe to put on a page."""
    for made in (markdown.microsoft_html(text, [TENANT]), markdown.decision_markdown(text)):
        assert Elements(made).active() == []
        document = page("a.md", "T", Markup("<div>") + made + Markup("</div>"), site=SITE)
        assert Elements(hungry().convert(body(document.content))).active() == []


def test_what_microsoft_means_stays() -> None:
    """Lists, emphasis, tables and links stay; headings become strong; placeholders stay readable."""
    made = markdown.microsoft_html(
        "<h2>Steps</h2><div>Go to <a href=' https://security.microsoft.com/x?viewid=1' target=_blank>portal</a></div>"
        "<ol><li><b>Set</b> <code>Set-X -Domain <DomainName></code></li></ol>\n\n\n<p> </p>"
    )
    assert made == (
        "<p><strong>Steps</strong></p>"
        '<p>Go to <a href="https://security.microsoft.com/x?viewid=1" rel="noopener noreferrer">portal</a></p>'
        "<ol><li><b>Set</b> <code>Set-X -Domain &lt;DomainName&gt;</code></li></ol>"
    )


def test_lines_that_look_like_markdown_stay_inside_a_block() -> None:
    """Fences, critic marks and macros in Microsoft's lines are not read, though they are read before HTML is."""
    made = markdown.microsoft_html("<p>one\n```\ntwo <b>x</b>\n```\n{++three++} {{ four }}\n--8<-- 'five'</p>")
    seen = Elements(hungry().convert(body(page("a.md", "T", made, site=SITE).content)))
    assert {tag for tag, _ in seen.tags} == {"h1", "a", "div", "p", "b"} - {"a"}
    assert "one ``` two x ``` {++three++} {{ four }} --8<-- 'five'" in " ".join(seen.text.split())


def test_plain_text_of_microsoft_keeps_its_lines() -> None:
    """A text without tags shows its line breaks."""
    assert markdown.microsoft_html("one & two\r\nthree") == "one &amp; two<br>\nthree"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (f"https://portal.example/a?tid={TENANT}", "https://portal.example/a"),
        (f"https://portal.example/a?tid={TENANT.upper()}&x=1", "https://portal.example/a?x=1"),
        (f"https://portal.example/a?x=1&TID={TENANT}#y", "https://portal.example/a?x=1#y"),
        (f"https://portal.example/#blade/x?tid={TENANT}", "https://portal.example/#blade/x"),
        ("https://portal.example/?tid=99999999-2222-3333-4444-555555555555", "https://portal.example/"),
        (f"https://portal.example/{TENANT}/blade", None),
        (f"https://portal.example/a?other={TENANT}", "https://portal.example/a"),
        ("https://portal.example/a b", None),
        ("  https://portal.example/a\n", "https://portal.example/a"),
        ("http://portal.example:8080/a?q=%20", "http://portal.example:8080/a?q=%20"),
        ("HTTPS://portal.example/a", "https://portal.example/a"),
        ("java\tscript:alert(1)", None),
        ("javascript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//evil.example/x", None),
        ("\\\\evil.example", None),
        ("https:evil.example", None),
        ("https://user:secret@evil.example/", None),
        ("https://[bad/", None),
        ("relative.html", None),
        ("", None),
    ],
)
def test_links(address: str, kept: str | None) -> None:
    """Only http and https, never with a tenant's id, never with a password."""
    assert markdown.safe_link(address, [TENANT]) == kept


def test_a_tenant_id_leaves_every_text() -> None:
    """In words as in links, in any case of letters; the link's words stay."""
    source = f"Tenant {TENANT.upper()}: <a href='https://portal.example/{TENANT}/x'>open</a>"
    assert markdown.microsoft_html(source, [TENANT]) == "Tenant [tenant id]: open"
    assert TENANT not in markdown.decision_markdown(
        f"See [x](https://e.example/?a={TENANT}), {TENANT}.", tenants=[TENANT]
    )
    assert markdown.tenants_in([source, f"https://e.example/?tid={TENANT.upper()}"]) == {TENANT}


def test_decisions_keep_their_markdown() -> None:
    """Emphasis, lists, tables and code; headings step down below the page's own; pictures become links."""
    made = markdown.decision_markdown(
        "# One\n\n- *a*\n- b\n\n|x|\n|-|\n|y|\n\n```\nc\n\nd\n```\n\n![p](https://e.example/p.png)"
    )
    assert "<h3>One</h3>" in made
    assert "<li><em>a</em></li>" in made
    assert "<td>y</td>" in made
    assert "<pre><code>c&#10;&#10;d&#10;</code></pre>" in made
    assert '<a href="https://e.example/p.png" rel="noopener noreferrer">p (picture)</a>' in made
    assert "<img" not in made


def test_links_between_decisions() -> None:
    """A link to another decision leads to its page; one to any other file keeps only its words."""
    site = Site({"Other": "other"}, date(2026, 11, 21))
    resolve = site.from_decision("recommendations/a.md")
    made = markdown.decision_markdown(
        "[o](Other.md) [up](../decisions/Other.md#x) [f](../README.md) [m](mailto:a@e.example)", resolve
    )
    assert made.count('href="other.html"') == 2
    assert "README" not in made
    assert 'href="mailto:a@e.example"' in made


def test_a_resolver_cannot_smuggle_a_scheme() -> None:
    """What a resolver returns is checked as well."""
    assert "javascript" not in markdown.decision_markdown("[x](y.md)", lambda _: "javascript:alert(1)")


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("until 25 September 2026, or 3 May", ["25\u00a0September\u00a02026", "3\u00a0May"]),
        ("by 5 Dec 2026.", ["5\u00a0Dec\u00a02026"]),
        ("pull request #12 and issue #3", ["pull\u00a0request\u00a0#12", "issue\u00a0#3"]),
        ("see SEC-163 (CVE-2024-21413)", ["SEC-163", "CVE-2024-21413"]),
        ("on 2026-09-25", ["2026-09-25"]),
        ("about 4 800 EUR a year, CHF 900 once", ["4\u202f800\u00a0EUR", "a\u00a0year", "CHF\u00a0900"]),
        ("for 3 EUROS, 12 Eur, by e-mail", ["e-mail"]),
        ("in 12 Markets, 4 Mayors, week 3 Septemberfest, zero-day, A-1, #SEC-163, docs/2026-09-25.md", []),
    ],
)
def test_what_people_type_as_one_is_kept_in_one_line(configured: Markdown, typed: str, whole: list[str]) -> None:
    """Dates, tickets and pull requests in texts; not in attributes, code and fields, which are copied as they are."""
    template = '<p title="{{ text }}">{{ text }}</p><p><code>{{ text }}</code><textarea>{{ text }}</textarea></p>'
    made = page("a.md", "T", Markup(environment().from_string(template).render(text=typed)), site=SITE)
    shown = configured.reset().convert(body(made.content))
    seen = Elements(shown)
    joined = typed
    for each in whole:
        joined = joined.replace(re.sub("[\u00a0\u202f]", " ", each), each)
        assert "\u00a0" in each or f'<span class="backlog-whole">{each}</span>' in shown
    assert seen.text.count(joined) == (3 if joined == typed else 1)
    assert seen.text.count(typed) == (3 if joined == typed else 2)
    assert ("p", {"title": typed}) in seen.tags
    assert shown.count("backlog-whole") == sum("\u00a0" not in each for each in whole)


def test_a_command_is_broken_between_its_words() -> None:
    """What is in quotes is one word, broken at its blanks where it is longer than a line; no letter is changed."""
    command = "git log --format=\"%h \\\"%s\" -- ':(top)' 'a b' it\\'s 'open"
    made = str(unbroken(command))
    inner = re.sub(r"<span>([^<\s]*)</span>", r"\1", made)
    words_of = [html.unescape(word) for word in re.findall(r"<span>([^<]*)</span>", inner)]
    assert words_of == ['--format="%h \\"%s"', "'a b'"]
    assert Elements(made).text == command


def test_a_template_that_leaves_an_element_open_is_a_bug() -> None:
    """Markdown must never see the inside of a block, so an open element is refused, and so is a nested heading."""
    with pytest.raises(ValueError, match="div"):
        page("a.md", "T", Markup("<div><p>x</p>"), site=SITE)
    with pytest.raises(ValueError, match="closes"):
        page("a.md", "T", Markup("<p>x</p></div>"), site=SITE)
    with pytest.raises(ValueError, match="before the next heading"):
        page("a.md", "T", Markup("<div>") + heading(2, "x", "x") + Markup("</div>"), site=SITE)


def test_blocks_pass_markdown_untouched(configured: Markdown) -> None:
    """Character references, blank lines in code and marks inside a block come out as they went in."""
    inner = "<p>&#42;a&#42; *b* _c_ &amp;copy; :x:</p>\n\n\n<pre>one\n\n  two</pre>"
    made = configured.reset().convert(body(page("a.md", "T", Markup(inner), site=SITE).content))
    assert "<p>&#42;a&#42; *b* _c_ &amp;copy; :x:</p>\n<pre>one&#10;&#10;  two</pre>" in made


@pytest.mark.parametrize(
    "text",
    [
        *("[" * 60_000, "![" * 30_000, "[a](" * 15_000, "#\n" * 30_000, "- " * 30_000, ">" * 5000, "x" * 300_000),
        "|" + "a|" * 2000 + "\n|" + "-|" * 2000 + "\n" + "|\n" * 4000,
        "".join("    " * depth + "- a\n" for depth in range(260)),
        "[`]` " * 4000,
    ],
    ids=lambda text: text[:8],
)
def test_a_text_that_would_take_long_is_shown_as_it_is_written(text: str) -> None:
    """Brackets, headings, wide tables and deep lists: neither converted nor lost, and cut where it is very long."""
    with within_seconds(20):
        shown = markdown.decision_markdown(text)
    assert shown.startswith("<pre>")
    assert shown.endswith("</pre>")
    assert text[:50].rstrip() in html.unescape(shown)
    assert "\n" not in shown
    assert len(html.unescape(shown)) <= 100_000 + len("<pre></pre>")


def test_a_tenant_id_in_such_a_text_is_removed() -> None:
    """It is a page like any other."""
    shown = markdown.decision_markdown(f"{TENANT} <b> " + "[" * 31, tenants=[TENANT])
    assert TENANT not in shown
    assert "<b>" not in shown


@pytest.mark.parametrize(
    "text",
    [
        *("<h1" * 20_000, "<h1 " * 20_000, "<div " * 20_000, "<p>" * 20_000, "<ul><li>" * 8000, "<pre>" * 13_000),
        "".join(f"<b a={number}>" for number in range(3000)) + "<p>x" * 8000,
        "<a href='" + " " * 60_000,
        "x" * 60_000,
    ],
    ids=lambda text: text[:8],
)
def test_a_text_of_microsofts_that_would_take_long_is_shown_as_text(text: str) -> None:
    """Tags without end or number: cut, escaped, and the catalogue's check names the recommendation."""
    with within_seconds(20):
        shown = markdown.microsoft_html(text)
    assert shown.startswith("<pre>")
    assert len(html.unescape(shown)) < 33_000
    catalogue = Catalogue({"A": Recommendation("A", "A", remediation=text), "B": Recommendation("B", "B")})
    (problem,) = check_texts(catalogue)
    assert problem.code == "catalogue-text"
    assert ": A." in problem.message


def test_headings_that_are_never_closed_take_no_time() -> None:
    """Within the limits too: each is looked at once."""
    with within_seconds(20):
        assert "<h1" not in markdown.microsoft_html("<h1 " * 1900 + "a" * 20_000)
