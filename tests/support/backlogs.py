# SPDX-License-Identifier: Apache-2.0
"""Facts for tests of pages: some of everything, evaluated, with a given text in every field."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from secure_score_backlog.decisions.model import Acceptance, Ask, Attestation, Bucket, Cover, CoverReason
from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.git import Version
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.reviews import Minutes
from secure_score_backlog.settings import Settings
from secure_score_backlog.snapshots.model import Recommendation
from tests.support.tenants import blocked, day, decision, history, versions, workspace

TENANT = "0f1e2d3c-aaaa-4bbb-8ccc-5eca7e0000aa"
AS_OF = day(40)
SCORES = {
    "Done": (5, 5),
    "Accept": (1, 4),
    "Cover": (0, 3),
    "Plan": (0, 8),
    "Wait": (0, 2),
    "Open": (0, Decimal("0.33")),
}
"""Points and maximum by id."""
MEASURED = history(*([SCORES] * 40))


def backlog(text: str = "plain words", title: str = "", has_git: bool = True) -> Facts:
    """Six recommendations: done, accepted, covered, planned, blocked, undecided; `text` in each text of a decision."""
    accept = decision(
        "Accept",
        Bucket.ACCEPT,
        accepted=Acceptance(text, "Managing Director", day(60), (text,), Fraction(1, 4), approval(text)),
        asks=(Ask("leadership", day(30), text, day(45), (text,), text, text, text, text),),
        body=text,
    )
    cover = decision("Cover", Bucket.NOT_APPLICABLE, covered=Cover(CoverReason.THIRD_PARTY, text, text, "IT", day(90)))
    planned = decision("Plan", Bucket.DO_NOW, reduces=text, impact=text, prerequisites=text, proof=text, links=(text,))
    decided = {
        "Accept": versions((10, accept)),
        "Cover": versions((12, cover)),
        "Plan": versions((14, decision("Plan", Bucket.DO_SOON)), (15, planned)),
        "Wait": versions((16, decision("Wait", Bucket.DO_SOON, blocked=blocked()))),
    }
    known = [
        Recommendation(name, title or f"Title of {name}", "EXO", "Apps", Fraction(str(most)))
        for name, (_, most) in SCORES.items()
    ]
    head = Version("", "f" * 40, datetime(2026, 11, 9, tzinfo=UTC), "Somebody", "Newest")
    measured = dataclasses.replace(MEASURED, tenants=frozenset({TENANT}))
    given = workspace(measured, decided, known, settings=Settings(organisation="Smith & Sons"))
    given = dataclasses.replace(
        given,
        decisions=dataclasses.replace(given.decisions, has_git=has_git),
        head=head,
        minutes={"2026-10": Minutes("2026-10", text, (dataclasses.replace(head, path="docs/reviews/2026-10.md"),))},
        problems=(Problem("decisions/Open.md", 3, "decision-x", Severity.WARNING, text, text),),
    )
    return evaluate(given, AS_OF, months=None)


def approval(text: str) -> Attestation:
    """An approval outside of GitHub."""
    return Attestation("Managing Director", day(9), text)


def canaries(value: Any, kept: Mapping[type, str], place: str = "") -> Any:
    """The same value with a canary in every text of every field, named after the field; not in those that are kept."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        spared = kept.get(kind, "").split()
        new = {
            field.name: canaries(getattr(value, field.name), kept, f"{kind.__name__}-{field.name}")
            for field in dataclasses.fields(value)
            if field.init and (field.name not in spared or not plain(getattr(value, field.name)))
        }
        return dataclasses.replace(value, **new)
    if type(value) is str:
        return f"canary-{place}-canary"
    if isinstance(value, (tuple, frozenset)):
        return type(value)(canaries(member, kept, place) for member in value)
    if isinstance(value, Mapping):
        changed = {key: canaries(member, kept, place) for key, member in value.items()}
        return {**changed, f"canary-{place}-canary": ()} if place.startswith("Settings") else changed
    return value


def plain(value: Any) -> bool:
    """True for a text, or texts: what may be kept as it is."""
    return type(value) is str or (isinstance(value, tuple) and all(type(member) is str for member in value))
