# SPDX-License-Identifier: Apache-2.0
"""How numbers, days and states are written: the same on every machine, whatever its language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_NAMES = ("Entra", "Git", "Microsoft")
"""What keeps its capital within a sentence."""
MINUS = "\u2212"
BLOCKERS = {"licensing": "missing licence", "business": "business decision", "technical": "technical constraint"}
"""What blocks a planned change, in words."""
WITHOUT_DECISION = {
    "expired": "The risk stays open and not accepted.",
    "breached": "It stays worse than accepted.",
    "regressed": "The risk stays open again.",
    "conflict": "The decision stays without effect.",
    "overdue": "The risk stays open.",
    "undecided": "The risk stays open.",
}
"""What happens without a decision, by the same reason."""
CHOICES = {
    "expired": "renew it with a reason, or do it.",
    "breached": "restore it, or accept the lower level.",
    "regressed": "restore it, or make a new decision.",
    "conflict": "delete the decision, or choose another.",
    "overdue": "finish it, set a new date, or accept the risk.",
    "undecided": "do it, accept the risk, or say why it does not apply.",
}
"""What can be decided, by the same reason."""
EXCEPTIONS = {
    "audit-direct": "no pull request",
    "audit-merge": "a merge without a pull request",
    "audit-claimed": "only the message names a pull request",
    "audit-not-asked": "GitHub has not been asked about it",
    "audit-no-github": "no record on file speaks for it",
    "audit-bot-paths": "the snapshot account changed something else",
    "audit-bot-name": "only the name is the snapshot account’s",
    "audit-unapproved": "not approved",
    "audit-own-approval": "the only approver also wrote the change",
    "audit-late-approval": "approved after the merge",
    "audit-stale-approval": "changed after the approval",
    "audit-unknown-approver": "the approver’s account is deleted",
    "audit-pushed": "pushed to the main branch, not merged on GitHub",
    "audit-other-head": "merged something other than its last version",
    "audit-other-base": "merged into another branch than the main branch",
    "audit-minutes": "minutes that no later minutes name",
    "audit-empty": "changes no file",
}
"""Why a commit is an exception in an audit, in words."""


@lru_cache(maxsize=1 << 14)
def number(value: Fraction | Decimal | int, places: int = 0) -> str:
    """A number rounded half up to some decimal places, with thin spaces between thousands and a true minus sign."""
    exact = Fraction(value)
    with localcontext() as context:
        context.prec = 60
        quotient = Decimal(exact.numerator) / Decimal(exact.denominator)
        rounded = quotient.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,f}".replace(",", "\u202f")
    return f"{MINUS}{text}" if rounded < 0 else text


def points(value: Fraction | Decimal | int) -> str:
    """Points without trailing zeros: 12, 12.5, 12.25."""
    text = number(value, 2)
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimals(values: Iterable[Fraction | Decimal | int]) -> int:
    """How many decimals the values of a column need, at most two: with as many in each the points stand in one line."""
    return max((len(points(value).partition(".")[2]) for value in values), default=0)


def aligned(value: Fraction | Decimal | int, places: int, *, sign: bool = False) -> str:
    """A number of a column, with as many decimals as the others; `sign`: a change, with its sign."""
    text = number(value, places)
    return f"+{text}" if sign and value > 0 else text


def point_count(value: Fraction | Decimal | int) -> str:
    """1 point, 2.5 points: number and noun stay on one line."""
    return f"{points(value)}\u00a0{'point' if value == 1 else 'points'}"


def signed(value: Fraction | Decimal | int, places: int = 2) -> str:
    """A change with its sign and without trailing zeros: +3.5, -2, 0."""
    text = number(value, places)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if text in ("0", f"{MINUS}0"):
        return "0"
    return text if text.startswith(MINUS) else f"+{text}"


def signed_points(value: Fraction | Decimal | int) -> str:
    """A change of points, with its sign: +1 point, -2.5 points."""
    return f"{signed(value)}\u00a0{'point' if abs(value) == 1 else 'points'}"


def percent(value: Fraction | Decimal | int | None, places: int = 1) -> str:
    """A percentage (0 to 100) in words; `unknown` for None."""
    return "unknown" if value is None else f"{number(value, places)}\u00a0%"


def share(value: Fraction | None, places: int = 0) -> str:
    """A share (0 to 1) as a percentage."""
    return percent(None if value is None else value * 100, places)


def day(value: date | None) -> str:
    """21 November 2026; `unknown` for None."""
    return "unknown" if value is None else f"{value.day}\u00a0{MONTHS[value.month - 1]}\u00a0{value.year}"


def month(value: date | str) -> str:
    """October 2026, from a day or from YYYY-MM."""
    year, index = (value.year, value.month) if isinstance(value, date) else (int(value[:4]), int(value[5:7]))
    return f"{MONTHS[index - 1]} {year}"


def plural(value: int, one: str, many: str | None = None) -> str:
    """1 day, 2 days: for messages."""
    return f"{value} {one if value == 1 else many or one + 's'}"


def count(value: int, one: str, many: str | None = None) -> str:
    """1 day, 2 days: for pages, where number and noun stay on one line."""
    return plural(value, one, many).replace(str(value), number(value), 1).replace(" ", "\u00a0", 1)


def joined(names: Sequence[str], word: str = "and") -> str:
    """A, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else ""


