# SPDX-License-Identifier: Apache-2.0
"""What the messages of a collection share: the sentences on what was written, and how a server's words are shown."""

from __future__ import annotations

UNTOUCHED = "Nothing was written, and nothing is lost if this is fixed soon: Graph keeps 90 days."
"""Starts the hint where a person has to act first."""
NOTHING_LOST = (
    "Nothing was written, and nothing is lost: Graph keeps 90 days, and the next run fetches what is missing."
)
"""Starts the hint where a later run may succeed unchanged."""
REPORT = "run it again tomorrow and, if it stays, report it to Microsoft (with the request id, or the time of the run)."


def sanitize(text: object, *secrets: str, limit: int = 300) -> str:
    """A server's text on one printable line of at most `limit` characters, without the secrets given."""
    words = str(text) if isinstance(text, str) else ""
    for secret in secrets:
        if secret:
            words = words.replace(secret, "[token]")
    line = " ".join("".join(character if character.isprintable() else " " for character in words).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def without_query(url: str) -> str:
    """An address as messages and logs show it: a query may hold a secret."""
    return url.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
