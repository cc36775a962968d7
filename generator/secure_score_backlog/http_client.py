# SPDX-License-Identifier: Apache-2.0
"""HTTP for one job: retries, one deadline, one budget of bytes, and what a failed connection means.

All requests of a job, such as a collection from Graph, go through one `HttpClient`. No redirect is followed, and no
token, header or query reaches a message or log. The limits and the statuses that are retried are listed in
docs/method.md#graph.

`urllib3.Retry` decides what is retried and how long to wait. It is asked here rather than mounted in requests'
adapter, where it ends with the headers: an answer whose body breaks off would not be retried, and the bodies of
failed attempts would not count against the budget.
"""

from __future__ import annotations

import ipaddress
import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from urllib3.exceptions import MaxRetryError

from secure_score_backlog.errors import CannotProceed, WrongUsage

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
"""How long a server may stay silent."""
BYTE_BUDGET = 64 * 1024 * 1024
"""Bytes that all answers of a job may have together, unpacked: fifteen times 90 days of a large tenant."""
CHUNK = 64 * 1024
RETRY_POLICY = urllib3.Retry(
    total=3,
    status_forcelist={206, 429, 500, 502, 503, 504},  # 206: a service behind Graph was too slow
    allowed_methods=None,  # POST too: the forms of a sign-in may be sent twice
    backoff_factor=1.0,
    backoff_jitter=1.0,
)
"""Four attempts: the second at once, then after 2 to 3 and 4 to 5 seconds. `Retry-After` goes before."""

Result = TypeVar("Result")
Body: TypeAlias = Mapping[str, str] | str | bytes | None


@dataclass(frozen=True, slots=True)
class Job:
    """What the requests are for, as messages say it."""

    name: str
    """As in "The collection took longer than 120 seconds"."""
    seconds: float
    """How long it may take by default, which is the longest that `--deadline` allows."""
    nothing_lost: str
    """Starts the hint where a later run may succeed unchanged."""
    untouched: str
    """Starts the hint where a person has to act first."""
    needs_less: str
    """After "HOST sent more than 64 MB,"."""
    addresses: str
    """The options and variables that give addresses."""
    report: str
    """What to do about an answer that no setting explains; begins with a small letter."""