def lower_first(text: str) -> str:
    """The text in the form it has within a sentence; names and abbreviations keep their capital."""
    return text if text.startswith(_NAMES) or text[1:2].isupper() else text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends a sentence already."""
    return text if text.endswith((".", "!", "?", "…", "。")) else f"{text}."


def times(value: int) -> str:
    """Once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(value) or f"{number(value)}\u00a0times"


def licence_words(needs: str, has: bool | None, also: str = "", note: str = "", *, lacking: bool = False) -> str:
    """A sentence: "Needs Entra ID P2, which this tenant does not have", or what is unknown about it.

    Args:
        needs: Name of the licence; empty where it is unknown which one is needed.
        has: Whether the tenant has it; None where that is unknown.
        also: Other licences that are sufficient.
        note: What else to know about it, as a sentence.
        lacking: The decision says that a licence is missing, which a service that is enabled does not contradict.
    """
    if not needs:
        return "It is unknown which licence this needs."
    if has is None:
        others = f" (sufficient as well: {also})" if also else ""
        found = f"Needs {needs}{others}. It is unknown whether this tenant has it."
    elif has and lacking:
        found = (
            f"Needs {needs}. Microsoft lists the service as enabled, which does not say for how many accounts; "
            "by our decision licences are missing."
        )
    else:
        found = f"Needs {needs}, which this tenant {'has' if has else 'does not have'}."
    return f"{found} {note}" if note else found


@dataclass(frozen=True, slots=True)
class Badge:
    """How one word of the model is shown: by text, by shape and by colour, never by colour alone."""

    label: str
    mark: str
    tone: str
    """What its colour means (docs/guide/reading.md): of a state good, plan, hold, open, needed, found or quiet; of a
    statement said; of lateness late; of a risk level its own name."""
    meaning: str = ""
    """The tooltip."""


