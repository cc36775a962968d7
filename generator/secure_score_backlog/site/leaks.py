# SPDX-License-Identifier: Apache-2.0
"""Scans the built site for ids of the tenant, addresses, names of people and secrets.

Profiles decide which fields are shown; the scan finds what is inside a shown text. It reads every file as a visitor
could: character references and percent signs resolved, workbooks unpacked, folded lines joined. Its messages never
repeat what was found, because build logs have other readers.
"""

from __future__ import annotations

import gzip
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.git import Version

SHOWN_PLACES = 3
SHOWN_FINDINGS = 10


@dataclass(frozen=True, slots=True)
class Guard:
    """What must not be found."""

    outside: bool
    """True for a site whose readers do not belong to the organisation."""
    tenants: frozenset[str] = frozenset()
    """Tenant ids, in lower case."""
    people: frozenset[str] = frozenset()
    """Names and logins from Git and the settings, folded; searched only where readers are outside."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in one place."""

    path: str
    line: int
    what: str
    """The kind of leak."""
    shown: str
    """Its first characters."""
    hint: str
    serious: bool
    """True: the site must not be published."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of leak."""

    what: str
    pattern: re.Pattern[str]
    hint: str
    kept: int = 4
    """How many characters of it may be shown."""
    marks: tuple[str, ...] = ()
    """Texts of which it contains one, so that most files are skipped quickly; empty: always searched."""

    def within(self, text: str) -> Iterator[re.Match[str]]:
        """Every occurrence in a text."""
        if not self.marks or any(mark in text for mark in self.marks):
            yield from self.pattern.finditer(text)


