# SPDX-License-Identifier: Apache-2.0
"""Secure Score from Microsoft Graph: every page of both collections, or an error that says what the answer means.

Paging and the meaning of each status are described in docs/method.md#graph.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.errors import NOTHING_LOST, REPORT, UNTOUCHED
from secure_score_backlog.graph.tokens import PERMISSION, Claims, read_claims
from secure_score_backlog.http_client import (
    HttpClient,
    Reply,
    origin,
    origin_named,
    redirection,
    retry_after,
    sanitize,
    without_query,
)
from secure_score_backlog.snapshots.collect import Answer
from secure_score_backlog.snapshots.exact_json import MAXIMUM_VALUES, UnreadableJson, parse, values_in

SCORES = "/security/secureScores?$top=90"
"""Graph keeps 90 days; asking for all of them in one page keeps the number of requests low."""
PROFILES = "/security/secureScoreControlProfiles"
MAXIMUM_PAGES = 200
"""Pages of one collection: with one score a page it would need 90."""

ELSEWHERE = (
    "The token is sent to no other address. Check --graph-url where you use it, and any proxy in between; "
    "else run it again tomorrow and, if it stays, report it to Microsoft."
)
AFRESH = " (with GRAPH_TOKEN: after requesting a new token)"
NO_SCORE = "See whether the Defender portal shows a Secure Score: if not, this tenant has no licence that includes it."
NOT_FROM_GRAPH = ("it is not JSON", "it ends in the middle", "it is empty", "it is not UTF-8")
"""Faults of an answer that may come from a proxy or a lost connection; any other is Graph's own."""


@dataclass(frozen=True, slots=True)
class Place:
    """One page of a collection."""

    address: str
    """Without its query, which may hold what a log must not show."""
    page: int
    """From 1."""

    def __str__(self) -> str:
        """The address, and the page unless it is the first."""
        return f"{self.address} (page {self.page})" if self.page > 1 else self.address


def fetch(root: str, token: str, http: HttpClient, read: Callable[[Place], None] = lambda _: None) -> Answer:
    """Everything that Graph has on Secure Score. Raises CannotProceed rather than return a part of it.

    `read` is told of each page.
    """
    values = [0]
    scores = _collection(root + SCORES, token, http, values, read)
    return Answer(tuple(scores), tuple(_collection(root + PROFILES, token, http, values, read)))


def _collection(url: str, token: str, http: HttpClient, values: list[int], read: Callable[[Place], None]) -> list[Any]:
    """All items of a collection, page by page; `values` counts what all pages hold together."""
    items: list[Any] = []
    seen: set[str] = set()
    following: str | None = url
    while following is not None:
        place = Place(without_query(following), len(seen) + 1)
        if following in seen:
            raise _endless("names a next page that it has given before", place)
        if len(seen) >= MAXIMUM_PAGES:
            raise _endless(f"names next pages without end ({MAXIMUM_PAGES} so far)", place)
        seen.add(following)
        reply = http.get(following, bearer=token, headers={"Accept": "application/json"})
        values[0] += values_in(reply.body.decode("latin-1"))
        if values[0] > MAXIMUM_VALUES:
            raise _endless(f"answers with more than {MAXIMUM_VALUES / 1_000_000:g} million values", place)
        content = _page(reply, place, token)
        items += content["value"]
        read(place)
        following = _next_page(content.get("@odata.nextLink"), following, place)
    return items


def _page(reply: Reply, place: Place, token: str) -> dict[str, Any]:
    """One page: a JSON object with a list `value`."""
    if reply.status != 200:
        raise _refused(reply, place, token)
    try:
        content = parse(reply.body)
    except UnreadableJson as error:
        raise _unusable(reply, place, token, str(error)) from None
    if not isinstance(content, dict) or not isinstance(content.get("value"), list):
        reported = isinstance(content, dict) and content.get("error")
        why = "it reports an error, though its status is 200" if reported else "it holds no list named 'value'"
        raise _unusable(reply, place, token, why)
    return content


def _next_page(link: Any, current: str, place: Place) -> str | None:
    """The address of the next page; it must be of the same origin, as the token is sent with it."""
    if link is None or link == "":
        return None
    try:
        following = urldefrag(urljoin(current, link)).url if isinstance(link, str) else ""
        same = origin(following) == origin(current) and following.isprintable() and "\\" not in following
    except ValueError:
        same, following = False, ""
    if not same:
        named = origin_named(link, current)
        what = f"at {named} instead of {origin_named(current, current)}" if named else "whose address cannot be read"
        raise CannotProceed(
            f"Microsoft Graph names a next page {what}, which is not followed.",
            where=str(place),
            hint=f"{UNTOUCHED} {ELSEWHERE}",
        )
    return following


def _endless(what: str, place: Place) -> CannotProceed:
    hint = f"{NOTHING_LOST} Most likely a fault at Microsoft: run it again later."
    return CannotProceed(f"Microsoft Graph {what}.", where=str(place), hint=hint)


def _refused(reply: Reply, place: Place, token: str) -> CannotProceed:
    """The error for an answer whose status is not 200."""
    said = _server_words(reply, token)
    if reply.status in {401, 403, 404} and said.endswith("instead of JSON"):
        hint = (
            f"Graph answers in JSON, so this most likely comes from a proxy or firewall in between: ask "
            f"its administrator to allow {urlsplit(place.address).hostname}. A runner hosted by GitHub "
            "has none: run it again."
        )
        return _act_first(f"Access to Microsoft Graph was refused on the way ({reply.status}){said}.", place, hint)
    if reply.status == 401:
        return _act_first(
            f"Microsoft Graph does not accept the token (401){said}.", place, _hint_for_401(token, place.address)
        )
    if reply.status == 403:
        return _act_first(f"Microsoft Graph denies access (403){said}.", place, _hint_for_403(read_claims(token)))
    if reply.status == 206:
        warning = sanitize(reply.headers.get("warning", ""), token)
        said = f": {warning}" if warning else ""
        message = f"Microsoft Graph gave only a part of its answer (206){said}, because a service behind it failed."
        return CannotProceed(message, where=str(place), hint=f"{NOTHING_LOST} Run it again later.")
    if 300 <= reply.status < 400:
        message = f"Microsoft Graph {redirection(reply)}, which is not followed."
        return _act_first(message, place, ELSEWHERE)
    return _by_status(reply, said, place)


