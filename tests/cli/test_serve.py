# SPDX-License-Identifier: Apache-2.0
"""`backlog serve`, in a process of its own, as it runs until it is stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog.cli import serve, signals
from secure_score_backlog.site import rendering
from secure_score_backlog.site.registry import configuration
from tests.support.decision_files import plan
from tests.support.folders import contents, write
from tests.support.running import RunBacklog, heed_signals

DUE = date(2026, 12, 31)
SIGNALS = pytest.mark.skipif(os.name == "nt", reason="stops the server with a signal")


def free_port() -> str:
    """A port that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@contextmanager
def serving(
    root: Path, port: str, temporary: Path, before: Callable[[], None] = heed_signals
) -> Iterator[subprocess.Popen[bytes]]:
    """`backlog serve` in a session of its own; what it says is in `said.txt` of its folder for temporary files."""
    temporary.mkdir()
    call = [sys.executable, "-m", "secure_score_backlog", "serve", "--root", str(root), "--port", port, "--no-open"]
    with (temporary.with_name("said.txt").open("wb") as output,
        subprocess.Popen(
            call,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=before,  # noqa: PLW1509 - this process has no thread that it could harm
            env={**os.environ, "PYTHONFAULTHANDLER": "1", "TMPDIR": str(temporary)},
        ) as server,
    ):  # fmt: skip
        try:
            yield server
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)


def assert_nothing_stays(root: Path, port: str, temporary: Path) -> None:
    """No process has the port, and no file is left, in the folder or elsewhere."""
    end = time.monotonic() + 60
    left: list[Path] = []
    taken = True
    while time.monotonic() < end:
        left = [*temporary.iterdir(), *(path for path in (root / "build").iterdir() if path.name != ".gitignore")]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken = probe.connect_ex(("127.0.0.1", int(port))) == 0
        if not left and not taken:
            return
        time.sleep(0.2)
    raise AssertionError(f"left behind: {left}, port taken: {taken}")


@SIGNALS
def test_serve_shows_edits(bare: Path, tmp_path: Path) -> None:
    """The site is served; an edit of a hand-written page and of the layout shows; Ctrl-C ends it with 0."""
    write(bare, "docs/guide/start.md", "# Start\n\nfirst words\n")
    port = free_port()
    with serving(bare, port, tmp_path / "temporary") as server:
        address = f"http://127.0.0.1:{port}/guide/start.html"
        wait_for(address, "first words")
        write(bare, "docs/guide/start.md", "# Start\n\nsecond words\n")
        wait_for(address, "second words")
        write(bare, "decisions/Safe.md", "---\nrecommendation: Safe\nbucket: [\n---\n")
        write(bare, "docs/guide/start.md", "# Start\n\nthird words\n")
        wait_for(address, "third words")
        write(bare, "mkdocs.yml", configuration().replace("site_name: Secure Score Backlog", "site_name: Renamed"))
        wait_for(f"http://127.0.0.1:{port}/board.html", "Renamed")  # a page that did not change
        write(bare, "mkdocs.yml", "hooks: [evil.py]\n")
        os.killpg(server.pid, signal.SIGINT)
        assert ending(server) == 0, (tmp_path / "said.txt").read_text(encoding="utf-8")
        assert_nothing_stays(bare, port, tmp_path / "temporary")


def test_an_edited_decision_is_shown_as_all_pages_show_it_later(bare: Path, tmp_path: Path) -> None:
    """Its page comes first, and rendering everything then changes other pages alone; nothing for readers outside."""
    place, today = tmp_path / "place", date(2026, 10, 3)
    write(bare, "decisions/Safe.md", plan(body="Before.", due=DUE))
    rendered = rendering.render(bare, rendering.Wanted(), today=today, place=place)
    before = contents(place)
    write(bare, "decisions/Safe.md", plan(body="After.", due=DUE).replace("do-soon", "do-now"))
    rendering.preview(rendered, {"Safe", "unknown"}, today=today, place=place)
    shown = contents(place)
    assert b"After." in shown["pages/recommendations/safe.md"]
    assert {path for path in shown if shown[path] != before.get(path)} == {"pages/recommendations/safe.md"}
    rendering.render(bare, rendering.Wanted(), today=today, place=place)
    after = contents(place)
    assert after["pages/recommendations/safe.md"] == shown["pages/recommendations/safe.md"]
    assert after["pages/board.md"] != before["pages/board.md"]
    outside = rendering.render(bare, rendering.Wanted(profile="insurer"), today=today, place=tmp_path / "outside")
    rendering.preview(outside, {"Safe"}, today=today, place=tmp_path / "outside")
    assert not (tmp_path / "outside" / "pages" / "recommendations").exists()


@pytest.mark.parametrize(
    ("changed", "ids"),
    [
        (("decisions/A.md",), {"A"}),
        (("decisions/A.md", "decisions/B.md"), {"A", "B"}),
        (("decisions/A.md", "backlog.yml"), set()),
        (("decisions/sub/A.md",), set()),
        (("docs/decisions/A.md",), set()),
        ((".git/HEAD",), set()),
    ],
)
def test_pages_come_first_where_decisions_alone_changed(changed: tuple[str, ...], ids: set[str]) -> None:
    """Anything else may change any page."""
    root = Path("a.b") / "tenant"
    assert serve.edited_decisions(root, {(str(root / path), 0, 0) for path in changed}) == ids


