# SPDX-License-Identifier: Apache-2.0
"""The scan of the built site: finds leaks in every kind of file, and raises no false alarms."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from random import Random

import icalendar
import pytest

from secure_score_backlog.exports.ics import Text
from secure_score_backlog.exports.tables import Column, Table
from secure_score_backlog.exports.xlsx import as_xlsx
from secure_score_backlog.settings import Settings
from secure_score_backlog.site import leaks
from secure_score_backlog.site.leaks import Finding, Guard, Written, guard_for, people, scan_written
from secure_score_backlog.site.spellings import normal, without_tags
from secure_score_backlog.text import plain_text
from tests.support.backlogs import AS_OF, TENANT

INSIDE = guard_for(False, {TENANT}, {"Jane Roe"}, "Smith & Sons")
OUTSIDE = guard_for(
    True,
    {TENANT},
    {"Jane Roe", "jroe-login", "J\u00f8rgen M\u00fcller-L\u00fcdenscheidt", "\u738b\u4f1f"},
    "Smith & Sons",
)
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


FULL_WIDTH = {ord(letter): ord(letter) + 0xFEE0 for letter in "0123456789abcdef-"}
DASHES = [
    "\u2010",
    "\u2011",
    "\u2012",
    "\u2013",
    "\u2014",
    "\u2212",
    "\ufe63",
    "\u00ad-",
    "\u200b-",
    " ",
    "\u00a0",
    " - ",
    "_",
    "\n",
]


@pytest.mark.parametrize(
    "form",
    [
        TENANT,
        TENANT.upper(),
        TENANT.replace("-", ""),
        TENANT.replace("-", "&#45;"),
        TENANT.replace("-", "%2D"),
        TENANT.replace("-", "%252D"),
        TENANT.replace("-", "%25252d"),
        TENANT.replace("-", "&amp;#45;"),
        TENANT.replace("-", "&hyphen;"),
        TENANT.replace("-", "\\u002d"),
        TENANT.replace("-", "\\x2D"),
        "".join(f"%{ord(letter):02x}" for letter in TENANT),
        "".join(f"&#{ord(letter)};" for letter in TENANT),
        TENANT.translate(FULL_WIDTH),
        TENANT.upper().replace("A", "\uff21"),
        TENANT.replace("a", "\u0430"),
        f"{{{TENANT}}}",
        f"x{TENANT}x",
        " ".join(TENANT.replace("-", "")),
        TENANT.replace("-aaaa-", "</b><i>-aa</i>aa<wbr>-"),
        *(TENANT.replace("-", dash) for dash in DASHES),
    ],
)
def test_the_tenants_id_is_found_however_it_is_written(form: str) -> None:
    """Capitals, other dashes, full width, braces, blanks, tags, escapes inside escapes: an error with its line."""
    for guard in (INSIDE, OUTSIDE):
        (first, *_) = [item for item in found(f"<p>\n\n<b>{form}</b>", guard) if item.what == "the tenant's id"]
        assert (first.path, first.line, first.serious) == ("page.html", 3, True)
    assert TENANT not in "".join(leaks.report(found(form)))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("e\u200b\u0301", "\u00e9"),
        ("a\u00a0b\u2011c", "a b-c"),
        ("\uff20\u00b7\u00ad", "@\u00b7"),
        ("e<b>\n</b>f<br\n/>g", "e\nf \ng"),
    ],
)
def test_one_spelling_stays_as_it_is_and_keeps_its_lines(text: str, read: str) -> None:
    """What is searched is in one spelling after one pass, and a finding names the line that it is on."""
    once = normal(without_tags(text))
    assert once == read
    assert normal(once) == once


def test_other_ids_matter_only_outside() -> None:
    """Microsoft's texts are full of ids of roles and settings: inside they are no leak, outside no text needs one."""
    other = "e3973bdf-4987-49ae-837a-ba8e231c7286"
    assert kinds(other) == []
    assert kinds(other, OUTSIDE) == ["an id (GUID)"]
    assert kinds(f"x{other}", OUTSIDE) == []


