# SPDX-License-Identifier: Apache-2.0
"""Searches a site, and the texts that it is made from, for ids of the tenant, addresses, names of people and secrets.

Profiles decide which fields are shown; the search finds what is inside a shown text. It reads every file as a visitor
could: escapes resolved, tags taken out, workbooks and archives unpacked, folded lines joined, spellings made one
(`spellings.py`). Its messages never repeat what was found, because build logs have other readers.

A name of several words is looked for in every file. A name of one word may be a word of the program's own pages
(Mark, May), so it is looked for in the texts that people wrote (`written`), where every place is theirs to change.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from secure_score_backlog.git import People
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.spellings import (
    Words,
    decoded,
    id_pattern,
    identifies,
    is_unspaced,
    lowered,
    name_forms,
    normal,
    short_forms,
    without_tags,
    words,
)

SHOWN_PLACES = 3
SHOWN_FINDINGS = 10
LARGEST_UNPACKED = 64_000_000
"""Bytes that are unpacked from one file of the site."""
DEEPEST = 4
"""Archives inside archives that are unpacked."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What must not be found."""

    outside: bool
    """True for a site whose readers do not belong to the organisation."""
    tenants: frozenset[str] = frozenset()
    """Tenant ids."""
    people: frozenset[str] = frozenset()
    """Forms of names and logins (`name_forms`), looked for in every file where readers are outside."""
    single: frozenset[str] = frozenset()
    """Forms of one word, looked for in the texts that people wrote."""
    organisation: str = ""
    """May hold a name at its beginning: Smith & Sons."""
    made: frozenset[str] = frozenset()
    """Ids in the form of a GUID that the program made itself, and that identify nothing of the tenant."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text that people wrote and that the site shows, and where it is written."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in one place."""

    path: str
    line: int
    """0 where the place has no line."""
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
_GUID = r"(?<![0-9a-zA-Z-])[0-9a-fA-F]{8}(?:(?:-[0-9a-fA-F]{4}){3}-|[0-9a-fA-F]{12})[0-9a-fA-F]{12}(?![0-9a-zA-Z-])"
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
        r"(?i)(?<![a-z0-9-])(?!(?:contoso|fabrikam|example|tenant|yourtenant)(?:-my|-admin)?\.)"
        r"[a-z0-9-]{2,60}\.(?:onmicrosoft|sharepoint)\.\w+"
    ),
    "Remove it from the text: it identifies the tenant.",
    1,
)
ACCOUNT_ID = Kind("the id of an account (SID)", re.compile(r"\bS-1-\d+(?:-\d+){3,}"), "Remove it from the text.")
WRITTEN = (
    Kind(
        "a login",
        re.compile(r"(?<![\w@./])@[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?(?![\w@]|[.-]\w)"),
        "Write a role instead of a login.",
        2,
    ),
    Kind(
        "a telephone number",
        re.compile(r"(?<![\w+])(?:\+|00)[1-9]\d{0,2}[ ./()-]{0,3}\d(?:[ ./()-]{0,3}\d){6,12}(?!\w)"),
        "Write a role instead of a number.",
        3,
    ),
)
"""Kinds that are looked for in the texts that people wrote; elsewhere they are no leaks."""
_AFTER_AT = re.compile(r"@((?:[A-Za-z0-9\u00a1-\uffff][A-Za-z0-9\u00a1-\uffff-]*\.)+[A-Za-z]{2,24})(?![A-Za-z0-9-])")
_BEFORE_AT = re.compile(r"[\w.!#$%*+/=?^{|}~'-]{1,64}\Z")
_VERSION = re.compile(r"v?\d+(?:\.\d+)*\.(?:[A-Z][a-z]+|\d.*)|v?\d+(?:\.\d+)+\.[a-z]+")
"""What follows an at sign in the name of a release, also with the next sentence joined to it: `tool@v4.Next`."""
_MAIL_HINT = "Write a role instead of an address. Git keeps what was committed."

EXAMPLE_DOMAINS = frozenset(
    "example.com example.net example.org contoso.com fabrikam.com users.noreply.github.com".split()
)
"""Domains for examples in documentation; GitHub's for addresses that are not shown."""
FILE_SUFFIXES = frozenset("png jpg jpeg gif svg webp ico js mjs css map json html htm md".split())
"""Not top-level domains: `logo@2x.png` is no address."""

_AT_IN_WORDS = re.compile(r"(?i)[ \t]*[\[({]\s*at\s*[\])}][ \t]*")
_DOT_IN_WORDS = re.compile(r"(?i)[ \t]*[\[({]\s*dot\s*[\])}][ \t]*|\u3002")
_IN_WORDS = re.compile(r"[\[({]\s*(?:[aA][tT]|[dD][oO][tT])\s*[\])}]")
_FULL_STOP = "\u3002"
"""Either of the two is there where one of these is; looking for these takes far less time."""
_FOLDED_LINE = re.compile(r"\r?\n[ \t]")
_END_OF_ARCHIVE = b"PK\x05\x06"
_NO_REPLY = re.compile(r"(?i)(?:\d+\+)?([^@+]+)@users\.noreply\.github\.com")
_MARKUP = re.compile(r"(?i)\.(?:html?|svg|xml|xhtml|atom|rss|rels|json|js|vml|md)$")


