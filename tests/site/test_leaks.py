# SPDX-License-Identifier: Apache-2.0
"""The scan of the built site: finds leaks in every kind of file, and raises no false alarms."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import icalendar
import pytest

from secure_score_backlog.decisions.model import DecisionHistory, DecisionVersion
from secure_score_backlog.exports.ics import Text
from secure_score_backlog.exports.tables import Column, Table
from secure_score_backlog.exports.xlsx import as_xlsx
from secure_score_backlog.git import Version
from secure_score_backlog.settings import Settings
from secure_score_backlog.site import leaks
from secure_score_backlog.site.leaks import Finding, Guard
from secure_score_backlog.text import plain_text
from tests.support.backlogs import AS_OF, TENANT, backlog

INSIDE = Guard(False, frozenset({TENANT}), frozenset({"jane roe"}))
OUTSIDE = Guard(True, frozenset({TENANT}), frozenset({"jane roe", "jroe-login"}))
MAIL = "jane.roe@harbour-mail.example"

SECRETS = {
    "a GitHub token": ("gh" + "p_" + "A1b2" * 9, "github_" + "pat_" + "A1b2" * 10, "gh" + "s_" + "z9" * 20),
    "a signed token (JWT)": ("ey" + "J0eXAiOiJKV1Qi.ey" + "JhdWQiOiJncmFwaCJ9.c2lnbmF0dXJl",),
    "an AWS access key": ("AK" + "IAIOSFODNN7EXAMPLE",),
    "a private key": ("-----BEGIN RSA PRIVATE" + " KEY-----", "-----BEGIN PRIVATE" + " KEY-----"),
    "a client secret of Entra": ("abc8" + "Q~" + "k" * 34,),
    "a storage key of Azure": ("Account" + "Key=" + "a/B+" * 21 + "==",),
    "a signed link of Azure": ("https://x.example/b?sv=1&" + "sig=" + "aB3" * 15,),
    "a Slack token": ("xox" + "b-123456789012-abcdef",),
    "a Google API key": ("AI" + "za" + "x" * 35,),
}


def found(content: bytes | str, guard: Guard = INSIDE, path: str = "page.html") -> list[Finding]:
    """What is found in one file."""
    return leaks.scan([(path, content.encode() if isinstance(content, str) else content)], guard)


def kinds(content: bytes | str, guard: Guard = INSIDE, path: str = "page.html") -> list[str]:
    """The kinds of what is found."""
    return sorted({finding.what for finding in found(content, guard, path)})


@pytest.mark.parametrize(("what", "secret"), [(what, one) for what, all_ in SECRETS.items() for one in all_])
def test_secrets_are_found_for_every_reader(what: str, secret: str) -> None:
    """Each kind, in text and as character references; an error, and never repeated in what is said."""
    for text in (f"<p>use {secret} for it</p>", f"<p>{plain_text(secret)}</p>", f'{{"text": "{secret}"}}'):
        assert what in kinds(text), text
        assert all(finding.serious for finding in found(text) if finding.what == what)
        assert secret not in "\n".join(leaks.report(found(text)))


@pytest.mark.parametrize(
    "form",
    [TENANT, TENANT.upper(), TENANT.replace("-", ""), TENANT.replace("-", "&#45;"), TENANT.replace("-", "%2D")],
)
def test_the_tenants_id_is_found_however_it_is_written(form: str) -> None:
    """Capitals, without dashes, as references or percent signs: an error inside and outside, with file and line."""
    for guard in (INSIDE, OUTSIDE):
        (first, *_) = [item for item in found(f"<p>\n\n<b>{form}</b>", guard) if item.what == "the tenant's id"]
        assert (first.path, first.line, first.serious) == ("page.html", 3, True)
    assert TENANT not in "".join(leaks.report(found(form)))


def test_other_ids_matter_only_outside() -> None:
    """Microsoft's texts are full of ids of roles and settings: inside they are no leak, outside no text needs one."""
    other = "e3973bdf-4987-49ae-837a-ba8e231c7286"
    assert kinds(other) == []
    assert kinds(other, OUTSIDE) == ["an id (GUID)"]
    assert kinds(f"x{other}", OUTSIDE) == []


def test_addresses_are_a_warning_inside_and_an_error_outside() -> None:
    """Readers of the organisation may see addresses that people wrote; readers outside may not."""
    (inside,) = found(f"ask {MAIL}.")
    (outside,) = found(f"ask {MAIL}.", OUTSIDE)
    assert (inside.what, inside.serious, outside.serious) == ("a mail address", False, True)
    assert "jane" not in "".join(leaks.report([inside, outside]))


@pytest.mark.parametrize(
    "text",
    [
        MAIL.replace("@", "&#64;"),
        MAIL.replace("@", "&commat;"),
        MAIL.replace("@", "%40"),
        f"mailto:{MAIL}",
        f"«{MAIL}»",
        MAIL.replace("jane", "ja\u200bne"),
        MAIL.upper(),
        "o'brien@harbour-mail.example",
        "jürgen@häfen.example",
        "x@northwind.onmicrosoft.com",
    ],
)
def test_forms_of_addresses(text: str) -> None:
    """An address hidden from a simple search is still one to a reader."""
    assert "a mail address" in kinds(f"<p>{text}</p>")


