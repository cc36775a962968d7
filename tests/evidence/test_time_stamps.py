# SPDX-License-Identifier: Apache-2.0
"""Time stamps of packs: asked of an authority over HTTP, kept beside the pack, and verified without a network."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from secure_score_backlog import recorded_packs
from secure_score_backlog.evidence import archive, packing
from secure_score_backlog.evidence.layout import SUMS, sha256
from secure_score_backlog.evidence.outcome import Check, Result
from secure_score_backlog.evidence.time_stamps import certificates, check
from secure_score_backlog.recorded_packs import PACKS_PATH
from tests.support.loopback import Response
from tests.support.packs import Files, zipped
from tests.support.repositories import Repository
from tests.support.running import run_here
from tests.support.simulated_authority import (
    NOON,
    REPLY,
    SimulatedAuthority,
    Stamps,
    granted,
    known_signer,
    rejected,
    signer,
)
from tests.support.variants import variants

PERIOD = ("--from", "2026-10-01", "--to", "2026-10-03", "--profile", "insurer")
STATED = "2026-10-04 12:30:15 (UTC)"


@dataclass
class Stamped:
    """A pack with its stamp, recorded in its repository."""

    root: Path
    pack: Path
    authority: Path
    said: str

    @property
    def stamp(self) -> Path:
        """The file beside it."""
        return self.pack.with_name("pack.zip.tsr")

    @property
    def sums(self) -> bytes:
        """What is stamped."""
        return archive.read(self.pack).files[SUMS]


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Stamped:
    """The pack, made with an authority on loopback."""
    folder = tmp_path_factory.mktemp("stamped")
    copy = Path(shutil.copytree(root, folder / "tenant", ignore=shutil.ignore_patterns("build")))
    with SimulatedAuthority() as authority:
        options = ("--output", folder / "pack.zip", "--record", "--timestamp-url", authority.url)
        done = run_here("pack", "--root", copy, *PERIOD, *options, expect=0)
        (request,) = authority.requests
    assert len(request.body) < 100
    (folder / "authority.pem").write_bytes(known_signer().pem)
    Repository.existing(copy).commit("Record", when="2026-10-04T13:00:00+00:00")
    return Stamped(copy, folder / "pack.zip", folder / "authority.pem", done.stderr)


def stamp_of(found: str) -> dict[str, object]:
    """The check of the stamp in what `verify --json` prints."""
    (check,) = (each for each in json.loads(found)["checks"] if each["check"] == "stamp")
    return dict(check)


def test_a_stamp_is_written_beside_the_pack_and_into_the_record(made: Stamped, insurer: Files, tmp_path: Path) -> None:
    """The pack has the bytes that it has without one, and its record keeps the stamp."""
    assert made.pack.read_bytes() == zipped(insurer, tmp_path / "plain.zip").read_bytes()
    assert f"Stamped on {STATED} by CN=Simulated Time Stamps" in made.said
    (recorded,), _ = recorded_packs.parse((made.root / PACKS_PATH).read_bytes())
    assert recorded.stamp == made.stamp.read_bytes()
    assert recorded.digest == sha256(made.sums)


def test_it_is_verified_against_the_certificates_that_the_reader_names(made: Stamped, tmp_path: Path) -> None:
    """With them it holds and tells the time; without them it says that it could not be checked. Nobody is asked."""
    found = stamp_of(run_here("verify", made.pack, "--authority", made.authority, "--json", expect=0).stdout)
    assert found["result"] == "holds"
    assert f"The pack existed on {STATED}: stamped by CN=Simulated Time Stamps." in str(found["note"])
    without = stamp_of(run_here("verify", made.pack, "--json", expect=0).stdout)
    assert without["result"] == "not-checked"
    assert f"It states {STATED}" in str(without["note"])
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / "root.der").write_bytes(known_signer().root.public_bytes(Encoding.DER))
    (folder / "other.pem").write_bytes(signer("Another").pem)
    (folder / "README").write_text("x")
    with zipfile.ZipFile(made.pack) as pack:
        pack.extractall(tmp_path / "pack")
    shutil.copy(made.stamp, tmp_path)
    unpacked = run_here("verify", tmp_path / "pack", "--authority", folder, "--json", expect=0).stdout
    assert stamp_of(unpacked)["result"] == "holds"


def test_the_record_of_a_repository_keeps_the_stamp(made: Stamped, tmp_path: Path) -> None:
    """Where the file beside the pack is lost, it is read from there."""
    alone = Path(shutil.copy(made.pack, tmp_path / "alone.zip"))
    options = ("--repo", made.root, "--authority", made.authority)
    found = stamp_of(run_here("verify", alone, *options, "--json", expect=0).stdout)
    assert found["result"] == "holds"
    assert "stamp" not in {each["check"] for each in json.loads(run_here("verify", alone, "--json").stdout)["checks"]}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_another_program_verifies_it_too(made: Stamped, tmp_path: Path) -> None:
    """`openssl ts` with the list of the pack, as the guide says."""
    (tmp_path / SUMS).write_bytes(made.sums)
    at = str(int((NOON + timedelta(days=1)).timestamp()))
    call = ["openssl", "ts", "-verify", "-data", SUMS, "-in", str(made.stamp), "-CAfile", str(made.authority)]
    done = subprocess.run([*call, "-attime", at], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr


SUMS_OF_A_TEST = b"0" * 64 + b"  MANIFEST.json\n"
DIGEST = sha256(SUMS_OF_A_TEST)
RAW = bytes.fromhex(DIGEST)


def checked(content: bytes) -> Check:
    """The check of one stamp, by somebody who trusts the known authority."""
    return check([("pack.zip.tsr", content)], SUMS_OF_A_TEST, DIGEST, certificates([("root.pem", known_signer().pem)]))


TAMPERED: dict[str, tuple[Callable[[], bytes], str]] = {
    "of another pack": (lambda: granted(b"1" * 32, 5), "something else, not of this pack"),
    "another time": (lambda: granted(RAW, 5).replace(b"20261004", b"20250101"), "changed after it was signed"),
    "another authority": (lambda: granted(RAW, 5, by=signer("Other")), "none of the certificates you named stands for"),
    "the name alone": (
        lambda: granted(RAW, 5, by=signer("Simulated Time Stamps")), "is not signed by the one you named",
    ),
    "another key": (
        lambda: granted(RAW, 5, by=replace(known_signer(), key=signer("x").key)), "changed after it was signed",
    ),
    "no certificate for stamps": (
        lambda: granted(RAW, 5, by=signer("x", purpose=ExtendedKeyUsageOID.SERVER_AUTH)),
        "none of the certificates you named stands for",
    ),
    "after the certificate ended": (lambda: granted(RAW, 5, NOON + timedelta(days=901)), "had expired"),
    "before it began": (lambda: granted(RAW, 5, NOON - timedelta(days=901)), "not valid yet"),
    "a refusal": (rejected, "The authority refused it (status 2: this algorithm is not supported)."),
    "a refusal that writes to the terminal": (lambda: rejected("\x1b[31mred"), "The authority refused it"),
    "cut off": (lambda: granted(RAW, 5)[:-1], "no time stamp that can be read"),
    "longer": (lambda: granted(RAW, 5) + b"x", "no time stamp that can be read"),
    "empty": (lambda: b"", "no time stamp that can be read"),
    "endless": (lambda: b"\x30\x84\xff\xff\xff\xff", "no time stamp that can be read"),
    "too large": (lambda: b"\x30" * (65 << 10), "larger than 64 KB"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_a_stamp_that_does_not_hold_is_refused_by_name(name: str) -> None:
    """Each with its file and the reason; the untouched one holds."""
    assert checked(granted(RAW, 5)).result is Result.HOLDS
    content, said = TAMPERED[name]
    found = checked(content())
    assert found.result is Result.FAILS
    ((path, message),) = ((each.path, each.message) for each in found.items)
    assert path == "pack.zip.tsr"
    assert said in message
    assert message.isprintable()


def test_a_certificate_of_another_purpose_does_not_count() -> None:
    """Also where the reader trusts who signed it."""
    server = signer("Server", purpose=ExtendedKeyUsageOID.SERVER_AUTH)
    trusted = certificates([("root.pem", server.pem)])
    found = check([("x.tsr", granted(RAW, 5, by=server))], SUMS_OF_A_TEST, DIGEST, trusted)
    assert [each.message for each in found.items] == [
        "It does not count: the certificate of the authority is not one for time stamps."
    ]


def test_what_is_of_another_pack_is_refused_without_certificates_too(made: Stamped, tmp_path: Path) -> None:
    """No certificate is needed to see that."""
    place = Path(shutil.copy(made.pack, tmp_path / "pack.zip"))
    (tmp_path / "pack.zip.tsr").write_bytes(granted(b"1" * 32, 5))
    said = run_here("verify", place, expect=1).stdout
    assert "pack.zip.tsr: It is the time stamp of something else, not of this pack." in said


FAULTS: dict[str, tuple[Callable[[SimulatedAuthority], object], str]] = {
    "another digest": (
        lambda a: setattr(a, "stamps", Stamps(change=lambda _, nonce: (b"1" * 32, nonce))), "something else",
    ),
    "another nonce": (
        lambda a: setattr(a, "stamps", Stamps(change=lambda digest, _: (digest, 1))), "answers another request",
    ),
    "a refusal": (lambda a: a.responders.append(lambda _: Response(200, REPLY, rejected())), "refused it (status 2"),
    "a page": (lambda a: a.responders.append(lambda _: Response(200, {}, b"<html>")), "no time stamp that can be read"),
    "too much": (lambda a: a.responders.append(lambda _: Response(200, {}, b"0" * (65 << 10))), "larger than 64 KB"),
    "elsewhere": (
        lambda a: a.responders.append(lambda _: Response(302, {"Location": "http://other.example/"})),
        "redirects (302) to http://other.example",
    ),
    "nothing": (lambda a: a.responders.append(lambda _: Response(404)), "answers 404"),
}  # fmt: skip

ALWAYS = ("another digest", "a page")
"""An answer that is a stamp, and one that is none; how the others are told apart has its tests above."""


@pytest.fixture(scope="module")
def quick(root: Path) -> Iterator[Path]:
    """The tenant, whose pack is made once: these tests are about what comes after it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "make", cache(packing.make))
        yield root