def people(known: People, settings: Settings, logins: Iterable[str] = ()) -> frozenset[str]:
    """The names that must not be shown outside: of everyone in the history, and logins of approvers.

    Without the roles and owners of the settings, bots, and GitHub itself. `logins` are those of older settings, and of
    recorded approvals. Of a mail address, the part before the at sign is a name where it has several words or is made
    from the person's name (`jroe` of Jane Roe).
    """
    names = {name for name, _ in known} | {login for each in settings.roles.values() for login in each} | {*logins}
    for name, address in known:
        local = address.partition("@")[0]
        account = _NO_REPLY.fullmatch(address)
        if account:
            names.add(account[1])
        elif is_made_from(local, name) or len(words(local)) > 1:
            names.add(local)
    roles = {tuple(words(role)) for role in (*settings.roles, *settings.owners)} | {("github",), ("web", "flow")}
    return frozenset(name for name in names if tuple(words(name)) not in roles and not name.endswith("[bot]"))


def is_made_from(local: str, name: str) -> bool:
    """Whether the part of an address before the at sign is a login made from a name: a part of it, and more."""
    login, parts = "".join(words(local)), words(name)
    return login not in parts and any(part in login for part in parts if len(part) > 2)


def guard_for(outside: bool, tenants: Iterable[str], names: Iterable[str], organisation: str) -> Guard:
    """What must not be found, from ids and names as they are written."""
    several: set[str] = set()
    single: set[str] = set()
    for name in names if outside else ():
        forms = name_forms(name)
        if len(words(name)) > 1:
            several |= forms
            single |= short_forms(name)
        else:
            several |= {form for form in forms if is_unspaced(form)}
            single |= forms
    return Guard(outside, frozenset(tenants), frozenset(several), frozenset(single), organisation)


def scan(files: Iterable[tuple[str, bytes]], guard: Guard) -> list[Finding]:
    """All findings in the files of a site, errors and pages first.

    Args:
        files: Path and bytes of each file.
        guard: What must not be found.
    """
    found: list[Finding] = []
    for path, content in files:
        stem = path.rpartition(".")[0] or path
        for text in {decoded(path), decoded(stem)} | set(texts(path, content)):
            found += findings_in(path, text, guard)
    return in_order(found)


def scan_written(texts: Iterable[Written], guard: Guard) -> list[Finding]:
    """All findings in texts that people wrote; here names of one word are looked for as well."""
    found: list[Finding] = []
    for written in texts:
        whole = normal(decoded(written.text))
        for text in {whole, without_tags(whole)}:
            found += findings_in(written.path, text, guard)
            found += names_in(written.path, text, guard.single, guard.organisation)
            for kind in WRITTEN:
                for match in kind.within(text):
                    found.append(finding(written.path, text, 0, kind.what, match[0][: kind.kept] + "…", kind.hint))
    return in_order({Finding(f.path, 0, f.what, f.shown, f.hint, f.serious) for f in found})


def is_clean(text: str, guard: Guard) -> bool:
    """Whether readers may see a text."""
    return not any(found.serious for found in scan_written([Written("", text)], guard))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once: what must not be published first, pages before other files."""
    return sorted(set(findings), key=lambda f: (not f.serious, not f.path.endswith(".html"), f.path, f.line, f.what))


def texts(path: str, content: bytes) -> Iterator[str]:
    """The texts of a file, or of the files packed in it and their names, each as it is and without its tags."""
    for name, member, is_packed in files_in(path, content):
        text = readable(name, member, packed=is_packed)
        yield text
        if "<" in text and (_MARKUP.search(name) or text.lstrip().startswith("<")):
            yield without_tags(text)
        if is_packed:
            yield decoded(name)


def files_in(path: str, content: bytes) -> Iterator[tuple[str, bytes, bool]]:
    """The files in an archive, also those of archives in it: name, bytes, True. Any other file itself, and False.

    What is packed deeper than `DEEPEST`, or beyond `LARGEST_UNPACKED` bytes, stays unread.
    """
    waiting, left = [(path, content, 0)], LARGEST_UNPACKED
    while waiting:
        name, packed, depth = waiting.pop()
        members = list(unpacked(name, packed, left)) if depth < DEEPEST else []
        left -= sum(len(part) for _, part in members)
        waiting += [(member, part, depth + 1) for member, part in reversed(members)]
        if not members:
            yield name, packed, depth > 0


def unpacked(path: str, content: bytes, most: int) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file in an archive, up to a number of bytes; nothing for what is none, or is broken."""
    try:
        if _END_OF_ARCHIVE in content[-66_000:]:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield "(comment)", archive.comment
                for member in archive.infolist():
                    part = _member(archive, member, most)
                    most -= len(part)
                    yield member.filename, part
                    yield f"{member.filename} (comment)", member.comment
        for magic, decompressor in COMPRESSED.items():
            if content.startswith(magic):
                yield path.rpartition(".")[0], decompressor().decompress(content, most)
    except BROKEN:
        return


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """The first bytes of a file in an archive; none where it is broken, so that it hides no other."""
    try:
        with archive.open(member) as stream:
            return stream.read(most)
    except BROKEN:
        return b""


