# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between a collection and Graph: each fault is a step that changes the stage; servers are real."""

from __future__ import annotations

import gzip
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.graph_server import PROFILES, SCORES, GraphAnswers, drip, raw_server, to_json
from tests.support.graph_stage import AS_PROCESS, Stage, answers, profiles
from tests.support.loopback import Request, Response
from tests.support.simulated_identity import server_context

Step = Callable[[Stage], None]
FOREVER = {"Retry-After": "500"}
"""Longer than any deadline, so it is not waited for."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"


def says(*replies: Response, path: str = SCORES) -> Step:
    """Graph gives these answers for a collection, one per request, and then the last one again."""
    return lambda stage: stage.graph.break_with(*replies, path=path)


def broken(body: bytes) -> Response:
    """An answer with status 200 that cannot be used."""
    return Response.of_json(200, body)


def status(code: int, body: Any = None, headers: dict[str, str] | None = None) -> Response:
    """An error as Graph words it."""
    error = {"error": {"code": "Simulated", "message": "Not today.", "innerError": {"request-id": "r-1"}}}
    return Response.of_json(code, to_json(error) if body is None else to_json(body), headers)


def page(code: int, text: bytes, headers: dict[str, str] | None = None) -> Response:
    """A page of something that is not Graph."""
    return Response(code, {"Content-Type": "text/html; charset=utf-8", **(headers or {})}, text)


def good() -> Response:
    """The healthy answer."""
    return Response.of_json(200, to_json({"value": answers()}))


def once(*replies: Response) -> Step:
    """Bad answers that pass, then the good one."""
    return says(*replies, good())


def token(value: str) -> Step:
    """Another token in the environment."""

    def step(stage: Stage) -> None:
        stage.environment["GRAPH_TOKEN"] = value

    return step


def option(*words: str) -> Step:
    """More options on the command line."""
    return lambda stage: stage.options.extend(words)


def both(*steps: Step) -> Step:
    """Several steps, one after the other."""

    def step(stage: Stage) -> None:
        for each in steps:
            each(stage)

    return step


def scores(items: Sequence[Any]) -> Step:
    """Graph holds other scores."""

    def step(stage: Stage) -> None:
        stage.graph.scores = list(items)

    return step


def catalogue(items: Sequence[Any]) -> Step:
    """Graph holds other profiles."""

    def step(stage: Stage) -> None:
        stage.graph.profiles = list(items)

    return step


def today(**more: Any) -> list[Any]:
    """The healthy answer with something else in its newest day."""
    first, *rest = answers()
    return [{**first, **more}, *rest]


def next_page(link: Any) -> Step:
    """A first page that names a next one; `{origin}` stands for this Graph."""

    def step(stage: Stage) -> None:
        named = link.replace("{origin}", stage.graph.origin) if isinstance(link, str) else link
        body = {"value": answers()[:1], "@odata.nextLink": named}
        stage.graph.break_with(Response.of_json(200, to_json(body)))

    return step


def endless(stage: Stage) -> None:
    """Pages that always name another one."""
    numbers = iter(range(10_000))

    def respond(request: Request) -> Response | None:
        if request.path != SCORES:
            return None
        return Response.of_json(200, {"value": [], "@odata.nextLink": f"?$skiptoken={next(numbers)}"})

    stage.graph.responders = [respond]


def second_page(reply: Response, collection: str = SCORES) -> Step:
    """The first page is good, the second is not."""

    def step(stage: Stage) -> None:
        items: list[Any] = answers() if collection == SCORES else profiles()
        first = Response.of_json(200, to_json({"value": items[:1], "@odata.nextLink": "?$skiptoken=2"}))

        def respond(request: Request) -> Response | None:
            if request.path != collection:
                return None
            return reply if "$skiptoken" in request.query else first

        stage.graph.responders = [respond]

    return step


def pages_of_one(stage: Stage) -> None:
    """Both collections come one item a page, with links that name no host."""

    def respond(request: Request) -> Response | None:
        items = {SCORES: stage.graph.scores, PROFILES: stage.graph.profiles}.get(request.path)
        if items is None:
            return None
        at = int(request.query.get("$skiptoken", 0))
        more = {"@odata.nextLink": f"{request.path}?$skiptoken={at + 1}"} if at + 1 < len(items) else {}
        return Response.of_json(200, to_json({"value": items[at : at + 1], **more}))

    stage.graph.responders = [respond]


def raw(pieces: Sequence[bytes], pause: float = 0.0) -> Step:
    """Below HTTP: these bytes, slowly or at once, then the end of the connection."""

    def step(stage: Stage) -> None:
        stage.url = f"{stage.stack.enter_context(raw_server(drip(pieces, pause)))}/v1.0"

    return step


def broken_off_once(stage: Stage) -> None:
    """A connection that dies in the middle of the first answer, and no more after that."""
    left = [True]

    def respond(request: Request) -> Response | None:
        if request.path == SCORES and left:
            left.clear()
            return Response(200, {"Content-Type": "application/json", "Content-Length": "99999"}, b'{"value": [')
        return None

    stage.graph.responders = [respond]


def no_answer(stage: Stage) -> None:
    """A port that accepts connections and never answers."""
    listener = stage.stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1))
    stage.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1.0"


def nothing_listens(stage: Stage) -> None:
    """A port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stage.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1.0"


