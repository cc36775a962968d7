# SPDX-License-Identifier: Apache-2.0
"""Checks of the way to Microsoft Graph: credential, token, permission, answer (docs/method.md#graph)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from secure_score_backlog import wording
from secure_score_backlog.doctor.checked import Checked, not_checked, ok, refused, warning, wrong
from secure_score_backlog.errors import BacklogError
from secure_score_backlog.graph.credentials import (
    CERTIFICATE_SOON,
    ClientCertificate,
    ClientSecret,
    Credential,
    DeviceCode,
    GitHubIdentity,
)
from secure_score_backlog.graph.tokens import PERMISSION, Claims
from secure_score_backlog.http_client import Unreachable
from secure_score_backlog.problems import Problem
from secure_score_backlog.text import shortened

OF_EVERY_PERSON = frozenset({"openid", "profile", "email", "offline_access", "User.Read"})
"""What a person's token holds beside the permission that was asked for."""
MOST_NAMED = 5
"""Permissions or problems that a sentence lists."""
IN_ENTRA = "In Entra, App registrations, your application, API permissions"


def credential(
    found: Credential | BacklogError,
    *,
    today: date,
    ends: date | BacklogError | None,
    wanted: bool,
    by_script: str = "",
    workflow: str = "",
) -> Checked:
    """Which credential the environment holds.

    Args:
        found: The credential, or why there is none.
        today: Today (UTC).
        ends: The last day of a certificate, or why it cannot be read; None for any other credential.
        wanted: False where nothing was set that a sign-in needs, as at a desk.
        by_script: The command that runs these checks signed in like the scheduled task; empty where there is none.
        workflow: The file of the workflow that signs in; empty where there is none.
    """
    code = "credential"
    if isinstance(found, BacklogError):
        if by_script and not wanted:
            return not_checked(code, "The script signs in, and this terminal does not.", f"Run `{by_script}`.")
        if workflow and not wanted:
            fix = f"Run: gh workflow run {workflow}. If it cannot sign in, it says why."
            return not_checked(code, "The workflow signs in, and this terminal does not.", fix)
        return refused(code, found) if wanted else not_checked(code, found)
    match found:
        case ClientSecret():
            fix = "Where a workflow signs in: trust GitHub's OIDC token instead, and delete the secret in Entra."
            return warning(code, "A client secret. Whoever reads it can sign in, and it expires.", fix)
        case ClientCertificate():
            return certificate(ends, today)
        case GitHubIdentity():
            return ok(code, "GitHub's OIDC token of this workflow: no secret is stored anywhere.")
        case DeviceCode():
            return ok(code, "A person, who enters a code in a browser.")
        case _:
            return ok(code, "A token obtained elsewhere (GRAPH_TOKEN), good for about an hour.")


def certificate(ends: date | BacklogError | None, today: date) -> Checked:
    """Whether the certificate can be used, and for how long."""
    if isinstance(ends, BacklogError) or ends is None:
        return refused("credential", ends) if ends else ok("credential", "A certificate with its private key.")
    what = f"A certificate with its private key. Its last day is {wording.day(ends)}"
    fix = "Make a new one, add it to the app in Entra, and put it in the place of the old one."
    if ends < today:
        return wrong("credential", f"{what}, which has passed.", fix)
    if ends - today <= CERTIFICATE_SOON:
        return warning("credential", f"{what}, in {wording.plural((ends - today).days, 'day')}.", fix)
    return ok("credential", f"{what}.")


def token(found: Claims | BacklogError) -> Checked:
    """Whether signing in gives a token.

    Args:
        found: The claims of the token, or why there is none.
    """
    if isinstance(found, Unreachable):
        return not_checked("token", found)
    if isinstance(found, BacklogError):
        return refused("token", found)
    return ok("token", "The sign-in service gives a token.")


def permission(found: Claims) -> Checked:
    """Whether the token may read Secure Score, and nothing else."""
    code = "permission"
    if not found.readable:
        return not_checked(code, "The token cannot be read, so it is unknown what it may do.")
    kind = "delegated" if found.delegated else "application"
    if not found.permitted:
        fix = f"{IN_ENTRA}: add {PERMISSION} as {kind} permission, and grant admin consent."
        return wrong(code, f"The token lacks the {kind} permission {PERMISSION}.", fix)
    more = sorted(found.permissions - {PERMISSION} - (OF_EVERY_PERSON if found.delegated else set()))
    if more:
        named = ", ".join(shortened(each) for each in more[:MOST_NAMED])
        named += f" and {len(more) - MOST_NAMED} more" if len(more) > MOST_NAMED else ""
        needs = f"{IN_ENTRA}: remove all but {PERMISSION}, and their admin consent."
        if PERMISSION not in found.permissions:
            needs = f"{IN_ENTRA}: add {PERMISSION}, grant admin consent, then remove the others."
        return warning(code, f"The token may do more than is needed: {named}.", needs)
    return ok(code, f"The token has the {kind} permission {PERMISSION}, and no other.")


@dataclass(frozen=True, slots=True)
class Answered:
    """What Graph answered, in figures."""

    days: int
    newest: date
    recommendations: int
    pages: int
    problems: tuple[Problem, ...] = ()
    """What is missing or odd in the answer."""


def graph(found: Answered | BacklogError, today: date, longest: int) -> Checked:
    """Whether Graph answers in full.

    Args:
        found: What it answered, or why it did not.
        today: Today (UTC).
        longest: Days after which a missing new day is odd.
    """
    code = "graph"
    if isinstance(found, Unreachable):
        return not_checked(code, found)
    if isinstance(found, BacklogError):
        return refused(code, found)
    what = (
        f"Graph gives {wording.plural(found.days, 'day')}, the newest of {wording.day(found.newest)}, and "
        f"{wording.plural(found.recommendations, 'recommendation')}, on {wording.plural(found.pages, 'page')}."
    )
    if not found.recommendations:
        return wrong(code, f"{what} Without recommendations nothing can be decided.", "Run it again tomorrow.")
    if (today - found.newest).days > longest:
        fix = "If the portal shows a newer score, report it to Microsoft; if it does not, check this machine's clock."
        return warning(code, what, fix)
    if found.problems:
        said = " ".join(each.message for each in found.problems[:MOST_NAMED])
        if all(each.needs_nobody for each in found.problems):
            return ok(code, f"{what} {said} {_hints(found.problems[:MOST_NAMED])}")
        return warning(code, f"{what} {said}", _hints(found.problems[:MOST_NAMED]))
    return ok(code, f"{what} Every field that this tool needs is there.")


def _hints(problems: Iterable[Problem]) -> str:
    return " ".join(dict.fromkeys(each.hint for each in problems))
