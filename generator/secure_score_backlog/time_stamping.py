# SPDX-License-Identifier: Apache-2.0
"""Asks an authority for a time stamp of a pack (RFC 3161 over HTTP): one request, with a digest and a random number."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.evidence.time_stamps import BadStamp, Stamp, answered, query
from secure_score_backlog.http_client import Deadline, HttpClient, Job, redirection, sanitize, without_query
from secure_score_backlog.recorded_packs import LARGEST_STAMP
from secure_score_backlog.text import shown

SECONDS = 60.0
NOT_WRITTEN = "Nothing was written: neither a pack nor a record."
STAMPING = Job(
    name="time stamp",
    seconds=SECONDS,
    nothing_lost=NOT_WRITTEN,
    untouched=NOT_WRITTEN,
    needs_less="which no time stamp needs",
    addresses="--timestamp-url",
    report="ask another authority.",
)
HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


@dataclass(frozen=True, slots=True)
class Stamped:
    """A time stamp as the authority gave it, and what it says."""

    content: bytes
    stamp: Stamp


def address(given: str) -> str:
    """The address of an authority; WrongUsage for anything else.

    `http` is allowed, unlike elsewhere: many authorities offer nothing else. The answer is signed, no token is sent,
    and the digest tells nothing of the pack.
    """
    plain = given.strip()
    try:
        parts = urlsplit(plain)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, fits = urlsplit(""), False
    if not fits or parts.username is not None or not plain.isprintable() or " " in plain:
        raise WrongUsage(
            f"{shown(plain)} is no address of a time-stamping authority.",
            where="--timestamp-url",
            hint="Write it as the authority names it, such as https://tsa.example/tsr.",
        )
    return plain


def stamped(url: str, sums: bytes, digest: str, *, seconds: float = SECONDS) -> Stamped:
    """A time stamp of MANIFEST.sha256; CannotProceed where the authority gives none.

    Args:
        url: The authority.
        sums: MANIFEST.sha256 of the pack.
        digest: Their SHA-256.
        seconds: How long it may take.
    """
    place = without_query(url)
    asked = query(sums)
    http = HttpClient(Deadline(seconds, STAMPING))
    reply = http.deadline.run(lambda: http.send("POST", url, asked.content, bearer=None, headers=HEADERS, again=True))
    hint = f"{NOT_WRITTEN} Check the address, try again later, or ask another authority."
    if reply.status != 200:
        what = redirection(reply) if 300 <= reply.status < 400 else f"answers {reply.status}"
        host = sanitize(urlsplit(url).hostname or "", limit=80)
        raise CannotProceed(f"{host} gives no time stamp: it {what}.", where=place, hint=hint)
    try:
        if len(reply.body) > LARGEST_STAMP:
            raise BadStamp(f"It is larger than {LARGEST_STAMP >> 10} KB, which no time stamp is.")
        return Stamped(reply.body, answered(reply.body, asked, digest))
    except BadStamp as error:
        raise CannotProceed(
            f"The answer is not the time stamp of this pack. {error}", where=place, hint=hint
        ) from error