def _act_first(message: str, place: Place, hint: str) -> CannotProceed:
    """An error that lasts until a person acts."""
    return CannotProceed(message, where=str(place), hint=f"{UNTOUCHED} {hint}")


def _by_status(reply: Reply, said: str, place: Place) -> CannotProceed:
    """The error for a status that the token does not explain."""
    if reply.status in {429, 503}:
        asked = retry_after(reply)
        wait = f" and asks to wait {asked:.0f} seconds" if asked is not None else ""
        message = f"Microsoft Graph is {'throttling requests' if reply.status == 429 else 'not available'}{wait}"
        hint = f"{NOTHING_LOST} Run it again later; a scheduled run does so by itself."
    elif reply.status >= 500:
        message = "Microsoft Graph failed"
        hint = (
            f"{NOTHING_LOST} Run it again later; if it lasts for days, see Microsoft's service health, and ask "
            "the administrator of any proxy in between."
        )
    elif reply.status == 404 and place.page > 1:
        message = f"Microsoft Graph does not find page {place.page}, the address of which page {place.page - 1} gave"
        hint = (
            f"{NOTHING_LOST} Most likely a fault at Microsoft: run it again later. With --graph-url, check what "
            "@odata.nextLink says there."
        )
    elif reply.status == 404:
        message = "Microsoft Graph has no Secure Score at this address"
        hint = f"{UNTOUCHED} {NO_SCORE} If it does: check --cloud and --graph-url where you use them; else {REPORT}"
    else:
        message = "Microsoft Graph refused the request"
        hint = f"{UNTOUCHED} Check --cloud and --graph-url where you use them; else {REPORT}"
    return CannotProceed(f"{message} ({reply.status}){said}.", where=str(place), hint=hint)


def _hint_for_401(token: str, place: str) -> str:
    claims = read_claims(token)
    if (
        claims.readable
        and claims.audience
        and "graph" not in claims.audience
        and not claims.audience.startswith("0000")
    ):
        asked = urlsplit(place)
        return (
            f"The token is meant for {sanitize(claims.audience, limit=80)}, not for Microsoft Graph. "
            f"Request a new token, for {asked.scheme}://{asked.netloc} and put it in GRAPH_TOKEN."
        )
    return (
        "With GRAPH_TOKEN: request a new one, as a token lives for about an hour. Signed in any other way: run it "
        "again. If it stays, check --cloud and AZURE_TENANT_ID, as a token is valid in one cloud only."
    )


def _hint_for_403(claims: Claims) -> str:
    """Graph answers the same to missing consent and to a missing role; the claims of the token differ."""
    if not claims.readable:
        return (
            f"The token cannot be read, so what is missing is unknown: the application needs {PERMISSION} with admin "
            "consent (in Entra, App registrations, API permissions): as application permission; where a person signs "
            "in, as delegated permission, and that person needs the role Security Reader. "
            f"Then run it again{AFRESH}."
        )
    if not claims.permitted:
        kind = "delegated" if claims.delegated else "application"
        return (
            f"The token lacks {PERMISSION}. In Entra, App registrations, API permissions: "
            f"add it as {kind} permission and grant admin consent, then run it again{AFRESH}."
        )
    if claims.delegated:
        return (
            "The permission is there, but not the role: in Entra, give the person who signs in the role "
            f"Security Reader, then run it again{AFRESH}."
        )
    return (
        f"The permission is there. If it was granted just now, wait a few minutes and run it again{AFRESH}. "
        f"Else: {NO_SCORE} If it does: {REPORT}"
    )


def _server_words(reply: Reply, token: str) -> str:
    """`: code, message, request id` of Graph's error JSON, or the id alone; empty where there is neither."""
    identifier: object = reply.headers.get("request-id")
    try:
        content = parse(reply.body)
    except UnreadableJson:
        kind = reply.headers.get("content-type", "").split(";")[0].strip().lower()
        return f": the answer is {sanitize(kind, limit=40)} instead of JSON" if kind and "json" not in kind else ""
    error = content.get("error") if isinstance(content, dict) else None
    if not isinstance(error, dict):
        error = {"message": error}
    inner = error.get("innerError")
    identifier = (inner.get("request-id") if isinstance(inner, dict) else None) or identifier
    words = [sanitize(error.get("code"), token, limit=80), sanitize(error.get("message"), token).rstrip(".")]
    words.append(f"request id {sanitize(identifier, token, limit=80)}" if identifier else "")
    return ": " + ", ".join(word for word in words if word) if any(words) else ""


def _unusable(reply: Reply, place: Place, token: str, why: str) -> CannotProceed:
    """The error for an answer with status 200 that holds no page."""
    said = _server_words(reply, token) if reply.body else ""
    if why.startswith(NOT_FROM_GRAPH):
        hint = "Run it again later; if it stays, look for a proxy or a sign-in page in between."
    else:
        hint = REPORT[:1].upper() + REPORT[1:]
    message = f"The answer of Microsoft Graph cannot be used: {why}{said}."
    return CannotProceed(message, where=str(place), hint=f"{NOTHING_LOST} {hint}")
