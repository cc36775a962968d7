# SPDX-License-Identifier: Apache-2.0
"""Problems in the data, and the one registry of the rules that find them.

A problem is a value that is collected and shown, never raised. It is made by `problem(code, ...)` alone, and every
code is a rule of `RULES`: severity, subject and meaning are given there once, for all commands and for the guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from secure_score_backlog.text import escaped

NOTHING = re.compile("Nothing has to be done(?! if )")
"""How a hint begins where nobody is needed."""


class Severity(StrEnum):
    """How much a problem weighs: an error makes `check` fail, a warning only with `--strict`."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file: what, where, and what to do next."""

    path: str
    """File relative to the root, with forward slashes; what does not show in its name is escaped (`\\n`)."""
    line: int | None
    """Line from 1; None where the problem is the whole file."""
    code: str
    """Stable name of the rule, such as `decision-unknown-key`."""
    severity: Severity
    message: str
    hint: str

    @property
    def order(self) -> tuple[str, int, str, str]:
        """The key by which problems are listed: place first, then rule."""
        return (self.path, self.line or 0, self.code, self.message)

    @property
    def needs_nobody(self) -> bool:
        """Whether its hint says that nothing has to be done, whatever the day."""
        return NOTHING.match(self.hint) is not None

    def as_json(self) -> dict[str, Any]:
        """The problem as every command prints it."""
        return asdict(self)


TELL = "else tell whoever maintains this repository."
"""To a reader who did not make the change that a problem is about."""
IF_CHANGED = f"If your pull request or commit changes this file, take that change out of it; {TELL}"
IF_ADDED = f"If your pull request or commit adds this file, take it out again; {TELL}"


