# SPDX-License-Identifier: Apache-2.0
"""`mkdocs.yml` as data: the keys that it may have, each declared once, and the configuration that the builder gets.

A site builder's configuration is a program: it names modules to import, folders of templates and hooks. The one in a
folder may come from the branch of a stranger, so the builder never gets it. It is read like any other data; what is not
declared here is a problem; and the builder gets a configuration written anew from the declared keys
(docs/adr/0018-a-branch-brings-data.md).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathspec.gitignore import GitIgnoreSpec

from secure_score_backlog.files import read_file
from secure_score_backlog.problems import Problem, is_unreadable, problem
from secure_score_backlog.schema import (
    At,
    Flag,
    Format,
    Group,
    OneOrMore,
    Reading,
    Text,
    Type,
    Whole,
    as_written,
    key,
    keys_of,
)
from secure_score_backlog.strict_yaml import LARGEST_FILE, YamlData, decode, read_yaml
from secure_score_backlog.text import visible
from secure_score_backlog.workspace import LAYOUT

TITLE = "Secure Score Backlog"
"""The packaged title, which the organisation's name is put before."""
SCRIPTS = ("assets/age.js", "assets/backlog.js", "assets/board.js", "assets/iframe-worker.js")
"""The scripts that this program stages. No other file can be one: a browser runs a text file or a picture, too."""
WORKER = "assets/iframe-worker.js"
"""The script without which the plugin `offline` loads one from a third party."""
AGE = "assets/age.js"
"""The script that shows the banner about an old page, before the page is painted."""
SANITISING = "secure_score_backlog.site.hand_written"
"""Our own Markdown extension: takes scripts out of hand-written pages."""
READY = "secure_score_backlog.site.ready_html"
"""Another one: spares parsing the HTML of computed pages."""


class Only(Type):
    """One value and no other: what this program rests on."""

    def __init__(self, value: bool | str) -> None:
        self.value = value
        self.expects = as_written(value)
        self.label = f"`{self.expects}`"
        self.schema = {"const": value}

    def read(self, value: object, at: At) -> bool | str | None:
        """The value."""
        if value == self.value and isinstance(value, type(self.value)):
            return self.value
        at.wrong_value(self, value)
        return None


class Items(Type):
    """A list that is taken whole or not at all."""

    def read(self, value: object, at: At) -> list[Any] | None:
        """The items as the builder takes them."""
        if not isinstance(value, list):
            at.wrong_type(self, value)
            return None
        items = [self._item(item, at.inside(index)) for index, item in enumerate(value)]
        return None if None in items else items

    def _item(self, item: object, at: At) -> Any:
        """One item; None where it has a problem, which is reported."""
        raise NotImplementedError


class Navigation(Items):
    """The sections: a list of pages, of titles with a page, and of titles with a list of their own.

    Titles are escaped, as the theme prints them as they are.
    """

    expects = "a list of `Title: page.md`, each title with one page, one https address or a list of the same"
    label = "list of titles, each with a page or a list"
    schema: Mapping[str, Any] = {"type": "array"}

    def _item(self, item: object, at: At) -> Any:
        if isinstance(item, str):
            return self._target(item, at)
        if not isinstance(item, dict) or len(item) != 1:
            at.wrong_type(self, item)
            return None
        ((title, inside),) = item.items()
        read = self.read if isinstance(inside, list) else self._target
        found = read(inside, at.inside(title))
        return None if found is None else {html.escape(visible(title)): found}

    def _target(self, target: object, at: At) -> str | None:
        if not isinstance(target, str):
            at.wrong_type(self, target)
        elif not re.fullmatch(LOCAL, target) and not re.fullmatch(r"https?://[^\s\"'<>\\]+", target):
            at.wrong_value(self, target)
        else:
            return target
        return None


