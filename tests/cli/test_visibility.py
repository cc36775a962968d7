# SPDX-License-Identifier: Apache-2.0
"""`backlog visibility`: who could read the site, asked of a simulated GitHub; what is unknown is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from secure_score_backlog.site import static_web_app
from tests.support.bare_folder import measured
from tests.support.loopback import Request, Response
from tests.support.running import RunBacklog
from tests.support.simulated_github import HERE, SimulatedGitHub

TENANT = "6f1d3c4a-0000-4000-8000-0123456789ab"


@pytest.fixture
def github() -> Iterator[SimulatedGitHub]:
    """A private repository without GitHub Pages."""
    with SimulatedGitHub() as server:
        yield server


@pytest.fixture
def tenant(tmp_path: Path) -> Path:
    """A folder with a few days."""
    return measured(tmp_path / "tenant")


@pytest.mark.parametrize("profile", ["internal", "insurer"])
@pytest.mark.parametrize(
    "case",
    [
        ("pages", "private", True, "Anybody on the internet could read the site"),
        ("pages", "internal", True, "Anybody on the internet could read the site"),
        ("pages", "private", None, "not switched on"),
        ("pages", "public", True, "The repository is public"),
        ("pages", "public", False, "The repository is public"),
        ("pages", "unheard-of", False, "It is unknown who can read"),
        ("artifact", "public", None, "The repository is public"),
        ("artifact", "unheard-of", None, "It is unknown who can read"),
        ("pack", "public", None, "anybody could read a pack"),
        ("pack", "unheard-of", None, "It is unknown who can read"),
    ],
)
def test_what_the_world_could_read_is_refused(
    tenant: Path, backlog: RunBacklog, github: SimulatedGitHub,
    case: tuple[str, str, bool | None, str], profile: str,
) -> None:  # fmt: skip
    """Public Pages of a private repository, a public repository, Pages that are off, and what is unknown: exit 3."""
    place, visibility, public, said = case
    github.visibility, github.pages_public = visibility, public
    if visibility == "unheard-of":
        github.responders = [lambda r: Response.of_json(200, {"visibility": "x"}) if r.path == HERE else None]
    finished = backlog(
        "visibility", "--for", place, "--profile", profile, cwd=tenant, environment=github.environment, expect=3
    )
    assert said in finished.stderr
    assert finished.stdout == ""


@pytest.mark.parametrize(
    "case",
    [
        ("pages", "private", False, "those who can read the repository"),
        ("pages", "internal", False, "every member of the enterprise"),
        ("artifact", "private", None, "those who can read the repository"),
        ("pack", "private", None, "A pack can be read by those who can read the repository"),
        ("pack", "internal", None, "every member of the enterprise"),
    ],
)
def test_what_only_readers_of_the_repository_see_may_go(
    tenant: Path, backlog: RunBacklog, github: SimulatedGitHub,
    case: tuple[str, str, bool | None, str],
) -> None:  # fmt: skip
    """Private Pages and artifacts of a private repository; the readers are told."""
    place, visibility, public, readers = case
    github.visibility, github.pages_public = visibility, public
    finished = backlog("visibility", "--for", place, cwd=tenant, environment=github.environment, expect=0)
    assert readers in finished.stdout
    finished = backlog("visibility", "--for", place, "--json", cwd=tenant, environment=github.environment, expect=0)
    assert json.loads(finished.stdout)["for"] == place


def test_a_pack_may_not_go_where_a_public_site_may(tenant: Path, backlog: RunBacklog, github: SimulatedGitHub) -> None:
    """The profile of the site says nothing about a pack, which holds more."""
    github.visibility = "public"
    options = ("visibility", "--for", "pack", "--profile", "public")
    assert "Nothing is published" in backlog(*options, cwd=tenant, environment=github.environment, expect=3).stderr


def test_a_public_profile_may_go_anywhere(tenant: Path, backlog: RunBacklog, github: SimulatedGitHub) -> None:
    """Nobody is asked, so no token is needed either."""
    finished = backlog("visibility", "--for", "pages", "--profile", "public", cwd=tenant, expect=0)
    assert "everybody" in finished.stdout
    assert github.requests == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response.of_json(403, {"message": "Resource not accessible by integration"}), "`pages: read`"),
        (Response.of_json(200, {"public": "no"}), "It is unknown who can read its GitHub Pages"),
        (Response.of_json(200, {}), "It is unknown who can read its GitHub Pages"),
        (Response.of_json(200, []), "It is unknown who can read its GitHub Pages"),
        (Response(200, {}, b"<html>"), "cannot be used"),
        (Response.of_json(500, {"message": "boom"}), "GitHub failed"),
    ],
)
def test_what_github_does_not_say_counts_as_public(
    tenant: Path, backlog: RunBacklog, github: SimulatedGitHub, answer: Response, said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A missing permission, an odd answer, a failure: exit 3, and what to do."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def odd(request: Request) -> Response | None:
        return answer if request.path.endswith("/pages") else None

    github.responders = [odd]
    finished = backlog("visibility", "--for", "pages", cwd=tenant, environment=github.environment, expect=3)
    assert said in finished.stderr


def test_settings_with_a_doubt_about_the_profile_are_refused(tenant: Path, backlog: RunBacklog) -> None:
    """As for a build: what may mean a profile and does not say it stops the command."""
    (tenant / "backlog.yml").write_text("profil: public\n", encoding="utf-8")
    assert "unknown who the site is for" in backlog("visibility", "--for", "pages", cwd=tenant, expect=2).stderr


def test_azure_needs_the_file_beside_the_site(tenant: Path, backlog: RunBacklog) -> None:
    """Without the setting, and without the built file, anybody could read it; changed by hand it is refused too."""
    assert "static_web_app" in backlog("visibility", "--for", "azure", cwd=tenant, expect=3).stderr
    (tenant / "backlog.yml").write_text(f"static_web_app: {{tenant: {TENANT}}}\n", encoding="utf-8")
    assert "backlog build" in backlog("visibility", "--for", "azure", cwd=tenant, expect=3).stderr
    backlog("build", cwd=tenant, expect=0)
    finished = backlog("visibility", "--for", "azure", cwd=tenant, expect=0)
    assert TENANT in finished.stdout
    assert "Standard plan" in finished.stdout
    file = tenant / "build" / "site" / static_web_app.PATH
    content = json.loads(file.read_text(encoding="utf-8"))
    registration = content["auth"]["identityProviders"]["azureActiveDirectory"]["registration"]
    assert registration["openIdIssuer"] == f"https://login.microsoftonline.com/{TENANT}/v2.0"
    assert content["routes"] == [{"allowedRoles": ["authenticated"], "route": "/*"}]
    assert content["responseOverrides"]["401"]["redirect"].startswith("/.auth/login/aad")
    backlog("build", cwd=tenant, expect=0)  # the file is part of the site that may be replaced
    file.write_text(file.read_text(encoding="utf-8").replace("authenticated", "anonymous"), encoding="utf-8")
    assert "backlog build" in backlog("visibility", "--for", "azure", cwd=tenant, expect=3).stderr


@pytest.mark.parametrize("tenant_id", ["common", "organizations", "consumers", "x", "https://evil"])
def test_only_one_tenant_can_be_named(tenant: Path, backlog: RunBacklog, tenant_id: str) -> None:
    """The words with which Entra means accounts of any tenant are an error, and protect nothing."""
    (tenant / "backlog.yml").write_text(f"static_web_app: {{tenant: '{tenant_id}'}}\n", encoding="utf-8")
    assert "settings-wrong-value" in backlog("check", cwd=tenant, expect=1).stdout
    assert backlog("visibility", "--for", "azure", cwd=tenant).returncode in {2, 3}
