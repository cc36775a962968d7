# SPDX-License-Identifier: Apache-2.0
"""`backlog build --profile`: a tenant with a canary in every input, built for each reader; leaks end a build."""

from __future__ import annotations

import html
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.site.profiles import PROFILES, choose
from secure_score_backlog.site.registry import configuration
from secure_score_backlog.workspace import load
from tests.support.folders import contents
from tests.support.graph_items import DAY, TENANT, control, profile, score
from tests.support.links import dead_links, outside_links
from tests.support.repositories import Repository
from tests.support.running import RunBacklog, run_here

PERSON = "Perdita Canaria"
"""Who commits."""
TOKEN = "gh" + "p_" + "Canary12" * 5
DECISION = """---
recommendation: Carried
bucket: accept
risk: high
reduces: canary-reduces
owner: Head of IT
impact: canary-impact
prerequisites: canary-prerequisites
proof: canary-proof
accepted:
  rationale: canary-rationale
  approver: Managing Director
  until: 2027-03-31
  compensating: [Watched at night]
  approval: {by: Managing Director, on: 2026-10-30, record: canary-record}
links: [https://tickets.harbour.example/canary-ticket]
ask:
  from: leadership
  since: 2026-11-01
  question: canary-question?
  options: [canary-option]
  default: canary-default
---
canary-discussion
"""
COVER = """---
recommendation: Covered
bucket: not-applicable
owner: Head of IT
covered: {reason: third-party, by: Mail gateway, evidence: canary-evidence, approver: Board, until: 2027-03-31}
---
"""
SETTINGS = "organisation: Harbour Logistics\ntenant: canary-label\nroles: {Head of IT: [canary-login]}\n"
SETTINGS += "policy: {person_as_role: warning}\n"  # so that a name gets as far as the pages
SETTINGS += "repository: canary-owner/canary-repository\n"  # in the links to GitHub's editor
CANARIES = (
    "reduces impact prerequisites proof rationale record ticket question option default discussion evidence "
    "minutes page status description remediation service subject portal repository"
).split()

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One repository, and its site for each profile; the internal one is where it usually is."""
    folder = tmp_path_factory.mktemp("profiles")
    root = tenant(folder)
    found = {"internal": root / "build" / "site", "insurer": folder / "insurer", "public": folder / "public"}
    for name, place in found.items():
        run_here("build", "--root", root, "--profile", name, "--output", place, expect=0)
    return found


@pytest.fixture
def root(sites: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of the repository with its site, for a test of its own."""
    shutil.copytree(sites["internal"].parents[1], tmp_path / "tenant")
    return tmp_path / "tenant"


def tenant(folder: Path) -> Path:
    """A repository with canaries in all that it holds."""
    names = ("Carried", "Covered", "Open")
    status = {"implementationStatus": "canary-status", "description": "canary-description"}
    more = {
        "remediation": f"canary-remediation {PERSON}",
        "actionUrl": f"https://portal.example/canary-portal?tid={TENANT}",
        "service": "canary-service",
        "tenantNote": "canary-note",
    }
    answers = {
        "scores.json": [score(DAY, [{**control(name, 2, 20), **status} for name in names], enabledServices=["canary"])],
        "profiles.json": [{**profile(name, title=f"Title of {name}"), **more} for name in names],
    }
    for name, value in answers.items():
        (folder / name).write_text(json.dumps({"value": value}, default=str), encoding="utf-8")
    repository = Repository(folder / "tenant")
    run_here("import", *(folder / name for name in answers), "--root", repository.folder, expect=0)
    files = {
        "decisions/Carried.md": DECISION,
        "decisions/Covered.md": COVER,
        "docs/reviews/2026-11.md": "canary-minutes\n",
        "docs/guide/canary-page.md": "# canary-page\n",
        "backlog.yml": SETTINGS,
    }
    for path, text in files.items():
        repository.write(path, text)
    repository.git("config", "user.name", PERSON)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "canary-subject", f"--author={PERSON} <perdita@harbour.example>")
    return repository.folder


