# SPDX-License-Identifier: Apache-2.0
"""Accepted risks and plans as an OSCAL plan of action and milestones, for systems that manage risks.

The format is NIST's (OSCAL, JSON). What each part is made from: docs/guide/downloads-and-profiles.md and
docs/method.md#plan-of-action. Ids are version 5
of RFC 9562, made from organisation, kind and recommendation, so a risk that was taken in once is known again. Roles are
roles, and the only party is the organisation: no person is named.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from secure_score_backlog import __version__, wording
from secure_score_backlog.decisions.model import Decision
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import IN_FORCE, RegisterEntry, approver, recorded
from secure_score_backlog.evaluation.status import PLANNED_BUCKETS, SETTLED, State, Status
from secure_score_backlog.exports.json import encoded
from secure_score_backlog.text import one_line

PATH = "downloads/plan-of-action.oscal.json"
OSCAL_VERSION = "1.1.3"
NAMESPACE = "urn:secure-score-backlog:oscal"
"""Whose words the properties are that OSCAL does not define."""
UUID_IDENTIFIERS = "https://ietf.org/rfc/rfc4122"
URL_NAMESPACE = bytes.fromhex("6ba7b8119dad11d180b400c04fd430c8")
"""The namespace of URLs of RFC 9562."""
NOT_GIVEN = "Not given in this file."
"""What OSCAL requires, and what was not written or is not for these readers."""
OPEN, CLOSED = "open", "closed"
REQUESTED, APPROVED = "deviation-requested", "deviation-approved"
ENDED = (*SETTLED, State.RETIRED)

Plain = dict[str, Any]


def as_plan_of_action(facts: Facts) -> bytes | None:
    """The file; None where no risk is accepted and nothing is planned, because OSCAL has no empty plan."""
    made = plan_of_action(facts)
    return encoded(made) if made else None


def identifiers(facts: Facts) -> frozenset[str]:
    """Every id in the file: they are made here, and identify nothing of the tenant."""
    return frozenset(_identifiers(plan_of_action(facts)))


def _identifiers(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _identifiers(inner, name)
        if value.get("identifier-type") == UUID_IDENTIFIERS:
            yield value["id"]
    elif isinstance(value, list):
        for inner in value:
            yield from _identifiers(inner, key)
    elif key.endswith(("uuid", "uuids")):
        yield str(value)


@dataclass(frozen=True, slots=True)
class Item:
    """One accepted risk or one plan."""

    status: Status
    decision: Decision
    entry: RegisterEntry | None
    """Its entry in the register; None for a plan."""

    @property
    def deadline(self) -> date | None:
        """The last day of the acceptance, or of the planned change."""
        return self.entry.until if self.entry else self.decision.due

    @property
    def role(self) -> str:
        """Who has to act at the deadline: the approver of an acceptance, the owner of a plan."""
        return approver(self.entry) if self.entry else self.decision.owner

    @property
    def risk_status(self) -> str:
        """The status in OSCAL's words: `deviation-…` is an acceptance in force, with or without a recorded approval."""
        if self.status.state in ENDED:
            return CLOSED
        if self.entry and self.entry.state in IN_FORCE:
            return APPROVED if recorded(self.entry) else REQUESTED
        return OPEN

    @property
    def is_over(self) -> bool:
        """The plan was carried out, or the accepted risk is gone; a loss afterwards needs another decision."""
        return self.risk_status == CLOSED or self.status.state is State.REGRESSED


def items(facts: Facts) -> list[Item]:
    """Every current acceptance and every plan, by id; also what is done, so that it is closed where it was taken in."""
    entries = {entry.status.id: entry for entry in facts.register}
    found = []
    for identifier, status in sorted(facts.statuses.items()):
        decision, entry = status.decision, entries.get(identifier)
        if decision and not decision.draft and (entry or decision.bucket in PLANNED_BUCKETS):
            found.append(Item(status, decision, entry))
    return found


def plan_of_action(facts: Facts) -> Plain | None:
    """The document as plain data; None where it would be empty."""
    found = items(facts)
    if not found:
        return None
    made = _Document(facts, role_ids(role for item in found for role in (item.decision.owner, item.role)))
    observed = [made.observation(item) for item in found if made.observed_on(item)]
    return {
        "plan-of-action-and-milestones": {
            "uuid": made.uuid("plan of action"),
            "metadata": made.metadata(),
            "system-id": {"identifier-type": UUID_IDENTIFIERS, "id": made.uuid("system")},
            "local-definitions": {"components": made.components()},
            **({"observations": observed} if observed else {}),
            "risks": [made.risk(item) for item in found],
            "poam-items": [made.item(item) for item in found],
        }
    }


