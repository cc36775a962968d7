# SPDX-License-Identifier: Apache-2.0
"""Graph's answers for tests: small healthy ones, hostile ones, and ones that follow Graph's own description literally.

Nothing here is copied from a tenant; ids are the only real thing, and they are facts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

TENANT = "00000000-aaaa-4bbb-8ccc-5eca7e0000aa"
OTHER_TENANT = "00000000-aaaa-4bbb-8ccc-5eca7e0000bb"
AT = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
DAY = date(2026, 11, 20)
"""The newest day of the answers that the strategies below make."""


def control(
    name: str, points: object = 5, percentage: object = 50, *, full: bool = True, **more: Any
) -> dict[str, Any]:
    """One control's score; with `full`, as only Graph's newest day has it."""
    details = {"description": f"About {name}.", "lastSynced": "2026-11-20T02:00:00Z", "count": "3", "total": "6"}
    return {
        "controlCategory": "Identity",
        "controlName": name,
        "score": exact(points),
        "scoreInPercentage": exact(percentage),
        "implementationStatus": "",
        **(details if full else {"description": None}),
        **more,
    }


def score(day: date, controls: list[Any], *, tenant: str | None = TENANT, **more: Any) -> dict[str, Any]:
    """One day's score, with the totals that Graph would give."""
    points = [c["score"] for c in controls if isinstance(c, dict) and isinstance(c.get("score"), Decimal)]
    return {
        "id": f"{tenant}_{day}",
        "azureTenantId": tenant,
        "createdDateTime": f"{day}T00:00:00Z",
        "currentScore": sum(points, Decimal(0)),
        "maxScore": Decimal(10 * len(controls)),
        "enabledServices": ["HasEXOP2"],
        "averageComparativeScores": [{"basis": "AllTenants", "averageScore": Decimal("52.86")}],
        "controlScores": controls,
        **more,
    }


def profile(
    name: str, maximum: object = 10, state: str = "Default", on: str | None = None, **more: Any
) -> dict[str, Any]:
    """One recommendation's profile."""
    update = {"state": state, "updatedDateTime": on, "updatedBy": "a person", "assignedTo": None, "comment": None}
    return {
        "id": name,
        "azureTenantId": TENANT,
        "title": f"Title of {name}",
        "maxScore": exact(maximum),
        "controlStateUpdates": [update],
        **more,
    }


def exact(value: object) -> object:
    """Numbers as the strict reader gives them."""
    return Decimal(str(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


NAMES = st.sampled_from(["AdminMFAV2", "BlockLegacyAuthentication", "mip_purviewlabelconsent", "11770.MDA_x", "é"])
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=2)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=6))
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=5,
)
MORE = st.dictionaries(st.sampled_from(["@odata.type", "on", "", "a b", "\n", "undescribed"]), ANYTHING, max_size=2)


def _object(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object in which every field may be missing, with odd fields beside them."""
    fields = st.fixed_dictionaries({}, optional=optional)
    return st.builds(lambda known, more: {**more, **known}, fields, MORE)


HOSTILE_CONTROL = _object(
    controlName=st.one_of(NAMES, SCALARS),
    description=st.one_of(st.none(), st.just("same"), st.text(max_size=8), ANYTHING),
    lastSynced=st.one_of(st.none(), st.sampled_from(["2026-11-20T02:00:00Z", "soon"]), ANYTHING),
    score=st.one_of(NUMBERS, ANYTHING),
    scoreInPercentage=st.one_of(NUMBERS, ANYTHING),
    count=ANYTHING,
)
PLAIN_CONTROL = _object(
    controlName=NAMES,
    description=st.sampled_from([None, "one text", "another text"]),
    lastSynced=st.sampled_from(["2026-11-20T02:00:00Z", "2026-11-19T02:00:00Z"]),
    score=NUMBERS,
)
_MANY = st.lists(PLAIN_CONTROL, min_size=1, max_size=4)
_CONTROLS = st.one_of(_MANY, st.lists(st.one_of(HOSTILE_CONTROL, HOSTILE_CONTROL, SCALARS), max_size=5), ANYTHING)


@st.composite
def hostile_scores(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few days of one tenant, newest first, in which anything may be anything but the day."""
    days = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True))
    answers = []
    for ago in sorted(days):
        day = date.fromordinal(DAY.toordinal() - ago)
        odd = draw(
            _object(controlScores=_CONTROLS, currentScore=ANYTHING, maxScore=ANYTHING, vendorInformation=ANYTHING)
        )
        answers.append({**odd, "createdDateTime": f"{day}T00:00:00Z", "azureTenantId": TENANT})
    return answers


