# SPDX-License-Identifier: Apache-2.0
"""Time stamps of packs (RFC 3161): what is asked of an authority, what it answered, and whether that holds.

Stamped is MANIFEST.sha256, so the SHA-256 in a stamp is the digest of the pack. Verified is without a network, against
certificates that the reader names: the program trusts no authority by itself (docs/method.md#time-stamp).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from secure_score_backlog.dates import is_usable
from secure_score_backlog.evidence.outcome import Check, Item, checked, unknown
from secure_score_backlog.recorded_packs import LARGEST_STAMP
from secure_score_backlog.text import shortened

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

ENDING = ".tsr"
"""What is put behind the name of a pack for its time stamp."""
STAMPED = "The time stamp is of this pack, and by an authority whose certificate you named."
SHA256 = "2.16.840.1.101.3.4.2.1"
LARGEST_CERTIFICATES = 1 << 20
REASONS = (
    ("certificate has expired", "the certificate of the authority had expired when it was made"),
    ("certificate is not yet valid", "the certificate of the authority was not valid yet when it was made"),
    ("unable to get", "it is by an authority that none of the certificates you named stands for"),
    ("self-signed certificate", "it is by an authority that none of the certificates you named stands for"),
    ("self signed certificate", "it is by an authority that none of the certificates you named stands for"),
    ("certificate signature failure", "the certificate of the authority is not signed by the one you named"),
    ("certificate purpose", "the certificate of the authority is not one for time stamps"),
    ("EKU", "the certificate of the authority is not one for time stamps"),
    ("KeyPurposeID", "the certificate of the authority is not one for time stamps"),
    ("digest failure", "it was changed after it was signed"),
    ("signature failure", "it was changed after it was signed"),
)
"""Words in the library's refusals, and what they mean."""

Read = TypeVar("Read")
Trusted: TypeAlias = "Sequence[Certificate]"
"""Certificates of authorities that a reader trusts."""


class BadStamp(ValueError):
    """A time stamp that is none, or not of what it should be; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Query:
    """What an authority is asked."""

    content: bytes
    nonce: int | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a time stamp says; nothing of it is verified."""

    at: datetime
    """UTC."""
    digest: str
    """What it is of; empty where that is no SHA-256."""
    nonce: int | None
    authority: str
    """The name in its certificate; empty where it encloses none."""