@pytest.mark.parametrize("name", variants(FAULTS, always=ALWAYS))
def test_an_authority_that_gives_no_stamp_leaves_nothing_behind(quick: Path, tmp_path: Path, name: str) -> None:
    """The command ends, says why and what to do, and writes neither pack nor record."""
    with SimulatedAuthority() as authority:
        FAULTS[name][0](authority)
        options = ("--output", tmp_path / "pack.zip", "--record", "--timestamp-url", authority.url)
        done = run_here("pack", "--root", quick, *PERIOD, *options, expect=3)
    assert FAULTS[name][1] in done.stderr
    assert "Nothing was written" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert not (quick / PACKS_PATH).exists()


@pytest.mark.parametrize(
    "url", ["tsa.example", "ftp://tsa.example", "https://a:b@tsa.example", "http://x y", "http://"]
)
def test_an_address_that_is_none_is_refused_before_the_build(root: Path, tmp_path: Path, url: str) -> None:
    """Whether it comes from the option or from the environment."""
    options = ("pack", "--root", root, *PERIOD, "--output", tmp_path / "pack.zip")
    said = run_here(*options, "--timestamp-url", url, expect=2).stderr
    assert "is no address of a time-stamping authority" in said
    assert "is no address" in run_here(*options, environment={"BACKLOG_TIMESTAMP_URL": url}, expect=2).stderr


def test_wrong_files_of_verify_are_refused(made: Stamped, tmp_path: Path) -> None:
    """A stamp that is not there, and certificates that are none, with what to name."""
    (tmp_path / "none.pem").write_text("x")
    for options, said in (
        (("--stamp", tmp_path / "none.tsr"), "The time stamp cannot be read"),
        (("--authority", tmp_path / "none.pem"), "none.pem holds no certificate"),
        (("--authority", tmp_path / "missing"), "The certificates cannot be read"),
    ):
        assert said in run_here("verify", made.pack, *options, expect=3).stderr
    (tmp_path / "none.pem").unlink()
    assert "There is no certificate in this folder" in run_here("verify", made.pack, "--authority", tmp_path).stderr