class Named(Items):
    """A list of names from a list, each alone or with options of its own (`name: {option: value}`)."""

    label = "list of names"

    def __init__(self, known: Mapping[str, tuple[Any, ...]], what: str) -> None:
        """`known`: the keys of each name's options."""
        self.known, self.what = known, what
        self.expects = f"a list of {what}: {', '.join(known)}"
        self.schema = {"type": "array", "items": {"anyOf": [{"enum": list(known)}, {"type": "object"}]}}

    def _item(self, item: object, at: At) -> Any:
        name, options = next(iter(item.items())) if isinstance(item, dict) and len(item) == 1 else (item, None)
        if not isinstance(name, str) or name not in self.known:
            at.wrong_value(self, name)
            return None
        if options is None:
            return name
        below = at.inside(name)
        if not isinstance(options, dict):
            below.wrong_type(Group(_NoOptions), options)
            return None
        before = len(at.reading.faults)
        read = at.reading.group(self.known[name], options, below.place)
        if len(at.reading.faults) > before:
            return None
        return {name: {option: value for option, value in read.items() if value is not None}}


LOCAL = r"(?!/)(?!.*(?://|[:\\]|(?:^|/)\.\.?(?:/|$)))[^\s\"'<>&?#\x00-\x1f]+"
"""A path below the folder of pages: no scheme, no host, no way out."""
WORD = r"[A-Za-z0-9][A-Za-z0-9 ._/-]*"
_ADDRESS = Text(
    "an https address without a query, such as `https://example.com/scores/`",
    pattern=r"https?://[\w.-]+(?::\d{1,5})?(?:/[\w.~%-]+)*/?",
)
"""Without two slashes in its path: the page for unknown addresses has scripts below that path, and two slashes
begin a host."""
_STYLE_SHEET = Text("the path of a style sheet of the site, such as `assets/own.css`", pattern=LOCAL + r"(?<=\.css)")
"""Only files of this ending are searched for addresses."""
_SCRIPT = Text(f"one of {', '.join(SCRIPTS)}", pattern="|".join(map(re.escape, SCRIPTS)))
FEATURES = tuple(
    """announce.dismiss content.code.annotate content.code.copy content.code.select content.footnote.tooltips
    content.tabs.link header.autohide navigation.expand navigation.footer navigation.indexes navigation.path
    navigation.prune navigation.sections navigation.tabs navigation.tabs.sticky navigation.top navigation.tracking
    search.highlight search.share search.suggest toc.follow toc.integrate""".split()
)
"""Features of the theme. `content.tooltips` is none of them, because it takes the text of a `title` for HTML; nor are
those of `navigation.instant`, which load a page without starting the scripts of this program."""
_FEATURE = Text(f"one of {', '.join(FEATURES)}", pattern="|".join(map(re.escape, FEATURES)))
_LOCAL = Text("the path of a file of the site, such as `assets/own.css`", pattern=LOCAL)


class Patterns(Text):
    """Patterns as in a `.gitignore`, one a line."""

    def read(self, value: object, at: At) -> str | None:
        """The patterns as they are written."""
        read = super().read(value, at)
        try:
            GitIgnoreSpec.from_lines((read or "").splitlines())
        except ValueError:
            at.wrong_value(self, value)
            return None
        return read


_LINE = r"[^*\n]*(?:\*{1,2}[^*\n]*){0,2}"
_PATTERNS = Patterns(
    "at most 50 patterns, one a line, each with `*` or `**` at most twice", pattern=rf"{_LINE}(?:\n{_LINE}){{0,50}}"
)
"""The time to compare a name with a pattern is its length to the power of the stars."""
_WORD = Text("a name", pattern=WORD)
_PROSE = Text()


@dataclass(frozen=True, slots=True)
class _NoOptions:
    """A name that takes no options."""


@dataclass(frozen=True, slots=True)
class _Toggle:
    icon: str = key(_WORD, "Icon of the theme.", default=None)
    name: str = key(_PROSE, "Text of the button.", default=None)


