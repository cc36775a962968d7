# SPDX-License-Identifier: Apache-2.0
"""Phrases about one recommendation that several pages share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import floor

from secure_score_backlog import wording
from secure_score_backlog.approvals import PullRequest, Review, ReviewState
from secure_score_backlog.dates import ONE_DAY
from secure_score_backlog.decisions.attestations import path_of
from secure_score_backlog.decisions.model import Attestation, DecisionVersion
from secure_score_backlog.evaluation.approval import Reason
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ledger import Explained
from secure_score_backlog.evaluation.register import IN_FORCE, AcceptanceState, RegisterEntry, shown_state
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, State, Status
from secure_score_backlog.ratings import LEVELS
from secure_score_backlog.reviews import REVIEWS
from secure_score_backlog.snapshots.model import Observation, SnapshotDay
from secure_score_backlog.snapshots.service_names import portal_words

WHY_UNEXPLAINED = (
    "This happens when a score is stored without all of its recommendations, or without their profiles: collect it, or "
    "import scores and all profiles together."
)
SCORES_ONLY = {
    "backfill": "backfilled (scores only)",
    "csv": "imported from a portal CSV (points only)",
    "json": "imported (scores only)",
}
"""What a snapshot without details is, by its source."""
ENDED = (AcceptanceState.MOOT, AcceptanceState.EXPIRED, AcceptanceState.BREACHED)


def unexplained(explained: Explained | None) -> tuple[str, str] | None:
    """What to say where much of the score has no recommendation behind it: a title and a text; else None."""
    if explained is None or not explained.is_incomplete:
        return None
    title = f"{'Most' if explained.is_mostly_unknown else 'A part'} of the score is unexplained"
    said = (
        f"Microsoft’s score is {wording.points(explained.points_of)} of {wording.point_count(explained.maximum_of)}. "
        f"The {wording.count(explained.recommendations, 'recommendation')} with a score here "
        f"{'accounts' if explained.recommendations == 1 else 'account'} for {wording.points(explained.points)} of "
        f"{wording.points(explained.maximum)}. Whether anything else is open, or decided, is unknown. "
    )
    if explained.without_maximum:
        number = wording.count(explained.without_maximum, "recommendation")
        said += f"For {number} the maximum is unknown, because no profile is stored. "
    return title, said + WHY_UNEXPLAINED


@dataclass(frozen=True, slots=True)
class UndecidedLevel:
    """What has no finished decision, of the highest level that has any."""

    level: str
    """`unrated` where none of it has a level."""
    number: int
    ownerless: int
    """How many of them no draft gives an owner."""


def most_undecided(facts: Facts) -> UndecidedLevel | None:
    """The highest risks without a finished decision, counted; None where everything has one."""
    undecided = facts.in_state(State.UNDECIDED)
    if not undecided:
        return None
    level = min((status.risk_word for status in undecided), key=LEVELS.index)
    found = [status for status in undecided if status.risk_word == level]
    return UndecidedLevel(level, len(found), sum(1 for status in found if not status.owner))


def imported(snapshot: SnapshotDay) -> str:
    """What a snapshot is that was not collected in full from Graph; empty for a complete one."""
    partial = snapshot.partial or snapshot.lacks_scores
    return kind_of_snapshot(complete=snapshot.complete, partial=partial, source=snapshot.source)


def kind_of_snapshot(*, complete: bool, partial: bool, source: str) -> str:
    """The same, from its parts."""
    if partial:
        return "partial"
    if complete:
        return ""
    return SCORES_ONLY.get(source, "scores only")


def held(status: Status) -> str:
    """On how many days the unbroken run at full observed points was measured."""
    said = [f"observed on {wording.number(status.days_observed)} of {wording.count(status.days_held, 'day')}"]
    kinds = (
        (status.days_filled, "with scores only"),
        (status.days_partial, "partial"),
        (status.days_missing, "not measured"),
    )
    return "; ".join([*said, *(f"{wording.number(number)} {words}" for number, words in kinds if number)])


def change_day(facts: Facts, day: date | None) -> str:
    """When something was first seen on a snapshot day: on that day, or at some time since the one before it."""
    if day is None:
        return "on an unknown day"
    before = facts.history.newest(day - ONE_DAY)
    if before is None or before.day == day - ONE_DAY:
        return f"on {wording.day(day)}"
    return f"between {wording.day(before.day)} and {wording.day(day)}"


def since(status: Status, day: date | None) -> str:
    """`since` the day on which the run that it is in began."""
    return f"{since_word(status)} {wording.day(day)}"


def since_word(status: Status) -> str:
    """The word before that day: what was so on the first snapshot may have been so for longer."""
    return "at least since" if status.from_start else "since"


def why_ended(entry: RegisterEntry, facts: Facts) -> str:
    """Why an acceptance or an exemption that needs a new decision is no longer in force."""
    match shown_state(entry):
        case State.EXPIRED:
            return f"last day {wording.day(entry.until)}"
        case State.BREACHED:
            return f"{why_breached(entry, facts)}; its last day was to be {wording.day(entry.until)}"
        case State.CONFLICT:
            return f"marked not applicable, but measured as done {since(entry.status, entry.status.held_since)}"
        case _:
            return f"ended when it was {why_regressed(entry.status, facts)}"


def why_breached(entry: RegisterEntry, facts: Facts) -> str:
    """Since when it is worse than accepted, what was accepted and what is measured; with what is known of it."""
    since = f" {change_day(facts, entry.status.breached_since)}" if entry.status.breached_since else ""
    return f"breached{since}; {entry.status.breach}" if entry.status.breach else "worse than accepted"


def restoring(status: Status) -> str:
    """What restores an acceptance that is breached, in numbers where Microsoft counts; without a full stop."""
    seen, accepted = status.observation, status.decision.accepted if status.decision else None
    if seen is None or accepted is None:
        return "Restore it"
    if seen.affected is not None and seen.total:
        most = floor((1 - accepted.share) * seen.total)
        left, of, now, limit = map(wording.number, (seen.affected - most, seen.total, seen.affected, most))
        if not most:
            return f"Close what is open: {now} of {of}"
        if seen.affected > most:
            return f"Close {left} of the {now} open; {limit} may stay open"
    return f"Restore it: {wording.share(accepted.share)} done was accepted, now it is {wording.share(seen.share)}"


def without_effect(status: Status) -> str:
    """What the portal says, and the points that Microsoft gives all the same."""
    assert status.observation
    portal = portal_words(status.observation.portal or "")
    return f"Portal status: “{portal}”, {amount(status.observation)}"


def why_regressed(status: Status, facts: Facts) -> str:
    """When something that is open again was done, and when that ended."""
    done = f", {change_day(facts, status.done_on)}" if status.done_on else ""
    return f"done{done}; regressed {change_day(facts, status.open_since)}"


def decision_dates(status: Status, entry: RegisterEntry | None) -> str:
    """What follows the name of the bucket: when it was decided, when it last changed, and whether it is in force."""
    changed = status.answered
    if changed is None:
        return "."
    decided = first_day_of_bucket(status.versions) or changed
    last_change = f", last changed on {wording.day(changed)}" if changed > decided else ""
    if status.state in (*NEEDS_NEW_DECISION, State.RETIRED) or (entry is not None and entry.state in ENDED):
        why = {
            State.CONFLICT: "Not in force: Microsoft measures it as done.",
            State.RETIRED: "Not in force: Microsoft retired it.",
        }
        ended = why.get(status.state, "This decision is no longer in force.")
        return f", decided on {wording.day(decided)}{last_change}. {ended}"
    if status.state is State.DONE:
        return f", decided on {wording.day(decided)}, and done."
    return f" since {wording.day(decided)}{last_change}."


def first_day_of_bucket(versions: tuple[DecisionVersion, ...]) -> date | None:
    """The day since which every version that is no draft has the present bucket; None where nothing is committed."""
    first: date | None = None
    bucket = versions[-1].decision.bucket if versions and versions[-1].decision else None
    for version in reversed(versions):
        decision = version.decision
        if decision is None or decision.draft or decision.bucket is not bucket:
            break
        first = version.version.at.date() if version.version.committed else first
    return first


def attested(approval: Attestation, approver: str) -> str:
    """How an approval outside of GitHub is known; follows the name of the approver."""
    by = "" if approval.by == approver else f" by {approval.by}"
    return f", approved outside GitHub{by} on {wording.day(approval.on)}"


MOST_REVIEWS = 3
"""Approving reviews of one pull request that are named."""


def people(request: PullRequest | None, *, heads: bool = False, beside: str = "") -> str:
    """Who opened, wrote, approved and merged a pull request, as GitHub says; empty where it says nothing.

    Args:
        request: The pull request.
        heads: In full: with the commit that was approved, also where it is the final one, and every day. Else the day
            of an approval is left out where it is the day of the merge, which is that of the commit.
        beside: The account whose approval the page says beside it, and which is not said again.
    """
    if request is None:
        return ""
    all_given = [review for review in request.reviews if review.state is ReviewState.APPROVED]
    given = [review for review in all_given if not beside or review.by.casefold() != beside.casefold()]
    groups: dict[str, list[str]] = {}
    for review in given[:MOST_REVIEWS]:
        groups.setdefault(approved_what(review, request, heads=heads), []).append(account(review.by))
    said = [f"{wording.joined(names)}{what}" for what, names in groups.items()]
    said += [f"{len(given) - MOST_REVIEWS} more"] if len(given) > MOST_REVIEWS else []
    others = [name for name in request.contributors if name.casefold() != request.author.casefold()]
    wrote = f" with commits by {wording.joined(others[:MOST_REVIEWS])}" if others else ""
    also = "also " if len(given) < len(all_given) else ""
    approved = f"; {also}approved by {wording.joined(said)}" if said else "" if all_given else "; not approved"
    merged = f"merged by {request.merged_by or 'an unknown account'}"
    merged += f" on {wording.day(request.merged_at.date())}" if heads else ""
    return f"opened by {account(request.author)}{wrote}{approved}; {merged}"


def account(login: str) -> str:
    """A login; GitHub names none for an account that was deleted."""
    return login or "a deleted account"


def approved_what(review: Review, request: PullRequest, *, heads: bool) -> str:
    """When a pull request was approved, and which state of it; follows the name."""
    commit = f" {review.commit[:10]}" if review.commit and heads else ""
    state = f" (final state{commit})" if heads else ""
    if review.commit != request.head:
        state = f" (an older state{commit})"
    is_shown = heads or review.at.date() != request.merged_at.date()
    on = f" on {wording.day(review.at.date())}" if is_shown else ""
    late = " after the merge" if review.at > request.merged_at else ""
    return f"{on}{late}{state}"


def remedy(entry: RegisterEntry | None, *, without_github: bool = False) -> str:
    """What makes the approval count of an entry in force that is only named; empty for any other."""
    if entry is None or entry.state not in IN_FORCE or entry.approval.recorded:
        return ""
    found, decision = entry.approval, entry.decision
    approvable = decision.approvable
    if approvable is None or found.reason is Reason.UNCOMMITTED:
        return ""
    key = f"{'accepted' if decision.accepted else 'covered'}.approval"
    if found.reason is Reason.NOT_ASKED:
        return "The next run of the workflow snapshot asks GitHub who approved it; or run `backlog approvals`."
    if found.filed and found.stated:
        where = "commit" if without_github else "pull request"
        return (
            f"The record is on file now. To make it count, name it again in a {where} that changes `{key}`, such "
            f"as `record: {found.stated.record}#approval`."
        )
    if without_github:
        return (
            "To make it count: file the record of its approval, such as minutes below `docs/reviews/`, and name it in "
            f"the decision: `{key}` with `by`, `on` and `record`."
        )
    roles = ", once `roles` in backlog.yml lists a login for it" if found.reason is Reason.UNLISTED else ""
    return (
        f"To make it count: {approvable.approver} approves the next renewal in its pull request, before the "
        f"merge{roles}. Or file the record of an approval elsewhere, such as minutes below `docs/reviews/`, and name "
        f"it in the decision: `{key}` with `by`, `on` and `record`."
    )


def stated_in(month: str, facts: Facts) -> list[RegisterEntry]:
    """The present acceptances and exemptions that name the minutes of a month as the record of their approval."""
    stated = [(entry, entry.approval.stated) for entry in (*facts.register, *facts.covered)]
    return [entry for entry, said in stated if said and path_of(said.record) == f"{REVIEWS}/{month}.md"]


def regressions(status: Status, facts: Facts, since: date = date.min) -> list[str]:
    """The days on which it was no longer measured in full, each with the day on which it was restored.

    Regressions before `since` are left out.
    """
    found: list[str] = []
    line = facts.history.timelines.get(status.id)
    previous: Observation | None = None
    for day, observation in line.changes() if line else ():
        if day > facts.as_of:
            break
        if day >= since and previous and previous.observed_in_full and observation and not observation.in_full:
            found.append(change_day(facts, day))
        elif found and observation and observation.observed_in_full and "restored" not in found[-1]:
            found[-1] += f", restored {change_day(facts, day)}"
        previous = observation
    return found


def points_given(observation: Observation | None) -> str:
    """The amount, and that Microsoft did not verify it where that is so."""
    unverified = ", self-attested, not verified by Microsoft" if observation and observation.claimed else ""
    return amount(observation) + unverified


def amount(observation: Observation | None) -> str:
    """Points of the maximum: `3 of 5 points`; says what is unknown or not measured."""
    if observation is None:
        return "not measured"
    if observation.maximum is None:
        return f"{wording.point_count(observation.points)}, maximum unknown"
    return f"{wording.points(observation.points)} of {wording.point_count(observation.maximum)}"
