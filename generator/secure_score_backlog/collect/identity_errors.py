# SPDX-License-Identifier: Apache-2.0
"""What a failed sign-in means and where to fix it (facts/graph.md 7.3 and 7.4).

Microsoft says that its codes may change, so they choose a hint and nothing else; Microsoft's words are always shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from secure_score_backlog.collect.claims import PERMISSION, plain
from secure_score_backlog.collect.clouds import Cloud
from secure_score_backlog.collect.credentials import Application
from secure_score_backlog.errors import CannotProceed

_FEDERATION = (
    "In Entra, App registrations, Certificates & secrets, Federated credentials: issuer "
    "https://token.actions.githubusercontent.com, and the subject exactly as presented"
)
HINTS: Mapping[str, str] = {
    "90002": "AZURE_TENANT_ID names no tenant of this cloud: check it, and --cloud.",
    "700016": "AZURE_CLIENT_ID names no application of this tenant: check both ids.",
    "7000215": "AZURE_CLIENT_SECRET is not the secret's value (perhaps its id): make a new secret, copy its Value.",
    "7000222": "The client secret has expired: make a new one, or change to GitHub's OIDC token, which never expires.",
    "700027": "The certificate is not the one that is registered: upload its public part to the app registration.",
    "700024": "The assertion is outside its time: check this machine's clock.",
    "70025": f"The application trusts no workflow yet. {_FEDERATION}",
    "70021": f"No federated credential fits this workflow. {_FEDERATION}",
    "700211": f"The federated credential names another issuer. {_FEDERATION}",
    "700212": "The federated credential names another audience: check it, and --cloud.",
    "700213": f"The federated credential names another subject. {_FEDERATION}",
    "700223": "A policy of the tenant forbids federated sign-in: use a certificate, or have the policy changed.",
    "700238": "A policy of the tenant forbids federated sign-in: use a certificate, or have the policy changed.",
    "900382": "This cloud does not allow federated sign-in across clouds: use a certificate.",
    "65001": f"Nobody consented to {PERMISSION} for this person: have an administrator grant it.",
    "7000218": "The application is no public client: in Entra, Authentication, allow public client flows.",
    "authorization_pending": "Nobody entered the code in time: run it again and follow the link at once.",
    "expired_token": "Nobody entered the code in time: run it again and follow the link at once.",
    "authorization_declined": "The sign-in was declined by the person asked.",
}
"""What to do, by AADSTS number or by OAuth error."""


@dataclass(slots=True)
class Attempt:
    """Who tried to sign in where; the subject is known only after GitHub gave its token."""

    application: Application
    authority: str
    cloud: Cloud
    subject: str = ""

    @property
    def place(self) -> str:
        """Where the sign-in took place."""
        return f"{self.authority}, tenant {self.application.tenant}, application {self.application.client}"


def refused_sign_in(result: Mapping[str, Any], attempt: Attempt) -> CannotProceed:
    """The ending for a sign-in that was answered with an error."""
    said = plain(result.get("error_description")) or plain(result.get("error")) or "no reason was given"
    keys = [*_codes(result), plain(result.get("error"), limit=40)]
    hint = next((HINTS[key] for key in keys if key in HINTS), "Check the app registration in Entra.")
    if attempt.subject:
        hint += f" Presented subject: {plain(attempt.subject)}{_other_form(attempt.subject)}."
    return CannotProceed(f"The sign-in failed: {said.rstrip('.')}.", where=attempt.place, hint=hint)


def _codes(result: Mapping[str, Any]) -> list[str]:
    """Microsoft's numbers for what went wrong."""
    listed = result.get("error_codes")
    codes = [str(code) for code in listed] if isinstance(listed, list) else []
    return codes + re.findall(r"AADSTS(\d+)", str(result.get("error_description") or ""))


def _other_form(subject: str) -> str:
    """The subject in the form that older repositories present, without the ids (facts/graph.md 7.1)."""
    older = re.sub(r"^repo:([^/@]+)@\d+/([^:@]+)@\d+:", r"repo:\1/\2:", subject)
    return f" (older form: {older})" if older != subject else ""


def broken_sign_in(error: Exception, attempt: Attempt) -> CannotProceed:
    """The ending for a sign-in that never got an answer that could be used."""
    chain = " ".join(str(each) for each in (error, error.__cause__, error.__context__) if each is not None)
    if isinstance(error, ValueError) and "Unable to get authority configuration" in chain:
        message = "The sign-in service knows no such tenant"
        return CannotProceed(f"{message}.", where=attempt.place, hint=HINTS["90002"])
    hint = "Nothing was written. Run it again later; a proxy or sign-in page may stand in between."
    kind = type(error).__name__
    status = re.search(r"\b[45]\d\d\b", str(error)) if kind in {"HTTPError", "MsalServiceError"} else None
    why = f"status {status[0]}" if status else "not the JSON that was expected"
    return CannotProceed(f"The sign-in service gave no usable answer ({why}).", where=attempt.place, hint=hint)


def refused_assertion(status: int) -> CannotProceed:
    """The ending where GitHub gave no OIDC token."""
    return CannotProceed(
        f"GitHub gave no OIDC token for this job (status {status}).",
        where="ACTIONS_ID_TOKEN_REQUEST_URL",
        hint="Give the job `permissions: id-token: write`; the request is valid only while the job runs.",
    )
