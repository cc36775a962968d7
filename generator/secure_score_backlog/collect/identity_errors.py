# SPDX-License-Identifier: Apache-2.0
"""What a failed sign-in means and where to fix it (facts/graph.md 7.3 and 7.4).

Microsoft says that its codes may change, so they choose a hint and nothing else; Microsoft's words are always shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from secure_score_backlog.collect.claims import PERMISSION, Claims, plain
from secure_score_backlog.collect.clouds import Cloud
from secure_score_backlog.collect.credentials import Application
from secure_score_backlog.collect.endings import NOTHING_LOST, PERMISSION_OF_THE_JOB, UNTOUCHED
from secure_score_backlog.collect.wire import Reply, elsewhere, without_query
from secure_score_backlog.errors import CannotProceed

GITHUB = "https://token.actions.githubusercontent.com"
_FEDERATION = (
    "In Entra, App registrations, your application, Certificates & secrets, Federated credentials: take the scenario "
    "'Other issuer' and copy issuer, subject and audience letter for letter from below."
)
_TOO_LATE = "Nobody entered the code in time: run it again and follow the link at once."
_FORBIDDEN = (
    "A policy of the tenant forbids federated sign-in for applications: have an administrator allow it for this one, "
    "or use a certificate (AZURE_CLIENT_CERTIFICATE_PATH)."
)
HINTS: Mapping[str, str] = {
    "90002": "AZURE_TENANT_ID names no tenant of this cloud: check it, and --cloud.",
    "700016": "AZURE_CLIENT_ID names no application of this tenant: check both ids.",
    "7000215": "AZURE_CLIENT_SECRET is not the secret's value (perhaps its id): make a new secret, copy its Value.",
    "7000222": "The client secret has expired: make a new one, or change to GitHub's OIDC token: no secret to expire.",
    "700027": "The certificate has expired, or is not registered with this application. See its dates: if it has "
    "expired, make a new one. Then upload the public part to the app registration (Certificates & secrets).",
    "700024": "The sign-in proof is expired or not yet valid. With GitHub's OIDC token: run the job again. "
    "With a certificate: check its dates and this machine's clock.",
    "70025": "The application has no federated credential yet. If you know the repository below: add one. "
    f"{_FEDERATION}",
    "70021": "No federated credential fits this workflow. If you know the repository below: add one, or change the one "
    "that is meant for it. "
    f"{_FEDERATION}",
    "700211": f"The federated credential names another issuer. If the issuer below is GitHub's, or a GitHub Enterprise "
    f"Server of your own: add a credential for it. If you do not know it: change nothing. {_FEDERATION}",
    "700212": "The federated credential names another audience. If --cloud is given, check it first, as each cloud has "
    f"an audience of its own; else add a credential, or change the one that is meant for this workflow. {_FEDERATION}",
    "700213": "No federated credential names this subject. If you know the repository and the branch or environment "
    "in it: add a credential for them, and leave alone the ones that others use. If you do not know them: change "
    f"nothing, and find out who runs this workflow. {_FEDERATION}",
    "700223": _FORBIDDEN,
    "700238": _FORBIDDEN,
    "900382": "The tenant lies in another cloud than this sign-in service: check --cloud and AZURE_TENANT_ID first. "
    "If both are right, it cannot sign in across clouds: register the application in the tenant's own cloud.",
    "65001": f"Nobody consented to {PERMISSION} for this person: have an administrator grant it.",
    "7000218": "The application is no public client: in Entra, Authentication, allow public client flows.",
    "authorization_pending": _TOO_LATE,
    "expired_token": _TOO_LATE,
    "70020": _TOO_LATE,
    "authorization_declined": "The person asked has declined: run it again and accept, with the role Security Reader.",
    "70018": "The code was mistyped, or the person asked declined: run it again, enter the code exactly, and accept.",
    "70019": _TOO_LATE,
}
"""What to do, by AADSTS number or by OAuth error."""
BESIDE_THE_POINT = frozenset({"700223", "700238", "900382"})
"""Where it does not help to know what the workflow presented."""


def _nobody(_: str) -> None:
    """Hears nothing."""


@dataclass(slots=True)
class Attempt:
    """Who tries to sign in where; what GitHub presents is known only after it gave its token."""

    application: Application
    authority: str
    cloud: Cloud
    say: Callable[[str], None] = _nobody
    """Tells a person what to do."""
    mask: Callable[[str], None] = _nobody
    """Keeps a token out of the log of a workflow run."""
    presented: Claims | None = None

    @property
    def place(self) -> str:
        """Where the sign-in took place."""
        return f"{self.authority}, tenant {self.application.tenant}, application {self.application.client}"


def refused_sign_in(result: Mapping[str, Any], attempt: Attempt) -> CannotProceed:
    """The ending for a sign-in that was answered with an error."""
    said = plain(result.get("error_description")) or plain(result.get("error")) or "no reason was given"
    keys = [*_codes(result), plain(result.get("error"), limit=40)]
    key = next((key for key in keys if key in HINTS), "")
    hint = HINTS.get(key, "Check the app registration in Entra.")
    if attempt.presented is not None and attempt.presented.subject and key not in BESIDE_THE_POINT:
        hint += _presented(attempt.presented, attempt.cloud)
    return CannotProceed(f"The sign-in failed: {said.rstrip('.')}.", where=attempt.place, hint=f"{UNTOUCHED} {hint}")


def _codes(result: Mapping[str, Any]) -> list[str]:
    """Microsoft's numbers for what went wrong."""
    listed = result.get("error_codes")
    codes = [str(code) for code in listed] if isinstance(listed, list) else []
    return codes + re.findall(r"AADSTS(\d+)", str(result.get("error_description") or ""))


