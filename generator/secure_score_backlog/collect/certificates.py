# SPDX-License-Identifier: Apache-2.0
"""A client certificate from a file: PEM or PFX, with its private key, checked before anything is asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from secure_score_backlog.collect.endings import UNTOUCHED
from secure_score_backlog.errors import CannotProceed

PATH_VARIABLE = "AZURE_CLIENT_CERTIFICATE_PATH"
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(rb"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.+?-----END \1PRIVATE KEY-----", re.DOTALL)


def load_certificate(path: Path, password: str | None) -> dict[str, Any]:
    """What msal wants to know of a certificate. Raises CannotProceed; the key stays in memory."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unusable(f"it cannot be read ({error.strerror})", "Check its permissions.") from None
    if b"-----BEGIN" in content:
        return _from_pem(content, password)
    return _from_pfx(content, password)


def _from_pem(content: bytes, password: str | None) -> dict[str, Any]:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - slow, and seldom wanted

    certificates, key = _CERTIFICATE.findall(content), _KEY.search(content)
    if not certificates or key is None:
        missing = "private key" if certificates else "certificate"
        raise _unusable(f"it holds no {missing}", "Put both into one file, one below the other.")
    try:
        loaded = serialization.load_pem_private_key(key[0], password.encode() if password else None)
    except (TypeError, ValueError):
        raise _wrong_password(password) from None
    return _material(loaded, b"\n".join(certificates))


def _from_pfx(content: bytes, password: str | None) -> dict[str, Any]:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - slow, and seldom wanted
    from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, password.encode() if password else None)
    except ValueError:
        raise _wrong_password(password) from None
    if key is None or certificate is None:
        missing = "private key" if key is None else "certificate"
        raise _unusable(f"it holds no {missing}", "Export the certificate together with its private key.")
    return _material(key, certificate.public_bytes(serialization.Encoding.PEM))


def _material(key: Any, certificates: bytes) -> dict[str, Any]:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - slow, and seldom wanted

    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"private_key": private.decode("ascii"), "public_certificate": certificates.decode("ascii")}


def _wrong_password(password: str | None) -> CannotProceed:
    hint = f"Check AZURE_CLIENT_CERTIFICATE_PASSWORD, which is {'set' if password else 'not set'}."
    return _unusable("the password does not open it, or it is no PEM or PFX file", hint)


def _unusable(why: str, hint: str) -> CannotProceed:
    return CannotProceed(
        f"The client certificate cannot be used: {why}.", where=PATH_VARIABLE, hint=f"{UNTOUCHED} {hint}"
    )