def everything(site: Path) -> str:
    """All that a visitor could read, names of files included; workbooks unpacked, references resolved."""
    said = []
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        said.append(path.relative_to(site).as_posix())
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                said += [archive.read(name).decode() for name in archive.namelist()]
        else:
            said.append(html.unescape(path.read_bytes().decode("utf-8", "replace")))
    return "\n".join(said)


@pytest.mark.parametrize("name", ["insurer", "public"])
def test_no_canary_reaches_readers_outside(sites: dict[str, Path], name: str) -> None:
    """Texts of decisions, minutes, pages, catalogue, snapshots, settings and commits; people; the tenant; tickets."""
    shown = everything(sites[name]).lower()
    for forbidden in ("canary", PERSON.lower(), "perdita", TENANT, "tickets.harbour", "portal.example", "has exo"):
        assert forbidden not in shown, forbidden
    assert "harbour logistics" in shown


def test_the_internal_site_shows_every_canary(sites: dict[str, Path]) -> None:
    """The same inputs, read inside: what is missing outside is missing because of the profile."""
    shown = everything(sites["internal"])
    assert [name for name in CANARIES if f"canary-{name}" not in shown] == []
    assert TENANT not in shown.lower()


def test_insurers_see_exceptions_and_the_public_sees_numbers(sites: dict[str, Path]) -> None:
    """An insurer reads the exception with role, end and what compensates; the public reads numbers."""
    insurer, public = everything(sites["insurer"]), everything(sites["public"])
    for words in ("Title of Carried", "Managing Director", "Watched at night", "Mail gateway", "2027-03-31"):
        assert words in insurer, words
        assert words not in public, words
    assert "Title of Open" not in insurer
    assert "2 decisions are in force. None needs a new decision." in public.replace("\xa0", " ")


@pytest.mark.parametrize("name", ["internal", "insurer", "public"])
def test_no_site_has_a_dead_or_an_outside_link(sites: dict[str, Path], name: str) -> None:
    """No link is dead, nothing is loaded from outside, and every profile has its own navigation."""
    assert dead_links(sites[name]) == []
    assert outside_links(sites[name]) == set()


def test_the_downloaded_figures_are_what_status_prints(root: Path, backlog: RunBacklog) -> None:
    """Byte for byte; so a script may read either."""
    printed = backlog("status", "--json", "--root", root, expect=0).stdout
    assert (root / "build" / "site" / "downloads" / "status.json").read_text(encoding="utf-8") == printed


def test_the_command_line_outweighs_the_profile_of_the_settings(root: Path, backlog: RunBacklog) -> None:
    """`profile: public` holds for render and build; --profile is stronger; the folder of pages follows."""
    (root / "backlog.yml").write_text(SETTINGS + "profile: public\n", encoding="utf-8")
    backlog("render", "--root", root, expect=0)
    assert [path.name for path in (root / "build" / "pages").glob("*.md")] == ["index.md"]
    assert '"Security decisions": "index.md"' in (root / "build" / "mkdocs.yml").read_text(encoding="utf-8")
    built = backlog("build", "--root", root, expect=0)
    assert "1 page for the profile public" in built.stderr
    assert not (root / "build" / "site" / "board.html").exists()
    backlog("render", "--root", root, "--profile", "internal", expect=0)
    assert (root / "build" / "pages" / "board.md").exists()


def test_an_own_mkdocs_configuration_does_not_reach_readers_outside(root: Path, backlog: RunBacklog) -> None:
    """A mkdocs.yml may name pages, links and people: it is read inside alone."""
    text = configuration().replace("\nnav:\n", "\ncopyright: canary-name\nnav:\n")
    (root / "mkdocs.yml").write_text(text, encoding="utf-8")
    backlog("build", "--root", root, expect=0)
    assert "canary-name" in everything(root / "build" / "site")
    backlog("build", "--root", root, "--profile", "insurer", expect=0)
    assert "canary" not in everything(root / "build" / "site")