def address(url: str) -> Step:
    """Another address for Graph."""

    def step(stage: Stage) -> None:
        stage.url = url

    return step


def no_tls(stage: Stage) -> None:
    """A server that speaks http where https is asked for."""
    stage.url = stage.graph.url.replace("http:", "https:")


def tls(*, trusted: bool, **made_out_to: Any) -> Step:
    """Graph over TLS, with a certificate that may be wrong in one way."""

    def step(stage: Stage) -> None:
        folder = Path(stage.stack.enter_context(tempfile.TemporaryDirectory()))
        context = server_context(folder / "certificate.pem", **made_out_to)
        secure = stage.stack.enter_context(GraphAnswers(answers(), profiles(), tls=context))
        stage.url = secure.url
        if trusted:
            stage.environment["REQUESTS_CA_BUNDLE"] = str(folder / "certificate.pem")

    return step


def clock(**apart: float) -> Step:
    """A server whose clock is apart from ours."""

    def step(stage: Stage) -> None:
        there = time.strftime(
            "%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + timedelta(**apart).total_seconds())
        )

        def respond(request: Request) -> Response | None:
            items = stage.graph.scores if request.path == SCORES else stage.graph.profiles
            return Response.of_json(200, to_json({"value": items}), {"Date": there})

        stage.graph.responders = [respond]

    return step


def flood(stage: Stage) -> None:
    """More bytes than Secure Score can have."""
    stage.graph.break_with(Response.of_json(200, b" " * (66 * 1024 * 1024)))


def packed_flood(stage: Stage) -> None:
    """Few bytes, which unpack to more than Secure Score can have."""
    bomb = gzip.compress(b" " * (80 * 1024 * 1024), compresslevel=1)
    stage.graph.break_with(Response(200, {"Content-Encoding": "gzip"}, bomb))


def many_values(stage: Stage) -> None:
    """An answer within the limit of bytes whose values would fill the memory."""
    stage.graph.break_with(Response.of_json(200, b'{"value": [' + b"1," * 15_000_000 + b"1]}"))


def packed(stage: Stage) -> None:
    """A healthy answer, packed."""
    body = gzip.compress(to_json({"value": answers()}))
    stage.graph.break_with(Response(200, {"Content-Encoding": "gzip"}, body))


def limits(command: str) -> Step:
    """A process of its own with a limit, set by a command of the shell."""

    def step(stage: Stage) -> None:
        stage.program = ("sh", "-c", f'{command}; exec "$@"', "sh", *AS_PROCESS)

    return step


def as_process(stage: Stage) -> None:
    """A process of its own."""
    stage.program = AS_PROCESS


def folder_in_the_way(stage: Stage) -> None:
    """A folder where today's snapshot should go."""
    (stage.root / "snapshots" / "2026" / "2026-11-20.json").mkdir()


def other_spelling() -> tuple[list[Any], list[Any]]:
    """Scores and profiles in which one id is spelled in another case."""
    renamed = to_json({"scores": answers(), "profiles": profiles()}).replace(b"AdminMFAV2", b"adminMfaV2")
    from secure_score_backlog.snapshots.exact_json import parse  # noqa: PLC0415

    content = parse(renamed)
    return content["scores"], content["profiles"]
