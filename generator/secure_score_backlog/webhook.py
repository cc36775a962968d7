# SPDX-License-Identifier: Apache-2.0
"""One message to a webhook, whose address is a secret: it is in no message, no log and no error."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.http_client import Deadline, HttpClient, Job, is_loopback

VARIABLE = "BACKLOG_WEBHOOK_URL"
SECONDS = 60.0
NOT_SENT = "Nothing was changed; the next run sends what is open then."
SENDING = Job(
    name="message to the webhook",
    seconds=SECONDS,
    nothing_lost=NOT_SENT,
    untouched=NOT_SENT,
    needs_less="which no answer needs",
    addresses=VARIABLE,
    report="make a new webhook.",
)
FAILED = b"failed with error"
"""In an answer of Teams that is no success, although its status is 200."""


def webhook_address(environment: Mapping[str, str]) -> str:
    """The address in the environment; CannotProceed where there is none, WrongUsage for one that is not https."""
    given = environment.get(VARIABLE, "").strip()
    if not given:
        hint = f"Set {VARIABLE} to the address that Teams or Slack shows for the webhook; in a workflow from a secret."
        raise CannotProceed("It is not known where to send the message.", where=VARIABLE, hint=hint)
    try:
        parts = urlsplit(given)
        fits = bool(parts.hostname) and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, fits = urlsplit(""), False
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
    if not (fits and secure and given.isprintable() and " " not in given):
        hint = f"Copy the whole address, which begins with https://, into {VARIABLE}."
        raise WrongUsage(f"{VARIABLE} holds no https address.", where=VARIABLE, hint=hint)
    return given


def send(address: str, content: bytes, seconds: float = SECONDS) -> None:
    """Send JSON, once. CannotProceed where it did not arrive, or may not have."""
    http = HttpClient(Deadline(seconds, SENDING))
    try:
        headers = {"Content-Type": "application/json"}
        reply = http.send("POST", address, content, bearer=None, headers=headers, again=False)
    except CannotProceed as error:
        host = urlsplit(address).hostname or ""
        said = error.message.replace(address, "the webhook").replace(host, "The webhook" if host else "")
        raise CannotProceed(said, where=VARIABLE, hint=NOT_SENT) from None
    if not 200 <= reply.status < 300 or FAILED in reply.body.lower():
        raise CannotProceed(
            f"The webhook did not take the message ({reply.status}).",
            where=VARIABLE,
            hint=f"{NOT_SENT} Check that the webhook still exists, and that it is of the kind named with --to.",
        )