@pytest.mark.parametrize(
    "said",
    [
        "profile: pubilc\n",
        "profil: public\n",
        "Profile: public\n",
        "profile: [public]\n",
        "profile: {public: true}\n",
        "profile: 3\n",
        "profile: public\n  - [\n",
        "profile: public\nprofile: internal\n",
        "- profile\n",
        "\x00profile: public\n",
        "profile: public\n# \udce4\n",
        "profile:\n",
        "profiles: insurer\n",
        "default_profile: insurer\n",
        "site_profile: insurer\n",
        "site: {profile: insurer}\n",
        "site:\n  readers: insurer\n",
        "readers: insurer\n",
        "audience: outside\n",
        "owner: [public]\n",
        "snapshots: {profile: insurer}\n",
        "roles:\n  Head of IT: [harbour]\n  profile: insurer\n",
        "owners:\n  - Head of IT\n  - profile: insurer\n",
        "organisation: >\n  Harbour\n  profile: insurer\n",
        "# profile: insurer\n",
        "organisation: Harbour # profile: 'public'\n",
    ],
)
def test_a_profile_that_cannot_be_read_is_a_usage_error(tmp_path: Path, said: str) -> None:
    """The default shows everything, so a slip of the pen ends the command; naming the profile gets past it."""
    (tmp_path / "backlog.yml").write_bytes(said.encode("utf-8", "surrogateescape"))
    with pytest.raises(WrongUsage) as ending:
        choose(load(tmp_path, today=TODAY), None)
    assert "backlog.yml" in (ending.value.where or "")
    assert "profile" in (ending.value.hint or "")
    assert choose(load(tmp_path, today=TODAY), "public") is PROFILES["public"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("", "internal"),
        ("profile: insurer\n", "insurer"),
        ("profile: public\nbands: x\n", "public"),
        ("bands: x\n", "internal"),
        ("# A site for our insurer is built with --profile.\nbands: [60, 70]\n", "internal"),
        ("# profile: internal\n", "internal"),
        ("# profile: public\nprofile: internal\n", "internal"),
        ("acceptence_months: 6\n", "internal"),
        ("profile: internal\nreaders: insurer\n", "internal"),
        ("roles: {Insurer: [harbour-insurer]}\n", "internal"),
    ],
)
def test_other_mistakes_in_the_settings_do_not_hide_the_profile(tmp_path: Path, said: str, name: str) -> None:
    """Other mistakes do not matter here: `backlog check` tells them."""
    (tmp_path / "backlog.yml").write_text(said, encoding="utf-8")
    assert choose(load(tmp_path, today=TODAY), None).name == name


@pytest.mark.parametrize("name", ["backlog.yaml", "Backlog.yml", "BACKLOG.YAML", ".backlog.yml", "backlog.yml.txt"])
@pytest.mark.parametrize("own", [None, "organisation: Harbour\n"])
def test_settings_under_another_name_are_refused(tmp_path: Path, name: str, own: str | None) -> None:
    """They are not read; what they say about the profile would be lost, also beside a backlog.yml without one."""
    (tmp_path / "decisions").mkdir()
    (tmp_path / name).write_text("profile: public\n", encoding="utf-8")
    if own is not None:
        (tmp_path / "backlog.yml").write_text(own, encoding="utf-8")
    with pytest.raises(WrongUsage) as ending:
        choose(load(tmp_path, today=TODAY), None)
    assert ending.value.where == name
    (tmp_path / "backlog.yml").write_text("profile: insurer\n", encoding="utf-8")
    assert choose(load(tmp_path, today=TODAY), None).name == "insurer"


@pytest.mark.parametrize("kind", ["dangling link", "folder"])
def test_settings_that_cannot_be_opened_are_refused(tmp_path: Path, kind: str) -> None:
    """A link to nowhere counts as a file that cannot be read, not as a missing one."""
    (tmp_path / "decisions").mkdir()
    if kind == "folder":
        (tmp_path / "backlog.yml").mkdir()
    else:
        (tmp_path / "backlog.yml").symlink_to(tmp_path / "nowhere.yml")
    with pytest.raises(WrongUsage) as ending:
        choose(load(tmp_path, today=TODAY), None)
    assert ending.value.where == "backlog.yml"