BROKEN = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, OverflowError, struct.error,
    zlib.error, lzma.LZMAError,
)  # fmt: skip
"""What reading a damaged archive raises; a place before its beginning is a ValueError."""

COMPRESSED: Mapping[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(zlib.MAX_WBITS | 16),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ": lzma.LZMADecompressor,
}
"""How a compressed file begins, and what decompresses it."""


def readable(path: str, content: bytes, *, packed: bool = False) -> str:
    """A file's text as a visitor reads it, in one spelling; of a binary file, its characters as Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        text = content.decode("utf-8", "replace") if b"\0" not in content else content.decode("latin-1")
    if path.endswith(".ics"):
        text = _FOLDED_LINE.sub("", text).replace("\\n", " ").replace("\\N", " ")
    return normal(decoded(text, escapes=path.endswith((".json", ".js", ".map")), cells=packed))


def findings_in(path: str, text: str, guard: Guard) -> Iterator[Finding]:
    """Every finding in one text."""
    text = normal(text)
    for kind in (*SECRETS, *((ANY_GUID, TENANT_DOMAIN, ACCOUNT_ID) if guard.outside else ())):
        for match in kind.within(text):
            if kind is not ANY_GUID or match[0] not in guard.made:
                yield finding(path, text, match.start(), kind.what, match[0][: kind.kept] + "…", kind.hint)
    small = lowered(text) if guard.tenants else ""
    for tenant in sorted(filter(identifies, guard.tenants)):
        for match in id_pattern(tenant).finditer(small):
            hint = "Remove the tenant's id from the text."
            yield finding(path, small, match.start(), "the tenant's id", f"{tenant[:4]}…", hint)
    for start, address in addresses(text):
        shown = f"{address[0]}…@{address.rpartition('@')[2]}" if not guard.outside else f"{address[0]}…@…"
        yield finding(path, text, start, "a mail address", shown, _MAIL_HINT, serious=guard.outside)
    yield from names_in(path, text, guard.people, guard.organisation)


def names_in(path: str, text: str, forms: frozenset[str], organisation: str) -> Iterator[Finding]:
    """Every name in a text, apart from one at the beginning of the organisation's own name."""
    if not forms:
        return
    said, ours = Words(text), f" {' '.join(words(organisation))} "
    for form in sorted(forms):
        for line in said.lines_of(form, unless=ours if ours.startswith(f" {form} ") else ""):
            hint = "Write a role instead of a name."
            yield Finding(path, line, "the name of a committer or approver", f"{form[0]}…", hint, True)


def addresses(text: str) -> Iterator[tuple[int, str]]:
    """Mail addresses and sign-in names with their position, without those of example domains."""
    if _FULL_STOP in text or _IN_WORDS.search(text):
        text = _DOT_IN_WORDS.sub(".", _AT_IN_WORDS.sub("@", text))
    for match in _AFTER_AT.finditer(text):
        before = _BEFORE_AT.search(text[max(0, match.start() - 64) : match.start()])
        if before and before[0].strip(".'*/=") and is_domain(match[1]):
            yield match.start() - len(before[0]), before[0].lstrip(".'*/=") + match[0]


def is_domain(text: str) -> bool:
    """Whether what follows an at sign is a domain, and not one of those for examples, a file or a version."""
    domain = text.lower()
    is_file = domain.rpartition(".")[2] in FILE_SUFFIXES
    is_nobodys = domain in EXAMPLE_DOMAINS or domain.endswith(".invalid")  # as of RFC 2606
    return not is_file and not is_nobodys and not _VERSION.fullmatch(text)


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
        first = [found.path + (f", line {found.line}" if found.line else "") for found in group[:SHOWN_PLACES]]
        more = f" and {len(group) - SHOWN_PLACES} more places" if len(group) > SHOWN_PLACES else ""
        lines.append(f"{what} ({shown}): {'; '.join(first)}{more}. {group[0].hint}")
    rest = len(lines) - SHOWN_FINDINGS
    return [*lines[:SHOWN_FINDINGS], f"... and {rest} more."] if rest > 0 else lines
