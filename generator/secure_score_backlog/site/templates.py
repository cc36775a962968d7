# SPDX-License-Identifier: Apache-2.0
"""From values to a page: Jinja with autoescape on, and the Markdown file around its HTML.

A page is a Markdown file of front matter, headings and blocks of raw HTML. Headings are Markdown, because site
builders make the table of contents and the sections of the search index from them. Everything between two headings is
one `<div>`, in which Markdown changes nothing: no extension sees its text, and character references stay as they are.
In a template, write HTML and call `heading` at the top level, never inside an element:

    {{ heading(2, "Decisions needed", "decisions-needed") }}
    <p>{{ status.title }} is escaped on its own.</p>

`theme/macros.html.j2` has what pages are built from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache
from html import unescape
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from secure_score_backlog import wording
from secure_score_backlog.dates import from_json
from secure_score_backlog.decisions.costs import CURRENCIES, SIGNS, total_of
from secure_score_backlog.decisions.model import YES_OR_NO
from secure_score_backlog.evaluation.facts import FAR_AHEAD
from secure_score_backlog.evaluation.register import state_on_pages
from secure_score_backlog.files import Document
from secure_score_backlog.licences import licence_name
from secure_score_backlog.site.links import Site, record_month
from secure_score_backlog.site.words import people
from secure_score_backlog.snapshots.service_names import service_name
from secure_score_backlog.text import escape_html, plain_text, visible

PACKAGE = "secure_score_backlog"
TEMPLATES = ("site/pages", "site/theme", "site/charts")

_HEADING = re.compile(
    r'<backlog-heading level="([1-6])" id="([a-z0-9-]+)"( data-search-exclude)?>(.*?)</backlog-heading>', re.DOTALL
)
_PREFORMATTED = re.compile(r"(<(?:pre|textarea)\b[^>]*>)(.*?)(</(?:pre|textarea)>)", re.DOTALL)
_CELL_END = re.compile(r"</(?:t[dh]|d[td]|p|summary|caption)>(?=<)")
"""Where the search would join the last word with the first one of the next cell."""
_PAIRED_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)[^<>]*(?<!/)>")
"""A tag that does not end itself."""
_MONTHS = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in wording.MONTHS)
_SHELL_WORD = re.compile(r"""((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"]|['"])+)""", re.DOTALL)
"""A word as a shell reads it: with the blanks between its quotes."""
_PART = re.compile(r"(\S+)")
_NOT_A_TEXT = re.compile(r"(<(pre|textarea|code|svg|select)\b[^>]*>.*?</\2>)", re.DOTALL)
"""What is copied or drawn as it is."""
_PERIOD = r"(?: (?:a|per) (?:year|month|quarter|week)\b)?"
_CURRENCY = rf"(?:{'|'.join(sorted(CURRENCIES))}|[{''.join(SIGNS)}])"
_DIGITS = r"\d{1,12}(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d{1,3})*"
_ONE_WORD = re.compile(
    rf"(?<![\w#&/.-])(?:(?P<amount>(?:{_CURRENCY} {_DIGITS}\b|{_DIGITS} {_CURRENCY}(?!\w)){_PERIOD})"
    rf"|(?P<blanks>\d{{1,2}} (?:{_MONTHS})\b(?: \d{{4}}\b)?|(?:pull request|issue) \#\d{{1,10}}\b)"
    r"|(?P<dashes>[A-Z][A-Z0-9]{1,9}(?:-\d{1,9}){1,3}\b|\d{4}-\d\d-\d\d\b|[Ee]-mails?\b)(?![-/]))(?![^<>]*>)"
)
"""Dates, amounts, tickets and pull requests that people typed, outside of tags: a line never ends within one."""
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0](?=\d{3}(?!\d))")
_BEFORE_PERIOD = re.compile(r"\u00a0(?=(?:a|per)\u00a0)")
_LINE_MARKS = {mark: f"&#{ord(mark)};" for mark in "`~{}"}
"""Marks that extensions read in whole lines before HTML is parsed: fenced code, critic marks, macros."""
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


def heading(level: int, text: str, anchor: str, *, search: bool = True) -> Markup:
    """A heading for the table of contents and the search index.

    Args:
        level: 1 to 6.
        text: The heading.
        anchor: Lower case, digits and dashes.
        search: False keeps the section out of the search index: for long tables that are found elsewhere.
    """
    if not re.fullmatch(r"[a-z0-9-]+", anchor):
        raise ValueError(f"an anchor is made of a-z, 0-9 and dashes, not {anchor!r}")
    exclude = Markup("") if search else Markup(" data-search-exclude")
    form = Markup('<backlog-heading level="{}" id="{}"{}>{}</backlog-heading>')
    return form.format(level, anchor, exclude, visible(text))


def contents() -> Markup:
    """The place where `page` lists the headings of the second level, for a page without a column of contents."""
    return Markup("<backlog-contents></backlog-contents>")


@cache
def environment() -> Environment:
    """The Jinja environment; unknown names are errors, so that nothing is silently left out."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(PACKAGE, folder) for folder in TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # templates belong to the program
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.globals.update(
        heading=heading,
        contents=contents,
        badge_of=wording.badge_of,
        licence_words=wording.licence_words,
        licence_name=licence_name,
        count=wording.count,
        times=wording.times,
        blockers=wording.BLOCKERS,
        far_ahead=FAR_AHEAD,
        without_decision=wording.WITHOUT_DECISION,
        approval_labels=wording.APPROVAL_LABELS,
        approval_meanings=wording.APPROVAL_MEANINGS,
        state_on_pages=state_on_pages,
        choices=wording.CHOICES,
        yes_or_no=YES_OR_NO,
        people=people,
        total_of=total_of,
        record_month=record_month,
        coded=coded,
    )
    made.filters.update(
        day=wording.day,
        month=wording.month,
        points=wording.points,
        point_count=wording.point_count,
        percent=wording.percent,
        share=wording.share,
        signed=wording.signed,
        aligned=wording.aligned,
        decimals=wording.decimals,
        signed_points=wording.signed_points,
        number=wording.number,
        lower_first=wording.lower_first,
        sentence=wording.sentence,
        as_day=from_json,
        unbroken=unbroken,
        service_name=service_name,
    )
    return made