@dataclass(frozen=True, slots=True)
class _Palette:
    media: str = key(Text("a media query", pattern=r"[a-z0-9() :,-]+"), "When these colours are used.", default=None)
    scheme: str = key(_WORD, "Light or dark: `default` or `slate`.", default=None)
    primary: str = key(_WORD, "Main colour.", default=None)
    accent: str = key(_WORD, "Colour of what is pointed at.", default=None)
    toggle: _Toggle = key(Group(_Toggle), "The button that changes to the next colours.", default=None)


@dataclass(frozen=True, slots=True)
class _Theme:
    name: str = key(Only("material"), "The theme that pages are written for.", default="material")
    language: str = key(Text("a code such as `en`", pattern=r"[a-z]{2}(-[A-Za-z]{2,4})?"), "Language.", default=None)
    direction: str = key(Text("`ltr` or `rtl`", pattern="ltr|rtl"), "Direction of writing.", default=None)
    font: bool = key(Only(value=False), "Web fonts stay off: they are loaded from a third party.", default=False)
    logo: str = key(_LOCAL, "Picture beside the title.", default=None)
    favicon: str = key(_LOCAL, "Icon of the browser's tab.", default=None)
    features: tuple[str, ...] = key(OneOrMore(_FEATURE, "list of names"), "Features of the theme.", default=None)
    palette: Any = key(OneOrMore(Group(_Palette), "list of groups"), "Colours.", default=None)


@dataclass(frozen=True, slots=True)
class _Extra:
    generator: bool = key(Flag(), "Name the theme at the end of each page.", default=None)
    polyfills: tuple[str, ...] = key(
        OneOrMore(_SCRIPT, "list of paths"),
        "Scripts that come first; only those that this program brings.",
        default=None,
    )


_LEVEL = Text("`warn`, `info` or `ignore`", pattern="warn|info|ignore|relative_to_docs")


@dataclass(frozen=True, slots=True)
class _OfNavigation:
    omitted_files: str = key(_LEVEL, "Pages that the navigation leaves out.", default=None)
    not_found: str = key(_LEVEL, "Pages that do not exist.", default=None)
    absolute_links: str = key(_LEVEL, "Addresses that begin with a slash.", default=None)


@dataclass(frozen=True, slots=True)
class _OfLinks:
    not_found: str = key(_LEVEL, "Pages that do not exist.", default=None)
    anchors: str = key(_LEVEL, "Headings that do not exist.", default=None)
    absolute_links: str = key(_LEVEL, "Addresses that begin with a slash.", default=None)
    unrecognized_links: str = key(_LEVEL, "What looks like a link and leads nowhere.", default=None)


@dataclass(frozen=True, slots=True)
class _Validation:
    nav: _OfNavigation = key(Group(_OfNavigation), "In the navigation.", default=None)
    links: _OfLinks = key(Group(_OfLinks), "In pages.", default=None)


@dataclass(frozen=True, slots=True)
class _Toc:
    permalink: bool = key(Flag(), "A link beside each heading.", default=None)
    permalink_title: str = key(Text("a text without markup", pattern=r"[^<>\"&]*"), "Its text.", default=None)
    toc_depth: int = key(Whole(1, 6), "Levels of headings that are listed.", default=None)


@dataclass(frozen=True, slots=True)
class _Tabbed:
    alternate_style: bool = key(Flag(), "Tabs as the theme draws them.", default=None)


@dataclass(frozen=True, slots=True)
class _Tasklist:
    custom_checkbox: bool = key(Flag(), "Boxes as the theme draws them.", default=None)


@dataclass(frozen=True, slots=True)
class _Search:
    lang: tuple[str, ...] = key(
        OneOrMore(Text("a code such as `en`", pattern=r"[a-z]{2}"), "codes"), "Languages of the search.", default=None
    )


