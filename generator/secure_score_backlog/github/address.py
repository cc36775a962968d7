# SPDX-License-Identifier: Apache-2.0
"""Which repository is asked about, where GitHub is, and the token: by the names that GitHub itself gives them.

A workflow run has all of these but the token in its environment; GitHub Enterprise works by the same variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.github.errors import READING, Needs
from secure_score_backlog.http_client import check_address
from secure_score_backlog.text import shown

API = "https://api.github.com"
REPOSITORY = re.compile(r"(?P<owner>[A-Za-z0-9_][A-Za-z0-9_-]{0,99})/(?P<name>(?!\.{1,2}$)[A-Za-z0-9._-]{1,100})")
TOKEN = re.compile(r"[!-~]{1,4096}")
TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")


@dataclass(frozen=True, slots=True)
class Address:
    """One repository on one GitHub, and the token that is sent to it."""

    owner: str
    name: str
    api: str
    """Root of the REST interface, without a slash at the end."""
    graphql: str
    token: str = field(repr=False)
    needs: Needs = READING
    """What the token must be allowed; named where GitHub refuses it."""

    @property
    def repository(self) -> str:
        """As `owner/name`."""
        return f"{self.owner}/{self.name}"

    def rest(self, path: str) -> str:
        """The address of something in the repository, such as `issues/12`; empty: of the repository itself."""
        return f"{self.api}/repos/{self.owner}/{self.name}/{path}".rstrip("/")


def find_address(environment: Mapping[str, str], repository: str | None = None, needs: Needs = READING) -> Address:
    """The address that the environment gives.

    Args:
        environment: GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_GRAPHQL_URL, and GITHUB_TOKEN or GH_TOKEN.
        repository: `owner/name`, before GITHUB_REPOSITORY.
        needs: What the token is used for.

    Raises:
        WrongUsage: A value cannot be what it should be.
        CannotProceed: Repository or token are not given.
    """
    owner, name = repository_named(environment, repository).split("/")
    given = environment.get("GITHUB_API_URL", "").strip()
    api = check_address(given or API, "GITHUB_API_URL", API)
    graphql = environment.get("GITHUB_GRAPHQL_URL", "").strip() or graphql_beside(api)
    graphql = check_address(graphql, "GITHUB_GRAPHQL_URL", f"{API}/graphql")
    return Address(owner, name, api, graphql, _token(environment, needs), needs)


def graphql_beside(api: str) -> str:
    """The address of GraphQL that belongs to one of REST: GitHub Enterprise Server has it beside `/api/v3`."""
    return f"{api.removesuffix('/v3')}/graphql" if urlsplit(api).path.endswith("/api/v3") else f"{api}/graphql"


def repository_named(environment: Mapping[str, str], repository: str | None = None) -> str:
    """OWNER/NAME of the repository; errors as for `find_address`."""
    named = (repository or environment.get("GITHUB_REPOSITORY", "")).strip()
    where = "--repository" if repository else "GITHUB_REPOSITORY"
    if not named:
        raise CannotProceed(
            "It is not known which repository on GitHub this is.",
            where="GITHUB_REPOSITORY",
            hint="Name it: --repository OWNER/NAME. A workflow run knows it by itself.",
        )
    if not REPOSITORY.fullmatch(named):
        raise WrongUsage(
            f"{shown(named)} is not a repository on GitHub.",
            where=where,
            hint="Write it as OWNER/NAME, without host.",
        )
    return named


def _token(environment: Mapping[str, str], needs: Needs) -> str:
    for name in TOKENS:
        token = environment.get(name, "").strip()
        if token and not TOKEN.fullmatch(token):
            raise WrongUsage(
                f"{name} holds characters that no token has.",
                where=name,
                hint="Set it to the token alone, on a line.",
            )
        if token:
            return token
    raise CannotProceed(
        "GitHub cannot be asked without a token.", where=" or ".join(TOKENS), hint=needs.how_to_give_one
    )