def test_addresses_are_a_warning_inside_and_an_error_outside() -> None:
    """Readers of the organisation may see addresses that people wrote; readers outside may not."""
    (inside,) = found(f"ask {MAIL}.")
    (outside,) = found(f"ask {MAIL}.", guard_for(True, {TENANT}, (), ""))
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
        "actions/checkout@v4.Next step",
        "tool@1.2.Then",
        "tool@1.2.dev",
        "harbour.example\n@octo.example",
        "<p>user</p><p>@b.example</p>",
        "@media print",
        "user@example.com",
        "snapshots@backlog.invalid",
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


@pytest.mark.parametrize(
    "text",
    [
        "Jane Roe",
        "by JANE ROE, today",
        "Roe, Jane",
        "jane.roe",
        "Jane_Roe",
        "JaneRoe",
        "Jane  Roe",
        "Jane\u00a0Roe",
        "Jane<br>Roe",
        "<td>Jane</td>\n<td>Roe</td>",
        "Ja<b>ne</b> Roe",
        "Ja\u0301ne Roe",
        "J\u00e1ne R\u00f6e",
        "\uff2a\uff41\uff4e\uff45 \uff32\uff4f\uff45",
        "J\u0430ne R\u043ee",
        "Ja\u200bne\u2060 Roe",
        "Jane%20Roe",
        "Jane%2520Roe",
        "J&aacute;ne&nbsp;Roe",
        "J&#225;ne Roe",
        "&amp;#74;ane Roe",
        "J\\u00e1ne Roe",
        "\u8d1f\u8d23\u4ebaJane Roe\u6279\u51c6",
        "jroe-login",
        "Jorgen Muller Ludenscheidt",
        "Joergen Mueller-Luedenscheidt",
        "JO\u0308RGEN MU\u0308LLER-LU\u0308DENSCHEIDT",
        "J\u00f8rgen L\u00fcdenscheidt",
        "\u8d1f\u8d23\u4eba\u738b\u4f1f\u6279\u51c6",
    ],
)
def test_a_name_is_found_however_it_is_spelled(text: str) -> None:
    """Case, accents, blanks, punctuation, order, tags and look-alike letters make no difference to a reader outside."""
    (one,) = {finding for finding in found(f"\n<p>{text}", OUTSIDE) if "name of a committer" in finding.what}
    assert (one.line, one.serious) == (2 if not text.startswith("<td>") else one.line, True)
    assert kinds(text) == []


@pytest.mark.parametrize(
    "text", ["Jane Roebuck", "Jane, said Roe", "plane roe", "Jan Eroe", "roe", "max-width: 1px", "May 2026"]
)
def test_other_words_are_no_name(text: str) -> None:
    """Whole words only, and no single words in pages, where the program's own words are."""
    guard = guard_for(True, (), {"Jane Roe", "Max", "May", "Roe"}, "")
    assert kinds(text, guard) == []