def unbroken(command: str) -> Markup:
    """A command whose words are each an element, so that a line ends between two of them and not at a dash.

    What is in quotes is one word; where it is longer than a line, it is broken at its own blanks.
    """
    return _elements(_SHELL_WORD.split(command), lambda word: _parts_of_word(word) if " " in word else escape(word))


def _parts_of_word(word: str) -> Markup:
    """A quoted word whose parts are each an element."""
    return _elements(_PART.split(word), escape)


def _elements(pieces: list[str], shown: Callable[[str], Markup]) -> Markup:
    """What is between, and after it what is an element, by turns."""
    forms = (
        Markup("<span>{}</span>").format(shown(piece)) if at % 2 else escape(piece) for at, piece in enumerate(pieces)
    )
    return Markup("").join(forms)


def kept_whole(content: str) -> str:
    """HTML in which no typed date, amount, ticket or pull request is broken over two lines.

    An amount has the spaces of `wording.number`; a line may end before its period, such as `a year`. Blanks become
    such as do not end a line, as in the dates that the program writes. A dash stays what it is, because a reader
    searches for it and copies it, so an element holds the word together.
    """
    pieces = _NOT_A_TEXT.split(content)
    pieces[::3] = (_ONE_WORD.sub(_whole, piece) for piece in pieces[::3])
    del pieces[2::3]
    return "".join(pieces)


def _whole(match: re.Match[str]) -> str:
    if match["amount"]:
        return _BEFORE_PERIOD.sub(" ", _THOUSANDS.sub("\u202f", match[0]).replace(" ", "\u00a0"))
    if match["blanks"]:
        return match[0].replace(" ", "\u00a0")
    return f'<span class="backlog-whole">{match[0]}</span>'


