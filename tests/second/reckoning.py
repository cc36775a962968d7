# SPDX-License-Identifier: Apache-2.0
"""The figures of one as-of date, computed from docs/method.md a second time, as naively as possible.

Every day is visited, nothing is indexed, nothing is shared with the product. Where the text allowed two readings,
docs/adr/0007 and 0008 decide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.second.answers import PLANNED, Answer, months_later, plain, read, timely, together
from tests.second.approving import approval, bringing
from tests.second.archive import Archive, Change, Day, Seen, settings_of
from tests.second.insuring import Insuring
from tests.second.sums import Line, by_part, ledger, moved, movement

SHIPPED = Path(__file__).resolve().parents[2] / "generator/secure_score_backlog/content"
RATINGS = json.loads((SHIPPED / "ratings.json").read_text(encoding="utf-8"))["ratings"]
LICENCES = json.loads((SHIPPED / "licences.json").read_text(encoding="utf-8"))
"""Data that travels with the product; how it is looked up is written anew below."""
LEVELS = ("critical", "high", "medium", "low")
IN_THE_BAR = {"accepted": "accept", "covered": "not-applicable", "blocked": "blocked"}
IN_FORCE = ("accepted", "covered")
ENDED = ("expired", "breached", "regressed", "conflict")
Plain = dict[str, Any]


class Reckoning:
    """All figures as of the end of one day."""

    def __init__(self, archive: Archive, day: date) -> None:
        self.archive, self.day = archive, day
        self.days = [each for each in archive.days if each.day <= day]
        self.newest = self.days[-1] if self.days else None
        self.settings = self.read_settings()
        catalogues = archive.catalogues(day)
        self.catalogues = catalogues
        self.profiles = catalogues[-1] if catalogues else None
        self.ever = {name for catalogue in catalogues for name in catalogue}
        self.read_decisions()
        self.names = sorted(
            {*(self.profiles or {}), *(name for each in self.days for name in each.seen)}
            | {name for name, known in self.versions.items() if any(answer for _, answer in known)}
        )
        self.states = {name: self.state(name) for name in self.names}

    def read_settings(self, day: date | None = None) -> Plain:
        """`backlog.yml` as of a day; of the one that is judged unless another is given."""
        known = self.archive.changes("backlog.yml", day or self.day)
        found = settings_of(known[-1].text or "") if known else {}
        return {"acceptance_months": 12, "stale_months": 3, "owners": [], "risk": {}, **(found or {})}

    def read_decisions(self) -> None:
        """The versions of every decision, and which of them count."""
        names = self.archive.decision_names()
        self.versions: dict[str, list[tuple[Change, Answer | None]]] = {}
        for name in names:
            changes = self.archive.changes(f"decisions/{name}.md", self.day)
            self.versions[name] = [(change, read(change.text, name)) for change in changes]
        self.written = {name for name, known in self.versions.items() if known and known[-1][0].text is not None}
        self.made = {name: self.since(name) for name in self.written}
        months, owners = self.settings["acceptance_months"], self.settings["owners"]
        found = {name: self.versions[name][-1][1] for name in sorted(self.written)}
        readable = {name: answer for name, answer in found.items() if answer is not None}
        barred = set()
        for name, answer in readable.items():
            owned = not owners or not answer.said.get("owner") or answer.said["owner"] in owners
            right = owned and timely(answer, self.made[name], months) and not self.refused(answer, readable, name)
            if not answer.draft and not right:
                barred.add(name)
        self.answers = together(readable, self.made, barred)

    def refused(self, answer: Answer, readable: dict[str, Answer], name: str) -> bool:
        """Whether an error of the policy keeps it from counting: the day, who approves, and who can be recognised."""
        own, made = answer, self.made[name]
        approver, link, steps = answer.reason.get("approver"), readable.get(str(answer.said.get("same_as"))), 0
        while not approver and link is not None and steps < 60:
            approver, link, steps = link.reason.get("approver"), readable.get(str(link.said.get("same_as"))), steps + 1
        then = self.read_settings(made)
        errors = {
            rule
            for rule in ("past_date", "approver_is_owner", "critical_approver_unlisted")
            if all((said.get("policy") or {}).get(rule, "error") == "error" for said in (self.settings, then))
        }
        ends = [day for day in (own.until, own.due) if day is not None]
        if "past_date" in errors and any(day < made for day in ends):
            return True
        attested = own.reason.get("approval")
        if "approver_is_owner" in errors and approver:
            names = {plain(approver)} | ({plain(attested["by"])} if attested else set())
            if plain(own.said.get("owner") or "") in names:
                return True
        if own.bucket != "accept" or own.said.get("risk") != "critical" or attested or not approver:
            return False
        listed = {plain(role) for each in (self.settings, then) for role, who in each.get("roles", {}).items() if who}
        return "critical_approver_unlisted" in errors and plain(approver) not in listed

    def since(self, name: str) -> date:
        """First day of the current decision: the unbroken run of versions that give it."""
        known = self.versions[name]
        first = known[-1][0].day
        for change, answer in reversed(known):
            last = known[-1][1]
            if answer is None or last is None or answer.what != last.what:
                break
            first = change.day
        return first

    def decided(self, name: str) -> Answer | None:
        """The decision that counts."""
        answer = self.answers.get(name)
        return answer if answer and not answer.draft else None

    def seen(self, name: str) -> Seen | None:
        """What was measured on the newest day."""
        return self.newest.seen.get(name) if self.newest else None

    def was_done(self, name: str) -> bool:
        """Whether it was observed in full under its current decision."""
        days = [each for each in self.days if each.day >= self.made[name] and name not in each.left_out]
        return any(each.seen[name].measured_full for each in days if name in each.seen)

    def fell_short(self, name: str, share: Fraction) -> bool:
        """Whether the share was below the one accepted, on the last two snapshot days under this answer."""
        days = [each for each in self.days if name not in each.left_out][-2:]
        days = [each for each in days if each.day >= self.made[name]]
        shares = [each.seen[name].share if name in each.seen else None for each in days]
        return len(shares) == 2 and all(found is not None and found < share for found in shares)

    def state(self, name: str) -> str:
        """The first that applies."""
        seen, answer = self.seen(name), self.decided(name)
        if seen is None:
            once = name in self.ever or any(name in each.seen for each in self.days)
            return "retired" if self.profiles and name not in self.profiles and once else "not-measured"
        if seen.measured_full:
            silent = (
                answer is None or answer.bucket != "not-applicable" or bool(answer.until and answer.until < self.day)
            )
            clash = not silent and answer is not None and answer.reason.get("reason") == "not-applicable"
            return "conflict" if clash else "done"
        return "undecided" if answer is None else self.answered(name, answer)

    def answered(self, name: str, answer: Answer) -> str:
        """The state of something that is not done and has a decision."""
        if answer.until and answer.until < self.day:
            return "expired"
        if answer.bucket == "accept" and self.fell_short(name, answer.share):
            return "breached"
        if self.open(name) > 0 and self.was_done(name):
            return "regressed"
        if answer.bucket in PLANNED:
            if answer.said.get("blocked"):
                return "blocked"
            return "overdue" if answer.due and answer.due < self.day else "planned"
        return "accepted" if answer.bucket == "accept" else "covered"

    def level(self, name: str) -> tuple[str | None, str | None]:
        """Risk level and its source."""
        answer = self.answers.get(name)
        if answer and answer.said.get("risk"):
            return answer.said["risk"], "decision"
        if name in self.settings["risk"]:
            return self.settings["risk"][name], "settings"
        for rating in RATINGS:
            if rating.get("id", "").lower() == plain_id(name):
                return rating["level"], "shipped"
        family = closest(name, tuple(rating["pattern"] for rating in RATINGS if "pattern" in rating))
        for rating in RATINGS:
            if family is not None and rating.get("pattern") == family:
                return rating["level"], f"family {family}"
        return None, None

    def licence(self, name: str) -> Plain:
        """What it needs, and whether the services of the newest day give it."""
        wanted = {each: need for need in LICENCES["needs"] for each in need["recommendations"]}
        form = next((each for each in wanted if each.lower() == plain_id(name)), closest(name, tuple(wanted)))
        if form is None:
            return {"needs": None, "has": None}
        needs = wanted[form]["licence"]
        enabled = set(self.newest.services) if self.newest else set()
        giving = {each["name"]: set(each["services"]) for each in LICENCES["licences"]}
        if giving[needs] & enabled:
            return {"needs": needs, "has": True}
        telling = any(services & enabled for services in giving.values())
        return {"needs": needs, "has": False if telling and "also" not in wanted[form] else None}

    def open(self, name: str) -> Fraction:
        """Part not observed."""
        seen = self.seen(name)
        return seen.still_open if seen else Fraction(0)

    def open_days(self, name: str) -> int:
        """Days from the first of the unbroken run of snapshot days on which it was open to the newest snapshot."""
        if not self.days:
            return 0
        newest = first = self.days[-1].day
        for each in reversed(self.days):
            if name not in each.seen or each.seen[name].measured_full:
                break
            first = each.day
        return (newest - first).days

    def ranked(self) -> tuple[list[Plain], list[str]]:
        """The ranking, and separately what is unrated."""
        rows: list[Plain] = []
        unrated: list[str] = []
        for name in self.names:
            level, by = self.level(name)
            if self.open(name) == 0 or self.states[name] in IN_FORCE:
                continue
            if level is None:
                unrated.append(name)
                continue
            answer, seen = self.answers.get(name), self.seen(name)
            said = answer.said if answer else {}
            rows.append(
                {
                    "recommendation": name,
                    "risk": level,
                    "rated_by": by,
                    "open": self.open(name),
                    "days_open": self.open_days(name),
                    "points_left": seen.left if seen else 0,
                    "bucket": said.get("bucket"),
                    "state": self.states[name],
                    "owner": said.get("owner") or None,
                    "readiness": answer.ready if answer else 0,
                    "blocked": (said.get("blocked") or {}).get("by"),
                    "licence": self.licence(name),
                }
            )
        rows.sort(key=lambda row: self.urgency(row["recommendation"]))
        return rows[:5], unrated

    def urgency(self, name: str) -> tuple[int, Fraction, int, bool, str]:
        """Risk level, open share, days open, whether it is about a connected app, id; nothing else."""
        level = [*LEVELS, None].index(self.level(name)[0])
        service = str(((self.profiles or {}).get(name) or {}).get("service") or "").strip()
        connected = re.match(r"mda_.", service, re.IGNORECASE) is not None
        return (level, -self.open(name), -self.open_days(name), connected, name)

    def open_levels(self) -> dict[str, int]:
        """How many of what the ranking takes have each level."""
        found = dict.fromkeys([*LEVELS, "unrated"], 0)
        for name in self.names:
            if self.open(name) > 0 and self.states[name] not in IN_FORCE:
                found[self.level(name)[0] or "unrated"] += 1
        return found

    def register(self, bucket: str) -> dict[str, Plain]:
        """Acceptances, or covers, of the day."""
        found = {}
        for name in sorted(self.answers):
            answer = self.decided(name)
            if answer is None or answer.bucket != bucket or answer.until is None:
                continue
            committed = [change for change in self.acceptance_period(name, bucket) if change.commit]
            seen = self.seen(name)
            title = next((each[name].get("title") for each in reversed(self.catalogues) if name in each), name)
            told = approval(self.archive, bringing(self.versions[name]), answer, name, title or "")
            found[name] = {
                "risk": self.level(name)[0],
                "owner": answer.said["owner"],
                "approver": answer.reason["approver"],
                "until": answer.until.isoformat(),
                "days_left": (answer.until - self.day).days,
                "state": self.register_state(name, answer, answer.until),
                "points": seen.left if seen else Fraction(0),
                "renewals": self.renewals(name, bucket),
                "commit": committed[-1].commit if committed else None,
                "pull_request": self.pull_request(committed[-1]) if committed else None,
                "approved_by": [told["by"]] if told["kind"] == "approved" else [],
                "approval": told,
            }
        return found

    def pull_request(self, change: Change) -> int | None:
        """What GitHub says, or the message until GitHub was asked."""
        fact = self.archive.told["commits"].get(change.commit)
        number = fact["pull_request"] if fact else change.pull_request
        return number if number is None else int(number)

    def register_state(self, name: str, answer: Answer, until: date) -> str:
        """The state of an acceptance or a cover in the register."""
        state = self.states[name]
        if state == "retired":
            return "orphan"
        if state in ("done", "conflict") or self.was_done(name):
            return "moot"
        if until < self.day:
            return "expired"
        if state == "breached":
            return "breached"
        return "expiring" if until - self.day < timedelta(days=30) else "active"

    def acceptance_period(self, name: str, bucket: str) -> list[Change]:
        """The versions of the present acceptance or cover, back to the last other one."""
        found = []
        for change, answer in reversed(self.versions[name]):
            if answer is None or answer.draft or answer.bucket != bucket:
                break
            found.append(change)
        return found[::-1]

    def renewals(self, name: str, bucket: str) -> int:
        """How often `until` moved to a later day within the period."""
        count, later = 0, None
        for _, answer in reversed(self.versions[name]):
            if answer is None or answer.draft or answer.bucket != bucket or answer.until is None:
                break  # once more by hand, as docs/method.md#register counts them
            count += bool(later and later > answer.until)
            later = answer.until
        return count

    def shadow(self) -> dict[str, str]:
        """What only the portal accepts or claims."""
        found = {}
        for name in self.names:
            seen, state = self.seen(name), self.states[name]
            if seen is None or seen.mark is None:
                continue
            answer = self.decided(name)
            if state in ("done", "conflict"):
                continue
            holds = answer is not None and state not in ("expired", "breached", "regressed")
            accepted = holds and answer is not None and answer.bucket == "accept"
            covered = holds and answer is not None and answer.bucket == "not-applicable"
            if (seen.mark.lower() == "ignored" and not accepted) or (seen.claims and not covered):
                found[name] = seen.mark
        return found

    def stale(self) -> set[str]:
        """Open, and without activity for months."""
        found = set()
        for name in self.names:
            if self.open(name) == 0:
                continue
            touched = [change.day for change, _ in self.versions.get(name, []) if change.commit]
            before: Seen | None = None
            for each in self.days:
                seen = each.seen.get(name)
                if seen is not None and (before is None or happened(before, seen)):
                    touched.append(each.day)
                before = seen
            if months_later(max(touched), self.settings["stale_months"]) <= self.day:
                found.add(name)
        return found

    def questions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every decision requested by now, with its recommendation."""
        for name, answer in self.answers.items():
            asked = answer.said.get("ask") or []
            for ask in [asked] if isinstance(asked, dict) else asked:
                if date.fromisoformat(ask["since"]) <= self.day:
                    yield name, ask

    def asks(self) -> list[tuple[str, str, int, str | None]]:
        """Decisions requested: recommendation, question, days, and by when."""
        found = [
            (name, ask["question"], (self.day - date.fromisoformat(ask["since"])).days, ask.get("by"))
            for name, ask in self.questions()
        ]
        return sorted(found, key=lambda row: (-row[2], row[0], row[1]))

    def requested(self) -> list[tuple[int, str, date | None, str, tuple[str, ...]]]:
        """The questions as decisions needed: whether late, dated or neither (0, 1, 2), and what sorts them."""
        rows: list[Any] = []
        for name, ask in self.questions():
            by = date.fromisoformat(ask["by"]) if ask.get("by") else None
            age = (self.day - date.fromisoformat(ask["since"])).days
            late = by < self.day if by else age > 90
            place = 0 if late else 1 if by else 2
            rows.append((place, name, by, "requested", ("question", ask["from"].casefold(), ask["question"])))
        return rows

    def owners(self) -> set[str]:
        """Roles that own a decision, or are listed as owners."""
        named = [answer.said.get("owner") for answer in self.answers.values()]
        return {" ".join(str(role).casefold().split()) for role in (*named, *self.settings["owners"]) if role}

    def late(self, registers: list[dict[str, Plain]]) -> int:
        """Everything whose day has passed, of any risk; a decision counts once, and each question."""
        found = {name for name, state in self.states.items() if state in (*ENDED, "overdue")}
        for entry_of in registers:
            found |= {name for name, entry in entry_of.items() if entry["state"] in ("expired", "breached")}
        return len(found) + sum(1 for place, *_ in self.requested() if place == 0)

    def decisions_needed(self, registers: list[dict[str, Plain]]) -> list[tuple[str, str, str | None, str]]:
        """What has to be decided now: kind, recommendation, by when, question."""
        kinds = {name: state for name, state in self.states.items() if state in ENDED}
        for entry_of in registers:
            for name, entry in entry_of.items():
                if entry["state"] in ("expired", "breached"):
                    kinds.setdefault(name, entry["state"])
        for name, state in self.states.items():
            if state in ("overdue", "undecided") and self.level(name)[0] == "critical":
                kinds[name] = state
        rows: list[Any] = []
        for name, kind in kinds.items():
            answer = self.answers.get(name)
            day = answer and (answer.due if kind == "overdue" else answer.until if kind == "expired" else None)
            rows.append((2 if kind == "undecided" else 0, name, day, kind, ("decision",)))
        rows += self.requested()
        owners = self.owners()

        def order(row: Any) -> tuple[Any, ...]:
            place, name, day, _, what = row
            level = [*LEVELS, None].index(self.level(name)[0])
            leaders_first = not (what[0] == "question" and " ".join(what[1].split()) not in owners)
            first = (day, level) if place == 1 else (level, day or date.max)
            return (leaders_first, place, *first, self.urgency(name), what)

        return [
            (kind, name, day.isoformat() if day else None, what[-1] if kind == "requested" else "")
            for _, name, day, kind, what in sorted(rows, key=order)
        ]

    def period(self) -> tuple[Day | None, Day | None]:
        """The days of the two snapshots that a month is computed from."""
        before = [each for each in self.days if each.day < self.day.replace(day=1)]
        return (before[-1] if before else self.days[0] if self.days else None), self.newest

    def within(self) -> list[tuple[Day, Day]]:
        """Neighbouring snapshots of the period."""
        start = self.period()[0]
        days = [each for each in self.days if start and each.day >= start.day]
        return list(pairwise(days))

    def completed(self) -> dict[str, tuple[str, str]]:
        """What became done in the period and was not at its start: day and how."""
        found, start = {}, self.period()[0]
        days = [each for each in self.days if start and each.day >= start.day]
        for name in self.names:
            seen, first = self.seen(name), next((each.seen[name] for each in days if name in each.seen), None)
            if seen is None or first is None or not seen.full:
                continue
            if first.measured_full or (first.claimed and seen.claimed):
                continue
            run = days[-1]
            for each in reversed(days):
                if name not in each.seen or not each.seen[name].full or each.seen[name].claimed != seen.claimed:
                    break
                run = each
            found[name] = (run.day.isoformat(), "claimed" if seen.claimed else "observed")
        return found

    def regressed(self) -> dict[tuple[str, str], Fraction]:
        """The last loss of full points that was not made good on the next day, else the loss in the movement."""
        found: dict[str, tuple[str, Fraction]] = {}
        dips: dict[str, str] = {}
        for old, new in self.within():
            for name in sorted({*old.seen} & {*new.seen}):
                told = (each for each in self.days if each.day > new.day and name not in each.left_out)
                later = next(told, None)
                before, after = old.seen[name], new.seen[name]
                back = later.seen.get(name) if later else None
                if before.share is not None and after.share is not None and after.share < before.share:
                    dips[name] = new.day.isoformat()
                fell = before.measured_full and not after.full and after.still_open > 0
                if fell and not (back and back.measured_full):
                    found[name] = (new.day.isoformat(), before.points - after.points)
        start, end = self.period()
        for name in sorted({*start.seen, *end.seen}) if start and end else []:
            lost = (
                -moved(start.seen.get(name), end.seen.get(name)).get("regressed", Fraction(0)) if start and end else 0
            )
            if lost >= ROUNDING and name not in found:
                found[name] = (dips.get(name, end.day.isoformat() if end else ""), Fraction(lost))
        return {(name, day): points for name, (day, points) in found.items()}

    def status(self) -> Plain:
        """All of it, under the names of `backlog status --json`."""
        top, unrated = self.ranked()
        register, covered = self.register("accept"), self.register("not-applicable")
        openly = [name for name in self.names if self.open(name) > 0]
        shadow, stale, asks = self.shadow(), self.stale(), self.asks()
        count = list(self.states.values()).count
        start, end = self.period()
        found: Plain = {
            "as_of": self.day.isoformat(),
            "period": {"from": start and start.day.isoformat(), "to": end and end.day.isoformat()},
            "states": self.states,
            "top": top,
            "unrated": unrated,
            "register": register,
            "covered": covered,
            "blocked": {
                name: self.answers[name].said["blocked"]["by"] for name in self.names if self.states[name] == "blocked"
            },
            "completed": self.completed(),
            "regressed": self.regressed(),
            "asks": asks,
            "decisions_needed": self.decisions_needed([register, covered]),
            "late": self.late([register, covered]),
            "open": self.open_levels(),
            "shadow": shadow,
            "insurance": Insuring(self, [register, covered]).told(),
            "stale": sorted(stale),
            "counts": {
                "undecided": count("undecided"),
                "expired": count("expired"),
                "expiring": sum(entry["state"] == "expiring" for entry in register.values()),
                "breached": count("breached"),
                "overdue": count("overdue"),
                "carried": sum(entry["state"] in ("active", "expiring") for entry in register.values()),
                "shadow": len(shadow),
                "unrated": len(unrated),
                "stale": len(stale),
                "ownerless": sum(not self.owner(name) for name in openly),
                "asks": len(asks),
            },
        }
        return found | (self.figures(start, end) if start and end else {})

    def owner(self, name: str) -> str | None:
        """Who owns the decision, drafts included."""
        answer = self.answers.get(name)
        return answer.said.get("owner") if answer else None

    def figures(self, start: Day, end: Day) -> Plain:
        """Score, ledger and movement."""
        bar = ledger(end, {name: self.bar_part(name) for name in self.names})
        licensing = sum(
            seen.left
            for name, seen in end.seen.items()
            if self.states[name] == "blocked" and self.answers[name].said["blocked"]["by"] == "licensing"
        )
        points, percent = movement(start, end)
        return {
            "snapshot": {
                "date": end.day.isoformat(),
                "complete": end.complete,
                "source": end.source,
                **({"partial": True} if end.partial else {}),
                "age_days": (self.day - end.day).days,
            },
            "score": {
                "current": end.current,
                "max": end.most,
                "percent": 100 * end.current / end.most if end.most else None,
                "planned": end.current + bar["do-now"] + bar["do-soon"],
                "achievable": end.most - bar["accept"] - bar["not-applicable"] - licensing,
            },
            "explained": {
                "recommendations": len(end.seen),
                "without_maximum": sum(seen.most is None for seen in end.seen.values()),
                "points": sum((seen.points for seen in end.seen.values()), Fraction(0)),
                "maximum": end.most - bar["unexplained"],
            },
            "coverage": {
                **self.days_known(self.days[0].day),
                "month": self.days_known(max(self.days[0].day, self.day.replace(day=1))),
            },
            "ledger": bar,
            "movement": {"points": by_part(points), "percent": by_part(percent), "lines": lines(points, percent)},
            "microsoft": self.microsoft(start, end, points, percent),
        }

    def microsoft(self, start: Day, end: Day, points: dict[Line, Fraction], percent: dict[Line, Fraction]) -> Plain:
        """What Microsoft changed, by recommendation and kind."""
        changes: Plain = {}
        for name in sorted({*start.seen, *end.seen}):
            old, new = start.seen.get(name), end.seen.get(name)
            most = [seen.most if seen else None for seen in (old, new)]
            if old is None or new is None:
                kind = "added" if old is None else "no-longer-scored"
            elif None in most or most[0] == most[1]:
                continue
            else:
                kind = "re-weighted"
            on = max(after.day for before, after in self.within() if worth(before, name) != worth(after, name))
            own = (name, "rescored")
            moved = (points.get(own, Fraction(0)), percent.get(own, Fraction(0)))
            changes[f"{name}|{kind}"] = (on.isoformat(), *moved, *most)
        before = self.archive.wordings(self.day.replace(day=1) - timedelta(days=1))
        for name, now in self.archive.wordings(self.day).items():
            was = before.get(name, {})
            if fields := {key for key in was if differs(name, key, was[key], now[key])}:
                changes[f"{name}|re-worded"] = fields
        partial = [each.day.isoformat() for each in (start, end) if each.partial or each.lacks_scores]
        return {
            "points": sum((amount for (_, part), amount in points.items() if part == "rescored"), Fraction(0)),
            "percent": sum((amount for (_, part), amount in percent.items() if part == "rescored"), Fraction(0)),
            "changes": changes,
            "services_added": sorted(end.services - start.services),
            "services_removed": sorted(start.services - end.services),
            "in_part": partial if start is not end else [],
        }

    def days_known(self, first: date) -> Plain:
        """What is known of each day from one day to the as-of date, day by day."""
        stored = {each.day: each for each in self.days}
        found: Plain = {"from": first.isoformat(), "days": 0, "complete": 0, "backfilled": 0, "partial": 0}
        found |= {"missing": 0, "since_newest": 0}
        today = first
        while today <= self.day:
            each = stored.get(today)
            if each is None:
                kind = "missing" if today < self.days[-1].day else "since_newest"
            else:
                kind = "partial" if each.partial or each.lacks_scores else "complete" if each.complete else "backfilled"
            found["days"] += 1
            found[kind] += 1
            today += timedelta(days=1)
        return found

    def bar_part(self, name: str) -> str:
        """The part of the ledger for unearned points."""
        answer, state = self.decided(name), self.states[name]
        if answer and state in ("planned", "overdue"):
            return answer.bucket
        return IN_THE_BAR.get(state, "undecided")