def test_no_site_for_readers_outside_while_the_settings_have_an_error(root: Path, backlog: RunBacklog) -> None:
    """Where `role:` stands for `roles:`, the logins that must not be shown are not known; inside nothing changes."""
    (root / "backlog.yml").write_text(SETTINGS.replace("roles:", "role:"), encoding="utf-8")
    for verb in ("build", "render"):
        finished = backlog(verb, "--root", root, "--profile", "insurer", expect=2)
        assert "role" in finished.stderr
    backlog("render", "--root", root, "--profile", "internal", expect=0)


@pytest.mark.parametrize("verb", ["build", "render", "serve"])
def test_an_unknown_profile_is_a_usage_error(verb: str, backlog: RunBacklog, tmp_path: Path) -> None:
    """On the command line: exit 2, with the names that there are."""
    finished = backlog(verb, "--profile", "everybody", expect=2)
    assert "insurer" in finished.stderr
    (tmp_path / "snapshots").mkdir()
    with pytest.raises(WrongUsage):
        choose(load(tmp_path, today=TODAY), "everybody")


def test_a_secret_or_the_tenants_id_ends_the_build(root: Path, backlog: RunBacklog) -> None:
    """A secret and the tenant's id in a text of a decision: exit 3, file and line; the last good site stays."""
    site = root / "build" / "site"
    before = everything(site)
    text = DECISION.replace("canary-rationale", f"Tenant {TENANT}, token {TOKEN}.")
    (root / "decisions" / "Carried.md").write_text(text, encoding="utf-8")
    finished = backlog("build", "--root", root, expect=3)
    for words in ("the tenant's id", "a GitHub token", "board.html, line ", "what to do"):
        assert words in finished.stderr, words
    assert TOKEN not in finished.stderr
    assert TENANT not in finished.stderr.lower()
    assert finished.stdout == ""
    assert everything(site) == before
    assert not (root / "build" / "site.new").exists()


def test_a_mail_address_is_a_warning_inside_and_an_error_outside(root: Path, backlog: RunBacklog) -> None:
    """Where compensating controls name a mailbox: a warning inside, the insurer's site is not built."""
    mailbox = "night.watch@harbour-mail.example"
    text = DECISION.replace("Watched at night", f"Watched by {mailbox}")
    text = text.replace("approver: Managing Director", f"approver: {PERSON}")
    (root / "decisions" / "Carried.md").write_text(text, encoding="utf-8")
    inside = backlog("build", "--root", root, expect=0)
    assert "Check this: a mail address (n…@harbour-mail.example): " in inside.stderr
    shutil.rmtree(root / "build")
    outside = backlog("build", "--root", root, "--profile", "insurer", expect=3)
    assert "a mail address (n…@…)" in outside.stderr
    assert "the name of a committer or approver" in outside.stderr
    assert mailbox not in outside.stderr
    assert PERSON not in outside.stderr
    assert not (root / "build" / "site").exists()
    backlog("build", "--root", root, "--profile", "public", expect=0)


