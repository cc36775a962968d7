# SPDX-License-Identifier: Apache-2.0
"""The texts of the glossary: words, answers, states, levels. Plain language, for somebody who does not live in this."""

from __future__ import annotations

Entry = tuple[str, str]
"""A word, or the key of a sign (`views.wording.SIGNS`), and what it means."""

WORDS: tuple[Entry, ...] = (
    (
        "Recommendation",
        "Something that Microsoft proposes to switch on or to change. There are a few hundred. Its id is "
        "Microsoft’s own.",
    ),
    (
        "Decision",
        "Our answer to one recommendation: one file, agreed on in a pull request, with an owner and a reason.",
    ),
    ("Measured, or observed", "Microsoft itself saw the setting and gave the points for it."),
    (
        "Claimed",
        "The points were given because an administrator said that something else does the job. Microsoft did not "
        "look, and cannot.",
    ),
    (
        "Not measured",
        "Microsoft gave no score: the licence is missing or the product is not in use. It is not a pass. Nobody knows.",
    ),
    (
        "Snapshot",
        "What Microsoft said on one day, kept as a file that is written once. Days are those of universal time (UTC).",
    ),
    (
        "As of",
        "The day up to which everything was read; it stands on a page’s last line. The page of a month tells "
        "its own day on top. The same files always give the "
        "same page.",
    ),
    ("Owner", "The role that sees to it that something is done, or watched while it is not. Never a person’s name."),
    ("Approver", "The role that may carry a risk for the organisation. Usually not the owner."),
    ("Accepted risk", "Something left open on purpose: for a written reason, approved by a role, until a date."),
    (
        "Cover",
        "The statement that a recommendation does not matter here or that another product does the job. A claim "
        "like any other: it needs evidence, an approver and an end.",
    ),
    ("Register", "The list of accepted risks and covers with their whole history."),
    ("Review", "One month on one page: what was known at its end, and the minutes of those who met about it."),
    ("Ask", "A question that others have to answer before a decision can be made or kept."),
    (
        "Shadow acceptance",
        "Somebody marked a risk as accepted in Microsoft’s portal, and no decision says so: no reason, no "
        "approver, no end.",
    ),
    (
        "Citation",
        "The commit that a statement rests on, and the pull request it came by. Whoever has the repository can "
        "look it up.",
    ),
    (
        "Commit, pull request",
        "A commit is a change of the files with an id that nobody can forge without it showing. A pull request "
        "is a proposal of changes that others read and approve before it counts.",
    ),
)

BUCKETS: tuple[Entry, ...] = (
    ("do-now", "The reduction of risk is clear, all five questions are answered, and it is due within three months."),
    ("do-soon", "It will be done, on a date, and the change is being planned."),
    (
        "accept",
        "It is left open on purpose, for a written reason, approved, until a date. Then the question is asked again.",
    ),
    (
        "not-applicable",
        "It does not matter here, or something that Microsoft cannot see does the job. The decision says which "
        "of the two, with evidence and an end.",
    ),
    ("undecided", "Nobody has said yes or no, or the answer no longer holds."),
)

STATES: tuple[Entry, ...] = (
    ("not-measured", "Microsoft gave no score that day."),
    ("retired", "Gone from Microsoft’s list and from its scores."),
    ("conflict", "We say that it does not apply, and Microsoft measures it in full."),
    ("done", "Microsoft measured it in full. A claim never makes it done."),
    ("undecided", "No decision, a draft, or a file with errors."),
    ("expired", "The last day of the answer has passed."),
    ("breached", "On the last two days with a snapshot less was achieved than when the risk was accepted."),
    ("regressed", "It was done under its decision and is not any more. A new answer is needed."),
    ("blocked", "Planned, but a licence, the business or a technical obstacle is in the way."),
    ("overdue", "Planned, and its date has passed."),
    ("accepted", "The risk is carried knowingly, and the acceptance is in force."),
    ("covered", "Said not to matter here, or covered by something Microsoft cannot see."),
    ("planned", "To be done, and in time."),
)
"""In the order in which they are tried: the first that applies is the state."""

REGISTER_STATES: tuple[Entry, ...] = (
    ("active", "In force, with more than 30 days left."),
    ("expiring", "In force, in its last 30 days."),
    ("expired", "Its last day has passed, so it carries nothing any more."),
    ("breached", "Things got worse than what was accepted."),
    ("moot", "Done in the meantime. It never comes back to life: a later loss needs a new decision."),
    ("orphan", "Microsoft took the recommendation out."),
    ("ended", "Answered differently since, or withdrawn: history."),
)

PARTS: tuple[Entry, ...] = (
    ("We improved", "More of it is done than before: what is left of a gain when the parts below are taken off."),
    ("We fell back", "Less of it is done than before: what is left of a loss when the parts below are taken off."),
    (
        "Claimed on somebody’s word",
        "Points that came with a mark in the portal or went with it; all of the change, where it was claimed on just "
        "one of the two days.",
    ),
    (
        "Microsoft changed what counts",
        "A recommendation is new, retired, or worth another number of points: the share done before, times the "
        "change of its worth. Nothing changed here.",
    ),
    (
        "Users or devices changed",
        "The same work spread over more or fewer of them: when new staff arrive, a share falls by itself. Known where "
        "Microsoft says how many there are; elsewhere the line says that the split is not known.",
    ),
    (
        "Not explained",
        "Microsoft’s total moved more or less than its recommendations did. Shown as it is, never spread.",
    ),
)

LEVELS: tuple[Entry, ...] = (
    ("critical", "One mistake of one person, or one stolen password, opens the whole organisation."),
    ("high", "A common way in, or a fast way from a small incident to a large one."),
    ("medium", "It makes an attack easier or harder to notice, but something else has to fail as well."),
    ("low", "Tidiness: good to have, and rarely the reason for damage."),
    ("unrated", "Nobody has judged it. It is counted and named apart, never silently last."),
)