@pytest.mark.parametrize(
    "text",
    [
        "logo@2x.png",
        "mkdocs-material@9.8.1",
        "@media print",
        "user@example.com",
        "admin@contoso.com",
        "@octocat",
        "a @ b.example",
        "eyJhbGciOiJub25lIn0",
        "AKIA",
        "sig=short",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "ghp_short",
        "<DomainName>.onmicrosoft.com, contoso.onmicrosoft.com",
        "12345678-1234-1234-1234-12345678901",
        "xoxo-love",
    ],
)
def test_other_text_raises_no_alarm(text: str) -> None:
    """Versions, style sheets, examples of Microsoft, commits: no alarm, not even for readers outside."""
    assert found(text, OUTSIDE) == []


def test_names_of_people_and_of_the_tenant_matter_outside() -> None:
    """Whole words only, in any case; inside, a site may name those who work there."""
    for text in ("Jane Roe", "by JANE ROE, today", "jroe-login"):
        assert kinds(text, OUTSIDE) == ["the name of a committer or approver"], text
        assert kinds(text) == []
    assert kinds("Jane Roebuck", OUTSIDE) == []
    assert kinds("northwind.onmicrosoft.com", OUTSIDE) == ["the name of a tenant"]


def test_every_kind_of_file_is_read() -> None:
    """Workbooks are unpacked, calendars unfolded, JSON unescaped, archives opened, names of files looked at."""
    cell = Table("Register", (Column("a", "A", 9),), ((f"ask {MAIL}",),), AS_OF)
    event = icalendar.Event()
    event.add("description", Text("x" * 53 + " " + MAIL))
    calendar = event.to_ical()
    assert b"roe\r\n @harbour" in calendar
    files = {
        "a.xlsx": as_xlsx(cell),
        "a.ics": calendar,
        "a.json": json.dumps({"text": MAIL}).replace("@", "\\u0040").encode(),
        "search_index.js": f"var __index = {json.dumps(MAIL.replace('@', '&#64;'))}".encode(),
        "a.svg": f"<svg><title>{MAIL}</title></svg>".encode(),
        "a.csv": f"a,b\r\n1,{MAIL}\r\n".encode("utf-8-sig"),
        "sitemap.xml.gz": gzip.compress(MAIL.encode()),
        "a.txt": MAIL.encode("utf-16"),
        "a.bin": b"\x00\x01" + MAIL.encode() + b"\x00",
        f"{MAIL}.html": b"",
    }
    for path, content in files.items():
        assert kinds(content, path=path) == ["a mail address"], path


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"\x1f\x8bbroken", b"\xff\xfe\x00", b""])
def test_a_broken_file_does_not_end_the_scan(content: bytes) -> None:
    """What cannot be unpacked is read as it is."""
    for path in ("a.xlsx", "a.gz", "a.html"):
        assert found(content + MAIL.encode(), path=path) or b"\xff\xfe" in content or not content


def test_messages_are_short_and_name_places() -> None:
    """Each thing once, pages before the search index, with at most three places and a hint; errors first."""
    files = [(f"{name}.html", f"\n{MAIL}".encode()) for name in "abcde"]
    files += [("search.json", MAIL.encode()), ("z.html", TENANT.encode())]
    said = leaks.report(leaks.scan(files, INSIDE))
    assert len(said) == 2
    assert said[0].startswith("the tenant's id (0f1e…): z.html, line 1. Remove ")
    places = "a.html, line 2; b.html, line 2; c.html, line 2 and 3 more places."
    assert said[1].startswith(f"a mail address (j…@harbour-mail.example): {places} Write ")
    many = [(f"{number}.html", f"x{number}@a{number}.example".encode()) for number in range(50)]
    assert len(leaks.report(leaks.scan(many, INSIDE))) == leaks.SHOWN_FINDINGS + 1


def test_names_that_are_searched() -> None:
    """Authors of commits and logins that approve; not roles, bots, GitHub, or what the organisation is called."""
    made = backlog()
    authors = ("Jane Roe", "Head of IT", "dependabot[bot]", "GitHub", "Smith", "Al")
    versions = tuple(
        DecisionVersion(Version("decisions/A.md", "a" * 40, datetime(2026, 10, 1, tzinfo=UTC), author, "s"), None)
        for author in authors
    )
    settings = Settings(organisation="Smith & Sons", roles={"Head of IT": ("jroe-login",)})
    changed = leaks.people(
        replace(made, settings=settings, decisions=DecisionHistory({"A": versions}), reviews=(), head=None)
    )
    assert changed == {"jane roe", "jroe-login"}


def test_a_large_file_is_read_quickly_enough_to_finish() -> None:
    """Long runs of letters, at signs and digits do not make the search slower than the file is long."""
    for piece in ("a" * 1000, "@" * 1000, "a@" * 500, "a.b-" * 250, "eyJ" * 300, "Q~" * 500, "0" * 1000):
        found(io.BytesIO((piece * 300).encode()).read(), OUTSIDE)
