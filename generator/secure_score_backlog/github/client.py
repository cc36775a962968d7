# SPDX-License-Identifier: Apache-2.0
"""GitHub's two interfaces: questions to GraphQL, and REST with pages by the `Link` header.

The token is sent to the addresses that the environment gives, never to one that an answer names elsewhere, and no
redirect is followed. An answer is used whole or not at all: one with `errors` is an error, also where it holds data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from secure_score_backlog import __version__
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.github.address import Address
from secure_score_backlog.github.errors import (
    ASKING,
    LONGEST_WAIT,
    SECONDS,
    UNTOUCHED,
    Limited,
    limit_of,
    messages,
    refused,
    refused_in_answer,
    unusable,
)
from secure_score_backlog.http_client import Deadline, HttpClient, Reply, origin, sanitize, without_query
from secure_score_backlog.snapshots.exact_json import UnreadableJson, parse

HEADERS: Final = {
    "Accept": "application/vnd.github+json",
    "User-Agent": f"secure-score-backlog/{__version__}",
    "X-GitHub-Api-Version": "2022-11-28",
}
MOST_WAITS = 3
"""How often one request is sent again because of a limit."""
MOST_PAGES = 100
Explain: TypeAlias = Callable[[list[Mapping[str, Any]]], CannotProceed | None]
NEXT = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?next"?')


class GitHub:
    """One repository on GitHub."""

    def __init__(self, address: Address, http: HttpClient) -> None:
        """`http` sends the requests, within its deadline."""
        self.address = address
        self.http = http

    # GraphQL

    def ask(self, query: str, variables: Mapping[str, Any], explain: Explain = lambda _: None) -> dict[str, Any]:
        """The `data` of an answer; CannotProceed for anything that is not a whole answer.

        Args:
            query: A query, or a change that may be sent twice.
            variables: By name, without the dollar sign.
            explain: The error for `errors` of a kind that only this question has; None for any other.
        """
        body = json.dumps({"query": query, "variables": dict(variables)}).encode()
        place = self.address.graphql
        reply = self._within_limits("POST", place, body, again=True)
        content = self._content(reply, place)
        errors = _errors(content)
        if reply.status != 200:
            raise refused(reply, self._words(content, errors), without_query(place), self.address.needs)
        if errors:
            address = self.address
            raise explain(errors) or refused_in_answer(errors, address.token, place, address.repository, address.needs)
        data = content.get("data") if isinstance(content, dict) else None
        if not isinstance(data, dict):
            raise unusable("it holds no `data`", place)
        return data

    # REST

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """One thing of the repository, such as `issues/12`."""
        url = self.address.rest(path) + (f"?{urlencode(query)}" if query else "")
        return self._success(self._within_limits("GET", url, None, again=True), url)

    def find(self, path: str) -> Any | None:
        """One thing of the repository; None where GitHub has none, or does not show it to this token."""
        url = self.address.rest(path)
        reply = self._within_limits("GET", url, None, again=True)
        if reply.status == 404:
            return None
        content = self._success(reply, url)
        if content is None:
            raise unusable("it is null", without_query(url))
        return content

    def get_all(self, path: str, query: Mapping[str, str] | None = None) -> list[Any]:
        """Every item of a list, page by page. CannotProceed for an endless one, or a next page elsewhere."""
        found: list[Any] = []
        url: str | None = f"{self.address.rest(path)}?{urlencode({**(query or {}), 'per_page': '100'})}"
        seen: set[str] = set()
        while url is not None:
            if url in seen or len(seen) >= MOST_PAGES:
                raise unusable(f"it names next pages without end ({len(seen)} so far)", without_query(url))
            seen.add(url)
            reply = self._within_limits("GET", url, None, again=True)
            items = self._success(reply, url)
            if not isinstance(items, list):
                raise unusable("it is not a list", without_query(url))
            found += items
            url = self._next(reply)
        return found

    def ask_repository(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What a query says about the repository, whose owner and name go with it."""
        address = self.address
        data = self.ask(query, {"owner": address.owner, "name": address.name, **variables})
        found = data.get("repository")
        if not isinstance(found, dict):
            raise unusable("it says nothing about the repository", address.graphql)
        return found

    def post(self, path: str, content: Mapping[str, Any]) -> Any:
        """Make something, once: a request that may have arrived is not sent again."""
        return self._send("POST", path, content, again=False)

    def patch(self, path: str, content: Mapping[str, Any]) -> Any:
        """Change something."""
        return self._send("PATCH", path, content, again=True)

    def _send(self, method: str, path: str, content: Mapping[str, Any], *, again: bool) -> Any:
        url = self.address.rest(path)
        reply = self._within_limits(method, url, json.dumps(dict(content)).encode(), again=again)
        return self._success(reply, url)

    def _next(self, reply: Reply) -> str | None:
        """The next page, which must be of the same origin, as the token is sent with it."""
        found = NEXT.search(reply.headers.get("link", ""))
        if found is None:
            return None
        try:
            same = origin(found[1]) == origin(reply.url) and found[1].isprintable() and "\\" not in found[1]
        except ValueError:
            same = False
        if not same:
            raise CannotProceed(
                "GitHub names a next page at another address, which is not followed.",
                where=without_query(reply.url),
                hint=f"{UNTOUCHED} The token is sent to no other address. Check GITHUB_API_URL, and any proxy.",
            )
        return found[1]

    # Both

    def _within_limits(self, method: str, url: str, body: bytes | None, *, again: bool) -> Reply:
        """The answer to a request, sent again after a limit as far as the deadline allows."""
        waits = 0
        while True:
            reply = self._request(method, url, body, again=again)
            limit = self._limit(reply)
            if limit is None:
                return reply
            wait = 60.0 if limit.seconds is None else limit.seconds + 1.0  # a minute is what GitHub's guide advises
            waits += 1
            if waits > MOST_WAITS or wait > LONGEST_WAIT or not self.http.wait(wait):
                raise limit.as_error(without_query(url))

    def _request(self, method: str, url: str, body: bytes | None, *, again: bool) -> Reply:
        token = self.address.token
        if body is None:
            return self.http.get(url, bearer=token, headers=HEADERS)
        headers = {**HEADERS, "Content-Type": "application/json"}
        return self.http.send(method, url, body, bearer=token, headers=headers, again=again)

    def _limit(self, reply: Reply) -> Limited | None:
        if reply.status not in {200, 403, 429}:
            return None
        try:
            content = parse(reply.body)
        except UnreadableJson:
            content = None
        errors = _errors(content)
        if reply.status == 200 and not errors:
            return None
        return limit_of(reply, errors, self._words(content, errors))

    def _success(self, reply: Reply, url: str) -> Any:
        content = self._content(reply, url)
        if not 200 <= reply.status < 300:
            raise refused(reply, self._words(content, []), without_query(url), self.address.needs)
        return content

    def _content(self, reply: Reply, url: str) -> Any:
        """The JSON of an answer; None where one that is no success holds something else."""
        try:
            return parse(reply.body)
        except UnreadableJson as error:
            if 200 <= reply.status < 300:
                raise unusable(str(error), without_query(url)) from None
            return None

    def _words(self, content: Any, errors: list[Mapping[str, Any]]) -> str:
        """What GitHub says, without the token."""
        if errors:
            return "; ".join(list(messages(errors, self.address.token))[:3])
        return "; ".join(messages([content], self.address.token)) if isinstance(content, dict) else ""


def connect(address: Address, *, seconds: float = SECONDS, log: Callable[[str], None] = lambda _: None) -> GitHub:
    """A connection whose requests together take so many seconds at most; `log` gets one line for each of them."""
    return GitHub(address, HttpClient(Deadline(seconds, ASKING), log=log))


def _errors(content: Any) -> list[Mapping[str, Any]]:
    """The `errors` of an answer of GraphQL; what is no object counts as an error without words."""
    listed = content.get("errors") if isinstance(content, dict) else None
    if not listed:
        return []
    return [each if isinstance(each, dict) else {} for each in (listed if isinstance(listed, list) else [listed])]


def whole(value: Any) -> int | None:
    """A whole number in an answer, whose numbers are decimals; None for anything else."""
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < 10**15:
        return int(value)
    return None


def words_of(value: Any, limit: int = 300) -> str:
    """A text of an answer on one printable line."""
    return sanitize(value, limit=limit)


def nodes(connection: Any) -> Iterator[dict[str, Any]]:
    """The items of a connection; GraphQL allows null among them."""
    listed = connection.get("nodes") if isinstance(connection, dict) else None
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict):
            yield each
