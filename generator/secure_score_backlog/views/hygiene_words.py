# SPDX-License-Identifier: Apache-2.0
"""What the groups of the hygiene page say: title, meaning, what to do, and what an empty group says."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one group. `{months}` is when something counts as stale, `{next_end}` a sentence."""

    title: str
    meaning: str
    todo: Markup
    nothing: str


WORDS: dict[str, Words] = {
    "expired": Words(
        "Run out",
        "The last day of an acceptance or a cover has passed. It is no answer any more.",
        Markup(
            "Agree anew in a pull request: write a later <code>until</code> and say in the reason what has changed "
            "since, or choose another <code>bucket</code>. Then <code>backlog check</code>."
        ),
        "No acceptance and no cover has run out.{next_end}",
    ),
    "breached": Words(
        "Worse than accepted",
        "On the last two days with a snapshot less was achieved than on the day the risk was accepted.",
        Markup(
            "Look at the recommendation’s page for the day it fell. Mend it, or agree with the approver on what is "
            "carried now: a new <code>share</code> is a new risk, so it needs a new reason."
        ),
        "No accepted risk is larger than the one that was accepted.",
    ),
    "regressed": Words(
        "Done, then lost",
        "It was measured in full under its decision and is not any more.",
        Markup(
            "Find out who changed it and why. Put it back, or give a new answer: the old one was about something "
            "that was done."
        ),
        "Nothing that was done has been lost.",
    ),
    "conflict": Words(
        "Said not to apply, yet measured in full",
        "The decision says that it does not apply here, and Microsoft measures it as done.",
        Markup(
            "Delete the decision’s file in a pull request; Git remembers it. If it does apply, say in another "
            "<code>bucket</code> what you want."
        ),
        "No decision contradicts what Microsoft measures.",
    ),
    "overdue": Words(
        "Overdue",
        "It was planned, and its date has passed.",
        Markup(
            "Ask the owner. Write a new <code>due</code> and why, or what has <code>blocked</code> it, or choose "
            "another <code>bucket</code>: accepting it openly is better than a date nobody believes."
        ),
        "Every planned change is in time.",
    ),
    "ownerless": Words(
        "Owned by nobody",
        "It is open and no role answers for it, so nothing will happen.",
        Markup(
            "Begin with the gravest. The command writes one draft each, with the five questions; fill in "
            "<code>owner</code> and the answers and delete the line <code>draft: true</code>. "
            "<code>backlog triage</code> shows what to decide next."
        ),
        "Everything that is open has an owner.",
    ),
    "unrated": Words(
        "Rated by nobody",
        "Nobody has judged what it means to leave it open, so it stands last on every long list by risk, "
        "and on no short one.",
        Markup(
            "Judge it: write <code>risk</code> into its decision, or put lines like these into "
            "<code>backlog.yml</code>, with your own judgement instead of medium."
        ),
        "Everything that is open has a risk level.",
    ),
    "drafts": Words(
        "Drafts",
        "Somebody began to decide. A draft counts as undecided.",
        Markup("Finish the file and delete the line <code>draft: true</code>, or delete the file."),
        "No draft lies around.",
    ),
    "stale": Words(
        "Standing still",
        "It is open, and for {months} neither a point moved nor a decision was made or changed.",
        Markup(
            "Where nobody owns it, decide. Where something is in the way, ask whoever can clear it, with an "
            "<code>ask</code> in the decision. Where it is planned, agree on a date that holds. Where it is accepted "
            "or covered, nothing is wrong as long as it has not run out: read the reason once more."
        ),
        "Whatever is open has moved, or was decided, within {months}.",
    ),
    "asks": Words(
        "Questions older than 90 days",
        "A decision waits for others, and they have not answered.",
        Markup(
            "Put it on the agenda, or let the default happen: write it into the decision and take the "
            "<code>ask</code> out."
        ),
        "No question has waited for more than 90 days.",
    ),
    "shadow": Words(
        "Accepted or claimed in the portal only",
        "Somebody marked it in Microsoft’s portal, and no decision in force says the same: no reason, no approver, "
        "no end.",
        Markup(
            "Decide which is right. Write the decision (<code>accept</code>, or <code>not-applicable</code> with "
            "evidence), or set it back to “to address” in the portal."
        ),
        "The portal says nothing that no decision says.",
    ),
    "no-effect": Words(
        "Claims without effect",
        "The portal says that something else covers it, and Microsoft still withholds points: the mark does not take.",
        Markup(
            "Look in the portal whether the mark was set for all of it. If what was claimed is not true any more, take "
            "the mark off and decide anew."
        ),
        "Every claim in the portal earns what it claims.",
    ),
    "outlived": Words(
        "Decisions about what Microsoft renamed or retired",
        "The recommendation is gone or going, and its decision stands for nothing.",
        Markup(
            "Keep the file as history, or delete it; Git remembers it. Where it lives on under another id, write a "
            "decision about that one: <code>backlog decide ID</code>; the old reason may be used again, the old "
            "approval may not."
        ),
        "Every decision is about something that Microsoft still proposes.",
    ),
}