EXTENSIONS: Mapping[str, tuple[Any, ...]] = {
    **dict.fromkeys(
        (
            "abbr", "admonition", "attr_list", "def_list", "fenced_code", "footnotes", "md_in_html", "sane_lists",
            "smarty", "tables", "pymdownx.betterem", "pymdownx.caret", "pymdownx.details", "pymdownx.highlight",
            "pymdownx.inlinehilite", "pymdownx.keys", "pymdownx.mark", "pymdownx.smartsymbols", "pymdownx.superfences",
            "pymdownx.tilde",
        ),
        (),
    ),
    "toc": keys_of(_Toc),
    "pymdownx.tabbed": keys_of(_Tabbed),
    "pymdownx.tasklist": keys_of(_Tasklist),
}  # fmt: skip
"""Markdown extensions with the keys of their options; none of them reads a file or runs a program."""
PLUGINS: Mapping[str, tuple[Any, ...]] = {"search": keys_of(_Search), "offline": (), "tags": ()}
"""Plugins with the keys of their options; none of them asks the network or runs a program."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The keys of `mkdocs.yml`."""

    site_name: str = key(
        _PROSE, f"Title. While it is `{TITLE}`, the organisation's name comes before it.", default=TITLE
    )
    site_description: str = key(_PROSE, "One sentence for search engines.", default=None)
    site_author: str = key(_PROSE, "Organisation, for search engines.", default=None)
    site_url: str = key(_ADDRESS, "Address that the site will have.", default=None)
    copyright: str = key(_PROSE, "Line at the end of each page; plain text.", default=None)
    docs_dir: str = key(Only("build/pages"), "Where `backlog render` writes pages.", default="build/pages")
    site_dir: str = key(Only("build/site"), "Where the site goes.", default="build/site")
    use_directory_urls: bool = key(
        Only(value=False), "Pages are files, so that they open from a folder.", default=False
    )
    strict: bool = key(Flag(), "Always true for `backlog build`.", default=None)
    theme: _Theme = key(Group(_Theme), "Look.", default=None)
    plugins: Any = key(Named(PLUGINS, "plugins"), "Parts of the builder.", default=None)
    markdown_extensions: Any = key(Named(EXTENSIONS, "extensions"), "Extensions of Markdown.", default=None)
    extra: _Extra = key(Group(_Extra), "Settings of the theme.", default=None)
    extra_css: tuple[str, ...] = key(
        OneOrMore(_STYLE_SHEET, "list of paths"), "Style sheets of the site.", default=None
    )
    extra_javascript: tuple[str, ...] = key(
        OneOrMore(_SCRIPT, "list of paths"), "Scripts of the site; only those that this program brings.", default=None
    )
    nav: Any = key(Navigation(), "Sections.", default=None)
    not_in_nav: str = key(_PATTERNS, "Pages that are not listed on purpose, one pattern a line.", default=None)
    exclude_docs: str = key(_PATTERNS, "Files of `docs/` that are not published, one pattern a line.", default=None)
    validation: _Validation = key(Group(_Validation), "How hard broken links weigh.", default=None)


KEYS = keys_of(Configuration)
FORMAT = Format(
    "mkdocs.yml",
    unknown_key="site-unknown-key",
    unknown_words="not read in",
    wrong_type="site-wrong-value",
    wrong_value="site-wrong-value",
    unknown_hint="Delete it, or, if you trust everybody who can change this file, build with "
    "--trust-site-configuration. Keys that are read",
)
NEVER_PUBLISHED = (".*", "/templates/")
"""Patterns of files in `docs/` that the builder leaves out, whatever its configuration says."""
ESCAPED = ("site_name", "site_description", "site_author", "copyright")
"""Texts that the theme prints as they are."""


def read_configuration(root: Path) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    """What a folder's `mkdocs.yml` says, by key, and what is wrong with it; None where there is none."""
    try:
        content = read_file(root, LAYOUT, LARGEST_FILE)
    except FileNotFoundError:
        return None, ()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = "For the maintainer: put an ordinary file in its place, or delete it: then the packaged one is used."
        return {}, (problem("file-unreadable", LAYOUT, None, f"The file cannot be read: {reason}.", hint),)
    return parse_configuration(content)


