# SPDX-License-Identifier: Apache-2.0
"""Links to GitHub's editor: right to the letter, short enough, a valid draft behind each, and for nobody outside."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.model import KEYS, Bucket
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.proposal import ANSWERS_BELOW, CHOSEN, Proposal
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.files import Document
from secure_score_backlog.schema import Need
from secure_score_backlog.settings import RepositorySettings, parse_settings
from secure_score_backlog.site.profiles import INSURER, INTERNAL, PUBLIC, Profile, documents
from secure_score_backlog.site.repository import (
    LONGEST_ADDRESS,
    change,
    commit,
    is_short_enough,
    proposals,
    propose,
)
from secure_score_backlog.snapshots.model import Observation, Recommendation
from tests.support.backlogs import backlog

PLACE = RepositorySettings("https://github.com/northwind/backlog")


def facts(place: RepositorySettings = PLACE) -> Facts:
    """Six recommendations, most of them decided, with a repository in the settings."""
    made = backlog()
    return replace(made, settings=replace(made.settings, repository=place))


def anchors(document: Document) -> list[tuple[str, str]]:
    """Address and attributes of each link to the repository."""
    text = document.content.decode()
    found = re.findall(r'<a ([^>]*)href="(https://github\.com/northwind/[^"]*)"([^>]*)>', text)
    return [(unescape(address), f"{before} {after}") for before, address, after in found]


def page(made: Facts, identifier: str) -> Document:
    """The page of one recommendation."""
    return next(each for each in documents(made, (), INTERNAL) if each.path == f"recommendations/{identifier}.md")


def test_an_undecided_one_is_proposed_by_bucket() -> None:
    """Four links, one for each bucket, each opens the editor for the right file with a draft of that bucket."""
    links = [link for link in anchors(page(facts(), "open")) if "/new/" in link[0]]
    assert len(links) == len(Bucket)
    for (address, attributes), bucket in zip(links, Bucket, strict=True):
        assert f"</em>: {CHOSEN[bucket]}." in page(facts(), "open").content.decode()
        parts = urlsplit(address)
        assert (parts.netloc, parts.path) == ("github.com", "/northwind/backlog/new/main")
        query = parse_qs(parts.query, strict_parsing=True)
        assert query["filename"] == ["decisions/Open.md"]
        decision, problems = read_decision(parse(query["value"][0], "decisions/Open.md"))
        assert [problem.code for problem in problems] == ["decision-draft"]
        assert decision is not None
        assert (decision.recommendation, decision.bucket, decision.draft) == ("Open", bucket, True)
        assert 'rel="noopener noreferrer"' in attributes
        assert "prefetch" not in attributes
    assert not [link for link in anchors(page(facts(), "open")) if "/edit/" in link[0]]


def test_a_decided_one_is_changed() -> None:
    """The link opens the committed file in the editor, and nothing is proposed anew."""
    found = anchors(page(facts(), "accept"))
    assert [address for address, _ in found if "/edit/" in address] == [
        "https://github.com/northwind/backlog/edit/main/decisions/Accept.md"
    ]
    assert not [address for address, _ in found if "/new/" in address]


def test_what_is_not_committed_or_was_deleted() -> None:
    """GitHub has no file that only the working tree has; a deleted one can be proposed again."""
    made = facts()
    status = made.statuses["Accept"]
    versions = status.versions
    uncommitted = tuple(replace(each, version=replace(each.version, commit="")) for each in versions)
    deleted = (*versions, replace(versions[-1], version=replace(versions[-1].version, blob=None), decision=None))
    for known in (uncommitted, deleted):
        decisions = replace(made.decisions, versions={**made.decisions.versions, "Accept": known})
        assert change(status, replace(made, decisions=decisions)) == ""


def test_branch_folder_and_another_host() -> None:
    """A subfolder, a branch with a slash and GitHub Enterprise; every part is encoded once."""
    place = RepositorySettings("https://git.example:8443/o/n", branch="trunk/stable", folder="tenants/a b")
    made = facts(place)
    assert change(made.statuses["Accept"], made) == (
        "https://git.example:8443/o/n/edit/trunk/stable/tenants/a%20b/decisions/Accept.md"
    )
    address = next(iter(proposals(made.statuses["Open"], made))).address
    assert address.startswith(
        "https://git.example:8443/o/n/new/trunk/stable?filename=tenants%2Fa%20b%2Fdecisions%2FOpen.md&"
    )
    assert made.head is not None
    assert commit(made, made.head) == f"https://git.example:8443/o/n/commit/{made.head.commit}"


def renamed(status: Status, identifier: str, title: str) -> Status:
    """A status of another recommendation."""
    return replace(status, recommendation=Recommendation(identifier, title))


@given(st.text(max_size=200), st.sampled_from(Bucket))
def test_no_title_breaks_out_of_the_draft(title: str, bucket: Bucket) -> None:
    """Line breaks, dashes, quotes and other scripts stay in one comment; the address is printable ASCII."""
    made = facts()
    status = renamed(made.statuses["Open"], "11770.MDA_Google-x", title)
    address = propose(PLACE, status, bucket, made)
    assert address.isascii()
    assert not set(address) & set(' "<>\\^`{|}')
    query = parse_qs(urlsplit(address).query, strict_parsing=True)
    decision, problems = read_decision(parse(query["value"][0], "decisions/11770.MDA_Google-x.md"))
    assert [problem.code for problem in problems] == ["decision-draft"]
    assert decision is not None
    assert (decision.recommendation, decision.bucket) == ("11770.MDA_Google-x", bucket)


@pytest.mark.parametrize("bucket", list(Bucket))
def test_a_draft_for_the_browser_asks_what_the_bucket_needs(bucket: Bucket) -> None:
    """Every required and asked key has its question above it, and no other key is there."""
    text = Proposal("X", "Title", bucket, 12, {("risk",): "high"}).text()
    wanted = [key.name for key in KEYS if key.need(bucket) in (Need.REQUIRED, Need.ASKED)]
    lines = text.split("\n")
    assert [line.split(":")[0] for line in lines if re.match(r"[a-z_]+:", line)] == [
        "recommendation", "draft", *(name for name in wanted if name != "recommendation")
    ]  # fmt: skip
    for group in ("accepted:", "covered:"):
        assert group not in lines or lines[lines.index(group) - 1] == f"# {ANSWERS_BELOW}"
    asked = [line for line, above in zip(lines[1:], lines, strict=False) if above.lstrip().startswith("# ")]
    for name in wanted:
        if name not in ("recommendation", "bucket", "accepted", "covered"):
            assert any(line.startswith(f"{name}:") for line in asked), name
    assert max(map(len, lines)) <= 140


def test_a_long_address_carries_less_of_the_draft() -> None:
    """Without its questions where these are too long, without a draft where even that is; never beyond the limit."""
    made, seen = facts(), []
    for length in range(0, 780, 10):
        place = replace(PLACE, folder="é" * length)
        address = propose(place, made.statuses["Open"], Bucket.ACCEPT, made)
        value = parse_qs(urlsplit(address).query).get("value", [""])[0]
        seen.append("questions" if "# " in value else "keys" if value else "nothing")
        assert is_short_enough(address)
    assert seen == sorted(seen, key=["questions", "keys", "nothing"].index)
    assert set(seen) == {"questions", "keys", "nothing"}


def test_the_roles_with_a_login_are_named_as_long_as_they_fit() -> None:
    """Who may approve on GitHub is said beside the question; a role without a login is not."""
    made, seen = facts(), []
    roles = {"Head of IT": ("it",), "Managing Director": ("md",), "Nobody": ()}
    made = replace(made, settings=replace(made.settings, roles=roles))
    for length in range(0, 780, 10):
        place = replace(PLACE, folder="é" * length)
        address = propose(place, made.statuses["Open"], Bucket.ACCEPT, made)
        value = parse_qs(urlsplit(address).query).get("value", [""])[0]
        asked = " ".join(value.replace("\n  # ", " ").split())
        named = "Not the owner. Roles with a login: Head of IT, Managing Director. approver:" in asked
        seen.append("roles" if named else "questions" if "Which role accepts this risk?" in asked else "less")
        assert "Nobody" not in value
    assert seen == sorted(seen, key=["roles", "questions", "less"].index)
    assert set(seen) == {"roles", "questions", "less"}


def test_the_limit_counts_the_way_over_the_sign_in_page() -> None:
    """That page carries the address encoded once more; the whole of it must fit."""
    address = "https://github.com/" + "%0A" * 1599
    assert len(address) < LONGEST_ADDRESS
    assert is_short_enough(address) is (len(quote(address, safe="")) <= LONGEST_ADDRESS)
    assert not is_short_enough(address + "%0A" * 2)


def test_ids_that_no_file_can_have_get_no_link() -> None:
    """What `decide` refuses is not proposed in the browser either."""
    made = facts()
    for identifier in ("a/b", "CON", "../x", "x."):
        assert list(proposals(renamed(made.statuses["Open"], identifier, "T"), made)) == []


def test_without_a_repository_there_is_no_link() -> None:
    """The page says how to begin with the command instead."""
    text = page(facts(RepositorySettings()), "open").content.decode()
    assert "backlog decide Open" in text
    assert "/new/" not in text


@pytest.mark.parametrize("profile", [INSURER, PUBLIC], ids=lambda profile: profile.name)
def test_readers_outside_get_no_link_to_the_repository(profile: Profile) -> None:
    """Neither a link nor the name of the repository is in any file of theirs; inside there is one."""
    for document in documents(facts(), (), profile):
        assert b"github.com/northwind" not in document.content, document.path
        assert b"northwind/backlog" not in document.content, document.path
    assert any(b"github.com/northwind" in document.content for document in documents(facts(), (), INTERNAL))


def test_commits_are_cited_with_a_link() -> None:
    """On the recommendation's page, to the very commit."""
    made = facts()
    text = page(made, "accept").content.decode()
    assert made.statuses["Accept"].newest is not None
    assert f'href="https://github.com/northwind/backlog/commit/{made.statuses["Accept"].newest.commit}"' in text