def query(sums: bytes) -> Query:
    """The request for a stamp of some bytes; it holds their SHA-256 and a random number, and nothing else."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 - seldom needed

    builder = TimestampRequestBuilder().data(sums).hash_algorithm(HashAlgorithm.SHA256)
    made = builder.cert_request(cert_request=True).build()
    return Query(made.as_bytes(), made.nonce)


def read(content: bytes) -> Stamp:
    """What a time stamp says; BadStamp for anything else."""
    return _guarded(lambda: _read(_parsed(content)))


def _parsed(content: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415 - seldom needed

    if len(content) > LARGEST_STAMP:
        raise BadStamp(f"It is larger than {LARGEST_STAMP >> 10} KB, which no time stamp is.")
    found = decode_timestamp_response(content)
    if found.status not in (0, 1):
        words = shortened("; ".join(found.status_string))
        raise BadStamp(f"The authority refused it (status {found.status}{f': {words}' if words else ''}).")
    return found


def _read(found: TimeStampResponse) -> Stamp:
    info = found.tst_info
    imprint = info.message_imprint
    at = info.gen_time.astimezone(UTC)
    if not is_usable(at.date()):
        raise BadStamp("It states a time that it cannot have.")
    of_sha256 = imprint.hash_algorithm.dotted_string == SHA256
    return Stamp(at, bytes(imprint.message).hex() if of_sha256 else "", info.nonce, _authority(found))


def _authority(found: TimeStampResponse) -> str:
    """The name in the certificate that signed it."""
    from cryptography import x509  # noqa: PLC0415 - slow to import

    signers = {(each.serial_number, each.issuer) for each in found.signed_data.signer_infos}
    for content in found.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(bytes(content))
        if (certificate.serial_number, certificate.issuer) in signers:
            return shortened(certificate.subject.rfc4514_string())
    return ""


def _guarded(work: Callable[[], Read]) -> Read:
    """The result of reading foreign bytes; BadStamp whatever the libraries raise for them."""
    try:
        return work()
    except (BadStamp, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a library that is written in Rust raises what is no Exception where it panics
        raise BadStamp("It is no time stamp that can be read.") from error


def answered(content: bytes, asked: Query, digest: str) -> Stamp:
    """The stamp in the answer of an authority; BadStamp where it is of something else than what was asked."""
    found = read(content)
    if found.digest != digest:
        raise BadStamp("It is of something else than what was asked.")
    if asked.nonce is not None and found.nonce != asked.nonce:
        raise BadStamp("It answers another request.")
    return found


# Verifying


def certificates(files: Iterable[tuple[str, bytes]]) -> list[Certificate]:
    """The certificates in some files, PEM or DER.

    Raises:
        ValueError: A file holds none; the text names it.
    """
    from cryptography import x509  # noqa: PLC0415 - slow to import

    found: list[Any] = []
    for name, content in files:
        if len(content) > LARGEST_CERTIFICATES:
            raise ValueError(f"{name} is larger than certificates are")
        try:
            pem = b"-----BEGIN" in content
            read_here = x509.load_pem_x509_certificates(content) if pem else [x509.load_der_x509_certificate(content)]
        except ValueError:
            raise ValueError(f"{name} holds no certificate") from None
        found += [each for each in read_here if each not in found]
    return found


def verified(content: bytes, sums: bytes, digest: str, trusted: Trusted) -> Stamp:
    """A stamp that holds.

    Args:
        content: The time stamp.
        sums: MANIFEST.sha256 of the pack.
        digest: Their SHA-256.
        trusted: The certificates of authorities that the reader trusts, at least one.

    Raises:
        BadStamp: It does not hold; the text says why.
    """
    from rfc3161_client import VerificationError, VerifierBuilder  # noqa: PLC0415 - seldom needed

    found = of_pack(content, digest)
    builder = VerifierBuilder()
    for each in trusted:
        builder = builder.add_root_certificate(each)
    try:
        _guarded(lambda: _verify(builder, content, sums))
    except BadStamp as error:
        cause = error.__cause__
        if not isinstance(cause, VerificationError):
            raise
        said = str(cause)
        why = next((words for sign, words in REASONS if sign in said), "its signature cannot be verified")
        raise BadStamp(f"It does not count: {why}.") from None
    return found


def _verify(builder: Any, content: bytes, sums: bytes) -> None:
    builder.build().verify_message(_parsed(content), sums)


def of_pack(content: bytes, digest: str) -> Stamp:
    """A stamp whose content is of a pack; BadStamp for one of something else."""
    found = read(content)
    if found.digest != digest:
        raise BadStamp("It is the time stamp of something else, not of this pack.")
    return found


def check(stamps: Sequence[tuple[str, bytes]], sums: bytes, digest: str, trusted: Trusted) -> Check:
    """Whether the time stamps of a pack hold.

    Args:
        stamps: Each with the name of its place.
        sums: MANIFEST.sha256 of the pack.
        digest: Their SHA-256.
        trusted: As for `verified`; none: it cannot be checked who made them.
    """
    items: list[Item] = []
    notes: list[str] = []
    for place, content in stamps:
        try:
            found = verified(content, sums, digest, trusted) if trusted else of_pack(content, digest)
        except BadStamp as error:
            items.append(Item(place, str(error)))
            continue
        by = f" by {found.authority}" if found.authority else ""
        at = f"{found.at:%Y-%m-%d %H:%M:%S} (UTC)"
        notes.append(f"The pack existed on {at}: stamped{by}." if trusted else f"It states {at}{by}.")
    if not trusted and not items:
        why = f"{' '.join(dict.fromkeys(notes))} Name the certificates of authorities that you trust: --authority."
        return unknown("stamp", STAMPED, why)
    if trusted and not items:
        notes.append("Whether a certificate was revoked is not looked up.")
    return checked("stamp", STAMPED, items, " ".join(dict.fromkeys(notes)))
