# SPDX-License-Identifier: Apache-2.0
"""What a token says about itself, to explain a refusal. Nothing here is verified, and no token is ever shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.errors import UNTOUCHED

PERMISSION = "SecurityEvents.Read.All"
SUFFICIENT = frozenset({PERMISSION, "SecurityEvents.ReadWrite.All"})


@dataclass(frozen=True, slots=True)
class Claims:
    """The few claims that explain a refusal; empty where the token lacks one, or has it in another type."""

    readable: bool
    audience: str = ""
    permissions: frozenset[str] = frozenset()
    delegated: bool = False
    """Issued for a person (`scp`), not for an application (`roles`)."""
    subject: str = ""
    repository: tuple[str, str] = ("", "")
    """Numbers of the owner and of the repository, in a token of GitHub's."""
    issuer: str = ""

    @property
    def permitted(self) -> bool:
        """The token has a permission that is sufficient to read Secure Score."""
        return bool(self.permissions & SUFFICIENT)


def read_claims(token: str) -> Claims:
    """The claims of a JSON web token; of any other token, `readable` is False."""
    import jwt  # noqa: PLC0415 - brings cryptography, which is slow to import, and is seldom needed

    try:
        content: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        return Claims(readable=False)
    roles, scopes = content.get("roles"), content.get("scp")
    named = {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
    return Claims(
        readable=True,
        audience=_text(content.get("aud")),
        permissions=frozenset({*named, *_text(scopes).split()}),
        delegated=isinstance(scopes, str),
        subject=_text(content.get("sub")),
        repository=(_digits(content.get("repository_owner_id")), _digits(content.get("repository_id"))),
        issuer=_text(content.get("iss")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _digits(value: object) -> str:
    """An identifying number, which GitHub writes as text."""
    text = _text(value)
    return text if text.isascii() and text.isdigit() else ""


def check_token(token: str, source: str) -> str:
    """A token that can be sent; surrounding blanks and a leading `Bearer` are taken off. Raises CannotProceed."""
    bare = token.strip()
    first, _, rest = bare.partition(" ")
    if first.lower() == "bearer":
        bare = rest.strip()
    if not bare or not all("!" <= character <= "~" for character in bare):
        problem = "is empty" if not bare else "contains spaces or characters that no token has"
        raise CannotProceed(
            f"The token of {source} {problem}.",
            where=source,
            hint=f"{UNTOUCHED} Set it to one access token for Microsoft Graph, without quotes or line breaks; it lives "
            "for about an hour. To sign in another way, as a scheduled job has to, do not set this variable at all.",
        )
    return bare