def _presented(claims: Claims, cloud: Cloud) -> str:
    """What the workflow presented, to be copied line by line; both forms of the subject (facts/graph.md 7.1)."""
    subject = plain(claims.subject)
    older = re.sub(r"^repo:([^/@]+)@\d+/([^:@]+)@\d+:", r"repo:\1/\2:", subject)
    newer = subject
    if older == subject and all(claims.repository):
        owner, repository = claims.repository
        newer = re.sub(r"^repo:([^/@:]+)/([^:@]+):", rf"repo:\1@{owner}/\2@{repository}:", subject)
    lines = [f"Issuer:   {plain(claims.issuer) or GITHUB}", f"Subject:  {subject}", f"Audience: {cloud.audience}"]
    if older != subject:
        lines.append(f"The form of the subject without numbers ({older}) is not presented by this repository.")
    elif newer != subject:
        lines.append(f"The form of the subject with numbers ({newer}) is not presented by this repository.")
    return "".join(f"\n    {line}" for line in lines)


def broken_sign_in(error: Exception, attempt: Attempt) -> CannotProceed:
    """The ending for a sign-in that never got an answer that could be used."""
    chain = " ".join(str(each) for each in (error, error.__cause__, error.__context__) if each is not None)
    if isinstance(error, ValueError) and "Unable to get authority configuration" in chain:
        message = "The sign-in service knows no such tenant"
        return CannotProceed(f"{message}.", where=attempt.place, hint=f"{UNTOUCHED} {HINTS['90002']}")
    return CannotProceed(
        "The sign-in service gave no usable answer (not the JSON that was expected).",
        where=attempt.place,
        hint=f"{NOTHING_LOST} Run it again later; if it stays, a proxy or a sign-in page may stand in between.",
    )


def refused_assertion(status: int) -> CannotProceed:
    """The ending where GitHub gave no OIDC token."""
    hint = (
        f"{UNTOUCHED} The job's own request token has expired or was refused: run the job again. "
        f"If it stays: {PERMISSION_OF_THE_JOB}"
    )
    if status == 429 or status >= 500:
        hint = f"{NOTHING_LOST} GitHub's token service is in trouble: run the job again later."
    return CannotProceed(
        f"GitHub gave no OIDC token for this job (status {status}).", where="ACTIONS_ID_TOKEN_REQUEST_URL", hint=hint
    )


def unusable_reply(reply: Reply) -> CannotProceed | None:
    """The ending for an answer that says nothing about the credential; None for one that msal can read."""
    status, place = reply.status, without_query(reply.url)
    if 300 <= status < 400:
        return CannotProceed(
            f"The sign-in service sends us {elsewhere(reply)}, which is not followed.",
            where=place,
            hint=f"{UNTOUCHED} No credential goes to another address. Check --authority where you use it, and any "
            "proxy in between; else run it again tomorrow.",
        )
    if status == 429 or status >= 500:
        what = "is throttling us" if status == 429 else "is not available"
        return CannotProceed(
            f"The sign-in service {what} ({status}).",
            where=place,
            hint=f"{NOTHING_LOST} Run it again later; a scheduled run does so by itself.",
        )
    return None
