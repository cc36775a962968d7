# SPDX-License-Identifier: Apache-2.0
"""Secure Score out of Microsoft Graph: every page of both collections, or nothing (facts/graph.md 0.3, 0.4)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urldefrag, urljoin

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.clouds import origin
from secure_score_backlog.graph.errors import ELSEWHERE, refusal, unusable
from secure_score_backlog.graph.http import NOTHING_LOST, UNTOUCHED, HttpClient, Reply, origin_named, without_query
from secure_score_backlog.snapshots.capture import Answer
from secure_score_backlog.snapshots.exact_json import UnreadableJson, parse

SCORES = "/security/secureScores?$top=90"
"""90 days is all that Graph keeps; asking for them in one page keeps the number of requests low."""
PROFILES = "/security/secureScoreControlProfiles"
MOST_PAGES = 200
"""Pages of one collection: even one score a page stays below half of it."""


def fetch(root: str, token: str, wire: HttpClient) -> Answer:
    """Everything Graph says about Secure Score. Raises CannotProceed rather than give a part of it."""
    scores = collection(root + SCORES, token, wire)
    return Answer(tuple(scores), tuple(collection(root + PROFILES, token, wire)))


def collection(url: str, token: str, wire: HttpClient) -> list[Any]:
    """All items of a collection, page by page."""
    items: list[Any] = []
    seen: set[str] = set()
    following: str | None = url
    while following is not None:
        place = without_query(following)
        if following in seen:
            raise _without_end("names a page as the next one that it gave already", place)
        if len(seen) >= MOST_PAGES:
            raise _without_end(f"gives pages without end ({MOST_PAGES} so far)", place)
        seen.add(following)
        reply = wire.get(following, bearer=token, headers={"Accept": "application/json"})
        content = _page(reply, place, token)
        items += content["value"]
        following = _next_page(content.get("@odata.nextLink"), following, place)
    return items


def _without_end(what: str, place: str) -> CannotProceed:
    """The ending where a collection never ends."""
    hint = f"{NOTHING_LOST} Most likely a fault at Microsoft: run it again later."
    return CannotProceed(f"Microsoft Graph {what}.", where=place, hint=hint)


def _page(reply: Reply, place: str, token: str) -> dict[str, Any]:
    """One page as JSON object with a list `value`."""
    if reply.status != 200:
        raise refusal(reply, place, token)
    try:
        content = parse(reply.body)
    except UnreadableJson as error:
        raise unusable(reply, place, token, str(error)) from None
    if not isinstance(content, dict) or not isinstance(content.get("value"), list):
        reported = isinstance(content, dict) and content.get("error")
        why = "it reports an error, though its status is 200" if reported else "it holds no list named 'value'"
        raise unusable(reply, place, token, why)
    return content


def _next_page(link: Any, current: str, place: str) -> str | None:
    """The address of the next page; it must stay on the host that was asked, as the token goes with it."""
    if link is None or link == "":
        return None
    try:
        following = urldefrag(urljoin(current, link)).url if isinstance(link, str) else ""
        stays = origin(following) == origin(current) and following.isprintable() and "\\" not in following
    except ValueError:
        stays, following = False, ""
    if not stays:
        pointed = origin_named(link, current)
        what = (
            f"at {pointed} instead of {origin_named(current, current)}" if pointed else "whose address cannot be read"
        )
        raise CannotProceed(
            f"Microsoft Graph names a next page {what}, which is not followed.",
            where=place,
            hint=f"{UNTOUCHED} {ELSEWHERE}",
        )
    return following