class Deadline:
    """The end of a job, after which nothing more is requested."""

    def __init__(self, seconds: float, job: Job) -> None:
        """Start the clock."""
        self.seconds = seconds
        self.job = job
        self.place: str | None = None
        """The address that is being waited for; the message names it when time runs out."""
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())

    def timeout(self) -> float:
        """Seconds that the next read may take. Raises CannotProceed when none are left."""
        if self.remaining() <= 0:
            raise self.passed()
        return min(READ_SECONDS, self.remaining())

    def passed(self) -> CannotProceed:
        """The error when time has run out."""
        unit = "second" if self.seconds == 1 else "seconds"
        short = f" --deadline allows up to {self.job.seconds:g} seconds." if self.seconds < self.job.seconds else ""
        return CannotProceed(
            f"The {self.job.name} took longer than {self.seconds:g} {unit} and was stopped.",
            where=self.place,
            hint=f"{self.job.nothing_lost} Run it again; if it happens daily, check the connection and any proxy."
            f"{short}",
        )

    def run(self, work: Callable[[], Result]) -> Result:
        """Run `work` in a thread, and abandon it when time has run out. It must not write anything.

        Reads have timeouts of their own; this also limits what has none, such as a name lookup, or headers that
        arrive byte by byte.
        """
        results: list[Result] = []
        failures: list[BaseException] = []

        def attempt() -> None:
            try:
                results.append(work())
            except BaseException as failure:
                failures.append(failure)

        worker = threading.Thread(target=attempt, name=self.job.name, daemon=True)
        worker.start()
        worker.join(self.remaining() + 1)
        if failures:
            raise failures[0]
        if not results:
            raise self.passed()
        return results[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    url: str


class Unreachable(CannotProceed):
    """No complete answer came; another attempt may help."""


class _Bearer(requests.auth.AuthBase):
    """Sends the token. As an auth object it also keeps requests from sending a password of `.netrc` instead."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class HttpClient:
    """Sends the requests of one job, within one deadline and one budget of bytes."""

    def __init__(
        self,
        deadline: Deadline,
        retry_policy: urllib3.Retry = RETRY_POLICY,
        log: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`log` gets one line for each request and each wait, without anything secret."""
        logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings are in our messages
        self.deadline = deadline
        self.server_time: datetime | None = None
        """The clock of the server that answered last."""
        self._retry_policy = retry_policy
        self._log = log
        self._bytes_left = BYTE_BUDGET

    def get(self, url: str, *, bearer: str | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """GET an address, with retries. Raises CannotProceed where no complete answer comes in time."""
        return self._request("GET", url, bearer, dict(headers or {}), None)

    def post(self, url: str, data: Mapping[str, str] | str | None, headers: Mapping[str, str] | None = None) -> Reply:
        """POST a form, with retries. Raises CannotProceed where no complete answer comes in time."""
        return self._request("POST", url, None, dict(headers or {}), data)

    def send(
        self, method: str, url: str, data: bytes, *, bearer: str | None, headers: Mapping[str, str], again: bool
    ) -> Reply:
        """Send a body, with a token or without.

        Args:
            method: POST or PATCH.
            url: Where to.
            data: The body.
            bearer: The token.
            headers: What the body is, among others.
            again: Whether it may be sent twice: True for a question, and for a change that would be the same again.
        """
        return self._request(method, url, bearer, dict(headers), data, again=again)

    def wait(self, seconds: float) -> bool:
        """Wait, and say so in the log; False, at once, where that would outlast the deadline."""
        if seconds >= self.deadline.remaining():
            return False
        self._log(f"waiting {seconds:.1f} s")
        time.sleep(seconds)
        return True

    def _request(
        self, method: str, url: str, bearer: str | None, headers: dict[str, str], data: Body, *, again: bool = True
    ) -> Reply:
        """The first answer that is not retried; when no attempt or time is left, the last answer or failure."""
        retries = self._retry_policy if again else self._retry_policy.new(total=0)
        attempts = int(retries.total or 0) + 1
        while True:
            outcome = self._attempt(method, url, bearer, headers, data)
            if isinstance(outcome, Reply) and not retries.is_retry(method, outcome.status):
                return outcome
            try:
                retries = retries.increment(method, without_query(url))
            except MaxRetryError:
                break
            asked = retry_after(outcome) if isinstance(outcome, Reply) else None
            wait = retries.get_backoff_time() if asked is None else asked
            if wait >= self.deadline.remaining():
                break
            self._log(f"waiting {wait:.1f} s, then attempt {len(retries.history) + 1} of {attempts}")
            time.sleep(wait)
        if isinstance(outcome, Unreachable):
            raise outcome
        return outcome

    def _attempt(
        self, method: str, url: str, bearer: str | None, headers: dict[str, str], data: Body
    ) -> Reply | Unreachable:
        """One request. Raises CannotProceed where a limit is reached."""
        self.deadline.place = without_query(url)
        timeout = self.deadline.timeout()
        started = self.deadline.remaining()
        host = urlsplit(url).hostname
        try:
            with (
                requests.Session() as session,
                session.request(
                    method,
                    url,
                    headers=headers,
                    data=data,
                    auth=_Bearer(bearer),
                    timeout=(min(CONNECT_SECONDS, timeout), timeout),
                    allow_redirects=False,
                    stream=True,
                    proxies={"no_proxy": host} if host and is_loopback(host) else None,  # this machine needs no proxy
                ) as response,
            ):
                body = self._read(response, host)
                named = {name.lower(): value for name, value in response.headers.items()}
                reply = Reply(response.status_code, named, body, url)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            failure = _unreachable(error, url, self.deadline.job)
            self._log(f"{method} {without_query(url)}: {failure.message}")
            return failure
        self.server_time = _time(named.get("date", "")) or self.server_time
        self._log(_summary(method, reply, started - self.deadline.remaining()))
        return reply

    def _read(self, response: requests.Response, host: str | None) -> bytes:
        """The whole body, in chunks: the deadline stops a server that is too slow, the budget one that sends too much.

        Raises ChunkedEncodingError for a body shorter than its Content-Length, which urllib3 accepts from `read1`.
        """
        chunks: list[bytes] = []
        while chunk := response.raw.read1(CHUNK, decode_content=True):
            self.deadline.timeout()
            self._bytes_left -= len(chunk)
            if self._bytes_left < 0:
                raise CannotProceed(
                    f"{host} sent more than {BYTE_BUDGET // 1024 // 1024} MB, {self.deadline.job.needs_less}.",
                    where=self.deadline.place,
                    hint=f"{self.deadline.job.untouched} Check {self.deadline.job.addresses} where you use them; else "
                    f"{self.deadline.job.report}",
                )
            chunks.append(chunk)
        body = b"".join(chunks)
        announced = response.headers.get("Content-Length")
        packed = response.headers.get("Content-Encoding")
        if announced and announced.isdigit() and not packed and len(body) < int(announced):
            raise requests.exceptions.ChunkedEncodingError
        return body


def _summary(method: str, reply: Reply, seconds: float) -> str:
    """One request on one line; of its headers only the id by which the server's owner finds it."""
    identifier = sanitize(reply.headers.get("request-id") or reply.headers.get("x-github-request-id", ""), limit=40)
    found = f", request id {identifier}" if identifier else ""
    return f"{method} {without_query(reply.url)}: {reply.status}, {len(reply.body):,} bytes, {seconds:.1f} s{found}"


def origin_named(address: object, base: str) -> str:
    """`scheme://host:port` of an address that a server gave, for a message; empty where it names none."""
    try:
        parts = urlsplit(urljoin(base, address) if isinstance(address, str) and address else "")
        host, port = sanitize(parts.hostname or "", limit=80), parts.port
    except ValueError:
        return ""
    return f"{sanitize(parts.scheme, limit=20)}://{host}{f':{port}' if port else ''}" if host else ""


def redirection(reply: Reply) -> str:
    """What a redirect does, for a message: `redirects (302) to https://host`."""
    target = origin_named(reply.headers.get("location"), reply.url)
    return f"redirects ({reply.status})" + (f" to {target}" if target else "")


def retry_after(reply: Reply) -> float | None:
    """Seconds that a server asks to wait; None where it gives no number, or a date without its own clock beside it.

    urllib3 reads the date by this machine's clock, which may be wrong, and raises on a text that it cannot read.
    """
    stated = reply.headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdigit() and len(stated) < 10:
        return float(stated)
    until, server = _time(stated), _time(reply.headers.get("date", ""))
    if until is None or server is None:
        return None
    return max(0.0, (until - server).total_seconds())


def _time(stated: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(stated)
    except (TypeError, ValueError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read


def _unreachable(error: Exception, url: str, job: Job) -> Unreachable:
    """A failed connection in words; without the request, whose headers are secret."""
    host = urlsplit(url).hostname or url
    what, hint = _diagnosis(error, host, job)
    return Unreachable(f"{host} {what}.", where=without_query(url), hint=f"{job.nothing_lost} {hint}")


def _diagnosis(error: Exception, host: str, job: Job) -> tuple[str, str]:
    chain = _causes(error)
    again = "Run it again; if it fails daily, check the connection and any proxy in between."
    if any(isinstance(e, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)) for e in chain):
        return _diagnosis_of_tls(chain, job)
    if any(isinstance(e, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)) for e in chain):
        return "could not be reached through the proxy", "Check HTTPS_PROXY and NO_PROXY."
    if any(isinstance(e, urllib3.exceptions.NameResolutionError) for e in chain):
        return (
            "was not found in DNS",
            "Check the connection, the name server, and the address if you gave it.",
        )
    if any(isinstance(e, (ConnectionRefusedError, urllib3.exceptions.NewConnectionError)) for e in chain):
        if is_loopback(host):
            return "refused the connection", "Nothing listens there on this machine: start it, or check the port."
        return "refused the connection", "Run it again; if it stays, check any firewall or proxy in between."
    if any(isinstance(e, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)) for e in chain):
        return "did not answer in time", again
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return "is not an address that can be requested", f"Check {job.addresses}."
    return "closed the connection before its answer was complete", again


def _diagnosis_of_tls(chain: list[BaseException], job: Job) -> tuple[str, str]:
    """Why a server could not prove its identity, as far as its certificate shows."""
    why = next(
        (sanitize(e.verify_message, limit=120) for e in chain if isinstance(e, ssl.SSLCertVerificationError)), ""
    )
    if not why:
        what = "offers no usable TLS, so it could not prove its identity"
        return what, "Check the address and port, and any proxy in between."
    what = f"could not prove its identity (TLS failed: {why.rstrip('.')})"
    if "expired" in why or "not yet valid" in why:
        state = "has expired" if "expired" in why else "is not valid yet"
        return what, (
            f"Check this machine's clock first. If it is right, the certificate presented {state}; "
            "behind a proxy it is usually the proxy's: ask its administrator. Without a proxy, run it again later."
        )
    if "mismatch" in why or "not valid for" in why:
        return what, (
            f"The certificate was issued for other names. Check {job.addresses} where you use them, "
            "the name server and the hosts file; a proxy must present a certificate for this name."
        )
    return what, (
        "If a proxy inspects traffic here: make a PEM file of the usual roots and the proxy's, and set "
        "REQUESTS_CA_BUNDLE to its path. If there is no such proxy, do not continue: it may be another server."
    )


def _causes(error: BaseException) -> list[BaseException]:
    """An error with all its causes, contexts and nested errors."""
    found: list[BaseException] = []
    pending: list[object] = [error]
    while pending and len(found) < 20:
        item = pending.pop()
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            pending += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
    return found


# Addresses, and how a server's words are shown


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


def check_address(address: str, option: str, example: str = "https://graph.microsoft.com/v1.0") -> str:
    """The address that an option or a variable gives, which a token may be sent to: https, or http on this machine.

    Raises WrongUsage, with the example, for anything else.
    """
    try:
        parts = urlsplit(address.strip())
        port_is_readable = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_readable = urlsplit(""), False
    if not port_is_readable or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WrongUsage(
            f"{option} is not an address: {address!r}.",
            where=option,
            hint=f"Write it like `{example}`.",
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise WrongUsage(
            f"{option} must not contain a user name, query or fragment.",
            where=option,
            hint="Give scheme, host and path only.",
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise WrongUsage(
            f"{option} uses http, which would send the token unencrypted.",
            where=option,
            hint="Use https. (http is accepted for 127.0.0.1 and localhost only, which are this machine.)",
        )
    return address.strip().rstrip("/")


def is_loopback(host: str | None) -> bool:
    """The host is this machine."""
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address; raises ValueError where it has none."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError(address)
    return parts.scheme, parts.hostname.lower(), parts.port or (443 if parts.scheme == "https" else 80)
