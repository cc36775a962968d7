# SPDX-License-Identifier: Apache-2.0
"""What every ending of a collection says about what is there afterwards: the question that comes first."""

from __future__ import annotations

import logging
import random
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.clouds import is_loopback

UNTOUCHED = "Nothing was written, and nothing is lost if this is put right soon: Graph keeps 90 days."
NOTHING_LOST = (
    "Nothing was written, and nothing is lost: Graph keeps 90 days, and the next run fetches what is missing."
)
PERMISSION_OF_THE_JOB = (
    "The job needs `permissions:` with both lines, `id-token: write` and `contents: write`, and any other that "
    "holds for it now: what a job's own list does not name is denied."
)
REPORT = "run it again tomorrow and, if it stays, report it to Microsoft (with the request id, or the time of the run)."


# --- A limit for everything that talks to a network: no name lookup, handshake or slow drip outlives it.


WHOLE_COLLECTION = 120.0
"""Seconds that a collection may take (design §4.1)."""
ONE_READ = 30.0
"""Seconds that a server may stay silent (design §4.1)."""

Result = TypeVar("Result")


class Deadline:
    """A moment after which nothing more is asked."""

    def __init__(self, seconds: float = WHOLE_COLLECTION) -> None:
        """Start the clock."""
        self.seconds = seconds
        self.place: str | None = None
        """What is being waited for, to be named if the time runs out."""
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())

    def timeout(self) -> float:
        """Seconds that the next read may take. Raises CannotProceed when there are none left."""
        if self.remaining() <= 0:
            raise self.passed()
        return min(ONE_READ, self.remaining())

    def passed(self) -> CannotProceed:
        """The ending when the time is up."""
        unit = "second" if self.seconds == 1 else "seconds"
        short = " --deadline allows up to 120 seconds." if self.seconds < WHOLE_COLLECTION else ""
        return CannotProceed(
            f"The collection took longer than {self.seconds:g} {unit} and was given up.",
            where=self.place,
            hint=f"{NOTHING_LOST} Run it again; if it happens daily, check the connection and any proxy.{short}",
        )

    def run(self, work: Callable[[], Result]) -> Result:
        """Do the work, and leave it behind when the time is up.

        Reads have their own limits; this one also holds for what has none, such as name lookups and headers that
        arrive byte by byte. The work must not write anything.
        """
        results: list[Result] = []
        failures: list[BaseException] = []

        def attempt() -> None:
            try:
                results.append(work())
            except BaseException as failure:
                failures.append(failure)

        worker = threading.Thread(target=attempt, name="collection", daemon=True)
        worker.start()
        worker.join(self.remaining() + 1)
        if failures:
            raise failures[0]
        if not results:
            raise self.passed()
        return results[0]


# --- HTTP with limits: time, size, retries; no redirect is followed, no token reaches a message.
#
# Every request of a collection goes through one `Wire`, so that they share one deadline and one budget of bytes.