@SIGNALS
def test_an_edit_ends_the_making_of_pages(bare: Path) -> None:
    """They would be out of date; without an edit the block runs to its end."""
    before = signal.getsignal(signal.SIGALRM)
    with serve.unless_edited(bare, serve.fingerprint(bare)):
        time.sleep(0.01)
    with pytest.raises(serve.Edited):
        edited_meanwhile(bare)
    assert signal.getsignal(signal.SIGALRM) == before


def edited_meanwhile(root: Path) -> None:
    """Something that takes long, and an edit."""
    with serve.unless_edited(root, serve.fingerprint(root)):
        write(root, "decisions/Safe.md", "x")
        time.sleep(20)


def ignore_interrupts() -> None:
    """As a shell without job control starts processes in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def ignore_hangups() -> None:
    """As `nohup` does."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


@SIGNALS
@pytest.mark.parametrize(
    ("number", "before", "code"),
    [
        ("SIGTERM", heed_signals, 0),
        ("SIGHUP", heed_signals, 0),
        ("SIGINT", heed_signals, 0),
        ("SIGINT", ignore_interrupts, 0),
        ("SIGKILL", heed_signals, -9),
    ],
    ids=["TERM", "HUP", "INT", "INT in the background of a script", "KILL"],
)
def test_serve_takes_its_server_along(
    bare: Path, tmp_path: Path, number: str, before: Callable[[], None], code: int
) -> None:
    """Whatever ends it, sent to it alone: the port is free again, and no file stays."""
    port = free_port()
    with serving(bare, port, tmp_path / "temporary", before) as server:
        wait_for(f"http://127.0.0.1:{port}/index.html", "</html>")
        server.send_signal(getattr(signal, number))
        assert ending(server) == code, (tmp_path / "said.txt").read_text(encoding="utf-8")
        assert_nothing_stays(bare, port, tmp_path / "temporary")


@SIGNALS
def test_serve_outlives_its_terminal_under_nohup(bare: Path, tmp_path: Path) -> None:
    """A signal that whoever started it had it ignore stays ignored."""
    port = free_port()
    with serving(bare, port, tmp_path / "temporary", ignore_hangups) as server:
        wait_for(f"http://127.0.0.1:{port}/index.html", "</html>")
        server.send_signal(signal.SIGHUP)
        wait_for(f"http://127.0.0.1:{port}/board.html", "</html>")
        server.send_signal(signal.SIGTERM)
        assert ending(server) == 0


class Finalized:
    """Sends this process a signal when it is no longer used."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


@SIGNALS
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_is_lost_in_a_finalizer_ends_it_all_the_same() -> None:
    """Python drops what a finalizer raises; the next look at the signal raises it again."""
    with signals.watched() as ending:
        ending.check()
        thing = Finalized()
        del thing
        with pytest.raises(signals.Stopped):
            ending.check()


@SIGNALS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_ended_leaves_nothing(bare: Path, tmp_path: Path, number: int) -> None:
    """The builder ends with it; what a kill leaves on the disk is removed by the builder or by the next build."""
    write(bare, "docs/slow.md", "# Slow\n\n" + "".join(f"- [a](#b{n}) *c* `d`\n" for n in range(20_000)))
    (tmp_path / "temporary").mkdir()
    call = [sys.executable, "-m", "secure_score_backlog", "build", "--root", str(bare)]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment) as builder:
        assert builder.stderr is not None
        while b"building the site" not in builder.stderr.readline():
            assert builder.poll() is None
        time.sleep(1)
        builder.send_signal(number)
        builder.wait(60)
        assert builder.returncode == (-9 if number == signal.SIGKILL else 128 + number)
    if number == signal.SIGKILL:  # perhaps before the builder had begun
        (bare / "docs" / "slow.md").unlink()
        assert subprocess.run(call, capture_output=True, env=environment, check=False).returncode == 0
        shutil.rmtree(bare / "build" / "site")
    assert_nothing_stays(bare, free_port(), tmp_path / "temporary")


def ending(server: subprocess.Popen[bytes]) -> int | None:
    """The exit code; None where it did not end in a minute: then its output says where each thread was."""
    try:
        return server.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGABRT)
        server.wait(60)
        return None


def test_serve_says_that_a_port_is_taken(built: Path, backlog: RunBacklog) -> None:
    """Before anything is rendered: exit 3, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        finished = backlog("serve", "--root", built, "--no-open", "--port", str(taken.getsockname()[1]), expect=3)
    assert "--port" in finished.stderr


def wait_for(address: str, words: str, seconds: int = 90) -> None:
    """Wait until a page holds some words."""
    end = time.monotonic() + seconds
    last = ""
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                last = answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            last = str(error)
        if words in last:
            return
        time.sleep(0.2)
    raise AssertionError(f"{address} never said {words!r}; at last: {last[:500]}")
