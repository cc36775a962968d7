# SPDX-License-Identifier: Apache-2.0
"""A repository without GitHub, with commits that records on file speak for, and with those that none does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from secure_score_backlog.approvals import Approvals
from secure_score_backlog.git import Identity
from tests.support.audited import Tenant

ANA, OTTO = Identity("Ana Admin", "ana@tenant.example"), Identity("Otto Other", "otto@tenant.example")
SETTINGS = "organisation: Tenant\nroles: {Managing Director: [], Head of IT: [], Works Council: []}\n"
MINUTES = "docs/reviews/2026-10.md"
STATED = {"by": "Managing Director", "on": "2026-10-01", "record": MINUTES}


def accepted(name: str, *, approver: str = "Managing Director", more: str = "", **stated: str) -> str:
    """An acceptance with an approval outside GitHub."""
    approval = ", ".join(f"{key}: {value}" for key, value in {**STATED, **stated}.items())
    return (
        f"---\nrecommendation: {name}\nbucket: accept\nrisk: high\nowner: Head of IT\nreduces: Spraying.\n"
        "impact: Nobody notices.\nprerequisites: None at all.\nproof: The log shows it.\n"
        f"accepted:\n  rationale: The mailer of {name}.\n  approver: {approver}\n  until: 2027-03-01\n"
        f"  approval: {{{approval}}}\n{more}---\n"
    )


PLAN = (
    "---\nrecommendation: {name}\nbucket: do-soon\nrisk: high\nowner: Head of IT\nreduces: Spraying.\n"
    "impact: Nobody notices.\nprerequisites: None at all.\nproof: The log shows it.\ndue: 2027-01-31\n---\n"
)
SHARED = (
    "---\nrecommendation: {name}\nbucket: accept\nrisk: high\nowner: Head of IT\nsame_as: Good\n"
    "accepted:\n  until: 2027-03-01\n  approval: {{by: {by}, on: 2026-10-01, record: docs/reviews/2026-10.md}}\n---\n"
)


class Shop(Tenant):
    """Ana commits, and Otto now and then; GitHub is never asked."""

    def __init__(self, folder: Path) -> None:
        """Make it, with a first commit."""
        super().__init__(folder, settings=SETTINGS)
        self.known = Approvals()
        self.minutes = "Agreed today.\n"
        self.made: dict[str, str] = {"Begin": self.first}
        """Commits by what they are called here."""

    def put(self, called: str, files: dict[str, str], author: Identity = ANA) -> str:
        """One commit with these files."""
        for path, text in files.items():
            self.repository.write(path, text)
        self.made[called] = self.commit(called, author=author, asked=False)
        return self.made[called]

    def wrote(self, line: str) -> dict[str, str]:
        """The minutes with one more line."""
        self.minutes += f"- {line}\n"
        return {MINUTES: self.minutes}

    def decide(self, name: str, said: str = "", files: dict[str, str] | None = None, **stated: str) -> str:
        """One acceptance; `said`: what the minutes say in the same commit."""
        written = self.wrote(said) if said else {}
        return self.put(name, {f"decisions/{name}.md": accepted(name, **stated), **written, **(files or {})})


def shop(folder: Path) -> tuple[Shop, dict[str, str]]:
    """The repository, and of each of its commits what it is: a kind, or the code of an exception."""
    made = Shop(folder)
    made.snapshot(date(2026, 10, 1))
    made.decide("Good", "Good: accepted")
    made.decide("Again", "**Again** accepted", record=f"{MINUTES}#again")
    made.decide("Unnamed", "Another one accepted")
    made.decide("Ticket", "Ticket accepted", record="SEC-4711")
    made.decide("Missing", "Missing accepted", record="docs/reviews/2026-09.md")
    made.decide("Late", "Late accepted", on="2026-12-01")
    made.decide("Owner", "Owner accepted", approver="Head of IT", by="Head of IT")
    made.decide("Other", "Other accepted", by="Works Council")
    made.decide("Unlisted", "Unlisted accepted", approver="Board", by="Board")
    made.decide("Beside", "Beside accepted", {"README.md": "Beside.\n"})
    made.put("Edited", {"decisions/Good.md": accepted("Good", more="links: [https://tickets.example/1]\n")})
    files = {"decisions/Shared.md": SHARED.format(name="Shared", by="Managing Director")}
    made.put("Shared", {**files, **made.wrote("Shared accepted")})
    files = {"decisions/Lent.md": SHARED.format(name="Lent", by="Works Council")}
    made.put("Lent", {**files, **made.wrote("Lent accepted")})
    plans = [made.put(f"Plan {n}", {f"decisions/P{n}.md": PLAN.format(name=f"P{n}")}) for n in range(4)]
    made.put("Minutes", made.wrote(f"{plans[0][:10]}: looked at"), OTTO)
    made.put("Own minutes", made.wrote(f"{plans[1][:12]}: looked at"))
    made.put("Short", made.wrote(f"{plans[2][:9]}: looked at"), OTTO)
    made.put("Said", {"docs/reviews/2026-11.md": f"{plans[3]} looked at\n"}, OTTO)
    made.put("Taken back", {"docs/reviews/2026-11.md": "Nothing.\n"}, OTTO)
    made.put("Settings", {"backlog.yml": f"{SETTINGS}acceptance_months: 6\n"})
    last = made.put("Confirmed", made.wrote(f"{made.made['Settings']} and {made.made['Own minutes']}: fine"), OTTO)
    expected = dict.fromkeys(made.made, "audit-no-github") | {
        "Begin": "beginning",
        **dict.fromkeys(("Good", "Again", "Shared", "Plan 0", "Settings", "Own minutes"), "attested"),
        **dict.fromkeys(("Minutes", "Short", "Said", "Confirmed"), "audit-minutes"),
    }
    assert last == made.made["Confirmed"]
    return made, {made.made[called]: what for called, what in expected.items()}