class _Document:
    """What the parts of one document share."""

    def __init__(self, facts: Facts, roles: Mapping[str, str]) -> None:
        self.facts = facts
        self.roles = roles
        self.organisation = string(facts.settings.organisation) or "unnamed organisation"

    def uuid(self, *parts: str) -> str:
        """The id of something of this organisation."""
        return uuid5("\n".join((NAMESPACE, self.facts.settings.organisation, *parts)))

    def metadata(self) -> Plain:
        """What the document is, and whose roles and words are in it."""
        head = self.facts.head
        return {
            "title": markup(f"{self.organisation}: accepted risks and plans for Microsoft Secure Score"),
            "last-modified": beginning(self.facts.as_of),
            "version": self.facts.as_of.isoformat(),
            "oscal-version": OSCAL_VERSION,
            "props": [
                *properties({"made-by": f"Secure Score Backlog {__version__}", "commit": head.commit if head else ""})
            ],
            **(
                {"roles": [{"id": role, "title": markup(name)} for name, role in self.roles.items()]}
                if self.roles
                else {}
            ),
            "parties": [{"uuid": self.uuid("organisation"), "type": "organization", "name": self.organisation}],
            "remarks": "Accepted risks and planned changes, with those that are done. What is undecided, and what is "
            "said to be covered by another control, is not in this file.",
        }

    def components(self) -> list[Plain]:
        """The system that is measured, and what measures it."""
        return [
            {
                "uuid": self.uuid("tenant"),
                "type": "this-system",
                "title": "Microsoft 365 tenant",
                "description": "The services that Microsoft Secure Score measures.",
                "status": {"state": "operational"},
            },
            {
                "uuid": self.uuid("Microsoft Secure Score"),
                "type": "service",
                "title": "Microsoft Secure Score",
                "description": "Measures each recommendation in points.",
                "status": {"state": "operational"},
            },
        ]

    def observed_on(self, item: Item) -> str | None:
        """When the recommendation was measured; None where it was not."""
        snapshot = self.facts.snapshot
        if not item.status.observation or not snapshot:
            return None
        return beginning(item.status.measured_on or snapshot.day)

    def observation(self, item: Item) -> Plain:
        """What Microsoft measured last."""
        seen = item.status.observation
        assert seen is not None
        most = f" of {wording.points(seen.maximum)}" if seen.maximum is not None else ""
        return {
            "uuid": self.uuid("observation", item.status.id),
            "title": title(item.status),
            "description": f"Microsoft gave {wording.points(seen.points)}{most} points.",
            "props": properties(
                {"points": wording.points(seen.points), "maximum": wording.points(seen.maximum or 0)}
                if seen.maximum is not None
                else {"points": wording.points(seen.points)}
            ),
            "methods": ["TEST"],
            "types": ["finding"],
            "origins": [{"actors": [{"type": "tool", "actor-uuid": self.uuid("Microsoft Secure Score")}]}],
            "subjects": [{"subject-uuid": self.uuid("tenant"), "type": "component"}],
            "collected": self.observed_on(item),
        }

    def origin(self, role: str) -> Plain:
        """The organisation, acting in a role."""
        acting = {"role-id": self.roles[role]} if role in self.roles else {}
        return {"actors": [{"type": "party", "actor-uuid": self.uuid("organisation"), **acting}]}

    def risk(self, item: Item) -> Plain:
        """The risk while it is open, and what was decided about it."""
        status, accepted = item.status, item.decision.accepted
        controls = accepted.compensating if item.entry and accepted else ()
        level = status.level
        made: Plain = {
            "uuid": self.uuid("risk", status.id),
            "title": title(status),
            "description": description(item),
            "statement": markup(item.decision.reduces or status.reason) or NOT_GIVEN,
            "props": properties(about(item)),
            "status": item.risk_status,
            "origins": [self.origin(item.decision.owner)],
        }
        if level:
            facet = {"name": "risk", "system": NAMESPACE, "value": level.value}
            made["characterizations"] = [{"origin": self.origin(item.decision.owner), "facets": [facet]}]
        if controls:
            made["mitigating-factors"] = [
                {"uuid": self.uuid("control", status.id, str(number)), "description": markup(control) or NOT_GIVEN}
                for number, control in enumerate(controls, 1)
            ]
        deadline = ending(item.deadline)
        if deadline:
            made["deadline"] = deadline
        made["remediations"] = [self.response(item, deadline)]
        if self.observed_on(item):
            made["related-observations"] = [{"observation-uuid": self.uuid("observation", status.id)}]
        return made

    def response(self, item: Item, deadline: str | None) -> Plain:
        """The decision, with its deadline as a milestone."""
        kind, milestone = (
            ("accept", "Last day of the acceptance") if item.entry else ("mitigate", "Last day of the change")
        )
        made: Plain = {
            "uuid": self.uuid("response", item.status.id),
            "lifecycle": "completed" if item.is_over else "planned",
            "title": "Risk accepted" if item.entry else "Change planned",
            "description": description(item),
            "props": [{"name": "type", "value": kind}],
            "origins": [self.origin(item.decision.owner)],
        }
        if deadline:
            role = (
                {"role-id": self.roles[item.role], "party-uuids": [self.uuid("organisation")]}
                if item.role in self.roles
                else None
            )
            made["tasks"] = [
                {
                    "uuid": self.uuid("milestone", item.status.id),
                    "type": "milestone",
                    "title": milestone,
                    "timing": {"on-date": {"date": deadline}},
                    **({"responsible-roles": [role]} if role else {}),
                }
            ]
        return made

    def item(self, item: Item) -> Plain:
        """The line of the plan, which leads to the risk."""
        made: Plain = {
            "uuid": self.uuid("item", item.status.id),
            "title": title(item.status),
            "description": description(item),
            "props": properties({"recommendation": item.status.id}),
            "origins": [self.origin(item.decision.owner)],
        }
        if self.observed_on(item):
            made["related-observations"] = [{"observation-uuid": self.uuid("observation", item.status.id)}]
        return made | {"related-risks": [{"risk-uuid": self.uuid("risk", item.status.id)}]}