def take_out(command: str) -> str:
    """What to do about a file that a change should not touch: first in a browser, then by a command of Git."""
    return (
        "Take your change to this file out of your pull request or commit; if you cannot, ask whoever maintains this "
        f"repository. On your own machine: `{command}`."
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code means and how much it weighs."""

    code: str
    severity: Severity
    subject: str
    """Heading in the guide's list of rules."""
    meaning: str
    """One sentence."""


FILES = "Files and YAML"
DECISIONS = "One decision"
TOGETHER = "Decisions together, and with the catalogue"
TIME = "Time"
POLICY = "Policy (each rule weighs what the settings say)"
SETTINGS = "Settings"
LAYOUT = "Layout of the site"
QUESTIONS = "Questionnaires and own evidence"
SIGNED = "Signed months"
APPROVALS = "Approvals"
PACKS = "Packs"
BASE = "Compared with a base"
AUDIT = "Audit"
SNAPSHOTS = "Snapshots and catalogue"
IMPORT = "Import and collection"
RATINGS = "Risk ratings that come with the program (for contributors)"
LICENCES = "Licences that come with the program (for contributors)"

_MEANINGS: Mapping[tuple[str, Severity], Mapping[str, str]] = {
    (FILES, Severity.ERROR): {
        "file-encoding": "The file is not UTF-8 text.",
        "file-characters": "The file holds control characters that no editor shows.",
        "file-too-large": "A text is longer than its limit: 400000 bytes for a file, 65536 characters for "
        "front matter, 262144 characters for the settings, 100000 characters for a discussion or for minutes.",
        "file-refused": "A shortcut to another place (a symbolic link) or another special file instead of a file, or a "
        "name in `docs/` that no file of a site can have; it is not read.",
        "file-unreadable": "The file cannot be opened, or it is not an ordinary file.",
        "text-too-intricate": "A text is nested deeper, or has larger paragraphs or tables, than is read as Markdown.",
        "front-matter-missing": "The file does not begin with a line of three dashes and front matter.",
        "front-matter-not-closed": "The second line of three dashes is missing.",
        "yaml-syntax": "The file, or the text between the dashes, is not YAML.",
        "yaml-not-a-mapping": "There are no `key: value` lines where they were expected.",
        "yaml-duplicate-key": "A key is written twice, and only one of the two could count.",
        "yaml-alias": "A word begins with `&` or `*`, which to YAML repeats a text (anchor, alias); it is not read.",
        "yaml-tag": "A word begins with `!`, which to YAML changes what a value is (a tag); it is not read.",
        "yaml-key": "A key is not plain text.",
        "yaml-depth": "Lists and mappings are nested deeper, or are more, than the format needs.",
        "date-invalid": "A date does not exist, or is not written YYYY-MM-DD.",
        "date-with-time": "A date has a time of day; days are whole, and UTC.",
        "decisions-link": "A shortcut to another place (a symbolic link) as `decisions/` or in it; it is not read.",
    },
    (FILES, Severity.WARNING): {
        "decisions-odd-name": "A file in `decisions/` is not read, because its name is not `<id>.md`.",
        "yaml-comment": "A text ends before a `#` such as that of `#12`, which begins a comment.",
    },
    (DECISIONS, Severity.ERROR): {
        "decision-unknown-key": "A key is not part of the format.",
        "decision-missing-key": "A key that this bucket needs is missing or empty.",
        "decision-placeholder": "A placeholder such as TBD, n/a or x stands where this bucket needs an answer.",
        "decision-forbidden-key": "A key does not belong in this bucket.",
        "decision-wrong-type": "A value is of the wrong kind, such as a list where a text belongs.",
        "decision-wrong-value": "A value is not one of those that the key may have.",
        "decision-share": "`share` is no part of the points: a number from 0 to 1, or written like `6/10` or `60 %`.",
        "decision-bad-link": "A link is neither http, nor https, nor a path in this repository.",
        "decision-raw-html": "A text holds raw HTML; a decision is plain Markdown.",
        "decision-not-ready": "A do-now decision leaves one of the five questions unanswered.",
        "decision-file-name": "The file is not named after its `recommendation`, letter for letter.",
    },
    (DECISIONS, Severity.WARNING): {
        "decision-unanswered": "Some of the five questions are unanswered, which lowers readiness.",
        "decision-draft": "A draft counts as undecided.",
        "decision-approval-by": "An approval outside GitHub is by another role than the approver.",
        "decision-approval-later": "An approval outside GitHub is dated after the commit that brought it.",
        "decision-record-missing": "The record of an approval outside GitHub is a file that is not there.",
    },
    (TOGETHER, Severity.ERROR): {
        "decision-two-files": "Two files decide about one recommendation.",
        "decision-id-case": "The id differs from the catalogue's in upper and lower case.",
        "decision-copied-rationale": "A reason (`rationale`) is copied word for word, without `same_as`.",
        "decision-same-as-unknown": "`same_as` names a decision that does not exist.",
        "decision-same-as-circular": "`same_as` leads back to where it came from.",
        "decision-same-as-unusable": "`same_as` names a decision that lacks the answer, is a draft or has errors.",
        "decision-owner-unlisted": "The owner is not among the `owners` in the settings.",
    },
    (TOGETHER, Severity.WARNING): {
        "decision-made-id": "The id was made of a title, and the catalogue now lists Microsoft's id for it.",
        "decision-unknown-id": "Neither the catalogue nor any snapshot knows the id.",
        "decision-retired-id": "Microsoft has retired the recommendation.",
        "decision-not-in-catalogue": "The recommendation is scored, but the catalogue does not describe it.",
    },
    (TIME, Severity.ERROR): {
        "decision-until-too-far": "An acceptance or exemption runs longer than the settings allow.",
        "decision-ask-by": "A decision requested from others is needed before it was requested.",
        "decision-due-too-far": "A do-now decision is due later than 92 days after it was made.",
        "commit-in-future": "A commit is dated after today, so pages are as of that day.",
        "snapshot-in-future": "A stored snapshot is dated after today, so pages are as of that day.",
    },
    (TIME, Severity.WARNING): {
        "decision-expired": "An acceptance or exemption has expired.",
        "decision-overdue": "The due date of a planned change has passed.",
        "decision-ask-old": "A decision requested from others has been open for more than 90 days.",
        "decision-ask-late": "The day by which a decision was requested has passed.",
        "decision-date-ahead": "A day that belongs in the past is in the future.",
        "commit-time": "A commit has no time, or one outside of the years 1970 to 2199; it counts as made with the one "
        "before it.",
    },
    (POLICY, Severity.ERROR): {
        "decision-person": "A person stands where a role belongs: a name, an address or a login.",
        "decision-approver-is-owner": "The approver of an acceptance or exemption, or the role of an approval outside "
        "GitHub, is its owner.",
        "decision-critical-approver": "The approver of an accepted critical risk has no login under `roles`, and no "
        "approval outside GitHub is recorded.",
        "decision-past-date": "`until` or `due` had passed on the day of the decision.",
    },
    (POLICY, Severity.WARNING): {
        "decision-approver-unlisted": "The approver has no login under `roles`, and no approval outside GitHub "
        "is recorded.",
    },
    (SETTINGS, Severity.ERROR): {
        "settings-unknown-key": "An option is not part of the settings.",
        "settings-wrong-type": "An option's value is of the wrong kind.",
        "settings-wrong-value": "An option's value is not one of those it may have.",
        "settings-history": "`history.after` names no commit of the main branch, or was set while there were "
        "decisions, snapshots or minutes; the whole history is shown.",
        "settings-file-name": "Settings are in a file that is not called backlog.yml, and are not read.",
    },
    (SETTINGS, Severity.WARNING): {
        "settings-commented-profile": "A profile for readers outside is named in a comment only, so the site shows "
        "everything.",
        "settings-unknown-id": "The settings name a recommendation that the catalogue does not know.",
    },
    (LAYOUT, Severity.ERROR): {
        "site-unknown-key": "A key of mkdocs.yml is not among those that are read.",
        "site-wrong-value": "A value in mkdocs.yml is not one that its key may have.",
    },
    (QUESTIONS, Severity.ERROR): {
        "questionnaire-unknown-key": "A key is not part of the format of questionnaires.",
        "questionnaire-missing-key": "A key that a questionnaire or a question needs is missing, empty, or holds a "
        "placeholder such as TBD.",
        "questionnaire-wrong-type": "A value is of the wrong kind, such as a number where a text belongs.",
        "questionnaire-wrong-value": "A value is not one of those that the key may have, or there are too many "
        "questions.",
        "question-twice": "Two questions of a questionnaire have one id.",
        "question-unknown-topic": "A question names a topic that does not exist.",
        "question-unknown-same-as": "`same_as` names no shipped question.",
        "question-coverage": "The coverage that a question states does not fit the recommendations that it names.",
        "evidence-unknown-key": "A key is not part of the format of own evidence.",
        "evidence-missing-key": "A key that own evidence needs is missing, empty, or holds a placeholder such as TBD.",
        "evidence-wrong-type": "A value is of the wrong kind, such as a number where a text belongs.",
        "evidence-wrong-value": "A value is not one of those that the key may have.",
        "evidence-until": "Own evidence counts until before the day that it is about, or longer than an acceptance "
        "may.",
        "evidence-person": "A person stands where a role belongs: a name, an address or a login.",
        "evidence-unknown-question": "Own evidence names a question that no questionnaire has.",
        "evidence-file-missing": "Own evidence names a file that is not there, or is larger than 32 MB.",
    },
    (QUESTIONS, Severity.WARNING): {
        "questions-odd-name": "A file is not read as a questionnaire or as evidence, because of its name.",
        "question-unknown-id": "A question names a recommendation that neither Microsoft nor this program lists.",
        "evidence-expired": "The last day on which own evidence counts has passed.",
        "evidence-date-ahead": "The day that own evidence is about is in the future, so it does not count yet.",
        "evidence-file-changed": "A file was changed after the evidence that names it was written.",
    },
    (SIGNED, Severity.ERROR): {
        "review-signature": "A signed review is damaged, or was changed after it was signed; it does not count.",
    },
    (APPROVALS, Severity.ERROR): {
        "approvals-unreadable": "The file of recorded approvals is not what this program wrote.",
        "approvals-record": "A record of what GitHub said about a commit or a pull request cannot be used.",
        "approval-missing": "An acceptance of a critical risk is in force, GitHub was asked, and no approval counts.",
    },
    (PACKS, Severity.ERROR): {
        "packs-unreadable": "The file of recorded packs is not what this program wrote.",
        "packs-chain": "The recorded packs do not form a chain: one was taken out, put in or moved.",
    },
    (BASE, Severity.ERROR): {
        "extended-without-reason": "An acceptance or exemption is extended, and neither its reason nor its text says "
        "anything new.",
        "ask-dropped": "A decision requested from others is taken out, and nothing says what became of it.",
        "ask-reworded": "A decision requested from others has other words, and nothing says why.",
        "ask-since-moved": "A decision requested from others seems younger than it is.",
        "bot-commit": "A commit of an automated account changes decisions, minutes, signed months or settings.",
        "signed-month-changed": "A signed review is rewritten or removed; a warning where its minutes say more.",
        "snapshot-rewritten": "A stored day is changed or deleted in a way that is never allowed.",
        "catalogue-poorer": "The catalogue loses what it knew.",
        "approvals-changed": "A stored record of what GitHub said about a pull request is changed or removed.",
        "packs-changed": "A stored record of a pack is changed, removed or moved.",
    },
    (BASE, Severity.WARNING): {
        "approval-outdated": "What was approved outside GitHub changes, and the recorded approval stays as it was.",
        "decision-removed": "A decision is deleted, and nothing says why.",
        "decision-renamed": "A decision moves to another recommendation, where its history begins again.",
        "blocked-since-moved": "A blocked decision seems to wait for less time than it does.",
    },
    (AUDIT, Severity.ERROR): {
        "audit-direct": "A commit came to the main branch without a pull request.",
        "audit-merge": "A merge came to the main branch without a pull request.",
        "audit-claimed": "A commit's message names a pull request, and GitHub does not link the two.",
        "audit-not-asked": "GitHub was not asked about a commit, so it is unknown who approved it.",
        "audit-no-github": "No repository on GitHub is named, and no record on file speaks for a commit.",
        "audit-bot-paths": "The account that commits snapshots changed something other than snapshots.",
        "audit-bot-name": "A commit bears the name of the account that commits snapshots, which did not make it.",
        "audit-unapproved": "A pull request was merged without an approval.",
        "audit-own-approval": "The only approver of a pull request also wrote it.",
        "audit-late-approval": "A pull request was approved only after it was merged.",
        "audit-stale-approval": "A pull request was changed after it was approved.",
        "audit-unknown-approver": "A pull request was approved only by an account that GitHub does not name any more.",
        "audit-pushed": "The commits of a pull request were pushed to the main branch instead of merged on GitHub.",
        "audit-other-head": "A merge brought something other than the last version of its pull request.",
        "audit-other-base": "A commit of the main branch is of a pull request that was merged into another branch.",
        "audit-day-rewritten": "A stored day was changed in a way that is not allowed, or deleted.",
        "audit-record-rewritten": "A record of what GitHub said, or of a pack, was changed or deleted.",
    },
    (AUDIT, Severity.WARNING): {
        "audit-minutes": "Minutes or a signed month were added, and no later minutes name that commit.",
        "audit-empty": "A commit without an approved pull request changes no file.",
        "audit-days-missing": "Days have no snapshot.",
        "audit-days-partial": "Days have a partial snapshot, which holds a part of the recommendations.",
        "audit-owner-approver": "The owner of a decision in force is its approver too.",
        "audit-named-only": "An acceptance or exemption in force names an approver, and no approval counts.",
        "audit-misdated": "A commit is dated before one that it follows.",
    },
    (SNAPSHOTS, Severity.ERROR): {
        "snapshot-unreadable": "A file in `snapshots/` is not what this program wrote.",
    },
    (SNAPSHOTS, Severity.WARNING): {
        "snapshot-unreadable-number": "A number in a snapshot cannot be read; it counts as unknown.",
        "snapshot-undated": "A day came without a date that can be read, and was left out.",
        "snapshot-day-twice": "A day came more than once, each time different; one was taken.",
        "snapshot-future": "A day is dated after today, and was left out.",
        "snapshot-ahead-of-clock": "The newest day is after today: this machine's clock seems to be wrong.",
        "snapshot-newest-bare": "The newest day came without texts or counts, and is stored with scores only.",
        "snapshot-no-catalogue": "A day came without a catalogue, and is stored as partial.",
        "snapshot-profiles-missing": "A day came with a part of the catalogue, and is stored as partial.",
        "snapshot-scores-missing": "A day came without most of its scores, and is stored as partial.",
        "snapshot-differs": "Something else is said about a day than what is stored; the stored snapshot stays.",
        "snapshot-old": "The newest snapshot is more than three days old on the day that is evaluated.",
        "snapshot-empty": "No recommendation has a score on a day.",
        "snapshot-unnamed": "A score does not say which recommendation it is of.",
        "snapshot-control-twice": "A recommendation has more than one score on a day.",
        "snapshot-no-points": "A recommendation has no points that can be read.",
        "snapshot-no-total": "A day has no total that can be read (`currentScore`).",
        "snapshot-sum-differs": "The points of a day do not add up to its total (`currentScore`).",
        "snapshot-no-maximum": "A day has no maximum that can be read (`maxScore`).",
        "snapshot-maximum-differs": "The maxima of a day do not add up to its maximum (`maxScore`).",
        "snapshot-no-profile": "The catalogue lacks a recommendation that has a score, so its title is unknown.",
        "catalogue-shrank": "Microsoft's catalogue lacks many stored recommendations at once.",
        "catalogue-shorter": "An imported catalogue lacks many stored recommendations; they stay.",
        "catalogue-vanished": "The catalogue came empty; the stored recommendations stay.",
        "catalogue-no-id": "An entry of the catalogue has no id.",
        "catalogue-text": "A text of Microsoft's is longer than 32768 characters or has more than 2000 tags; it is "
        "shown without its formatting.",
        "catalogue-id-twice": "The catalogue lists a recommendation more than once.",
    },
    (IMPORT, Severity.WARNING): {
        "import-day-stored": "The day of an exported table is stored already; nothing was taken from the table.",
        "import-title-unknown": "Rows of an exported table have titles that nobody knows; they count under made ids.",
        "import-points-unreadable": "Rows of an exported table have no points that can be read, and were left out.",
        "import-status-unknown": "Rows of an exported table have full points under an unknown status; left out.",
        "import-partial": "An exported table does not hold every recommendation; its day is stored as partial.",
        "import-points-recovered": "Points that a spreadsheet program had changed into dates were recovered.",
        "import-unfinished": "An imported file is one page of several, and the next one was not imported.",
        "import-csv-recent": "Microsoft still has the day of an exported table, and in more detail.",
        "clock-differs": "This machine's clock and the server's differ.",
        "graph-grown-old": "Microsoft answers, but its newest day is several days old.",
        "certificate-ends": "The certificate that the run signs in with ends within 30 days.",
        "snapshots-elsewhere": "The site reads snapshots from a branch that is not checked out here.",
    },
    (RATINGS, Severity.ERROR): {
        "rating-shape": "The list of risk ratings, or an entry in it, is not of the form that it needs.",
        "rating-unknown-key": "A rating has a key that is not part of the format.",
        "rating-key": "A rating has neither `id` nor `pattern`, or both, or one that cannot be read.",
        "rating-family": "A rating by pattern names no family.",
        "rating-level": "The level of a rating is not a risk level.",
        "rating-reason": "The reason of a rating is not a sentence that says what goes wrong.",
        "rating-source": "The source of a rating is missing, or is not one of the listed sources.",
        "rating-duplicate": "An id or a pattern is rated twice.",
        "rating-repeated-reason": "Two ratings of different families give the same reason.",
    },
    (LICENCES, Severity.ERROR): {
        "licence-shape": "The list of licences, or an entry in it, is not of the form that it needs.",
        "licence-unknown-key": "An entry in the list of licences has a key that is not part of the format.",
        "licence-unlisted": "A recommendation needs a licence that is not listed.",
        "licence-source": "The source of a needed licence is not one of the listed sources.",
        "licence-duplicate": "A licence, or what a recommendation needs, is listed twice.",
    },
}

RULES: Final[Mapping[str, Rule]] = {
    code: Rule(code, severity, subject, meaning)
    for (subject, severity), meanings in _MEANINGS.items()
    for code, meaning in meanings.items()
}
"""Every rule by its code, in the order in which the guide lists them."""

UNREADABLE_YAML = frozenset({"yaml-syntax", "yaml-not-a-mapping", "yaml-depth", "yaml-key"})
"""After one of these, what seems to be missing or wrong further down may only be unread."""
LONGEST_TEXT = 2_000
"""Characters of a message or a hint."""
MOST_REPEATED = 20
"""How often one mistake is listed for one file."""


def problem(
    code: str, path: str, line: int | None, message: str, hint: str, *, severity: Severity | None = None
) -> Problem:
    """A problem found by a rule; it weighs what `RULES` says unless a severity is given.

    Message and hint may quote what somebody wrote, and are cut where they would fill the screen. Each is one line:
    what follows a line break in a name could otherwise begin a line of its own, which a workflow's runner would obey.
    """
    weight = severity or RULES[code].severity
    return Problem(escaped(path), line, code, weight, escaped(_cut(message)), escaped(_cut(hint)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def is_unreadable(problems: Iterable[Problem]) -> bool:
    """Whether a file could not be read as a whole, so that its further problems would mislead."""
    return any(found.code in UNREADABLE_YAML or found.code.startswith(("front-", "file-")) for found in problems)
