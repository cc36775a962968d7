# SPDX-License-Identifier: Apache-2.0
"""Inputs that the fuzzer starts from: a valid file of each kind, from the invented tenant, and small variants."""

from __future__ import annotations

import json
from collections.abc import Iterator

from secure_score_backlog.exports.json import encode, plain_facts
from secure_score_backlog.recorded_packs import encode as encode_packs
from secure_score_backlog.reviews import sign
from secure_score_backlog.sample.cut import cut_files
from tests.fuzz.targets import DIGEST, MONTH, PACKS, dumped, sample, sample_review
from tests.support.simulated_authority import granted, rejected

SETTINGS = b"""\
organisation: Contoso
tenant: Sample
acceptance_months: 12
bands: [65, 80]
snapshots: {branch: snapshots, keep_names: true}
profile: insurer
roles: {Managing Director: [md-login, "bot[bot]"]}
risk: {scid_1: high, A: low}
owners: [Head of IT, 'Service Desk']
"""

CSV = (
    "\ufeffRank,Recommended action,Score impact,Points achieved,Status,Regressed,Have license?,Category,Product,"
    "Last synced ,Microsoft update,Notes\r\n"
    "1,Turn on Safe Links,+2.84%,\t0/8,To address,No,Yes,Apps,Defender for Office,11/20/2026,None,\r\n"
    '2,"Block legacy authentication",+1.42%,\t4/4,Completed,No,No,Identity,Entra,11/20/2026,None,"a ""note"""\r\n'
)


def seeds(target: str) -> Iterator[bytes]:
    """The inputs of one target."""
    yield from {
        "front-matter": decisions,
        "packs": lambda: iter([encode_packs(PACKS), encode_packs(())]),
        "time-stamp": lambda: iter([granted(bytes.fromhex(DIGEST), 5), granted(b"1" * 32, None), rejected()]),
        "settings": lambda: iter([SETTINGS, cut_files()["backlog.yml"]]),
        "snapshot": snapshots,
        "catalogue": catalogues,
        "answer": answers,
        "portal-csv": tables,
        "signed-month": signed_months,
        "git-log": logs,
    }[target]()


def decisions() -> Iterator[bytes]:
    """Every decision of the sample, and a text with every kind of block."""
    yield from (content for path, content in sorted(cut_files().items()) if path.startswith("decisions/"))
    yield (
        b"---\nrecommendation: A\nbucket: do-soon\n---\n# A\n\n- [a](https://b.c)\n  1. `d`\n\n> q\n\n"
        b"| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n![p](x.png) **b** <http://d.e> [r]\n\n[r]: http://f.g\n"
    )


def snapshots() -> Iterator[bytes]:
    """A day of few recommendations, and one of many."""
    yield dumped(sample("snapshot"))
    yield next(content for path, content in sorted(cut_files().items()) if path.startswith("snapshots/20"))
    yield from changes()


def catalogues() -> Iterator[bytes]:
    """A few profiles, with their texts."""
    yield dumped(sample("catalogue"))
    yield from changes()


def answers() -> Iterator[bytes]:
    """A day and some profiles as Graph gives them, and as PowerShell writes them."""
    (scores, profiles) = sample("answer")
    yield dumped(scores)
    yield dumped({**profiles, "@odata.nextLink": "https://graph.invalid/next"})
    yield json.dumps([scores, profiles]).encode("utf-16")
    shell = {name[:1].upper() + name[1:]: value for name, value in scores["value"][0].items()}
    yield dumped([{**shell, "AdditionalProperties": {}, "CreatedDateTime": "/Date(1795046400000)/"}])
    yield from changes()


def changes() -> Iterator[bytes]:
    """Short strings of changes to a valid value."""
    for number in range(0, 250, 10):
        yield bytes([number % 7, number, number % 40])
        yield bytes([0, number, number % 40, number % 3, number, 3])


def tables() -> Iterator[bytes]:
    """The portal's table in its two usual forms."""
    yield CSV.encode()
    yield CSV.replace(",", ";").encode("utf-16")
    yield b"sep=,\r\n" + CSV.encode()


def signed_months() -> Iterator[bytes]:
    """A valid file, and short strings of changes."""
    written = sign(MONTH, "1.0.0", plain_facts(sample_review().facts))
    yield encode(written).encode()
    yield from changes()


def logs() -> Iterator[bytes]:
    """Two commits as `git log` prints them, a merge among them."""
    people = ["Somebody", "Some Body", "somebody@tenant.example", "GitHub", "noreply@github.com"]
    one = ["a" * 40, "b" * 40, "1793700000", *people, "Decide (#12)", "Body\n\n"]
    two = ["b" * 40, f"{'d' * 40} {'e' * 40}", "1793600000", *people, "Merge pull request #3 from x/y", "A title\n"]
    change = f"\n:000000 100644 {'0' * 40} {'c' * 40} A\0decisions/A.md\0"
    yield ("\0".join([*one, ""]) + change + "\0" + "\0".join([*two, ""]) + change.replace("A.md", "B.md")).encode()
    yield ("\0".join([*one, ""])).encode()