@cache
def plain_id(name: str) -> str:
    """An id without instance number, in lower case."""
    return re.sub(r"^\d+\.", "", name).lower()


@cache
def closest(name: str, forms: tuple[str, ...]) -> str | None:
    """The form with `*` and `?` that an id has: the one with most letters, then fewest `*`, then the alphabet."""
    found: list[tuple[int, int, str, str]] = []
    for form in forms:
        parts = [{"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in form.lower()]
        if ("*" in form or "?" in form) and re.fullmatch("".join(parts), plain_id(name), re.DOTALL):
            found.append((-len(re.sub(r"[*?]", "", form)), form.count("*"), form.lower(), form))
    return min(found)[-1] if found else None


ROUNDING = Fraction(1, 100)


def happened(before: Seen, after: Seen) -> bool:
    """Activity: the part done changed, or a claim was made or withdrawn."""
    if before.claimed != after.claimed:
        return True
    if before.share is None or after.share is None or not before.most or not after.most:
        return before.points != after.points
    if before.most == after.most:
        return abs(after.points - before.points) >= ROUNDING
    step = ROUNDING / 2  # what a share of old points could be off by, seen on the new scale, and the new points too
    return abs(after.share * after.most - before.share * after.most) > step * after.most / before.most + step


def worth(day: Day, name: str) -> tuple[bool, Fraction | None]:
    """Whether something is scored on a day, and for how many points."""
    seen = day.seen.get(name)
    return seen is not None, seen.most if seen else None


def differs(name: str, key: str, was: str, now: str) -> bool:
    """Microsoft words or rates it anew; nothing counts that was or became empty, and no title that is the id."""
    if key == "deprecated":
        return bool(now and not was)
    return bool(was and now and was != now) and not (key == "title" and name in (was, now))


def lines(
    points: Mapping[tuple[str, str], Fraction], percent: Mapping[tuple[str, str], Fraction]
) -> dict[str, tuple[Fraction, Fraction]]:
    """Every line that changes points or percent, by recommendation and part."""
    pairs = {key: (points.get(key, Fraction(0)), percent.get(key, Fraction(0))) for key in {*points, *percent}}
    return {f"{name}|{part}": pair for (name, part), pair in sorted(pairs.items()) if any(pair)}


def month_ends(archive: Archive, until: date) -> list[tuple[str, date]]:
    """Every month since the first snapshot, with the day that its facts are as of."""
    found, first = [], archive.days[0].day.replace(day=1)
    while first <= until:
        following = months_later(first, 1)
        found.append((re.sub(r"-\d\d$", "", first.isoformat()), min(following - timedelta(days=1), until)))
        first = following
    return found