def test_a_name_of_one_word_is_found_where_people_write() -> None:
    """Three letters as a whole word, in the texts that people wrote; two letters only where a script has no blanks."""
    guard = guard_for(True, {TENANT}, {"Max", "May", "Al", "x7", "\u738b\u4f1f", "octocat"}, "May & Sons")

    def said(text: str) -> list[str]:
        return sorted(finding.what for finding in scan_written([Written("decisions/A.md", text)], guard))

    for text in ("Max", "approved by MAX.", "m\u00e1x, and others", "Octocat", "&#77;ax", "May guards it"):
        assert said(text) == ["the name of a committer or approver"], text
    for text in ("maximum", "Maxim", "max1", "Al", "x7", "May & Sons"):
        assert said(text) == [], text
    assert said(f"{TENANT}, ask {MAIL}") == ["a mail address", "an id (GUID)", "the tenant's id"]
    assert leaks.report(scan_written([Written("decisions/A.md", "Max")], guard))[0].startswith(
        "the name of a committer or approver (m…): decisions/A.md. Write a role"
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ask @octo-cat about it", "a login"),
        ("call +49 170 1234567", "a telephone number"),
        ("call 0049 (30) 123-4567", "a telephone number"),
        ("S-1-12-1-1234567890-1234567890-1234567890-1234567890", "the id of an account (SID)"),
        ("harbour-my.sharepoint.com", "the name of a tenant"),
        ("e3973bdf498749ae837aba8e231c7286", "an id (GUID)"),
        ("Mr. Roe approves", "the name of a committer or approver"),
        ("Frau M\u00fcller", "the name of a committer or approver"),
        ("Herr Mueller", "the name of a committer or approver"),
        ("J. Roe", "the name of a committer or approver"),
        ("ada obrien smythe", "the name of a committer or approver"),
        ("J. van der Berg", "the name of a committer or approver"),
        ("Jan van der Berg", "the name of a committer or approver"),
        ("\u1d0a\u1d00\u0274\u1d07 \u0280\u1d0f\u1d07", "the name of a committer or approver"),
        ("Ja<!-- -->ne Roe", "the name of a committer or approver"),
        ("night@watch\u3002example", "a mail address"),
        ("Jane M. Roe", "the name of a committer or approver"),
    ],
)
def test_people_are_found_in_what_people_write(text: str, kind: str) -> None:
    """Logins, numbers, accounts, last names behind a form of address: in texts that outside readers see."""
    guard = guard_for(True, (), {"Jane Roe", "Anna M\u00fcller", "Ada O\u2019Brien-Smythe", "van der Berg, Jan"}, "")
    assert [finding.what for finding in scan_written([Written("decisions/A.md", text)], guard)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "two-factor @ the gate, 24/7",
        "package@1.2.3",
        "10.20.30.40/24 and 2026-10-31",
        "S-1 and S-1-5-18",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "roe deer, Jane and the plane",
        "1 000 000 of 2 000 000 users",
        "Enabled for 00100 devices",
    ],
)
def test_other_words_of_people_raise_no_alarm(text: str) -> None:
    """Dates, networks, versions, amounts and parts of names."""
    assert scan_written([Written("decisions/A.md", text)], guard_for(True, (), {"Jane Roe"}, "")) == []


def test_the_organisation_may_begin_with_a_persons_name() -> None:
    """Smith & Sons is the organisation; Smith alone, or behind the organisation's name, is the person."""
    guard = guard_for(True, (), {"Jane Roe"}, "Jane Roe Consulting")
    assert kinds("a site of Jane Roe Consulting", guard) == []
    assert kinds("approved by Jane Roe", guard) == ["the name of a committer or approver"]
    other = guard_for(True, (), {"Jane Roe"}, "Harbour, contact: Jane Roe")
    assert kinds("Harbour, contact: Jane Roe", other) == ["the name of a committer or approver"]


def test_the_name_of_a_tenant_matters_outside() -> None:
    """Inside, a site may name its own tenant's domain."""
    assert kinds("northwind.onmicrosoft.com", OUTSIDE) == ["the name of a tenant"]
    assert kinds("northwind.onmicrosoft.com") == []


@pytest.mark.parametrize("tenant", ["tenant-0001-prod", "Contoso.Example", "b7d2\u20119c41"])
def test_an_id_that_is_no_guid_is_found_as_a_whole_word(tenant: str) -> None:
    """An id of any form that can be told from other words; no part of a longer word is blamed."""
    guard = guard_for(True, {tenant}, (), "")
    for text in (tenant, tenant.upper(), f"({tenant})", tenant.replace("-", "%2D")):
        assert kinds(text, guard) == ["the tenant's id"], text
    assert kinds(f"x{tenant}", guard) == kinds(f"{tenant}9", guard) == []


@pytest.mark.parametrize(
    "tenant", ["String", "tenant", "contoso", "0", "1", "", "-", "REDACTED", "00000000-0000-0000-0000-000000000000"]
)
def test_a_word_in_place_of_an_id_blames_no_text(tenant: str) -> None:
    """Files that people made anonymous have such words; they identify nobody, and are everywhere."""
    text = f"The string 'contoso' of a tenant, 1 of 10, REDACTED: {tenant}"
    assert [kind for kind in kinds(text, guard_for(False, {tenant}, (), "")) if "tenant" in kind] == []


