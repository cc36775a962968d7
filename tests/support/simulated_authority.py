# SPDX-License-Identifier: Apache-2.0
"""A time-stamping authority on loopback, as RFC 3161 describes one, with a root and a certificate of its own.

Its answers are written here octet by octet (CMS of RFC 5652, TSTInfo of RFC 3161), by none of the code that reads them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.support.loopback import LoopbackServer, Request, Responder, Response

NOON = datetime(2026, 10, 4, 12, 30, 15, tzinfo=UTC)
SHA256 = "2.16.840.1.101.3.4.2.1"
REPLY = {"Content-Type": "application/timestamp-reply"}
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Signer:
    """A root, and a certificate for time stamps that it signed."""

    root: x509.Certificate
    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        """The root, as an authority publishes it."""
        return self.root.public_bytes(Encoding.PEM)


def signer(name: str, *, purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING) -> Signer:
    """A new authority, valid around 2026."""
    key, root_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    called, root_called = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, f"{name} root")
    )
    begin, end = NOON - timedelta(days=900), NOON + timedelta(days=900)

    def certificate(of: Key, subject: x509.Name, *more: tuple[x509.ExtensionType, bool]) -> x509.Certificate:
        builder = x509.CertificateBuilder(
            root_called, subject, of.public_key(), x509.random_serial_number(), begin, end
        )
        for extension, critical in more:
            builder = builder.add_extension(extension, critical)
        return builder.sign(root_key, hashes.SHA256())

    root = certificate(root_key, root_called, (x509.BasicConstraints(ca=True, path_length=None), True))
    return Signer(root, certificate(key, called, (x509.ExtendedKeyUsage([purpose]), True)), key)


@cache
def known_signer() -> Signer:
    """The one that is used where it does not matter which."""
    return signer("Simulated Time Stamps")


# DER


def der(tag: int, *parts: bytes) -> bytes:
    """One value: tag, length, content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def whole(value: int) -> bytes:
    """INTEGER."""
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray([40 * first + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | (number & 0x7F))
        content += bytes(reversed(groups))
    return der(6, bytes(content))


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE."""
    return der(0x30, *parts)


def octets(content: bytes) -> bytes:
    """OCTET STRING."""
    return der(4, content)


def values(content: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each value in some octets."""
    found = []
    while content:
        size, start = content[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(content[2:start], "big")
        found.append((content[0], content[start : start + size]))
        content = content[start + size :]
    return found


def asked(query: bytes) -> tuple[bytes, int | None]:
    """The digest and the nonce of a request, which has to ask for certificates."""
    ((_, request),) = values(query)
    parts = values(request)
    assert parts[0] == (2, b"\x01")
    algorithm, digest = values(parts[1][1])
    assert values(algorithm[1])[0][1] == oid(SHA256)[2:]
    assert (1, b"\xff") in parts
    nonce = next((int.from_bytes(content, "big") for tag, content in parts[2:] if tag == 2), None)
    return digest[1], nonce


def token(digest: bytes, nonce: int | None, at: datetime, by: Signer, *, serial: int = 7) -> bytes:
    """A time stamp token: CMS signed data about a TSTInfo."""
    algorithm = sequence(oid(SHA256))
    info = sequence(
        whole(1), oid("1.3.6.1.4.1.99999.1"), sequence(algorithm, octets(digest)), whole(serial),
        der(0x18, f"{at:%Y%m%d%H%M%SZ}".encode()), *([whole(nonce)] if nonce is not None else []),
    )  # fmt: skip
    kind = oid("1.2.840.113549.1.9.16.1.4")
    certificate = by.certificate.public_bytes(Encoding.DER)
    attributes = sorted(
        sequence(oid(name), der(0x31, value))
        for name, value in (
            ("1.2.840.113549.1.9.3", kind),
            ("1.2.840.113549.1.9.4", octets(hashlib.sha256(info).digest())),
            ("1.2.840.113549.1.9.16.2.47", sequence(sequence(sequence(octets(hashlib.sha256(certificate).digest()))))),
        )
    )
    signature = by.key.sign(der(0x31, *attributes), ec.ECDSA(hashes.SHA256()))
    named = sequence(by.certificate.issuer.public_bytes(), whole(by.certificate.serial_number))
    ecdsa = sequence(oid("1.2.840.10045.4.3.2"))
    signer_info = sequence(whole(1), named, algorithm, der(0xA0, *attributes), ecdsa, octets(signature))
    signed = sequence(
        whole(3), der(0x31, algorithm), sequence(kind, der(0xA0, octets(info))), der(0xA0, certificate),
        der(0x31, signer_info),
    )  # fmt: skip
    return sequence(oid("1.2.840.113549.1.7.2"), der(0xA0, signed))


def granted(digest: bytes, nonce: int | None, at: datetime = NOON, by: Signer | None = None) -> bytes:
    """The whole answer."""
    return sequence(sequence(whole(0)), token(digest, nonce, at, by or known_signer()))


def rejected(text: str = "this algorithm is not supported") -> bytes:
    """The answer of an authority that does not stamp."""
    return sequence(sequence(whole(2), sequence(der(0x0C, text.encode()))))


@dataclass
class Stamps:
    """What an authority puts into its stamps."""

    by: Signer = field(default_factory=known_signer)
    at: datetime = NOON
    change: Callable[[bytes, int | None], tuple[bytes, int | None]] = lambda digest, nonce: (digest, nonce)
    """What it stamps in place of what it was asked to."""


class SimulatedAuthority(LoopbackServer):
    """Stamps whatever it is asked to."""

    def __init__(self, responders: Iterable[Responder] = (), stamps: Stamps | None = None) -> None:
        """`responders`: faults."""
        super().__init__(responders)
        self.stamps = stamps or Stamps()
        self.url = f"{self.origin}/tsr"

    def answer(self, request: Request) -> Response:
        """A time stamp."""
        if (request.method, request.path) != ("POST", "/tsr"):
            return Response(404)
        assert request.headers["content-type"] == "application/timestamp-query"
        digest, nonce = self.stamps.change(*asked(request.body))
        return Response(200, REPLY, granted(digest, nonce, self.stamps.at, self.stamps.by))