_SECRET_HINT = "Remove it from its file and revoke it: Git keeps what was committed."  # noqa: S105
_GUID = r"(?<![0-9a-zA-Z-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-zA-Z-])"
SECRETS = tuple(
    Kind(what, re.compile(pattern), _SECRET_HINT, marks=tuple(marks.split()))
    for what, marks, pattern in (
        ("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", r"\b(?:gh[pousr]_\w{30,}|github_pat_\w{22,})"),
        ("a signed token (JWT)", ".eyJ", r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*"),
        ("an AWS access key", "AKIA ASIA", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        ("a private key", "-----BEGIN", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
        ("a client secret of Entra", "Q~", r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}"),
        ("a storage key of Azure", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{40,}={0,2}"),
        ("a signed link of Azure", "sig=", r"[?&]sig=[A-Za-z0-9%+/]{40,}"),
        ("a Slack token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
        ("a Google API key", "AIza", r"\bAIza[\w-]{35}"),
    )
)
ANY_GUID = Kind("an id (GUID)", re.compile(_GUID), "Remove it from the text.", 8)
TENANT_DOMAIN = Kind(
    "the name of a tenant",
    re.compile(
        r"(?i)(?<![a-z0-9-])(?!(?:contoso|fabrikam|example|tenant|yourtenant)\.)[a-z0-9-]{2,60}\.onmicrosoft\.\w+"
    ),
    "Remove it from the text: it identifies the tenant.",
    1,
)
_AFTER_AT = re.compile(r"@((?:[A-Za-z0-9\u00a1-\uffff][A-Za-z0-9\u00a1-\uffff-]*\.)+[A-Za-z]{2,24})(?![A-Za-z0-9-])")
_BEFORE_AT = re.compile(r"[\w.!#$%*+/=?^{|}~'-]{1,64}$")
_MAIL_HINT = "Write a role instead of an address. Git keeps what was committed."

EXAMPLE_DOMAINS = frozenset(
    "example.com example.net example.org contoso.com fabrikam.com users.noreply.github.com".split()
)
"""Domains for examples in documentation; GitHub's for addresses that are not shown."""
FILE_SUFFIXES = frozenset("png jpg jpeg gif svg webp ico js mjs css map json html htm md".split())
"""Not top-level domains: `logo@2x.png` is no address."""

_JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_PERCENT = re.compile(r"%([2-7][0-9a-fA-F])")
_LINE_REFERENCE = re.compile(r"&#(?:0*1[03]|x0*[aAdD]);")
_UNSEEN = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")


def people(facts: Facts) -> frozenset[str]:
    """Names of committers and logins of approvers, folded; without roles, the organisation, bots and GitHub itself."""
    versions: list[Version] = [v.version for known in facts.decisions.versions.values() for v in known]
    versions += [v for review in facts.reviews if review.minutes for v in review.minutes.versions]
    versions += [facts.head] if facts.head else []
    settings = facts.settings
    roles = {name.casefold() for name in (*settings.roles, *settings.owners)}
    names = {version.author for version in versions} | {login for logins in settings.roles.values() for login in logins}
    ours = settings.organisation.casefold()
    return frozenset(
        name.casefold()
        for name in names
        if len(name) > 3
        and name.casefold() not in roles | {"github"}
        and name.casefold() not in ours
        and not name.endswith("[bot]")
    )


def scan(files: Iterable[tuple[str, bytes]], guard: Guard) -> list[Finding]:
    """All findings in a built site, errors and pages first.

    Args:
        files: Path and bytes of each file.
        guard: What must not be found.
    """
    found: list[Finding] = []
    for path, content in files:
        found += findings_in(path, path.rpartition(".")[0], guard)
        for text in texts(path, content):
            found += findings_in(path, text, guard)
    return sorted(set(found), key=lambda f: (not f.serious, not f.path.endswith(".html"), f.path, f.line, f.what))


def texts(path: str, content: bytes) -> Iterator[str]:
    """The text of a file, or of the files packed in it."""
    if path.endswith(".gz"):
        try:
            yield readable(path[:-3], gzip.decompress(content))
        except (OSError, EOFError, zlib.error):
            yield readable(path, content)
    elif content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield from (readable(name, archive.read(name)) for name in archive.namelist())
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error):
            yield readable(path, content)
    else:
        yield readable(path, content)


def readable(path: str, content: bytes) -> str:
    """A file's text as a visitor reads it; of a binary file, its characters as Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        text = content.decode("utf-8", "replace") if b"\0" not in content else content.decode("latin-1")
    if path.endswith(".ics"):
        text = text.replace("\r\n ", "")
    if "&" in text:
        text = html.unescape(_LINE_REFERENCE.sub(" ", text))
    if path.endswith((".json", ".js")):
        text = _JSON_ESCAPE.sub(lambda match: chr(int(match[1], 16)) if int(match[1], 16) > 31 else " ", text)
        text = html.unescape(text) if "&" in text else text
    text = _PERCENT.sub(lambda match: chr(int(match[1], 16)), text)
    return _UNSEEN.sub("", text)


def findings_in(path: str, text: str, guard: Guard) -> Iterator[Finding]:
    """Every finding in one text."""
    for kind in (*SECRETS, *((ANY_GUID, TENANT_DOMAIN) if guard.outside else ())):
        for match in kind.within(text):
            yield finding(path, text, match.start(), kind.what, match[0][: kind.kept] + "…", kind.hint)
    lowered = text.lower()
    for tenant in sorted(guard.tenants):
        for form in (tenant, tenant.replace("-", "")):
            for start in positions(lowered, form):
                hint = "Remove the tenant's id from the text."
                yield finding(path, text, start, "the tenant's id", f"{form[:4]}…", hint)
    for start, address in addresses(text):
        shown = f"{address[0]}…@{address.rpartition('@')[2]}" if not guard.outside else f"{address[0]}…@…"
        yield finding(path, text, start, "a mail address", shown, _MAIL_HINT, serious=guard.outside)
    folded = text.casefold() if guard.outside and guard.people else ""
    for name in sorted(guard.people) if folded else ():
        for start in positions(folded, name):
            if whole_word(folded, start, len(name)):
                hint = "Write a role instead of a name."
                yield finding(path, folded, start, "the name of a committer or approver", f"{name[0]}…", hint)


def addresses(text: str) -> Iterator[tuple[int, str]]:
    """Mail addresses and sign-in names with their position, without those of example domains."""
    for match in _AFTER_AT.finditer(text):
        before = _BEFORE_AT.search(text[max(0, match.start() - 64) : match.start()])
        domain = match[1].lower()
        ending = domain.rpartition(".")[2]
        if before and before[0].strip(".'*/=") and ending not in FILE_SUFFIXES and domain not in EXAMPLE_DOMAINS:
            yield match.start() - len(before[0]), before[0].lstrip(".'*/=") + match[0]


def positions(text: str, wanted: str) -> Iterator[int]:
    """Every position of a text."""
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        yield start
        start = text.find(wanted, start + 1)


def whole_word(text: str, start: int, length: int) -> bool:
    """True where no letter or digit is next to it."""
    neighbours = text[start - 1 : start] + text[start + length : start + length + 1]
    return not any(character.isalnum() for character in neighbours)


def finding(path: str, text: str, start: int, what: str, shown: str, hint: str, *, serious: bool = True) -> Finding:  # noqa: PLR0913
    """A finding with its line."""
    return Finding(path, text.count("\n", 0, start) + 1, what, shown, hint, serious)


def report(findings: Iterable[Finding]) -> list[str]:
    """The findings as messages: each thing once, with its first places."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for found in findings:
        groups.setdefault((found.what, found.shown), []).append(found)
    lines = []
    for (what, shown), group in groups.items():
        first = [f"{found.path}, line {found.line}" for found in group[:SHOWN_PLACES]]
        more = f" and {len(group) - SHOWN_PLACES} more places" if len(group) > SHOWN_PLACES else ""
        lines.append(f"{what} ({shown}): {'; '.join(first)}{more}. {group[0].hint}")
    rest = len(lines) - SHOWN_FINDINGS
    return [*lines[:SHOWN_FINDINGS], f"... and {rest} more."] if rest > 0 else lines
