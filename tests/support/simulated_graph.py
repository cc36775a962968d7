# SPDX-License-Identifier: Apache-2.0
"""Microsoft Graph v1.0 on loopback, as far as Secure Score goes, answering for the sample tenant.

It behaves as docs/method.md#graph says that Graph does: newest day first, 90 days, only the newest in full,
a nextLink whenever something is left, 401, 403, 400 and 404 as error JSON.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from secure_score_backlog.sample.measurements import number
from secure_score_backlog.sample.tenant import Json, Tenant, has_report
from tests.support.loopback import LoopbackServer, Request, Responder, Response
from tests.support.tokens import claims_of


def to_json(value: Any) -> bytes:
    """Bytes as Graph would send them: compact, UTF-8, decimals as plain numbers."""
    return msgspec.json.Encoder(decimal_format="number").encode(value)


RETENTION_DAYS = 90
PERMISSION = "SecurityEvents.Read.All"
SCORES = "/v1.0/security/secureScores"
PROFILES = "/v1.0/security/secureScoreControlProfiles"
CONDITION = re.compile(r"(\w+) (eq|ge|gt|le|lt) (?:'([^']*)'|(\S+))")
JSON_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


class Refused(Exception):
    """Graph says no: status, code and message of the error JSON."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class SimulatedGraph(LoopbackServer):
    """Graph for one tenant. `url` goes where `--graph-url` is asked for; `today` may be set at any time."""

    def __init__(
        self,
        tenant: Tenant,
        today: date,
        *,
        token: str | None = None,
        profile_page: int = 200,
        responders: Iterable[Responder] = (),
        port: int = 0,
    ) -> None:
        """A server whose newest report is of `today`.

        With `token`, no other bearer token is accepted. `profile_page` is the page size without `$top`.
        """
        super().__init__(responders, port=port)
        self.tenant = tenant
        self.today = today
        """Day of the newest report (or the last one before, where Graph has none of it)."""
        self.url = f"{self.origin}/v1.0"
        self._token = token
        self.points_off = Decimal(0)
        """Added to the newest `currentScore`, which then no longer is the sum of the scores; may be set at any time."""
        self._page_sizes = {SCORES: RETENTION_DAYS, PROFILES: profile_page}
        self._pages: dict[str, int] = {}
        """Offset by `$skiptoken`."""

    def days(self) -> list[date]:
        """The days that are still held, newest first."""
        span = (self.today - timedelta(days=age) for age in range(RETENTION_DAYS))
        return [day for day in span if has_report(day)]

    def answer(self, request: Request) -> Response:
        """Graph's answer, or its refusal as error JSON."""
        try:
            self._authorise(request)
            if request.method != "GET":
                raise Refused(405, "MethodNotAllowed", "This simulation can be read, not written.")
            return self._read(request)
        except Refused as refusal:
            return self._error(refusal)

    def _authorise(self, request: Request) -> None:
        """401 without a proper token; 403 where the token can be read and lacks the permission."""
        token = request.bearer
        if not token:
            raise Refused(401, "InvalidAuthenticationToken", "The request carries no access token.")
        if self._token is not None and token != self._token:
            raise Refused(401, "InvalidAuthenticationToken", "The access token is not valid here.")
        granted = permissions(token)
        if granted is not None and not any(name.startswith("SecurityEvents.Read") for name in granted):
            raise Refused(403, "Forbidden", f"The token does not hold {PERMISSION}, or the user lacks a role.")

    def _read(self, request: Request) -> Response:
        """Route a GET: a collection, its `$count`, or one item by its id."""
        for root, key in ((SCORES, "createdDateTime"), (PROFILES, "id")):
            if request.path == root:
                return self._collection(request, root, key)
            if request.path == f"{root}/$count":
                return Response(200, {"Content-Type": "text/plain"}, str(len(self._items(root))).encode())
            if request.path.startswith(f"{root}/"):
                return self._item(root, request.path.removeprefix(f"{root}/"))
        raise Refused(404, "ResourceNotFound", f"There is nothing at {request.path}.")

    def _items(self, root: str) -> list[Any]:
        """Days or profiles: scores are made only for those that are sent."""
        return self.days() if root == SCORES else self.tenant.profiles(self.today)

    def _score(self, day: date) -> Json:
        """One score, in full only where it is the newest."""
        newest = day == self.days()[0]
        score = self.tenant.secure_score(day, complete=newest) or {}
        if newest and self.points_off:
            score["currentScore"] = number(Decimal(score["currentScore"]) + self.points_off)
        return score

    def _item(self, root: str, identifier: str) -> Response:
        """One score or profile by its id."""
        context = f"{self.url}/$metadata#{root.removeprefix('/v1.0/')}/$entity"
        for item in self._items(root):
            name = f"{self.tenant.identifier}_{item}" if root == SCORES else item["id"]
            if name == identifier:
                return self._ok({"@odata.context": context} | (self._score(item) if root == SCORES else item))
        raise Refused(404, "ResourceNotFound", f"No item {identifier} was found.")

    def _collection(self, request: Request, root: str, key: str) -> Response:
        """One page, with a nextLink as long as something is left."""
        items = [item for item in self._items(root) if matches(item, request.query.get("$filter"), key)]
        size = whole(request.query, "$top", self._page_sizes[root])
        start = self._start(request)
        page = items[start : start + size]
        body: Json = {"@odata.context": f"{self.url}/$metadata#{root.removeprefix('/v1.0/')}"}
        if request.query.get("$count") == "true":
            body["@odata.count"] = len(items)
        if page and start + size < len(items):
            body["@odata.nextLink"] = self._next_link(request, start + size)
        body["value"] = [self._score(item) for item in page] if root == SCORES else page
        return self._ok(body)

    def _start(self, request: Request) -> int:
        """Where a page begins: by its `$skiptoken`, or else by `$skip`."""
        token = request.query.get("$skiptoken")
        if token is None:
            return whole(request.query, "$skip", 0)
        if token not in self._pages:
            raise Refused(400, "BadRequest", "The skip token is not one of ours.")
        return self._pages[token]

    def _next_link(self, request: Request, start: int) -> str:
        """The address of the next page: the same question, with a token instead of `$skip`."""
        question = {name: value for name, value in request.query.items() if name not in ("$skip", "$skiptoken")}
        token = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{request.path} {sorted(question.items())} {start}"))
        self._pages[token] = start
        query = "&".join(f"{name}={value.replace(' ', '%20')}" for name, value in question.items())
        return f"{self.origin}{request.path}?{query}{'&' if query else ''}$skiptoken={token}"

    def _ok(self, body: Json) -> Response:
        """200 with the headers that Graph sends."""
        return Response(200, {"Content-Type": JSON_TYPE, "request-id": self._request_id()}, to_json(body))

    def _error(self, refusal: Refused) -> Response:
        """A refusal in Graph's error JSON."""
        identifier = self._request_id()
        inner = {"date": f"{self.today}T06:00:00", "request-id": identifier, "client-request-id": identifier}
        error = {"code": refusal.code, "message": refusal.message, "innerError": inner}
        headers = {"request-id": identifier}
        if refusal.status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="", authorization_uri="https://login.example/authorize"'
        return Response.of_json(refusal.status, {"error": error}, headers)

    def _request_id(self) -> str:
        """An id that tells requests apart and is the same in every run."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"request {len(self.requests)}"))


def whole(query: Any, name: str, default: int) -> int:
    """A whole number of the query, or Graph's complaint about it."""
    text = query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or (name == "$top" and int(text) == 0):
        raise Refused(400, "BadRequest", f"{name} has to be a positive whole number, not {text!r}.")
    return int(text)


