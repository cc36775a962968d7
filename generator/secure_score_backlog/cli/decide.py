# SPDX-License-Identifier: Apache-2.0
"""`backlog decide`: make decisions, by questions at a terminal or by options, or write their drafts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from secure_score_backlog import wording
from secure_score_backlog.cli import options, output
from secure_score_backlog.cli.answer_options import answer_options, given_answers, option_of
from secure_score_backlog.cli.interview import Interview, choose, confirmed
from secure_score_backlog.cli.many_decisions import (
    family_of,
    followers,
    from_portal,
    list_files,
    refuse_inherited,
    shared_with,
    waiting,
)
from secure_score_backlog.cli.new_decisions import UNAPPROVED, Maker, NewDecision, open_words, say_next
from secure_score_backlog.cli.signals import Stopped
from secure_score_backlog.decisions.answers import Answers
from secure_score_backlog.decisions.completing import Existing
from secure_score_backlog.decisions.issue_form import discussion, read_body
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.github.address import find_address
from secure_score_backlog.github.client import connect
from secure_score_backlog.github.issues import read_issue
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import shell_quoted, shown
from secure_score_backlog.workspace import load

GITHUB = "https://github.com/"


@click.command()
@click.argument("identifiers", metavar="[ID|TITLE]...", nargs=-1)
@options.root
@click.option("--bucket", type=click.Choice([bucket.value for bucket in Bucket]), help="The decision type.")
@answer_options
@click.option("--draft", is_flag=True, help="Write drafts, also where everything required is answered.")
@click.option(
    "--change",
    is_flag=True,
    help="Replace what the file says already by the answers of the options, also in a decision that is made.",
)
@click.option(
    "--family",
    metavar="PATTERN",
    help="Decide alike about all ids of a form, such as 'mdo_*', that have no decision: one in full, the others with "
    "same_as. Name the one in full, also one that is decided already; default: the one with the highest risk.",
)
@click.option(
    "--from-portal",
    is_flag=True,
    help="Write a draft for everything undecided that has a status in Microsoft's portal: planned, risk accepted, "
    "resolved through third party or alternate mitigation.",
)
@click.option(
    "--issue",
    type=click.IntRange(1, 2**31),
    metavar="N",
    help="Write the draft that an issue asks for, whose author used the form to accept a risk. Asks GitHub: "
    "GITHUB_REPOSITORY or --repository, GITHUB_TOKEN or GH_TOKEN, GITHUB_API_URL.",
)
@click.option("--repository", metavar="OWNER/NAME", help="The repository of --issue, instead of GITHUB_REPOSITORY.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@options.no_input
def command(root: Path, **given: Any) -> int:
    """Make a decision and write decisions/ID.md, or complete the draft that is there.

    A draft keeps its text, its comments and what it answers; what it lacks is asked, or taken from the options. A
    decision that is made, and an answer that is given, stay as they are unless --change says otherwise.

    Name a recommendation by its id, or in quotes by its title or words of it that fit no other.

    At a terminal the questions of the bucket are asked, each answer is checked at once, and the file is shown before it
    is written. Ctrl-C ends, and what is answered by then can be kept as a draft. With --no-input, and in scripts, the
    options answer: with everything that the bucket requires (do-soon unless --bucket names another) the decision is
    finished, else it is a draft with the questions that are open. Answers are judged by the rules of `backlog check`.

    Prints the path of each new file. Either all are written or none.
    """
    today = options.now().date()
    maker = Maker.of(root, load(root, today=today), today)
    session = Session(maker, given, options.at_terminal(given["no_input"]))
    maker.say_faults()
    try:
        made = session.made()
        return session.finish(made)
    except (click.Abort, KeyboardInterrupt):
        output.say("")
        session.keep(ask=True)
        raise
    except Stopped:
        session.keep(ask=False)
        raise


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the command."""

    maker: Maker
    given: Mapping[str, Any]
    """The parameters of the command line."""
    asks: bool
    """A person can be asked."""
    interviews: list[Interview] = field(default_factory=list)
    """Every one that was begun."""

    @property
    def bucket(self) -> Bucket:
        """The bucket that is named, or the default of scripts."""
        return Bucket(self.given["bucket"] or Bucket.DO_SOON)

    def made(self) -> list[NewDecision]:
        """The files that the command line asks for; nothing is written."""
        modes = [name for name in ("from_portal", "family", "issue") if self.given[name]]
        if len(modes) > 1:
            names = " and ".join(f"--{name.replace('_', '-')}" for name in modes)
            raise WrongUsage(f"{names} do not go together.", hint="Use one of them, and then the other.")
        if self.given["change"] and modes:
            other = modes[0].replace("_", "-")
            raise WrongUsage("--change is about one decision.", hint=f"Name it, and leave --{other} out.")
        if self.given["from_portal"]:
            return self.portal_drafts()
        if self.given["family"]:
            return self.family(self.given["family"])
        if self.given["issue"]:
            return [self.from_issue(self.given["issue"])]
        ids = self.identifiers()
        files = {identifier: self.maker.existing(identifier, change=self.given["change"]) for identifier in ids}
        return [self.completed(each, file) if file else self.decided(each) for each, file in files.items()]

    def identifiers(self) -> list[str]:
        """The recommendations that are named; at a terminal one is chosen where none is.

        Raises:
            WrongUsage: none is named, and nobody can be asked.
        """
        typed = self.given["identifiers"]
        if typed:
            found = (self.maker.resolved(each, self.choose(each) if self.asks else None) for each in typed)
            return list(dict.fromkeys(found))
        next_ones = [status.id for status in waiting(self.maker)] if self.asks else []
        if not next_ones:
            raise WrongUsage(
                "No recommendation is named, and none waits for a decision." if self.asks else "Name a recommendation.",
                hint="Name it by its id, or in quotes by words of its title. `backlog triage` lists what waits.",
            )
        return [choose(self.maker, next_ones, "Which recommendation? These wait for a decision, highest risk first:")]

    def choose(self, typed: str) -> Any:
        """Asks which of several recommendations is meant."""
        return lambda ids: choose(self.maker, ids, f"{len(ids)} recommendations have these words in their titles:")

    def decided(self, identifier: str) -> NewDecision:
        """The file of one decision: from the options alone where they are complete, else from questions too."""
        bucket = self.given["bucket"]
        answers = given_answers(self.given, self.bucket) if bucket or not self.asks else {}
        new = self.maker.make(identifier, self.bucket, answers, draft=self.given["draft"])
        if not self.asks or (bucket and not new.open):
            return new
        interview = Interview(
            self.maker,
            self.maker.status(identifier),
            lambda chosen: given_answers(self.given, chosen),
            Bucket(bucket) if bucket else None,
        )
        return self.held(interview)

    def held(self, interview: Interview) -> NewDecision:
        """The file of an interview, which is remembered in case it is broken off."""
        self.interviews.append(interview)
        return interview.hold(draft=self.given["draft"])

    def keep(self, *, ask: bool) -> None:
        """Keep what a person answered before the end as drafts, unless they say no; a second Ctrl-C is no answer."""
        answers = sum(each.typed for each in self.interviews)
        begun = [each.made(draft=True) for each in self.interviews if each.typed]
        if not begun or self.given["dry_run"]:
            output.say("Nothing was written.")
            return
        words = f"{wording.plural(answers, 'answer')} as {'a draft' if len(begun) == 1 else 'drafts'}"
        with suppress(click.Abort, KeyboardInterrupt):
            if ask and not output.confirm(f"Keep {words}?", default=True):
                output.say("Nothing was written.")
                return
        self.maker.write(begun)
        names = " ".join(shell_quoted(each.identifier) for each in begun)
        output.say(f"Kept {words}. `backlog decide {names}` goes on with what is left.")

    def completed(self, identifier: str, existing: Existing) -> NewDecision:
        """The file of a draft with what it lacks, or of a decision with what changes.

        Raises:
            WrongUsage: an option contradicts what the file says, or nothing is named that changes.
        """
        if self.given["bucket"] not in (None, existing.bucket.value):
            raise WrongUsage(
                f"{existing.path} is of bucket {existing.bucket}.",
                where="--bucket",
                hint="Leave the option out. For another bucket, change `bucket` in the file, or delete the file and "
                "begin again.",
            )
        answers = given_answers(self.given, existing.bucket)
        other = [place for place, value in answers.items() if existing.answers.get(place, value) != value]
        if other and not self.given["change"]:
            raise WrongUsage(
                f"{existing.path} answers this already: {shown(existing.answers[other[0]])}.",
                where=option_of(other[0]),
                hint="Leave the option out, or add --change to replace the answer.",
            )
        if not existing.draft and (self.given["draft"] or not answers):
            raise WrongUsage(
                f"{existing.path} is a decision that is made"
                + (", and is not made a draft again." if self.given["draft"] else ", and no option says what changes."),
                where="--draft" if self.given["draft"] else "--change",
                hint="Name what changes by an option, such as --owner or --until; `backlog decide --help` lists all.",
            )
        known = {**existing.answers, **answers}
        draft = self.given["draft"]
        new = self.maker.make(identifier, existing.bucket, known, draft=draft, existing=existing)
        if not (self.asks and existing.draft and (new.open or not answers)):
            return self.kept_draft(new)
        asked: set[Place] = {(name,) for name in existing.listed}
        interview = Interview(
            self.maker,
            self.maker.status(identifier),
            lambda _: known,
            existing.bucket,
            asked=asked,
            existing=existing,
        )
        return self.kept_draft(self.held(interview))

    def kept_draft(self, new: NewDecision) -> NewDecision:
        """A draft that has a mistake of its own stays one, so that no answer is lost; the mistake is said."""
        if new.scaffold.draft or new.existing is None or not new.existing.draft:
            return new
        draft = replace(new, scaffold=replace(new.scaffold, draft=True))
        ours = {(each.code, each.message) for each in self.maker.problems(draft)}
        own = [each for _, each in self.maker.wrong_places(new) if (each.code, each.message) not in ours]
        if not own:
            return new
        output.say(f"{new.identifier}: It stays a draft. {own[0].message} {own[0].hint}")
        return draft

    def family(self, pattern: str) -> list[NewDecision]:
        """One decision in full and the others of a family with `same_as`."""
        found = family_of(self.maker, pattern)
        if len(self.given["identifiers"]) > 1:
            raise WrongUsage(
                "Several recommendations are named beside --family.",
                hint="Name the one whose decision is written in full; the form of the ids names the others.",
            )
        leader = self.identifiers()[0] if self.given["identifiers"] else found[0].id
        decision = shared_with(self.maker, leader)
        if decision is None:
            first = self.decided(leader)
            bucket, answers, draft = first.scaffold.bucket, first.scaffold.answers, first.scaffold.draft
            return [first, *followers(self.maker, found, leader, bucket, answers, draft=draft)]
        answers = self.answers_beside(leader, decision.bucket)
        shared = {("owner",): decision.owner, **dates_of(decision), **answers}
        return followers(self.maker, found, leader, decision.bucket, shared, draft=self.given["draft"])

    def answers_beside(self, leader: str, bucket: Bucket) -> Answers:
        """What is answered beside a decision that exists already."""
        if self.given["bucket"] not in (None, bucket.value):
            raise WrongUsage(
                f"The decision about {leader} is of bucket {bucket}, so the others are too.",
                where="--bucket",
                hint="Leave the option out, or name another recommendation.",
            )
        answers = given_answers(self.given, bucket)
        refuse_inherited(answers, leader, option_of)
        return answers

    def portal_drafts(self) -> list[NewDecision]:
        """A draft for what the portal says."""
        wanted = self.identifiers() if self.given["identifiers"] else []
        made, counts = from_portal(self.maker, wanted, lambda bucket: given_answers(self.given, bucket))
        for words, number in sorted(counts.items()):
            output.say(f"{number:>5}  {words}")
        return made

    def from_issue(self, number: int) -> NewDecision:
        """The draft that an issue asks for; what the options say goes before what the issue says."""
        if self.given["bucket"] not in (None, Bucket.ACCEPT.value):
            raise WrongUsage(
                "The form of an issue asks to accept a risk.",
                where="--bucket",
                hint="Leave the option out, or decide without --issue.",
            )
        found = read_issue(connect(find_address(os.environ, self.repository)), number)
        said = read_body(found.body)
        typed = list(self.given["identifiers"]) or [each for each in (said.recommendation,) if each]
        if len(typed) != 1:
            raise WrongUsage(
                f"Issue #{number} names no recommendation, so the form to accept a risk was not used."
                if not typed
                else "An issue is about one recommendation, and several are named.",
                where=f"issue #{number}",
                hint=f"Name one: backlog decide ID --issue {number}.",
            )
        identifier = self.maker.resolved(typed[0], self.choose(typed[0]) if self.asks else None)
        self.maker.refuse_decided(identifier)
        for label in said.left_out:
            output.say(f"Issue #{number}: the answer to {label!r} was left out: it is too long, or not printable.")
        answers = {**said.answers, **given_answers(self.given, Bucket.ACCEPT)}
        return self.without_wrong(identifier, answers, discussion(number, said.left_out))

    @property
    def repository(self) -> str | None:
        """The repository that is asked about an issue; None: the one of the environment.

        The settings may name it, but never the host: they come from a branch, and the token is sent there.
        """
        if self.given["repository"] or os.environ.get("GITHUB_REPOSITORY"):
            return str(self.given["repository"]) if self.given["repository"] else None
        url = self.maker.workspace.settings.repository.url
        return url.removeprefix(GITHUB) if url.startswith(GITHUB) else None

    def without_wrong(self, identifier: str, answers: Answers, body: str) -> NewDecision:
        """A draft without the answers that `check` would refuse; each of them is said, and stays open."""
        kept = dict(answers)
        while True:
            new = self.maker.make(identifier, Bucket.ACCEPT, kept, draft=True, body=body)
            wrong = self.maker.wrong_places(new)
            fault = next(((place, each) for place, each in wrong if place in kept), None)
            if fault is None:
                return new
            output.say(f"{identifier}: {fault[1].message} The answer was left out.")
            del kept[fault[0]]

    def finish(self, made: Sequence[NewDecision]) -> int:
        """Judge the files, show or list them, and write them."""
        if not made:
            output.say("Nothing to write: nothing undecided has a status in the portal that suggests a decision.")
            return 0
        for new in [each for each in made if each.changes_nothing]:
            left = f" {open_words(new)}" if new.scaffold.draft else ""
            output.say(f"{new.document.path}: nothing changes.{left}")
        made = [each for each in made if not each.changes_nothing]
        if not made:
            output.say("Nothing was written.")
            return 0
        self.maker.refuse_wrong(made, UNAPPROVED if self.interviews else ())
        for new in made if not self.asks else ():
            self.maker.say_licence(new.identifier)
        many = bool(self.given["family"] or self.given["from_portal"])
        if many:
            list_files(self.maker, made)
        if self.given["dry_run"]:
            self.show(made, many=many)
            output.say("Nothing was written.")
            return 0
        if self.asks and not confirmed(made, listed=many):
            output.say("Nothing was written.")
            return 0
        self.maker.write(made)
        say_next(self.maker, made)
        return 0

    def show(self, made: Sequence[NewDecision], *, many: bool) -> None:
        """Print the files that would be written; of many, the list is enough."""
        for new in made if not many else ():
            output.product(new.document.content.decode("utf-8").rstrip("\n"))


def dates_of(decision: Any) -> Answers:
    """The dates of a decision that exists already: those of its family begin with the same ones."""
    if decision.due is not None:
        return {("due",): decision.due}
    group = "accepted" if decision.accepted else "covered"
    return {(group, "until"): decision.until} if decision.until else {}
