# SPDX-License-Identifier: Apache-2.0
"""Files for many recommendations at once: a family that shares one answer, and drafts from the portal's statuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from secure_score_backlog.cli import output
from secure_score_backlog.cli.new_decisions import Maker, NewDecision
from secure_score_backlog.decisions.answers import Answers, inheritable_places
from secure_score_backlog.decisions.model import Bucket, Decision
from secure_score_backlog.decisions.portal import WORDS, draft_of
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.evaluation.status import NO_DECISION_IN_FORCE, Status
from secure_score_backlog.snapshots.service_names import title_of
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import shortened, shown
from secure_score_backlog.wording import plural

LISTED = 200
"""Files that are listed before they are written."""


def waiting(maker: Maker) -> list[Status]:
    """What is open, needs a decision and has no file yet: the highest risk first, the unrated last."""
    ordered = (*maker.facts.ranked, *maker.facts.unrated)
    return [each for each in ordered if each.state in NO_DECISION_IN_FORCE and each.id not in maker.paths]


def family_of(maker: Maker, pattern: str) -> list[Status]:
    """The recommendations that wait for a decision whose ids have a form (docs/method.md#families).

    Raises:
        WrongUsage: there are none; the message says what became of those with such an id.
    """
    alike = [each for each in maker.facts.statuses.values() if fnmatchcase(each.id.casefold(), pattern.casefold())]
    if not alike:
        raise WrongUsage(
            f"No recommendation has an id of the form {shown(pattern)}.",
            where="--family",
            hint="Write the beginning of the ids and a *, in quotes, such as 'mdo_*'. The ids are in "
            "snapshots/catalogue.json and on the board.",
        )
    found = [each for each in waiting(maker) if each in alike]
    decided = sum(1 for each in alike if each.id in maker.paths)
    rest = len(alike) - len(found) - decided
    said = f"{plural(decided, 'has', 'have')} a file already" if decided else ""
    other = f"{plural(rest, 'is', 'are')} done, not measured or retired" if rest else ""
    left_out = " and ".join(part for part in (said, other) if part)
    if not found:
        raise WrongUsage(
            f"Nothing of the form {shown(pattern)} waits for a decision: of {plural(len(alike), 'recommendation')}, "
            f"{left_out}.",
            where="--family",
            hint="See what waits for one with `backlog triage --all`.",
        )
    if left_out:
        output.say(f"Of {plural(len(alike), 'recommendation')} of the form {shown(pattern)}, {left_out}.")
    return found


def shared_with(maker: Maker, named: str) -> Decision | None:
    """The finished decision about a recommendation, whose answers others can share; None where there is no file.

    Raises:
        WrongUsage: the file is a draft, or has errors.
    """
    version = maker.paths.get(named)
    if version is None:
        return None
    if version.decision is None or version.decision.draft:
        what = "has errors" if version.decision is None else "is a draft"
        raise WrongUsage(
            f"The decision about {shown(named)} {what}, so others cannot share its answers.",
            where=version.version.path,
            hint="Finish it first, run `backlog check`, and repeat the command.",
        )
    return version.decision


def followers(
    maker: Maker, family: Iterable[Status], leader: str, bucket: Bucket, answers: Answers, *, draft: bool
) -> list[NewDecision]:
    """The files of the others: each with its own risk, owner and dates, the reason and the answers from the leader.

    Args:
        maker: What they are made from.
        family: The recommendations, with or without the leader.
        leader: The recommendation whose decision gives the answers.
        bucket: Its decision type.
        answers: What was answered for the leader.
        draft: It is a draft, so theirs are drafts too.
    """
    inherited = inheritable_places()
    own = {place: value for place, value in answers.items() if place not in inherited and place[0] in OWN}
    own.pop(("accepted", "share"), None)
    made = []
    for status in family:
        if status.id != leader:
            shared: Answers = {**rated(status), **own, ("same_as",): leader}
            made.append(maker.make(status.id, bucket, shared, draft=draft))
    return made


def rated(status: Status) -> Answers:
    """The risk level that is known of a recommendation, as the answer to begin with."""
    return {("risk",): status.level.value} if status.level else {}


OWN = frozenset({"risk", "owner", "due", "accepted", "covered"})
"""What each decision of a family says for itself, as far as it is not inherited."""


def refuse_inherited(answers: Answers, leader: str, option_of: Callable[[Place], str]) -> None:
    """WrongUsage for an answer that comes from a decision that exists already."""
    for place in answers:
        if place in inheritable_places():
            raise WrongUsage(
                f"The reason and the answers come from the decision about {shown(leader)}, which exists already.",
                where=option_of(place),
                hint=f"Leave the option out. To change the answer, change decisions/{leader}.md.",
            )


def from_portal(
    maker: Maker, wanted: Sequence[str], answers_for: Callable[[Bucket], Answers]
) -> tuple[list[NewDecision], Mapping[str, int]]:
    """A draft for everything that waits for a decision and has a status in the portal that suggests one.

    Args:
        maker: What the drafts are made from.
        wanted: The recommendations; empty for all.
        answers_for: What was answered for all of a bucket.

    Returns:
        The drafts, and how many came from each status.
    """
    made, counts = [], Counter[str]()
    for status in waiting(maker):
        if wanted and status.id not in wanted:
            continue
        state = status.observation.portal if status.observation else None
        found = draft_of(state, status.portal_since, status.recommendation.updates)
        if found is None:
            continue
        answers: Answers = {**rated(status), **found.answers, **answers_for(found.bucket)}
        made.append(maker.make(status.id, found.bucket, answers, draft=True, body=found.body))
        counts[f"{WORDS[str(state).strip().lower()]} → {found.bucket}"] += 1
    return made, counts


def list_files(maker: Maker, made: Sequence[NewDecision]) -> None:
    """Say which files would be written, one line each."""
    output.say(f"To be written: {plural(len(made), 'file')}.")
    for new in made[:LISTED]:
        title = shortened(title_of(maker.workspace.catalogue.get(new.identifier)))
        shares = new.scaffold.answers.get(("same_as",))
        words = [str(new.scaffold.bucket), *(["draft"] if new.scaffold.draft else [])]
        words += [f"same as {shares}"] if shares else []
        output.say(f"  {new.document.path}  {title} ({', '.join(words)})")
    if len(made) > LISTED:
        output.say(f"  and {len(made) - LISTED} more")
