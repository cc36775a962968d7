# SPDX-License-Identifier: Apache-2.0
"""What GitHub's refusals mean and what to do next, for both interfaces (docs/method.md#approvals).

GraphQL answers 200 for most of them, with `errors` beside or in place of `data`; a limit of requests is a 403 or 429 in
REST and may be a 200 in GraphQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.http_client import Job, Reply, redirection, retry_after, sanitize

NOTHING_LOST = "Nothing was changed; the next run asks again."
UNTOUCHED = "Nothing was changed."
SECONDS = 300.0
ASKING = Job(
    name="exchange with GitHub",
    seconds=SECONDS,
    nothing_lost=NOTHING_LOST,
    untouched=UNTOUCHED,
    needs_less="which no answer needs",
    addresses="GITHUB_API_URL and GITHUB_GRAPHQL_URL",
    report="run it again later and, if it stays, ask GitHub's support.",
)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a token must be allowed for one job, as a workflow and as GitHub's form for tokens put it."""

    workflow: str
    fine_grained: str

    def __str__(self) -> str:
        """The hint of a refusal."""
        return (
            f"A workflow's token needs the permissions {self.workflow}; a fine-grained token needs {self.fine_grained} "
            "of this repository; a classic one the scope `repo`."
        )

    @property
    def how_to_give_one(self) -> str:
        """The hint where there is no token."""
        return (
            "In a workflow set `env: GITHUB_TOKEN: ${{ github.token }}` for this step, with the permissions "
            f"{self.workflow}. At your desk, set GH_TOKEN to what `gh auth token` prints."
        )


READING = Needs("`contents: read` and `pull-requests: read`", "read access to Contents, Metadata and Pull requests")
LOOKING = Needs("`pages: read`", "read access to Pages and Metadata")
INSPECTING = Needs(
    "`actions: read`, `contents: read` and `pages: read` (settings of a repository are shown to no workflow's token)",
    "read access to Actions, Administration, Contents, Environments, Metadata and Pages",
)
REMINDING = Needs("`issues: write`", "write access to Issues, read access to Metadata")
PROPOSING = Needs(
    "`contents: write` and `pull-requests: write`",
    "write access to Contents and Pull requests, read access to Metadata",
)
COMMITTING = Needs("`contents: write`", "write access to Contents")
SSO = (
    "The organisation wants tokens to be authorised for its single sign-on (SAML): on GitHub, Settings, Developer "
    "settings, Personal access tokens, Configure SSO. The token of a workflow run needs none."
)
LONGEST_WAIT = 600.0
"""Seconds; a limit that lasts longer ends the command."""
SLOW = ("something went wrong", "timedout", "timed out", "timeout", "couldn't respond")
"""In the words of GitHub for a question that took too long; a smaller one may be answered."""


class TooSlow(CannotProceed):
    """GitHub could not answer in time; a smaller question may be answered."""


class Denied(CannotProceed):
    """The token may not do this, as one of a pull request from a fork may only read."""


class Invalid(CannotProceed):
    """GitHub does not take what was sent."""


class UnknownField(CannotProceed):
    """This GitHub does not know a field: GitHub Enterprise Server is older than github.com."""


@dataclass(frozen=True, slots=True)
class Limited:
    """GitHub wants fewer requests."""

    seconds: float | None
    """How long to wait; None where it does not say."""
    secondary: bool
    """Too many at once, rather than too many in an hour."""

    def as_error(self, place: str) -> CannotProceed:
        """What is said when it is not waited for."""
        kind = "too many requests at once" if self.secondary else "too many requests in this hour"
        asked = f" and asks to wait {self.seconds:.0f} seconds" if self.seconds is not None else ""
        hint = f"{NOTHING_LOST} Run it later; a workflow's token may send 1,000 requests an hour for a repository."
        return CannotProceed(f"GitHub counts {kind}{asked}.", where=place, hint=hint)


def limit_of(reply: Reply, errors: list[Mapping[str, Any]], words: str) -> Limited | None:
    """The limit that an answer is about; None where it is about something else."""
    types = {str(error.get("type", "")).upper() for error in errors}
    limited = reply.status in {200, 403, 429}
    used_up = reply.headers.get("x-ratelimit-remaining", "").strip() == "0"
    said = "rate limit" in words.lower() or "abuse detection" in words.lower()
    if not limited or not (types & {"RATE_LIMITED", "RATE_LIMIT"} or reply.status == 429 or said or _asked(reply)):
        return None
    seconds = retry_after(reply)
    secondary = "secondary" in words.lower() or "abuse" in words.lower() or (seconds is not None and not used_up)
    if seconds is None and used_up:
        seconds = _until_reset(reply)
    return Limited(seconds, secondary)


def _asked(reply: Reply) -> bool:
    """A refusal that asks to wait, in whatever words."""
    return reply.status == 403 and "retry-after" in reply.headers