def test_the_portal_gives_the_reason() -> None:
    """Only for a bucket that has one."""
    made = facts()
    status = replace(
        made.statuses["Open"], observation=Observation(made.statuses["Open"].open_share, None, "ThirdParty")
    )
    texts = {link.label: unquote(link.address) for link in proposals(status, made)}
    assert "reason:+third-party" in texts["Not applicable"]
    assert "third-party\n" not in texts["Accept the risk"]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("northwind/backlog", "https://github.com/northwind/backlog"),
        ("https://github.com/northwind/backlog", "https://github.com/northwind/backlog"),
        ("https://github.com/northwind/backlog.git", "https://github.com/northwind/backlog"),
        ("https://github.com/northwind/backlog/", "https://github.com/northwind/backlog"),
        ("https://git.example:8443/o/n.x", "https://git.example:8443/o/n.x"),
    ],
)
def test_how_a_repository_is_written(written: str, url: str) -> None:
    """Short, as the browser shows it, and on another host; alone or with a branch."""
    for text in (f"repository: {written}\n", f"repository:\n  address: {written}\n  branch: trunk\n"):
        found = parse_settings(text.encode())
        assert found.problems == ()
        assert found.settings.repository.url == url
        assert found.settings.repository.branch == ("trunk" if "branch" in text else "main")


@pytest.mark.parametrize(
    "written",
    [
        "http://github.com/o/n", "javascript:alert(1)", "https://user:pass@github.com/o/n", "https://github.com/o",
        "https://github.com/o/n/tree/main", "https://github.com/o/n?x=1", "o", "o/..", "a b/c", "https://evil.example/'/x",
        "git@github.com:o/n.git", "//github.com/o/n", "7", "[o/n]", "{address: o/n, folder: ../x}",
        "{address: o/n, folder: /x}", "{address: o/n, branch: 'a..b'}", "{url: o/n}",
    ],
)  # fmt: skip
def test_what_is_no_repository_is_an_error(written: str) -> None:
    """No link is made of it; the hint shows the form."""
    found = parse_settings(f"repository: {written}\n".encode())
    assert [problem.severity.value for problem in found.problems] == ["error"]
    assert found.problems[0].line == 1
    assert found.settings.repository.url == "" or "folder" in written or "branch" in written
