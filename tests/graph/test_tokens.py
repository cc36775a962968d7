# SPDX-License-Identifier: Apache-2.0
"""Claims read without trust, tokens that cannot be sent, and a server's words made safe to show."""

from __future__ import annotations

import base64

import pytest

from secure_score_backlog.graph.tokens import Claims, check_token, read_claims
from secure_score_backlog.http_client import sanitize
from tests.support.tokens import unsigned


def token_of(payload: bytes, header: bytes = b'{"alg": "none"}') -> str:
    """A token with these bytes in its parts."""
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (header, payload, b"signature"))


@pytest.mark.parametrize(
    "token",
    [
        "opaque",
        "a.!!!.c",
        "a.bnVsbA.c",
        "\ud800.a.b",
        "." * 100_000,
        token_of(b"[]"),
        token_of(b"\xff\xfe"),
        token_of(b"[" * 100_000),
        token_of(b'{"a":' * 100_000),
        token_of(b'{"exp": ' + b"9" * 100_000 + b"}"),
        token_of(b"{}", header=b"[" * 100_000),
    ],
    ids=lambda token: token[:20].encode("unicode_escape").decode(),
)
def test_an_unreadable_token_has_no_claims(token: str) -> None:
    """Also one that is made to break its reader."""
    assert read_claims(token) == Claims(readable=False)


def test_a_claim_of_the_wrong_type_counts_as_absent() -> None:
    """Neither the signature nor the times are checked: the token is sent to Graph, which does that."""
    claims = read_claims(
        unsigned({"roles": ["SecurityEvents.Read.All", 5], "scp": None, "aud": ["x"], "sub": 5, "iss": None, "exp": 0})
    )
    assert claims == Claims(readable=True, permissions=frozenset({"SecurityEvents.Read.All"}))
    assert claims.permitted
    assert read_claims(unsigned({"repository_owner_id": 5, "repository_id": "²"})).repository == ("", "")


def test_a_servers_text_is_made_safe_to_show() -> None:
    """One line, printable, shortened, without secrets."""
    assert sanitize("a\n\tb\x1b[0m  c tok", "tok") == "a b [0m c [token]"
    assert sanitize(["no text"]) == ""
    assert len(sanitize("x" * 999)) == 300
    assert check_token("  bearer  x ", "y") == "x"