def _until_reset(reply: Reply) -> float | None:
    """Seconds until the hour of the limit ends, by GitHub's own clock."""
    reset = reply.headers.get("x-ratelimit-reset", "").strip()
    if not (reset.isascii() and reset.isdigit() and len(reset) < 12):
        return None
    moved = Reply(reply.status, {**reply.headers, "retry-after": _http_date(int(reset))}, b"", reply.url)
    return retry_after(moved)


def _http_date(seconds: int) -> str:
    from email.utils import formatdate  # noqa: PLC0415 - for a limit alone

    return formatdate(seconds, usegmt=True)


def refused(reply: Reply, words: str, place: str, needs: Needs = READING) -> CannotProceed:
    """The error for a status that is no success."""
    status = reply.status
    message, hint = _by_status(reply, words, needs)
    said = f": {words.rstrip('.')}" if words else ""
    kinds: Mapping[int, type[CannotProceed]] = {403: Denied, 422: Invalid, 502: TooSlow, 504: TooSlow}
    return kinds.get(status, CannotProceed)(f"{message} ({status}){said}.", where=place, hint=hint)


def _by_status(reply: Reply, words: str, needs: Needs) -> tuple[str, str]:
    """What happened, as the beginning of a sentence, and what to do next."""
    status = reply.status
    if "x-github-sso" in reply.headers or "saml" in words.lower():
        return "GitHub wants a token for single sign-on", f"{UNTOUCHED} {SSO}"
    if status >= 500:
        message = "GitHub took too long" if status in {502, 504} else "GitHub failed"
        return message, f"{NOTHING_LOST} Run it again later; see https://www.githubstatus.com."
    if 300 <= status < 400:
        hint = "Check GITHUB_API_URL; where the repository was renamed, give its new name."
        return f"GitHub {redirection(reply)}, which is not followed", f"{UNTOUCHED} {hint}"
    known = {
        401: (
            "GitHub does not accept the token",
            "Make a new one: it has expired, was revoked, or is of another GitHub than this address.",
        ),
        403: ("GitHub denies access", str(needs)),
        410: ("GitHub has this switched off", "Switch it on: Settings, General, Features, Issues."),
        404: (
            "GitHub does not find this, or does not show it to this token",
            f"Check the name of the repository (GITHUB_REPOSITORY or --repository). {needs}",
        ),
    }
    message, hint = known.get(status, ("GitHub refused the request", "Check the addresses and the token."))
    return message, f"{UNTOUCHED} {hint}"


def refused_in_answer(
    errors: list[Mapping[str, Any]], token: str, place: str, repository: str, needs: Needs = READING
) -> CannotProceed:
    """The error for `errors` in an answer of GraphQL, by the worst of them."""
    said = list(messages(errors, token))
    words = ("; ".join(said[:3]) or "no reason given").rstrip(".")
    folded = " ".join(said).lower()
    types = {str(error.get("type", "")).upper() for error in errors}
    for error in errors:
        if _code(error) == "undefinedField":
            name = sanitize(_extensions(error).get("fieldName"), limit=60)
            hint = f"{UNTOUCHED} GitHub Enterprise Server has to be a version that is still supported."
            return UnknownField(f"This GitHub does not know a field that is asked for: {name}.", where=place, hint=hint)
    if any(word in folded for word in SLOW):
        return TooSlow(f"GitHub took too long: {words}.", where=place, hint=f"{NOTHING_LOST} Run it again later.")
    message, hint = f"GitHub did not answer the whole question: {words}", f"{NOTHING_LOST} Run it again later."
    if "saml" in folded:
        message, hint = f"GitHub wants a token for single sign-on: {words}", f"{UNTOUCHED} {SSO}"
    elif types & {"FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_AUTHORIZED"} or "not accessible by" in folded:
        message, hint = f"GitHub denies access: {words}", f"{UNTOUCHED} {needs}"
    elif "NOT_FOUND" in types:
        message = f"GitHub does not find the repository {repository}, or does not show it to this token"
        hint = f"{UNTOUCHED} Check its name (GITHUB_REPOSITORY or --repository). {needs}"
    return CannotProceed(f"{message}.", where=place, hint=hint)


def unusable(why: str, place: str) -> CannotProceed:
    """The error for an answer that cannot be what was asked for."""
    hint = f"{NOTHING_LOST} Run it again later; if it stays, look for a proxy in between, and check GITHUB_API_URL."
    return CannotProceed(f"The answer of GitHub cannot be used: {why}.", where=place, hint=hint)


def messages(errors: list[Mapping[str, Any]], token: str) -> Iterator[str]:
    """What the errors say, each on one line and without the token."""
    for error in errors:
        if words := sanitize(error.get("message"), token, limit=200):
            yield _SECRETS.sub("[token]", words)


def _extensions(error: Mapping[str, Any]) -> Mapping[str, Any]:
    found = error.get("extensions")
    return found if isinstance(found, dict) else {}


def _code(error: Mapping[str, Any]) -> str:
    return str(_extensions(error).get("code", ""))


_SECRETS = re.compile(r"\b(?:gh[a-z]_|github_pat_)[A-Za-z0-9_]{8,}")
"""Tokens by the form that GitHub gives them, also those that are not ours."""