def coded(text: str) -> Markup:
    """A text in which backticks mark code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    forms = (Markup("<code>{}</code>") if index % 2 else Markup("{}") for index in range(len(parts)))
    return Markup("").join(form.format(part) for form, part in zip(forms, parts, strict=True))


def render(template: str, **values: Any) -> Markup:
    """One template with its values, as HTML."""
    return Markup(environment().get_template(template).render(**values))  # noqa: S704 - autoescape is on


def page(  # noqa: PLR0913 - a page has that many parts, and each is named in the call
    path: str,
    title: str,
    body: Markup,
    *,
    site: Site,
    description: str = "",
    shown_title: str = "",
    hide: Collection[str] = ("navigation",),
    search: bool = True,
    boost: int = 1,
    up: tuple[str, str] | None = None,
) -> Document:
    """A computed page: the Markdown file with its front matter, headings and blocks of HTML.

    Below the title, every page has a place for the banner about an old page, which a browser shows or not by its clock.
    The last line of every page names the as-of date. Where the newest snapshot is old on that date, a banner below the
    title says so: it depends on the data alone, never on a clock.

    Args:
        path: The document.
        title: For the browser's tab, the navigation and search results.
        body: What a template made.
        site: What all pages share.
        description: For search engines and previews.
        shown_title: The first heading; default: the title.
        hide: Parts of the theme that this page does without (`navigation`, `toc`).
        search: False keeps the whole page out of the search index.
        boost: How much sooner the search lists it than other pages that have the word.
        up: Title and document of the page above, for pages that the navigation does not list. The page links to it
            above its title, and assets/backlog.js marks its tab.

    Raises:
        ValueError: The template leaves an element open.
    """
    front = [f"title: {_quoted(title)}"]
    if description:
        front.append(f"description: {_quoted(description)}")
    if hide:
        front += ["hide:", *(f"  - {part}" for part in hide)]
    if not search:
        front += ["search:", "  exclude: true"]
    elif boost > 1:
        front += ["search:", f"  boost: {boost}"]
    parts = ["\n".join(["---", *front, "---"]), f"# {plain_text(shown_title or title)} {{ #page }}"]
    if up:
        parts.append(str(render("up.html.j2", title=up[0], address=site.link(path, up[1]))))
    parts.append(str(render("banner.html.j2", site=site)))
    if site.is_old:
        parts.append(str(render("old.html.j2", site=site)))
    content = listed(body)
    last = 0
    for match in _HEADING.finditer(content):
        parts.extend(_block(content[last : match.start()], path))
        exclude = " data-search-exclude" if match[3] else ""
        text = plain_text(unescape(match[4]))
        parts.append(f"{'#' * int(match[1])} {text} {{ #{match[2]}{exclude} }}")
        last = match.end()
    parts.extend(_block(content[last:], path))
    parts.extend(_block(render("colophon.html.j2", site=site), path))  # its own, so that it can lie below two columns
    return Document.of_text(path, "\n\n".join(parts))


def listed(body: Markup) -> Markup:
    """The body with links to its parts where the template wants them."""
    parts = [(match[2], unescape(match[4])) for match in _HEADING.finditer(body) if match[1] == "2"]
    links = Markup(" ").join(Markup('<a href="#{}">{}</a>').format(anchor, text) for anchor, text in parts)
    nav = Markup('<nav class="backlog-contents backlog-no-print" aria-label="Parts of this page">{}</nav>')
    return body.replace(contents(), nav.format(links))


def _block(content: str, path: str) -> list[str]:
    """One block of raw HTML that Markdown leaves alone; empty for white space."""
    if not content.strip():
        return []
    _must_balance(content, path)
    content = _PREFORMATTED.sub(lambda match: match[1] + match[2].replace("\n", "&#10;") + match[3], content)
    shown = visible(kept_whole(_CELL_END.sub(r"\g<0> ", content)))
    for mark, reference in _LINE_MARKS.items():
        shown = shown.replace(mark, reference)
    lines = (line.strip() for line in shown.splitlines())
    return ['<div class="backlog">\n' + "\n".join(line for line in lines if line) + "\n</div>"]


def _must_balance(content: str, path: str) -> None:
    """ValueError for a block that leaves an element open: Markdown would parse the rest of the page."""
    open_tags: list[str] = []
    for match in _PAIRED_TAG.finditer(content):
        closing, tag = match[1], match[2].lower()
        if tag in _VOID:
            continue
        if not closing:
            open_tags.append(tag)
        elif not open_tags or open_tags.pop() != tag:
            raise ValueError(f"{path}: </{tag}> closes what is not open: {content[max(0, match.start() - 80) :][:120]}")
    if open_tags:
        raise ValueError(f"{path}: <{open_tags[-1]}> is not closed before the next heading or the end")


def _quoted(text: str) -> str:
    """A YAML scalar in single quotes, HTML-escaped: themes print titles as they are."""
    return "'" + escape_html(text).replace("'", "''") + "'"