def matches(item: Any, condition: str | None, key: str) -> bool:
    """Whether a day or a profile passes a `$filter` of comparisons joined by `and`."""
    if condition is None:
        return True
    for part in condition.split(" and "):
        found = CONDITION.fullmatch(part.strip())
        if found is None:
            raise Refused(400, "BadRequest", f"The filter cannot be read: {part.strip()!r}.")
        name, operator, quoted, bare = found.groups()
        value = f"{item}T00:00:00Z" if isinstance(item, date) and name == key else None
        if isinstance(item, dict) and name in item:
            value = str(item[name])
        if value is None:
            raise Refused(400, "BadRequest", f"There is no property {name!r} to filter on.")
        if not compare(value, operator, quoted if quoted is not None else bare):
            return False
    return True


def compare(value: str, operator: str, wanted: str) -> bool:
    """One comparison; texts of times in UTC compare like the times."""
    return {
        "eq": value == wanted,
        "ge": value >= wanted,
        "gt": value > wanted,
        "le": value <= wanted,
        "lt": value < wanted,
    }[operator]


def permissions(token: str) -> list[str] | None:
    """What a token grants by its claims `roles` or `scp`; None where it is not a readable token."""
    claims = claims_of(token)
    return None if claims is None else [*claims.get("roles", []), *claims.get("scp", "").split()]
