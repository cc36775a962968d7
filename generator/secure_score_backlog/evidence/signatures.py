# SPDX-License-Identifier: Apache-2.0
"""Verifies the OpenPGP signatures of commits with keys that are here, without a network and without gpg.

GitHub signs what is made in a browser or by its API with a key of its own, `web-flow`. Its two public keys travel with
the program; what counts is their fingerprints, which stand here. Other keys are those that a person names. A signature
says that the owner of a key has seen these bytes, not who decided (docs/method.md#pack).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from secure_score_backlog.git import SIGNATURE_KINDS

if TYPE_CHECKING:
    from pysequoia import Cert

GITHUB_KEYS: Mapping[str, str] = {
    "968479a1aff927e37d1a566bb5690eeebb952194": "GitHub, since January 2024",
    "5de3e0509c47ea3cf04a42d34aee18f83afdeb23": "GitHub, until January 2024",
}
"""Whose key it is, by fingerprint: https://github.com/web-flow.gpg."""
LARGEST_KEY = 1 << 20
LONGEST_SIGNATURE = 16_000
"""Characters; one by an RSA key of 16,384 bits needs 3,000."""


class Judgement(StrEnum):
    """What is known of a signature."""

    NONE = "none"
    VALID = "valid"
    WRONG = "wrong"
    """A key that is here made it about other bytes."""
    NO_KEY = "no-key"
    """The key that it names is not here."""
    NOT_READ = "not-read"
    """It is not an OpenPGP signature, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A signature, and what is known of it."""

    judgement: Judgement
    key: str = ""
    """Fingerprint or id of the key, as far as the signature says."""
    owner: str = ""
    """In words, for a valid one."""
    kind: str = ""
    """openpgp, ssh, x509 or other, for one that is not read."""


@cache
def github_keys() -> bytes:
    """The text of GitHub's public keys, which travels with the program and in every pack."""
    return files("secure_score_backlog.evidence").joinpath("keys/web-flow.asc").read_bytes()


class Keys:
    """The public keys that count."""

    def __init__(self, others: Iterable[tuple[str, bytes]] = ()) -> None:
        """GitHub's, and others by the name of their file.

        Raises:
            ValueError: One of the others holds no key; the text names its file.
        """
        self._certificates: dict[str, Cert] = {}
        self._known: set[str] = set()
        """Fingerprints of all keys, subkeys too."""
        self.owners: dict[str, str] = {}
        self._add(github_keys(), GITHUB_KEYS)
        for name, content in others:
            self._add(content, {}, name)

    def _add(self, content: bytes, known: Mapping[str, str], name: str = "") -> None:
        from pysequoia import Cert, packet  # noqa: PLC0415 - a large library, and only a check of signatures needs it

        if len(content) > LARGEST_KEY:
            raise ValueError(f"{name} is larger than a key can be")
        try:
            found = Cert.split_bytes(content)
        except Exception:
            found = []
        if not found:
            raise ValueError(f"{name} holds no OpenPGP key")
        for each in found:
            fingerprint = each.fingerprint.lower()
            if known and fingerprint not in known:
                raise ValueError("a key that travels with the program does not have its fingerprint")
            self._certificates[fingerprint] = each
            parts = packet.PacketPile.from_bytes(bytes(each))
            self._known.update(part.fingerprint.lower() for part in parts if part.fingerprint)
            self.owners.setdefault(fingerprint, known.get(fingerprint, name))

    def judge(self, signature: bytes, signed: bytes) -> Judged:
        """What is known of a signature about some bytes; both from `git_objects.read_commit`."""
        from pysequoia import Sig, verify  # noqa: PLC0415 - as above

        if not signature.strip():
            return Judged(Judgement.NONE)
        kind = SIGNATURE_KINDS.get(signature.split(b"\n", 1)[0].strip(), "other")
        if kind != "openpgp" or len(signature) > LONGEST_SIGNATURE:
            return Judged(Judgement.NOT_READ, kind=kind)
        try:
            read = Sig.from_bytes(signature)
            key = (read.issuer_fingerprint or read.issuer_key_id or "").lower()
        except Exception:
            return Judged(Judgement.NOT_READ, kind=kind)
        certificates = list(self._certificates.values())
        try:
            result = verify(bytes=signed, store=lambda _: certificates, signature=read)
            by = result.valid_sigs[0].certificate.lower()
        except Exception:
            here = any(key and fingerprint.endswith(key) for fingerprint in self._known)
            return Judged(Judgement.WRONG if here else Judgement.NO_KEY, key)
        return Judged(Judgement.VALID, by, self.owners.get(by, ""))