def packed(members: dict[str, bytes]) -> bytes:
    """An archive with compressed members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_archive_ends_no_search(seed: int) -> None:
    """Whatever bytes were changed, reading it raises nothing; what of it is whole is searched."""
    random = Random(seed)
    whole = packed({f"{number}.txt": bytes(random.randbytes(90)) for number in range(3)})
    for _ in range(100):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        list(leaks.files_in("a.zip", bytes(damaged)))


def test_a_damaged_file_of_an_archive_hides_no_other() -> None:
    """The place of the first is changed to one behind the end; the second is searched."""
    archive = packed({"first.txt": b"x", "second.txt": MAIL.encode()})
    entry = archive.index(b"PK\x01\x02")
    damaged = archive[: entry + 42] + b"\xff\xff\xff\x7f" + archive[entry + 46 :]
    assert kinds(damaged, path="a.zip") == ["a mail address"]


def test_archives_are_unpacked_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one small file unpacks to is bounded, however many archives are inside; what comes first is searched."""
    monkeypatch.setattr(leaks, "LARGEST_UNPACKED", 1_000_000)
    bomb = packed({f"{number}.zip": packed({"zeros": bytes(900_000)}) for number in range(50)})
    read = [
        len(content) for _, content, _ in leaks.files_in("a.zip", packed({"first.txt": MAIL.encode(), "b.zip": bomb}))
    ]
    assert sum(read) < 1_200_000
    assert kinds(packed({"first.txt": MAIL.encode(), "b.zip": bomb}), path="a.zip") == ["a mail address"]


def test_an_address_is_not_made_up_from_an_escape() -> None:
    """In the search index a line break is written as backslash and n, which is no part of the address after it."""
    text = {"text": f"first line\n{MAIL}\ttab\r\nsecond\\n"}
    for path in ("search_index.json", "search_index.js"):
        for content in (json.dumps(text), "var __index = " + json.dumps(text)):
            assert [finding.shown for finding in found(content, path=path)] == ["j…@harbour-mail.example"]
    assert found(json.dumps({"text": "see\n@octocat and a\n@b.example"}), path="search_index.json") == []


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
        f"downloads/{MAIL}": b"",
        f"{MAIL.replace('@', '%40')}/index.html": b"",
        "twice.zip": packed({"inner.zip": packed({"a.txt": MAIL.encode()})}),
        "names.zip": packed({f"{MAIL}.txt": b""}),
        "behind.exe": b"MZ" + packed({"a.txt": MAIL.encode()}),
        "cell.xlsx": packed({"xl/sharedStrings.xml": MAIL.replace("@", "_x0040_").encode()}),
        "runs.docx": packed(
            {"document.xml": f"<w:t>{MAIL[:6]}</w:t><w:t>x</w:t> <t>{MAIL[:9]}</t><t>{MAIL[9:]}</t>".encode()}
        ),
        "a.tar.bz2": bz2.compress(MAIL.encode()),
        "a.xz": lzma.compress(MAIL.encode()),
        "feed.atom": f"<name>{MAIL.replace('@', '&#x40;')}</name>".encode(),
        "script.js": MAIL.replace("@", "\\x40").encode(),
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
    """Authors of commits and logins that approve; not roles, bots or GitHub. Logins that are made from names, too."""
    known = frozenset(
        {
            ("Jane Roe", "jroe@harbour.example"),
            ("Security", "security@harbour.example"),
            ("Perdita", "perdita.canaria@harbour.example"),
            ("Somebody", "4711+octocat@users.noreply.github.com"),
            ("Head of IT", "it@harbour.example"),
            ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
            ("GitHub", "noreply@github.com"),
            ("Smith", ""),
            ("", ""),
        }
    )
    settings = Settings(organisation="Smith & Sons", roles={"Head of IT": ("jroe-login",)})
    wanted = {
        "Jane Roe",
        "jroe",
        "Security",
        "Perdita",
        "perdita.canaria",
        "Somebody",
        "octocat",
        "Smith",
        "jroe-login",
    }
    assert people(known, settings) - {""} == wanted


def test_a_large_file_is_read_quickly_enough_to_finish() -> None:
    """Long runs of letters, at signs and digits do not make the search slower than the file is long."""
    for piece in ("a" * 1000, "@" * 1000, "a@" * 500, "a.b-" * 250, "eyJ" * 300, "Q~" * 500, "0" * 1000):
        found(io.BytesIO((piece * 300).encode()).read(), OUTSIDE)
