# SPDX-License-Identifier: Apache-2.0
"""Tokens that look like the real ones and prove nothing: made by the simulators, read by the simulators."""

from __future__ import annotations

import base64
import json
from typing import Any


def unsigned(claims: dict[str, Any]) -> str:
    """A token whose claims can be read and whose signature is none."""
    parts = (json.dumps({"alg": "none", "typ": "JWT"}), json.dumps(claims), "simulated")
    return ".".join(base64.urlsafe_b64encode(part.encode("utf-8")).rstrip(b"=").decode("ascii") for part in parts)


def claims_of(token: str) -> dict[str, Any] | None:
    """The claims of a token, unverified; None where it is no readable token."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:  # binascii's and json's complaints are both of this kind
        return None
    return found if isinstance(found, dict) else None
