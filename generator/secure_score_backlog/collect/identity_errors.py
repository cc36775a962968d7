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
from secure_score_backlog.errors import CannotProceed

GITHUB = "https://token.actions.githubusercontent.com"
_FEDERATION = (
    "In Entra, App registrations, Certificates & secrets, Federated credentials: set issuer, subject and audience "
    "letter for letter as they are presented."
)
HINTS: Mapping[str, str] = {
    "90002": "AZURE_TENANT_ID names no tenant of this cloud: check it, and --cloud.",
    "700016": "AZURE_CLIENT_ID names no application of this tenant: check both ids.",
    "7000215": "AZURE_CLIENT_SECRET is not the secret's value (perhaps its id): make a new secret, copy its Value.",
    "7000222": "The client secret has expired: make a new one, or change to GitHub's OIDC token, which never expires.",
    "700027": "The certificate is not the one that is registered: upload its public part to the app registration.",
    "700024": "The sign-in proof is expired or not yet valid: check this machine's clock, and the certificate's dates.",
    "70025": f"The application trusts no workflow yet. {_FEDERATION}",
    "70021": f"No federated credential fits this workflow. {_FEDERATION}",
    "700211": f"The federated credential names another issuer. {_FEDERATION}",
    "700212": f"The federated credential names another audience; also check --cloud. {_FEDERATION}",
    "700213": f"The federated credential names another subject. {_FEDERATION}",
    "700223": "A policy of the tenant forbids federated sign-in: use a certificate, or have the policy changed.",
    "700238": "A policy of the tenant forbids federated sign-in: use a certificate, or have the policy changed.",
    "900382": "This cloud does not allow federated sign-in across clouds: use a certificate.",
    "65001": f"Nobody consented to {PERMISSION} for this person: have an administrator grant it.",
    "7000218": "The application is no public client: in Entra, Authentication, allow public client flows.",
    "authorization_pending": "Nobody entered the code in time: run it again and follow the link at once.",
    "expired_token": "Nobody entered the code in time: run it again and follow the link at once.",
    "70020": "Nobody entered the code in time: run it again and follow the link at once.",
    "authorization_declined": "The person asked has declined: run it again and accept, with the Security Reader role.",
}
"""What to do, by AADSTS number or by OAuth error."""


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
    hint = next((HINTS[key] for key in keys if key in HINTS), "Check the app registration in Entra.")
    if attempt.presented is not None and attempt.presented.subject:
        hint += f" {_presented(attempt.presented, attempt.cloud)}"
    return CannotProceed(f"The sign-in failed: {said.rstrip('.')}.", where=attempt.place, hint=hint)


def _codes(result: Mapping[str, Any]) -> list[str]:
    """Microsoft's numbers for what went wrong."""
    listed = result.get("error_codes")
    codes = [str(code) for code in listed] if isinstance(listed, list) else []
    return codes + re.findall(r"AADSTS(\d+)", str(result.get("error_description") or ""))


def _presented(claims: Claims, cloud: Cloud) -> str:
    """What the workflow presented: the subject in both forms that GitHub knows (facts/graph.md 7.1), and the rest."""
    subject = plain(claims.subject)
    older = re.sub(r"^repo:([^/@]+)@\d+/([^:@]+)@\d+:", r"repo:\1/\2:", subject)
    newer = subject
    if older == subject and all(claims.repository):
        owner, repository = claims.repository
        newer = re.sub(r"^repo:([^/@:]+)/([^:@]+):", rf"repo:\1@{owner}/\2@{repository}:", subject)
    if older != subject:
        other = f" The form without numbers ({older}) is no longer presented by this repository."
    elif newer != subject:
        other = f" The form with numbers ({newer}) is not presented by this repository."
    else:
        other = ""
    rest = f" Presented issuer: {plain(claims.issuer) or GITHUB}, audience: {cloud.audience}."
    return f"Presented subject: {subject}.{other}{rest}"


def broken_sign_in(error: Exception, attempt: Attempt) -> CannotProceed:
    """The ending for a sign-in that never got an answer that could be used."""
    chain = " ".join(str(each) for each in (error, error.__cause__, error.__context__) if each is not None)
    if isinstance(error, ValueError) and "Unable to get authority configuration" in chain:
        message = "The sign-in service knows no such tenant"
        return CannotProceed(f"{message}.", where=attempt.place, hint=HINTS["90002"])
    return CannotProceed(
        "The sign-in service gave no usable answer (not the JSON that was expected).",
        where=attempt.place,
        hint="Nothing was written. Run it again later; a proxy or sign-in page may stand in between.",
    )


def refused_assertion(status: int) -> CannotProceed:
    """The ending where GitHub gave no OIDC token."""
    hint = (
        "Either the job lacks `permissions: id-token: write`: add it. Or its request token has expired, "
        "as it is valid only while the job runs: run the job again."
    )
    if status == 429 or status >= 500:
        hint = "Nothing was written. GitHub's token service is in trouble: run the job again later."
    return CannotProceed(
        f"GitHub gave no OIDC token for this job (status {status}).", where="ACTIONS_ID_TOKEN_REQUEST_URL", hint=hint
    )


def unusable_reply(status: int, authority: str, target: str = "") -> CannotProceed | None:
    """The ending for an answer that says nothing about the credential; None for one that msal can read.

    `target` is where a redirect points (see `host_named`).
    """
    if 300 <= status < 400:
        return CannotProceed(
            f"The sign-in service sends us elsewhere ({status}), which is not followed{target}.",
            where=authority,
            hint="Nothing was written. No credential goes to another address. Check --authority and any proxy.",
        )
    if status == 429 or status >= 500:
        what = "is throttling us" if status == 429 else "is not available"
        return CannotProceed(
            f"The sign-in service {what} ({status}).",
            where=authority,
            hint="Nothing was written. Run it again later; a scheduled run does so by itself, and Graph keeps 90 days.",
        )
    return None
