# SPDX-License-Identifier: Apache-2.0
"""Files of new decisions: made from answers, judged by the rules of `check`, and written all or none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from secure_score_backlog.cli import output
from secure_score_backlog.cli.answer_options import option_of
from secure_score_backlog.decisions.answers import (
    Answers,
    Written,
    answered,
    place_of,
    problems_with,
    still_open,
)
from secure_score_backlog.decisions.checks import CheckContext, identifier_of
from secure_score_backlog.decisions.completing import Existing, complete
from secure_score_backlog.decisions.front_matter import FrontMatter, parse
from secure_score_backlog.decisions.lookup import Choose, resolve_id
from secure_score_backlog.decisions.model import Bucket, DecisionVersion
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.scaffold import Scaffold, share_today
from secure_score_backlog.decisions.store import DECISIONS, create_decisions, taken, write_decisions
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.evaluation.facts import Facts, check_context, evaluate
from secure_score_backlog.evaluation.licences import Licence, licence_of
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.files import Document, is_file, read_file
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.snapshots.service_names import title_of
from secure_score_backlog.strict_yaml import LARGEST_FILE, Place
from secure_score_backlog.text import shell_quoted
from secure_score_backlog.wording import licence_words
from secure_score_backlog.workspace import Workspace

MOST_NAMED = 10
"""Drafts of which it is said what they leave open."""
RECORD_MISSING = "decision-record-missing"
"""What is said last: the record is often written after the decision."""
OF_COMMITS = frozenset({"decision-approval-later"})
"""Codes of problems that only the commit of a decision can have: the file has none yet."""
UNAPPROVED = frozenset({"decision-approver-unlisted", "decision-critical-approver"})
"""Codes of problems that a record of an approval settles, which a draft may wait for."""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """One file that is not written yet."""

    scaffold: Scaffold
    open: tuple[Place, ...]
    """Required keys without an answer; empty where the decision could be finished."""
    existing: Existing | None = None
    """The file that is completed or changed; None for a new one."""

    @property
    def document(self) -> Document:
        """The file: a new one, or the existing one with the answers in it."""
        if self.existing is None:
            return self.scaffold.document()
        content = complete(self.existing, self.scaffold.answers, finished=not self.scaffold.draft)
        return Document(self.existing.path, content)

    @property
    def source(self) -> FrontMatter:
        """The file as it would be read."""
        document = self.document
        return parse(document.content, document.path)

    @property
    def changes_nothing(self) -> bool:
        """The file exists and would stay as it is."""
        return self.existing is not None and self.document.content == self.existing.content

    @property
    def identifier(self) -> str:
        """The recommendation."""
        return self.scaffold.recommendation.id


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes files for the decisions of one backlog, as known today."""

    root: Path
    workspace: Workspace
    today: date
    context: CheckContext
    others: tuple[Written, ...]
    """The decisions in force and the drafts, each with its file."""
    facts: Facts
    """As of the newest day."""
    paths: Mapping[str, DecisionVersion] = field(default_factory=dict)
    """The newest version of each file that decides about a recommendation, by the recommendation's id."""

    @staticmethod
    def of(root: Path, workspace: Workspace, today: date) -> Maker:
        """Everything that files of new decisions are made from."""
        settings, catalogue = workspace.settings_on(today), workspace.catalogue_on(today)
        newest = [versions[-1] for versions in workspace.decisions.versions.values() if versions[-1].source]
        found = {
            name: version
            for version in newest
            if version.source and (name := identifier_of(version.source, version.decision))
        }
        return Maker(
            root=root,
            workspace=workspace,
            today=today,
            context=replace(
                check_context(workspace, today, settings, catalogue), has_file=lambda path: is_file(root, path)
            ),
            others=tuple((version.source, version.decision) for version in newest if version.source),
            facts=evaluate(workspace, workspace.newest_day),
            paths=found,
        )

    def resolved(self, typed: str, choose: Choose | None = None) -> str:
        """The id that a person means by an id, a title or words of it."""
        history, catalogue = self.workspace.history, self.workspace.catalogue.recommendations
        scored = history.scored(history.days[-1].day) if history.days else {}
        titles = {name: title_of(known) for name, known in catalogue.items() if known.in_catalogue}
        found = resolve_id(typed, catalogue, scored, history.timelines, titles, choose)
        if found.note:
            output.say(f"Note: {found.note}.")
        return found.identifier

    def refuse_decided(self, identifier: str) -> None:
        """CannotProceed where there is a decision about it, under whatever file name."""
        if identifier in self.paths:
            raise taken(self.paths[identifier].version.path)

    def existing(self, identifier: str, *, change: bool) -> Existing | None:
        """The file that is to be completed or, with `change`, changed; None where there is none yet.

        Raises:
            CannotProceed: there is a decision that is made, or a file with errors.
        """
        version = self.paths.get(identifier)
        if version is None:
            return None
        decision, source = version.decision, version.source
        if decision is None or source is None:
            raise CannotProceed(
                "There is a file about this already, and it has errors; nothing was written.",
                where=version.version.path,
                hint="Run `backlog check`, which says what is wrong in it and what to do.",
            )
        if not (decision.draft or change):
            raise taken(version.version.path)
        content = read_file(self.root, source.path, LARGEST_FILE)
        return Existing.of(parse(content, source.path), content, decision.bucket, draft=decision.draft)

    def status(self, identifier: str) -> Status:
        """What is known of a recommendation on the newest day; of an unknown one, nothing."""
        known = self.facts.statuses.get(identifier)
        return known or Status(self.workspace.catalogue.get(identifier), State.NOT_MEASURED, None)

    def make(
        self,
        identifier: str,
        bucket: Bucket,
        answers: Answers,
        *,
        draft: bool = False,
        body: str = "",
        existing: Existing | None = None,
    ) -> NewDecision:
        """The file of one decision: finished where everything required is answered, else a draft.

        Args:
            identifier: The recommendation.
            bucket: The decision type.
            answers: What is known.
            draft: Make it a draft in any case.
            body: The discussion.
            existing: The file that is completed or changed, instead of a new one.
        """
        days = self.workspace.history.days
        newest = days[-1].day if days else None
        seen = self.workspace.history.scored(newest).get(identifier) if newest else None
        known = dict(answers)
        is_made = existing is not None and not existing.draft
        if bucket is Bucket.ACCEPT and not is_made and (share := share_today(seen)) is not None:
            known.setdefault(("accepted", "share"), share)
        needed = self.licence(identifier)
        scaffold = Scaffold(
            recommendation=self.workspace.catalogue.get(identifier),
            bucket=bucket,
            today=self.today,
            acceptance_months=self.workspace.settings.acceptance_months,
            answers=known,
            roles=self.workspace.settings.roles_with_logins,
            draft=False,
            observation=seen,
            measured=newest,
            licence=licence_words(needed.needs, needed.has, needed.also, needed.note) if needed.needs else "",
            body=body,
        )
        left = tuple(still_open(NewDecision(scaffold, (), existing).document))
        return NewDecision(replace(scaffold, draft=draft or bool(left)), left, existing)

    def licence(self, identifier: str) -> Licence:
        """The licence that a recommendation needs, and whether the tenant had it on the newest snapshot's day."""
        days = self.workspace.history.days
        return licence_of(identifier, self.workspace.licences, days[-1].services if days else frozenset())

    def problems(self, new: NewDecision, beside: Sequence[Written] = ()) -> list[Problem]:
        """What is wrong with the answers of one file; `beside`: files that are written with it, or itself.

        What a draft says already is not held against the answers that are added to it while it stays a draft.
        """
        document = new.document
        others = [other for other in (*self.others, *beside) if other[0].path != document.path]
        context = self.judging(new)

        def found(each: Document) -> list[Problem]:
            told = problems_with(each, context, others, draft=new.scaffold.draft)
            return [found for found in told if found.code not in OF_COMMITS]

        problems = found(document)
        if new.existing is None or not new.scaffold.draft:
            return problems
        before = {(each.code, each.message) for each in found(Document(new.existing.path, new.existing.content))}
        return [each for each in problems if (each.code, each.message) not in before]

    def judging(self, new: NewDecision) -> CheckContext:
        """What a file is judged against: with another answer than the committed one, it is made today."""
        committed = self.paths.get(new.identifier)
        before = committed.decision if committed else None
        decision = read(new)[1] if before else None
        if before is None or decision is None or decision.answer == before.answer:
            return self.context
        decided = {name: day for name, day in self.context.decided.items() if name != new.identifier}
        return replace(self.context, decided=decided)

    def wrong_places(self, new: NewDecision) -> list[tuple[Place, Problem]]:
        """The places of the answers that `check` would refuse, each with its problem."""
        source = new.source
        errors = [each for each in self.problems(new) if each.severity is Severity.ERROR]
        return [(answered(place_of(each.line, source)), each) for each in errors]

    def refuse_wrong(self, made: Sequence[NewDecision], told: Collection[str] = ()) -> None:
        """WrongUsage for the first answer that `check` would refuse; warnings are said, but for codes told before."""
        written = [read(new) for new in made]
        for new, (source, _) in zip(made, written, strict=True):
            found = self.problems(new, written)
            for each in found:
                if each.severity is Severity.ERROR and not (new.scaffold.draft and each.code in UNAPPROVED):
                    raise WrongUsage(
                        f"{new.identifier}: {each.message}",
                        where=option_of(place_of(each.line, source)),
                        hint=each.hint,
                    )
            for each in found:
                if each.code != RECORD_MISSING and each.code not in told:
                    output.say(f"{new.identifier}: {each.message} {each.hint}")

    def write(self, made: Sequence[NewDecision]) -> None:
        """Write all files, or none where one of the new ones exists, and print their paths."""
        documents = [new.document for new in made]
        before = {new.existing.path: new.existing.content for new in made if new.existing}
        if before:
            write_decisions(self.root, documents, before)
        else:
            create_decisions(self.root, documents)
        for document in documents:
            output.product(document.path)

    def say_faults(self) -> None:
        """Tell the person what is wrong with the data that decisions are made from."""
        for fault in self.workspace.problems:
            if not fault.path.startswith(f"{DECISIONS}/"):
                output.say(f"{fault.path}: {fault.message}")

    def say_licence(self, identifier: str) -> None:
        """Tell the person about a licence that the tenant does not have; a draft says the same."""
        needed = self.licence(identifier)
        if needed.has is False:
            output.say(f"{identifier}: {licence_words(needed.needs, needed.has)}")