def parse_configuration(content: bytes) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The same, of the bytes of a file; never raises for content."""
    text = decode(content, LAYOUT)
    if isinstance(text, Problem):
        return {}, (text,)
    source = read_yaml(text, LAYOUT)
    if is_unreadable(source.problems):
        return {}, source.problems
    reading = Reading(FORMAT)
    values = reading.group(KEYS, source.data)
    return values, (*source.problems, *sorted(_faults(reading, source), key=lambda found: found.order))


def left_out(root: Path) -> Callable[[str], bool]:
    """Which files of `docs/`, by path relative to it, are not published: what `exclude_docs` in `mkdocs.yml` names."""
    values, _ = read_configuration(root)
    patterns = (values or {}).get("exclude_docs") or ""
    return GitIgnoreSpec.from_lines([*NEVER_PUBLISHED, *patterns.splitlines()]).match_file


def _faults(reading: Reading, source: YamlData) -> Iterator[Problem]:
    for code, place, message, hint in reading.faults:
        yield problem(code, source.path, source.line(*place), message, hint)


def effective(values: Mapping[str, Any], *, organisation: str = "", hooks: Sequence[str] = ()) -> bytes:
    """The configuration that the builder gets: JSON, which is YAML too, for a folder with `pages/` beside it.

    Args:
        values: What `parse_configuration` read.
        organisation: For the title; empty: the configuration's own title.
        hooks: Paths of our own modules that the builder runs.
    """
    said = _said(values)
    title = said.get("site_name", TITLE)
    if organisation and title == TITLE:
        title = f"{' '.join(organisation.split())} · {TITLE}"
    said["site_name"] = title
    for name in ESCAPED:
        if name in said:
            said[name] = html.escape(visible(said[name]), quote=True)
    theme = said.setdefault("theme", {})
    theme.update({"name": "material", "font": False})
    for colours in theme.get("palette", ()):
        if "name" in colours.get("toggle", {}):
            colours["toggle"]["name"] = html.escape(visible(colours["toggle"]["name"]), quote=True)
    scripts = said.setdefault("extra", {}).setdefault("polyfills", [])
    scripts.extend([AGE] if AGE not in scripts else [])
    if "offline" in map(_name, said.get("plugins", ())):
        scripts.extend([WORKER] if WORKER not in scripts else [])
    said.update({"docs_dir": "pages", "site_dir": "site", "use_directory_urls": False})
    said["markdown_extensions"] = [*said.get("markdown_extensions", ()), SANITISING, READY]
    if hooks:
        said["hooks"] = list(hooks)
    said.pop("strict", None)
    said.pop("exclude_docs", None)  # what it names is not staged; computed pages are there whatever it says
    text = json.dumps(said, ensure_ascii=False, indent=1)
    text = re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", lambda found: f"\\u{ord(found[0]):04x}", text)
    head = (
        "# Written by backlog from mkdocs.yml, or from the packaged configuration. Do not change it: it is made anew.\n"
    )
    return f"{head}{text}\n".encode()


def _name(item: Any) -> Any:
    """The name of a plugin, alone or with options."""
    return next(iter(item)) if isinstance(item, Mapping) else item


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was written, without what was left open."""
    return {name: _inner(value) for name, value in values.items() if value is not None}


def _inner(value: Any) -> Any:
    if isinstance(value, list):
        return [_inner(item) for item in value]
    return _said(value) if isinstance(value, Mapping) else value


def refusal(problems: tuple[Problem, ...], shown_at_most: int = 5) -> str:
    """The problems of a configuration in a message."""
    lines = [f"\n  - line {found.line or 1}: {visible(found.message)} {visible(found.hint)}" for found in problems]
    more = f"\n  - and {len(lines) - shown_at_most} more" if len(lines) > shown_at_most else ""
    return "".join(lines[:shown_at_most]) + more