HOSTILE_PROFILE = _object(
    id=st.one_of(NAMES, SCALARS),
    maxScore=st.one_of(NUMBERS, ANYTHING),
    title=ANYTHING,
    controlStateUpdates=st.one_of(
        ANYTHING,
        st.lists(
            st.one_of(
                SCALARS, _object(state=ANYTHING, updatedDateTime=ANYTHING, updatedBy=ANYTHING, AssignedTo=ANYTHING)
            ),
            max_size=3,
        ),
    ),
)

# Graph's own OpenAPI description, taken literally: every number may be text or NaN, nearly everything may be null, and
# every object has `@odata.type`. Live answers are milder.
LITERAL_NUMBER = st.one_of(
    NUMBERS, st.none(), NUMBERS.map(str), st.text(max_size=4), st.sampled_from(["NaN", "INF", "-INF"])
)
LITERAL_TEXT = st.one_of(st.none(), st.text(max_size=6))
LITERAL_TIME = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "2026-11-19T23:59:59.999999999999Z",
            "2026-11-20T01:00:00+02:00",
            "2026-11-18T00:00:00-11:30",
            "12026-01-01T00:00:00Z",
        ]
    ),
)


def _typed(kind: str, fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """An object as the description has it: any field may be left out but `@odata.type`."""
    return st.fixed_dictionaries({"@odata.type": st.just(f"#microsoft.graph.{kind}")}, optional=fields)


_VENDOR = _typed("securityVendorInformation", {"provider": LITERAL_TEXT, "vendor": LITERAL_TEXT})
LITERAL_SCORE = _typed(
    "secureScore",
    {
        "id": st.sampled_from([f"{TENANT}_2026-11-17", "no-day-in-here"]),
        "azureTenantId": st.just(TENANT),
        "createdDateTime": LITERAL_TIME,
        "activeUserCount": st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1).map(Decimal)),
        "currentScore": LITERAL_NUMBER,
        "maxScore": LITERAL_NUMBER,
        "enabledServices": st.lists(LITERAL_TEXT, max_size=2),
        "averageComparativeScores": st.lists(
            _typed("averageComparativeScore", {"averageScore": LITERAL_NUMBER, "basis": LITERAL_TEXT}), max_size=2
        ),
        "controlScores": st.lists(
            _typed(
                "controlScore",
                {
                    "controlCategory": LITERAL_TEXT,
                    "controlName": st.one_of(NAMES, LITERAL_TEXT),
                    "description": LITERAL_TEXT,
                    "score": LITERAL_NUMBER,
                },
            ),
            max_size=4,
        ),
        "vendorInformation": st.one_of(_VENDOR, st.none()),
    },
)
LITERAL_PROFILE = _typed(
    "secureScoreControlProfile",
    {
        "id": NAMES,
        "azureTenantId": st.just(TENANT),
        "actionUrl": LITERAL_TEXT,
        "complianceInformation": st.lists(
            _typed("complianceInformation", {"certificationName": LITERAL_TEXT}), max_size=1
        ),
        "controlStateUpdates": st.lists(
            _typed(
                "secureScoreControlStateUpdate",
                {
                    "assignedTo": LITERAL_TEXT,
                    "state": LITERAL_TEXT,
                    "updatedBy": LITERAL_TEXT,
                    "updatedDateTime": LITERAL_TIME,
                },
            ),
            max_size=2,
        ),
        "deprecated": st.one_of(st.none(), st.booleans()),
        "maxScore": LITERAL_NUMBER,
        "threats": st.lists(LITERAL_TEXT, max_size=2),
        "title": LITERAL_TEXT,
        "vendorInformation": st.one_of(_VENDOR, st.none()),
    },
)