BADGES: dict[str, Badge] = {
    # states of a recommendation
    "not-measured": Badge("Not measured", "\u25cc", "quiet", "Microsoft gave no score for it that day."),
    "retired": Badge("Retired", "\u2205", "quiet", "Microsoft took it out of the catalogue."),
    "conflict": Badge("Conflict", "\u2260", "needed", "Marked not applicable, but measured as done."),
    "done": Badge("Done", "\u2713", "good", "Microsoft measured it in full."),
    "undecided": Badge("Undecided", "?", "open", "No finished decision; drafts count as undecided."),
    "expired": Badge("Expired", "\u2715", "needed", "The last day of the decision has passed."),
    "breached": Badge("Breached", "\u2193", "needed", "Worse than the level that was accepted."),
    "regressed": Badge("Regressed", "\u21a9", "needed", "Previously done under its decision, now open."),
    "lost-points": Badge("Lost points", "\u21a9", "needed", "In this month, and not back on the next snapshot."),
    "blocked": Badge("Blocked", "\u2016", "quiet", "Planned, but waiting for something."),
    "overdue": Badge("Overdue", "!", "late", "Planned, and its date has passed."),
    "accepted": Badge("Accepted", "\u25d0", "hold", "The risk is accepted until a date."),
    "covered": Badge("Covered", "\u25d1", "hold", "Not applicable, or covered by another control (not verified)."),
    "planned": Badge("Planned", "\u25b7", "plan", "To be done, and in time."),
    # acceptances
    "active": Badge("Accepted or covered", "\u25d0", "hold", "In force, with time left."),
    "expiring": Badge("Accepted or covered", "\u25d0", "hold", "In force, in its last 30 days."),
    "moot": Badge("Done since", "\u2713", "quiet", "Done after it was accepted."),
    "orphan": Badge("Retired by Microsoft", "\u2205", "quiet", "Microsoft retired the recommendation."),
    "ended": Badge("Ended", "\u25a0", "quiet", "Replaced or withdrawn."),
    # buckets
    "do-now": Badge("Do now", "\u25b6", "plan"),
    "do-soon": Badge("Do soon", "\u25b7", "plan"),
    "accept": Badge("Accept", "\u25d0", "hold"),
    "not-applicable": Badge("Not applicable", "\u25d1", "hold"),
    "none": Badge("Undecided", "?", "open"),
    # risk
    "critical": Badge("Critical", "\u25b2\u25b2", "critical"),
    "high": Badge("High", "\u25b2", "high"),
    "medium": Badge("Medium", "\u25c6", "medium"),
    "low": Badge("Low", "\u25bd", "low"),
    "unrated": Badge("Unrated", "?", "unrated", "It has no risk level yet."),
    # how points are known
    "observed": Badge("Measured", "\u25cf", "good", "Microsoft measured it."),
    "claimed": Badge("Self-attested", "\u25d2", "said", "Stated by an administrator; not verified by Microsoft."),
    # what changed in a month
    "added": Badge("Added", "+", "quiet", "Microsoft scores it here for the first time."),
    "no-longer-scored": Badge("No longer scored", "\u2212", "quiet", "Microsoft gives it no score here any more."),
    "re-weighted": Badge("Re-weighted", "\u21c5", "quiet", "Microsoft changed how many points it is worth."),
    "re-worded": Badge("Re-worded", "\u270e", "quiet", "Microsoft changed a text or a rating of it."),
    "decided": Badge("Decided", "\u25a3", "quiet", "Its answer was given in this month."),
    "completed": Badge("Completed", "\u2713", "good", "Measured in full, and not before."),
    # what Secure Score says about a topic
    "covered-in-part": Badge("Covered in part", "\u25d1", "quiet", "Recommendations about it have a score here."),
    "not-scored-here": Badge("Not scored here", "\u25cc", "quiet", "None of what measures it has a score here."),
    "not-covered": Badge("Not covered", "\u2205", "found", "Secure Score measures nothing of it."),
    # what a test of the records or of files found
    "passed": Badge("Passed", "\u2713", "good"),
    "found": Badge("Exception", "!", "found"),
    "identical": Badge("Identical", "\u2713", "good"),
    "differs": Badge("Differs", "!", "found"),
    "error": Badge("Error", "\u2715", "needed"),
    "warning": Badge("Warning", "!", "found"),
    # a month
    "in-progress": Badge("In progress", "\u25cb", "quiet"),
    "signed": Badge("Signed", "\u2713", "good"),
    # how far an answer goes
    "supported": Badge("Supported", "\u2713", "good", "All that is asked is measured in full."),
    "qualified": Badge("Qualified", "\u25d0", "quiet", "What is measured is in full, and something limits the answer."),
    "gap": Badge("Gap", "\u2715", "found", "Something that answers it is not in full."),
    "own-supported": Badge("Own evidence: supported", "\u270e", "said", "Stated by the organisation, not measured."),
    "own-qualified": Badge("Own evidence: qualified", "\u270e", "said", "Stated by the organisation, not measured."),
    "own-gap": Badge("Own evidence: gap", "\u270e", "said", "Stated by the organisation, not measured."),
    # where an approval comes from
    "approved": Badge("Approved on GitHub", "\u2713", "good", "Approved in the pull request it was merged in."),
    "attested": Badge("Approved outside GitHub", "\u270e", "said", "Stated in the decision, which names the record."),
    "named": Badge("No approval that counts", "\u25cb", "quiet", "The decision names the role; none is known."),
}  # fmt: skip


APPROVALS = {"approved": "approved on GitHub", "attested": "approved outside GitHub", "named": "only named"}
"""How an approval is known, within a sentence."""
APPROVAL_LABELS = {kind: BADGES[kind].label for kind in APPROVALS}
"""The same over what is counted or listed by it."""
APPROVAL_MEANINGS = {
    "approved": "GitHub recorded that this role approved the final state before the merge.",
    "attested": "The decision states role, day and record; checked is only whether that is on file and names it.",
    "named": "The decision names the role; no approval that counts is known.",
}
"""What that means, as a sentence."""


def badge_of(word: object) -> Badge:
    """The badge of a state, bucket, risk level or any other word; unknown words are shown as they are."""
    text = str(word) if word is not None else "unrated"
    return BADGES.get(text) or Badge(text.replace("-", " ").capitalize(), "\u25cb", "quiet")