def people_tenant(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A history that names people in every way that Git knows."""
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Kim")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "kimberley.o-neill@harbour.example")
    repository = Repository(root)
    repository.git("switch", "--quiet", "--create", "side")
    repository.write("decisions/README.md", "Side.\n")
    repository.git("add", "--all")
    message = """Write a page

Co-authored-by: Zo\u00eb  Quist <zq@harbour.example>
Signed-off-by: Franc\u0327ois Lef\u00e8vre <f@harbour.example>
reviewed-by: @wadmin-two
"""
    repository.git(
        "commit", "--quiet", "--message", message, "--author=Merged Author <1+gitbert@users.noreply.github.com>"
    )
    repository.git("switch", "--quiet", "main")
    repository.write(
        ".mailmap", "Proper Spelling <perdita@harbour.example>\nOther Proper <x@y.example> Odd Spelling <o@y.example>\n"
    )
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Spell names", "--author=Odd Spelling <o@y.example>")
    repository.merge("side", "Merge", "2026-10-02T12:00:00+00:00")


NAMED = {
    "author of another file": PERSON,
    "author on a merged branch": "Merged Author",
    "login of an address without reply": "gitbert",
    "committer with three letters": "Kim",
    "name in an address": "Kimberley O'Neill",
    "co-author, with two blanks and an accent": "zoe quist",
    "signer, typed with combining marks": "Franc\u0327ois Lefe\u0300vre",
    "login of a reviewer": "wadmin-two",
    "name that .mailmap gives": "Proper Spelling",
    "name that .mailmap replaces": "Odd Spelling",
    "name of .mailmap for an address": "Other Proper",
    "login of the settings": "Canary-Login",
}


@pytest.fixture(scope="module")
def peopled(sites: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tenant, with people everywhere in its history."""
    root = tmp_path_factory.mktemp("people") / "tenant"
    shutil.copytree(sites["internal"].parents[1], root)
    with pytest.MonkeyPatch.context() as patch:
        people_tenant(root, patch)
    return root


@pytest.mark.parametrize("name", NAMED.values(), ids=NAMED.keys())
def test_everybody_in_the_history_is_looked_for(peopled: Path, backlog: RunBacklog, name: str) -> None:
    """An insurer's pages are not written while a shown text names somebody of the repository, in whatever role."""
    text = DECISION.replace("Watched at night", f"Watched by {name} at night")
    (peopled / "decisions" / "Carried.md").write_text(text, encoding="utf-8")
    finished = backlog("render", "--root", peopled, "--profile", "insurer", expect=3)
    assert "the name of a committer or approver" in finished.stderr
    assert "decisions/Carried.md" in finished.stderr
    assert name.lower() not in finished.stderr.lower()


def test_a_role_is_nobody_of_the_history(peopled: Path, backlog: RunBacklog) -> None:
    """Words that are parts of names, and roles, end nothing."""
    text = DECISION.replace("Watched at night", "Merged by a proper person with odd spellings and a kimono")
    (peopled / "decisions" / "Carried.md").write_text(text, encoding="utf-8")
    backlog("render", "--root", peopled, "--profile", "insurer", expect=0)


@pytest.mark.parametrize("verb", ["render", "build"])
def test_pages_that_must_not_be_seen_are_not_written(root: Path, backlog: RunBacklog, verb: str) -> None:
    """Pages for readers outside are searched before they are written; those of before stay."""
    backlog("render", "--root", root, "--profile", "insurer", expect=0)
    before = contents(root / "build" / "pages")
    text = DECISION.replace("Watched at night", "Watched by night.watch@harbour-mail.example")
    (root / "decisions" / "Carried.md").write_text(text, encoding="utf-8")
    finished = backlog(verb, "--root", root, "--profile", "insurer", expect=3)
    assert "a mail address (n…@…): decisions/Carried.md." in finished.stderr
    assert "Nothing was written" in finished.stderr
    assert contents(root / "build" / "pages") == before


def test_rendered_pages_of_readers_inside_are_searched_for_secrets(root: Path, backlog: RunBacklog) -> None:
    """`render` is a way to a site, too: what ends a build ends it, and an address is a remark."""
    text = DECISION.replace("canary-rationale", "Ask night.watch@harbour-mail.example.")
    (root / "decisions" / "Carried.md").write_text(text, encoding="utf-8")
    assert "Check this: a mail address (n…@" in backlog("render", "--root", root, expect=0).stderr
    (root / "decisions" / "Carried.md").write_text(text.replace("Ask", f"Use {TOKEN}, ask"), encoding="utf-8")
    finished = backlog("render", "--root", root, expect=3)
    assert "a GitHub token" in finished.stderr
    assert TOKEN not in finished.stderr


@pytest.mark.parametrize("tenant_id", ["String", "harbour", "tenant-4711-prod"])
def test_an_id_that_is_no_guid_ends_no_build(root: Path, backlog: RunBacklog, tenant_id: str) -> None:
    """Files that people made anonymous have words for ids: no other text is blamed, and readers outside see no id."""
    for file in (root / "snapshots").rglob("*.json"):
        file.write_text(file.read_text(encoding="utf-8").replace(TENANT, tenant_id), encoding="utf-8")
    text = DECISION.replace("Watched at night", f"Watched by {tenant_id.upper()} at night")
    (root / "decisions" / "Carried.md").write_text(text, encoding="utf-8")
    backlog("render", "--root", root, "--profile", "insurer", expect=0)
    shown = html.unescape((root / "build" / "pages" / "register.md").read_text(encoding="utf-8"))
    assert "Watched by [tenant id] at night" in shown
    assert tenant_id.upper() not in shown
    if tenant_id != "tenant-4711-prod":
        backlog("build", "--root", root, expect=0)


def test_a_name_in_an_entry_that_has_ended_is_left_out(root: Path, backlog: RunBacklog) -> None:
    """Nobody can change what has ended, so it does not end every build; the rest of the entry is shown."""
    repository = Repository(root)
    named = DECISION.replace("approver: Managing Director", f"approver: {PERSON}").replace("Watched at", "Locked at")
    repository.write("decisions/Carried.md", named)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Name", when="2026-11-21T13:00:00+00:00")
    backlog("render", "--root", root, "--profile", "insurer", expect=3)
    repository.write("decisions/Carried.md", COVER.replace("Covered", "Carried"))
    repository.git("commit", "--quiet", "--all", "--message", "Cover", when="2026-11-21T14:00:00+00:00")
    backlog("build", "--root", root, "--profile", "insurer", expect=0)
    rows = json.loads((root / "build" / "site" / "downloads" / "register.json").read_text(encoding="utf-8"))["rows"]
    (ended,) = [row for row in rows if row["section"] == "ended" or row["ended"]]
    assert (ended["approver"], ended["compensating"]) == ("(left out)", "Locked at night")
    assert PERSON not in everything(root / "build" / "site")


def test_options_that_are_not_in_force_are_pointed_out(root: Path, backlog: RunBacklog) -> None:
    """A mistyped option keeps its default: a build for readers inside says so, and does not end."""
    (root / "backlog.yml").write_text(f"{SETTINGS}acceptence_months: 6\n", encoding="utf-8")
    said = backlog("render", "--root", root, expect=0).stderr
    assert "Check this: 1 error in backlog.yml" in said
    assert "acceptence_months" in said


def test_a_login_of_older_settings_is_looked_for(root: Path, backlog: RunBacklog) -> None:
    """A login that the settings no longer list still belongs to a person."""
    repository = Repository(root)
    repository.write("backlog.yml", SETTINGS.replace("canary-login", "other-login"))
    repository.git("commit", "--quiet", "--all", "--message", "Change", when="2026-11-21T14:00:00+00:00")
    text = DECISION.replace("Watched at night", "Watched by canary-login at night")
    repository.write("decisions/Carried.md", text)
    backlog("render", "--root", root, "--profile", "insurer", expect=3)


def test_without_git_no_names_are_known(root: Path, backlog: RunBacklog) -> None:
    """A site for readers outside that is made from a plain folder says what was not looked for."""
    shutil.rmtree(root / ".git")
    assert (
        "no names of people were looked for"
        in backlog("render", "--root", root, "--profile", "insurer", expect=0).stderr
    )
    assert "no names of people" not in backlog("render", "--root", root, expect=0).stderr


def test_the_organisation_is_shortened_for_readers_outside(root: Path, backlog: RunBacklog) -> None:
    """Its name is people's text as any other: no links and no tickets in titles, files and headings."""
    text = SETTINGS.replace("Harbour Logistics", "Harbour Logistics https://tickets.example/1 SEC-4711")
    (root / "backlog.yml").write_text(text, encoding="utf-8")
    for readers in ("insurer", "public"):
        backlog("build", "--root", root, "--profile", readers, expect=0)
        shown = everything(root / "build" / "site")
        assert "Harbour Logistics (link left out) (ticket left out)" in shown
        assert "sec-4711" not in shown.lower()  # the digits alone may be part of a digest
        assert "tickets.example" not in shown