def title(status: Status) -> str:
    """The recommendation's title, as one line of OSCAL's markup."""
    return markup(status.title) or markup(status.id) or "Untitled"


def description(item: Item) -> str:
    """What was decided, in a sentence, and why."""
    decision, entry = item.decision, item.entry
    last = wording.day(item.deadline) if item.deadline else ""
    if entry:
        reason = decision.accepted.rationale if decision.accepted else ""
        active = entry.state in IN_FORCE
        said = (
            f"The risk is accepted until {last} at the latest." if active else "The acceptance is no longer in force."
        )
    else:
        reason, verb = decision.reduces, "was" if item.is_over else "is"
        said = f"The change {verb} planned ({decision.bucket.value}){f' until {last}' if last else ''}."
        if decision.blocked and not item.is_over:
            said += f" It is blocked: {wording.BLOCKERS[decision.blocked.by.value]}."
    return "\n\n".join(part for part in (said, markup(reason)) if part)


def about(item: Item) -> Mapping[str, object]:
    """What else the register and the board say, by the names of their columns."""
    status, entry = item.status, item.entry
    values: dict[str, object] = {
        "recommendation": status.id,
        "decision": item.decision.bucket.value,
        "state": status.state.value,
        "decided": status.answered,
        "first-done": status.done_on if item.risk_status == CLOSED else None,
    }
    version = entry.citation if entry else status.newest
    if entry:
        values |= {
            "approval": entry.approval.kind.value,
            "basis": entry.approval.words,
            "approved-on": entry.approval.at if recorded(entry) else None,
            "accepted-since": entry.since,
            "renewals": entry.renewals,
        }
    return values | {
        "commit": version.commit if version else "",
        "pull-request": version.pull_request if version else None,
    }


def properties(values: Mapping[str, object]) -> list[Plain]:
    """Properties of our own, without those that are empty."""
    texts = {name: string(str(value)) for name, value in values.items() if value is not None}
    return [{"name": name, "ns": NAMESPACE, "value": text} for name, text in texts.items() if text]


def role_ids(names: Iterable[str]) -> dict[str, str]:
    """A token for each role that has a name, in the order of the names; two that look alike get different ones."""
    found: dict[str, str] = {}
    for name in sorted({*names}):
        if string(name):
            token = "role-" + ("-".join(re.findall(r"[a-z0-9]+", name.lower())) or digest(name))
            found[name] = f"{token}-{digest(name)}" if token in found.values() else token
    return found


def digest(text: str) -> str:
    """Eight letters and digits that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def uuid5(name: str) -> str:
    """The version 5 UUID of a name in the namespace of URLs (RFC 9562, 5.5)."""
    made = bytearray(
        hashlib.sha1(URL_NAMESPACE + name.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()[:16]
    )
    made[6] = made[6] & 0x0F | 0x50
    made[8] = made[8] & 0x3F | 0x80
    text = made.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def beginning(day: date) -> str:
    """The first second of a day."""
    return f"{day.isoformat()}T00:00:00Z"


def ending(day: date | None) -> str | None:
    """The last second of a day; None where there is no day that OSCAL can write: it ends with the year 2999."""
    return f"{day.isoformat()}T23:59:59Z" if day and 2000 <= day.year < 3000 else None


_BLANK = re.compile("[\ufeff\u2060\u200b]")
_MARKS = re.compile(r"[\\`*{}\[\]<>~^]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,31};)|^[#+=-]")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")


def string(text: str) -> str:
    """A text on one line, neither beginning nor ending with a blank of any kind; it may be empty."""
    return one_line(_BLANK.sub("", text))


def markup(text: str) -> str:
    """One line of text in OSCAL's Markdown, with a backslash before every mark that would be read as markup."""
    return _NUMBERED.sub(r"\1\\\2", _MARKS.sub(r"\\\g<0>", string(text)))