def read(new: NewDecision) -> Written:
    """A file that is not written yet, as one that is."""
    source = new.source
    return source, read_decision(source)[0]


def say_next(maker: Maker, made: Sequence[NewDecision]) -> None:
    """What a person does with the new files."""
    without_github = maker.workspace.approvals.without_github
    propose = "commit them" if without_github else "open a pull request"
    if without_github and len(made) == 1:
        propose = "commit it"
    drafts = [new for new in made if new.scaffold.draft]
    for new in drafts[:MOST_NAMED]:
        output.say(f"{new.identifier}: {open_words(new)}{f' {approval_later(new)}' if waits(new) else ''}")
    for new in [each for each in made if not each.scaffold.draft][:MOST_NAMED]:
        for remark in read_decision(new.source)[1]:
            if remark.code == "decision-unanswered":
                output.say(f"{new.identifier}: {remark.message}")
    for new in made[:MOST_NAMED]:
        for missing in [each for each in maker.problems(new) if each.code == RECORD_MISSING]:
            output.say(f"{new.identifier}: {missing.message} {missing.hint}")
    drafts = [new for new in drafts if not waits(new)]
    if not drafts:
        output.say(f"Run `backlog check`, and {propose}.")
        return
    each = "" if len(drafts) == 1 else " of each"
    output.say(f"Answer the questions{each}, delete the line `draft: true`, run `backlog check`, and {propose}.")


def waits(new: NewDecision) -> bool:
    """Nothing but the approval is open."""
    return bool(new.open) and all(place[-1] == "approval" for place in new.open)


def later(identifier: str, approver: str) -> str:
    """How an approval is recorded once it is given."""
    return (
        f"Once it is approved: `backlog decide {shell_quoted(identifier)} --no-input --change --approval-by "
        f"{shell_quoted(approver)} --approval-on YYYY-MM-DD --approval-record RECORD`, where RECORD is a file such as "
        "docs/reviews/YYYY-MM.md, or a link."
    )


def approval_later(new: NewDecision) -> str:
    """The same for one file."""
    approver = next((value for place, value in new.scaffold.answers.items() if place[-1] == "approver"), "")
    return later(new.identifier, str(approver))


def open_words(new: NewDecision) -> str:
    """That it is a draft, and what it leaves open."""
    names = ", ".join(".".join(map(str, place)) for place in new.open)
    return f"This is a draft. Still open: {names}." if names else "This is a draft. Nothing required is open."