BUDGET = 64 * 1024 * 1024
"""Bytes that all answers of a collection may have together, unpacked: fifteen times 90 days of a large tenant."""
PIECE = 64 * 1024
TRANSIENT = frozenset({206, 429, 500, 502, 503, 504})
"""Answers that mean: not now, ask again (facts/graph.md 3.3); 206 means that a service behind was too slow."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often to ask again, and how long to wait before."""

    attempts: int = 4
    first_wait: float = 1.0
    """Seconds before the second attempt, about doubled each time; Retry-After goes before."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes
    url: str


class Unreachable(CannotProceed):
    """No complete answer came; asking again may help."""


class _Bearer(requests.auth.AuthBase):
    """Puts the token into a request; being an auth object, it keeps a .netrc file from replacing it."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class HttpClient:
    """One connection to the network for one collection."""

    def __init__(
        self, deadline: Deadline, patience: RetryPolicy | None = None, tell: Callable[[str], None] | None = None
    ) -> None:
        """Limit everything that is sent by one deadline; `tell` hears of each request, without anything secret."""
        logging.getLogger("urllib3").setLevel(logging.ERROR)  # what it warns of is told in our own words
        self.deadline = deadline
        self.patience = patience or RetryPolicy()
        self.server_time: datetime | None = None
        """The clock of the server that answered last."""
        self._tell = tell or (lambda _: None)
        self._budget = BUDGET

    def get(self, url: str, *, bearer: str | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Ask for something; patiently, see `Patience`."""
        return self._patiently("GET", url, bearer, dict(headers or {}), None)

    def post(self, url: str, data: Mapping[str, str] | str | None, headers: Mapping[str, str] | None = None) -> Reply:
        """Send a form; patiently, as the forms of a sign-in may be sent twice."""
        return self._patiently("POST", url, None, dict(headers or {}), data)

    def _patiently(
        self, method: str, url: str, bearer: str | None, headers: dict[str, str], data: Mapping[str, str] | str | None
    ) -> Reply:
        """The first answer that is not transient, else the last one."""
        for attempt in range(self.patience.attempts):
            last = attempt == self.patience.attempts - 1
            wait = self.patience.first_wait * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - spread, not secrecy
            try:
                reply = self._once(method, url, bearer, headers, data)
            except Unreachable as failure:
                self._tell(f"{method} {without_query(url)}: {failure.message}")
                if last or wait >= self.deadline.remaining():
                    raise
            else:
                if reply.status not in TRANSIENT or last:
                    return reply
                asked = retry_after(reply)
                wait = wait if asked is None else asked
                if wait >= self.deadline.remaining():
                    return reply
            self._tell(f"waiting {wait:.1f} s, then attempt {attempt + 2} of {self.patience.attempts}")
            time.sleep(wait)
        raise AssertionError("a wire makes at least one attempt")

    def _once(
        self, method: str, url: str, bearer: str | None, headers: dict[str, str], data: Mapping[str, str] | str | None
    ) -> Reply:
        """One request; raises Unreachable where no complete answer comes."""
        self.deadline.place = without_query(url)
        timeout = self.deadline.timeout()
        started = self.deadline.remaining()
        host = urlsplit(url).hostname
        with requests.Session() as session:
            try:
                response = session.request(
                    method,
                    url,
                    headers=headers,
                    data=data,
                    auth=_Bearer(bearer),
                    timeout=(min(10.0, timeout), timeout),
                    allow_redirects=False,
                    stream=True,
                    proxies={"no_proxy": host} if host and is_loopback(host) else None,  # this machine needs no proxy
                )
                with response:
                    body = self._read(response, host)
                named = {name.lower(): value for name, value in response.headers.items()}
                reply = Reply(response.status_code, named, body, url)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise _unreachable(error, url) from None
        self.server_time = _time(named.get("date", "")) or self.server_time
        self._tell(_told(method, reply, started - self.deadline.remaining()))
        return reply

    def _read(self, response: requests.Response, host: str | None) -> bytes:
        """The whole body, piece by piece: whoever drips is stopped by the deadline, whoever floods by the budget."""
        pieces: list[bytes] = []
        while piece := response.raw.read1(PIECE, decode_content=True):
            self.deadline.timeout()
            self._budget -= len(piece)
            if self._budget < 0:
                raise CannotProceed(
                    f"{host} sends more than {BUDGET // 1024 // 1024} MB, which no Secure Score has.",
                    where=self.deadline.place,
                    hint=f"{UNTOUCHED} Check --graph-url where you use it; else run it again tomorrow and, if it "
                    "stays, report it to Microsoft.",
                )
            pieces.append(piece)
        body = b"".join(pieces)
        announced = response.headers.get("Content-Length")
        packed = response.headers.get("Content-Encoding")
        if announced and announced.isdigit() and not packed and len(body) < int(announced):
            raise requests.exceptions.ChunkedEncodingError
        return body


def without_query(url: str) -> str:
    """An address as it may be shown: what stands behind the question mark is nobody's business."""
    return url.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]


def origin_named(address: object, base: str) -> str:
    """`scheme://host:port` of an address that a server gave; nothing where it names none."""
    try:
        parts = urlsplit(urljoin(base, address) if isinstance(address, str) and address else "")
        host, port = plain(parts.hostname or "", limit=80), parts.port
    except ValueError:
        return ""
    return f"{plain(parts.scheme, limit=20)}://{host}{f':{port}' if port else ''}" if host else ""


def elsewhere(reply: Reply) -> str:
    """Where a redirect points, in words, as far as it says."""
    target = origin_named(reply.headers.get("location"), reply.url)
    return f"elsewhere ({reply.status})" + (f" to {target}" if target else "")


