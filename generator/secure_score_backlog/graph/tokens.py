# SPDX-License-Identifier: Apache-2.0
"""What a token says about itself, for diagnosis only: nothing here is verified, and no token is ever shown."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.http import UNTOUCHED
from secure_score_backlog.snapshots.exact_json import UnreadableJson, parse

PERMISSION = "SecurityEvents.Read.All"
SUFFICIENT = frozenset({PERMISSION, "SecurityEvents.ReadWrite.All"})


@dataclass(frozen=True, slots=True)
class Claims:
    """The few claims that explain a refusal."""

    readable: bool
    audience: str
    permissions: frozenset[str]
    delegated: bool
    """Issued for a person (`scp`), not for an application (`roles`)."""
    subject: str = ""
    repository: tuple[str, str] = ("", "")
    """Numbers of the owner and of the repository, in a token of GitHub's."""
    issuer: str = ""

    @property
    def permitted(self) -> bool:
        """The token carries a permission that is sufficient to read Secure Score."""
        return bool(self.permissions & SUFFICIENT)


def read_claims(token: str) -> Claims:
    """The claims of a JSON web token; of any other token, `readable` is False."""
    parts = token.split(".")
    content: Any = None
    if len(parts) == 3:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        try:
            content = parse(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (binascii.Error, UnreadableJson, ValueError):
            content = None
    if not isinstance(content, dict):
        return Claims(False, "", frozenset(), delegated=False)
    roles, scopes = content.get("roles"), content.get("scp")
    named = {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
    given = set(scopes.split()) if isinstance(scopes, str) else set()
    audience, subject, issuer = content.get("aud"), content.get("sub"), content.get("iss")
    return Claims(
        True,
        audience if isinstance(audience, str) else "",
        frozenset(named | given),
        delegated=isinstance(scopes, str),
        subject=subject if isinstance(subject, str) else "",
        repository=(_digits(content.get("repository_owner_id")), _digits(content.get("repository_id"))),
        issuer=issuer if isinstance(issuer, str) else "",
    )


def _digits(value: object) -> str:
    """A number that identifies something, which GitHub writes as text."""
    return value if isinstance(value, str) and value.isascii() and value.isdigit() else ""


def check_token(token: str, source: str) -> str:
    """A token that can be sent; surrounding blanks and a leading `Bearer` are taken off. Raises CannotProceed."""
    bare = token.strip()
    first, _, rest = bare.partition(" ")
    if first.lower() == "bearer":
        bare = rest.strip()
    if not bare or not all("!" <= character <= "~" for character in bare):
        problem = "is empty" if not bare else "holds blanks or characters that no token has"
        raise CannotProceed(
            f"The token of {source} {problem}.",
            where=source,
            hint=f"{UNTOUCHED} Set it to one access token for Microsoft Graph, without quotes or line breaks; it lives "
            "for about an hour. To sign in another way, as a scheduled job has to, do not set this variable at all.",
        )
    return bare
