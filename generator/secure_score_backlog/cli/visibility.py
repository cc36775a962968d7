# SPDX-License-Identifier: Apache-2.0
"""`backlog visibility`: who could read the site where it is going to be published; refused where that is the world."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import read_file
from secure_score_backlog.github.address import find_address
from secure_score_backlog.github.client import GitHub, connect
from secure_score_backlog.github.errors import LOOKING, UNTOUCHED
from secure_score_backlog.github.visibility import Visibility, pages_are_public, visibility_of
from secure_score_backlog.settings import ProfileName
from secure_score_backlog.site import profiles, static_web_app
from secure_score_backlog.site.rendering import SITE
from secure_score_backlog.wording import lower_first
from secure_score_backlog.workspace import load

REFUSED = "Nothing is published."
PROFILE_HINT = "For the world build `--profile public`."
READERS = {
    Visibility.PRIVATE: "those who can read the repository",
    Visibility.INTERNAL: "every member of the enterprise, who can read the repository",
}
SECONDS = 60.0


@click.command()
@options.root
@options.as_json
@options.profile
@click.option(
    "--for",
    "place",
    type=click.Choice(("pages", "artifact", "azure", "pack")),
    required=True,
    help="Where the site goes: GitHub Pages, an artifact of the workflow's run, or Azure Static Web Apps. pack: a pack "
    "for insurers and auditors, as an artifact or a release.",
)
@options.repository
@options.verbose
def command(
    *, root: Path, as_json: bool, profile: str | None, place: str, repository: str | None, verbose: bool
) -> int:
    """Ask who could read the site, and refuse to go on where an internal or insurer site could be read by the world.

    What is unknown counts as public. A site of the profile public may go anywhere, and nobody is asked. A pack may not,
    whatever the profile of the site is.

    \b
    Addresses and token are read by GitHub's own names, for pages and artifact:
      GITHUB_REPOSITORY                    owner/name, or --repository
      GITHUB_TOKEN or GH_TOKEN             with read access to pages
      GITHUB_API_URL                       for GitHub Enterprise

    For azure nothing is asked: the built site must hold the file that makes Azure ask for an account of your tenant.

    Exit 0: the site may be published. Exit 3: refused, or it cannot be known.
    """  # noqa: D301 - \b keeps the table as it is
    chosen = profiles.choose(load(root, today=options.now().date()), profile)
    log = output.say if verbose else lambda _: None

    def ask() -> GitHub:
        return connect(find_address(os.environ, repository, LOOKING), seconds=SECONDS, log=log)

    if place == "pack":
        return told(place, "", readers_of_pack(ask), as_json=as_json)
    if chosen.name == ProfileName.PUBLIC:
        readers = "everybody, as the profile public allows"
    else:
        readers = PLACES[place](root, chosen.name, ask)
    return told(place, chosen.name, readers, as_json=as_json)


def told(place: str, profile: str, readers: str, *, as_json: bool) -> int:
    """Print who can read it."""
    if as_json:
        result = {"for": place, **({"profile": profile} if profile else {}), "readers": readers}
        output.product_json(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        what = f"The site (profile {profile})" if profile else "A pack"
        output.product(f"{what} can be read by {readers}.")
    return 0


def readers_of_pack(ask: Callable[[], GitHub]) -> str:
    """Who could read a pack in the repository; CannotProceed where that is everybody."""
    github = ask()
    found = visibility_of(github)
    if found is Visibility.PUBLIC:
        raise CannotProceed(
            "The repository is public: anybody could read a pack in its artifacts and releases, and a pack holds where "
            "you are vulnerable.",
            where=github.address.rest(""),
            hint=f"{REFUSED} Make the repository private (Settings, General, Danger Zone, Change visibility), or make "
            "the pack on a computer of your own.",
        )
    return READERS[found]


def on_pages(_: Path, profile: str, ask: Callable[[], GitHub]) -> str:
    """Who could read it on GitHub Pages."""
    github = ask()
    visibility = repository_of(github, profile)
    public = pages_are_public(github)
    if public is None:
        raise CannotProceed(
            "GitHub Pages is not switched on for this repository, so it is unknown who could read the site.",
            where=github.address.rest("pages"),
            hint=f"{UNTOUCHED} Settings, Pages, Source: GitHub Actions. On Enterprise Cloud choose the visibility "
            "Private there. On other plans such a site is public: take an artifact or Azure Static Web Apps instead.",
        )
    if public:
        raise CannotProceed(
            f"Anybody on the internet could read the site: GitHub Pages of this repository is public, and the site is "
            f"of the profile {profile}.",
            where=github.address.rest("pages"),
            hint=f"{REFUSED} On Enterprise Cloud choose Settings, Pages, Visibility: Private. On every other plan keep "
            "the site as an artifact (in the workflow: take the variable BACKLOG_DEPLOY_PAGES away), or put it behind "
            f"Entra with Azure Static Web Apps. {PROFILE_HINT}",
        )
    return READERS[visibility]


def in_artifact(_: Path, profile: str, ask: Callable[[], GitHub]) -> str:
    """Who could read it as an artifact of a run."""
    return READERS[repository_of(ask(), profile)]


def repository_of(github: GitHub, profile: str) -> Visibility:
    """Who can read the repository, with its decisions, logs and artifacts; CannotProceed where that is everybody."""
    found = visibility_of(github)
    if found is Visibility.PUBLIC:
        raise CannotProceed(
            f"The repository is public: anybody can read its decisions, snapshots and artifacts. The site is of the "
            f"profile {profile}.",
            where=github.address.rest(""),
            hint=f"{REFUSED} Make the repository private (Settings, General, Danger Zone, Change visibility). Where "
            f"its data is invented: {lower_first(PROFILE_HINT)}",
        )
    return found


def on_azure(root: Path, profile: str, _: Callable[[], GitHub]) -> str:
    """Who could read it on Azure Static Web Apps."""
    workspace = load(root, today=options.now().date())
    wanted = static_web_app.documents(workspace.settings)
    if not wanted:
        raise CannotProceed(
            f"Anybody could read the site: nothing makes Azure ask for an account of your tenant. The site is of the "
            f"profile {profile}.",
            where="backlog.yml",
            hint=f"{REFUSED} Set `static_web_app: {{tenant: ID}}` in backlog.yml, with the directory (tenant) ID.",
        )
    try:
        built = read_file(root, f"{SITE}/{static_web_app.PATH}")
    except OSError:
        built = b""
    if built != wanted[0].content:
        raise CannotProceed(
            f"The built site lacks {static_web_app.PATH} as the settings ask for it, so anybody could read it.",
            where=f"{SITE}/{static_web_app.PATH}",
            hint=f"{REFUSED} Run `backlog build` first, and change nothing in {SITE} afterwards.",
        )
    return (
        f"accounts of the Entra tenant {workspace.settings.static_web_app.tenant}, its guests included, once Azure "
        "applies the file: on the Standard plan, with an app registration for that tenant alone"
    )


PLACES: dict[str, Callable[[Path, str, Callable[[], GitHub]], str]] = {
    "pages": on_pages,
    "artifact": in_artifact,
    "azure": on_azure,
}