def _told(method: str, reply: Reply, seconds: float) -> str:
    """One request in a line; never with a header or body, but for the id by which Microsoft finds it."""
    identifier = plain(reply.headers.get("request-id", ""), limit=40)
    found = f", request id {identifier}" if identifier else ""
    return f"{method} {without_query(reply.url)}: {reply.status}, {len(reply.body):,} bytes, {seconds:.1f} s{found}"


def retry_after(reply: Reply) -> float | None:
    """Seconds that a server asks to wait; None where it does not say, or not clearly."""
    stated = reply.headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdigit() and len(stated) < 10:
        return float(stated)
    until, server = _time(stated), _time(reply.headers.get("date", ""))
    if until is None or server is None:  # a date means something by the server's own clock only
        return None
    return max(0.0, (until - server).total_seconds())


def _time(stated: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(stated)
    except (TypeError, ValueError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read


def _unreachable(error: Exception, url: str) -> Unreachable:
    """A failure of the network in words; never with the request itself, whose headers are secret."""
    host = urlsplit(url).hostname or url
    what, hint = _diagnosis(error, host)
    return Unreachable(f"{host} {what}.", where=without_query(url), hint=f"{NOTHING_LOST} {hint}")


def _diagnosis(error: Exception, host: str) -> tuple[str, str]:
    chain = _causes(error)
    again = "Run it again; if it fails daily, check the connection and any proxy in between."
    if any(isinstance(e, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)) for e in chain):
        return _diagnosis_of_tls(chain)
    if any(isinstance(e, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)) for e in chain):
        return "could not be reached through the proxy", "Check HTTPS_PROXY and NO_PROXY."
    if any(isinstance(e, urllib3.exceptions.NameResolutionError) for e in chain):
        return (
            "is not known by any name server",
            "Check the connection, the name server, and the address if you gave it.",
        )
    if any(isinstance(e, (ConnectionRefusedError, urllib3.exceptions.NewConnectionError)) for e in chain):
        if is_loopback(host):
            return "refused the connection", "Nothing listens there on this machine: start it, or check the port."
        return "refused the connection", "Run it again; if it stays, check any firewall or proxy in between."
    if any(isinstance(e, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)) for e in chain):
        return "did not answer in time", again
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return "is not an address that can be asked", "Check --graph-url and --authority."
    return "broke off in the middle of its answer", again


def _diagnosis_of_tls(chain: list[BaseException]) -> tuple[str, str]:
    """Why a server could not prove who it is, as far as its certificate tells."""
    why = next((plain(e.verify_message, limit=120) for e in chain if isinstance(e, ssl.SSLCertVerificationError)), "")
    if not why:
        what = "speaks no TLS that fits, so it could not prove who it is"
        return what, "Check the address and port, and any proxy in between."
    what = f"could not prove who it is (TLS failed: {why.rstrip('.')})"
    if "expired" in why or "not yet valid" in why:
        state = "has expired" if "expired" in why else "is not valid yet"
        return what, (
            f"Check this machine's clock first. If it is right, the certificate presented {state}; "
            "behind a proxy it is usually the proxy's: ask whoever runs it. Without a proxy, run it again later."
        )
    if "mismatch" in why or "not valid for" in why:
        return what, (
            "The certificate shown is made out to other names. Check --graph-url and --authority where you use them, "
            "the name server and the hosts file; a proxy has to present a certificate for this very name."
        )
    return what, (
        "If a proxy inspects traffic here: make a PEM file of the usual roots and the proxy's, and set "
        "REQUESTS_CA_BUNDLE to its path. If there is no such proxy, do not go on: somebody else may be answering."
    )


def _causes(error: BaseException) -> list[BaseException]:
    """An error with everything it was made of."""
    found: list[BaseException] = []
    pending: list[object] = [error]
    while pending and len(found) < 20:
        item = pending.pop()
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            pending += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
    return found


def plain(text: object, *secrets: str, limit: int = 300) -> str:
    """A server's words on one line, cut to a sane length, with every secret taken out."""
    words = str(text) if isinstance(text, str) else ""
    for secret in secrets:
        if secret:
            words = words.replace(secret, "[token]")
    line = " ".join("".join(character if character.isprintable() else " " for character in words).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
