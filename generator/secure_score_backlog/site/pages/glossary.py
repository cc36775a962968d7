# SPDX-License-Identifier: Apache-2.0
"""The texts of the glossary: words, answers, states, levels. Plain language, for somebody who does not live in this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from secure_score_backlog import wording
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import RatedBy
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render, service_name

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


# --- Products and words of the trade, explained to somebody who manages people rather than computers.


PRODUCTS: tuple[Entry, ...] = (
    (
        "Entra ID (once Azure AD)",
        "Microsoft’s directory of accounts. Whoever signs in to anything of Microsoft’s is checked here.",
    ),
    (
        "Multifactor authentication (MFA)",
        "Signing in takes the password and a second thing, such as a telephone. A stolen password alone is no use.",
    ),
    (
        "Phishing-resistant sign-in",
        "A second factor that cannot be talked out of somebody: a key or a certificate that answers only the "
        "genuine page.",
    ),
    (
        "Legacy authentication",
        "Old ways of signing in, for old mail programs and scanners, that cannot ask for a second factor. "
        "Attackers look for them first.",
    ),
    (
        "Conditional Access",
        "Rules for signing in: who may, from where, with which device, with what proof. The rules can have "
        "exceptions, and the score does not show them.",
    ),
    (
        "Security defaults",
        "A simple switch of Microsoft’s that turns on basic protection for everybody, in place of rules of one’s own.",
    ),
    (
        "Global administrator",
        "The master key: may change everything. There should be few, and they should not be used every day.",
    ),
    (
        "Risk policies (user risk, sign-in risk)",
        "Microsoft guesses how likely an account is in wrong hands, and can ask for more or refuse.",
    ),
    (
        "App consent",
        "Permission for an outside program to read mail or files in somebody’s name. One click can give it.",
    ),
    ("Self-service password reset", "People renew a forgotten password themselves, after proving who they are."),
    ("Exchange Online", "The mailboxes and calendars."),
    ("Automatic forwarding", "A rule that sends copies of mail elsewhere, quietly. How much invoice fraud begins."),
    (
        "Mailbox auditing, audit log",
        "The record of who did what. Without it nobody can tell after an incident what was taken.",
    ),
    (
        "SPF, DKIM, DMARC",
        "Three public notes by which others can tell genuine mail of our domain from forged mail. Secure Score "
        "looks at SPF only.",
    ),
    ("Defender for Office 365", "Protection of e-mail beyond the usual filter."),
    ("Safe Links", "Links in mail are checked at the moment somebody clicks."),
    ("Safe Attachments", "Attachments are opened in a sealed room first, to see what they do."),
    (
        "Anti-phishing policy, impersonation protection",
        "Looks for mail that pretends to come from our management or our partners.",
    ),
    (
        "Zero-hour auto purge (ZAP)",
        "Mail that turns out to be bad after delivery is taken back out of the mailboxes.",
    ),
    ("Defender for Endpoint", "Watches computers for attacks and can cut one off. What is called EDR."),
    ("EDR", "Endpoint detection and response: a guard on each computer that notices, reports and can act."),
    (
        "Attack surface reduction rules",
        "Forbid programs on computers what only attackers need, such as Office starting other programs.",
    ),
    (
        "Controlled folder access",
        "Only known programs may change files in protected folders: a hurdle for extortion software.",
    ),
    ("SMBv1", "A decades-old way of sharing files in a network, through which worms have travelled."),
    ("Defender for Identity", "Watches the directory in our own server room for attacks."),
    (
        "Kerberos delegation",
        "A server may act in somebody’s name towards another. Set too widely, it lets an intruder become anybody.",
    ),
    (
        "LAPS",
        "Gives each computer its own administrator password and changes it, so that one stolen does not open all.",
    ),
    ("Defender for Cloud Apps", "Sees which cloud services are used, and what happens in those that are connected."),
    ("App governance", "Watches what programs with access to our data do with it."),
    ("SharePoint, OneDrive", "Where the files are, and from where they are shared with others."),
    ("Teams", "Meetings, calls and chat."),
    ("Purview", "Labels and protects documents, and keeps the audit record."),
    (
        "Data loss prevention (DLP)",
        "Notices when card numbers, health data and the like are about to leave, and warns or stops.",
    ),
    ("Sensitivity label", "A mark on a document, such as confidential, that can carry encryption along."),
    ("Customer Lockbox", "Microsoft’s support has to ask before it looks at our content."),
    ("Intune", "Manages telephones and computers: locks, encryption, updates."),
    ("Tenant", "The organisation’s own part of Microsoft 365, with its accounts, mail and files."),
    (
        "Licence (P1, P2, E3, E5)",
        "What was bought. Some protections come only with the dearer ones; then a recommendation can be blocked "
        "by licensing.",
    ),
)


# --- How every figure of the site is computed, in words (design §5). `{low}`, `{high}` and `{stale}` are settings.


FIGURES: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "The score and its parts",
        (
            ("Score", "Microsoft’s points of the day, and the same in percent of the most that can be had."),
            (
                "Planned score",
                "Points there today, and what the unearned part of everything in do now and do soon would add, "
                "but for what is blocked.",
            ),
            (
                "Achievable score",
                "The maximum without what is accepted, said not to apply, or waits for a licence we do not have.",
            ),
            (
                "Comparable tenants",
                "The average that Microsoft gives for tenants of similar size, or for all tenants.",
            ),
            (
                "Bands",
                "Below {low} %, from {low} % to {high} %, and above: a help for the eye, chosen in our settings. "
                "They prove nothing.",
            ),
            (
                "Bar of all points (ledger)",
                "Every point of the maximum in exactly one part: observed, claimed, and then the unearned part "
                "of each recommendation under what was decided about it. The parts add up to the maximum.",
            ),
            (
                "Unexplained",
                "What Microsoft’s maximum says beyond the sum of its recommendations. Shown, never spread over "
                "the others. It may be negative.",
            ),
        ),
    ),
    (
        "One recommendation",
        (
            ("Share achieved", "Its points divided by the most it can give."),
            ("Open share", "The part that Microsoft has not observed. A claim leaves all of it open."),
            ("Points not given, points carried", "The most it can give, less its points; never below nothing."),
            ("Days open", "Days since the first measurement of the unbroken time in which it was not done."),
            (
                "Held since",
                "The first day of the unbroken time at full observed points, with the days observed of the days "
                "passed in it.",
            ),
            (
                "Readiness",
                "How many of five questions the decision answers: which risk it reduces, who owns it, what users "
                "notice, what has to be there first, what proves that it stays.",
            ),
            ("Renewed", "How often the last day of an acceptance or cover was moved on."),
            ("Days left", "Days from the as-of date to the last day of an answer, which still counts."),
        ),
    ),
    (
        "Counts",
        (
            (
                "Undecided",
                "Recommendations in that state: measured, not done, and without a decision that can be read.",
            ),
            ("Expired, breached, overdue", "Recommendations in these states."),
            ("Expiring", "Accepted risks in their last 30 days."),
            ("Carried", "Accepted risks in force."),
            ("Shadow", "Recommendations that the portal accepts or claims and no decision in force does."),
            ("Unrated", "Open recommendations that nobody judged."),
            ("Ownerless", "Open recommendations for which no role answers."),
            ("Stale", "Open recommendations in which for {stale} no point moved and no decision changed."),
            ("Questions", "Asks in decisions, from the day on which they were put."),
            ("Completed", "Not done at the beginning of the month and done at its end; observed and claimed apart."),
            ("Regressed", "Lost points within the month and did not get them back the next day."),
        ),
    ),
    (
        "Evidence",
        (
            (
                "Days observed of days passed",
                "Days with a snapshot, of all days from the first snapshot to the as-of date.",
            ),
            (
                "Filled in later",
                "Days that were collected afterwards: Microsoft gives their points, but no details. It keeps 90 days.",
            ),
            (
                "Changes, commits, pull requests",
                "Versions of decisions on the main branch; the commits that brought them; the different pull "
                "requests these name.",
            ),
            ("Without a pull request", "Commits that changed a decision and name no pull request: the exceptions."),
        ),
    ),
)


# --- Glossary and method: every word and every figure of the site in plain language (design §2 and §5).


PATH = "glossary.md"

RATERS = {
    RatedBy.DECISION: "in the decision itself",
    RatedBy.SETTINGS: "in our settings",
    RatedBy.SHIPPED: "by the list that comes with the program",
    None: "by nobody yet",
}


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The glossary."""
    settings = facts.settings
    body = render(
        "glossary.html.j2",
        site=site,
        path=PATH,
        settings=settings,
        glossary=WORDS,
        buckets=BUCKETS,
        states=STATES,
        register_states=REGISTER_STATES,
        figures=figures(settings),
        parts=PARTS,
        levels=LEVELS,
        raters=raters(facts),
        rated=sum(1 for status in facts.statuses.values() if status.observation),
        products=sorted(PRODUCTS, key=lambda entry: entry[0].casefold()),
        services=services(facts),
    )
    yield page(
        PATH,
        "Glossary",
        body,
        site=site,
        description="Every word and every figure of this site in plain language, and how each is computed.",
        shown_title="Glossary and method",
        hide=("navigation",),
    )


def figures(settings: Settings) -> list[tuple[str, list[Entry]]]:
    """Each figure's computation, with this tenant's settings in it."""
    low, high = settings.bands
    filled = {"low": low, "high": high, "stale": wording.count(settings.stale_months, "month")}
    return [(title, [(name, words.format(**filled)) for name, words in rows]) for title, rows in FIGURES]


def raters(facts: Facts) -> list[tuple[str, int]]:
    """How many measured recommendations were rated by whom; those that rated nothing are left out."""
    found = Counter(status.rated_by for status in facts.statuses.values() if status.observation)
    return [(words, found[rater]) for rater, words in RATERS.items() if found[rater]]


def services(facts: Facts) -> list[tuple[str, str, int]]:
    """Microsoft's abbreviations in this tenant's catalogue, their plain names, and how often they occur."""
    found = Counter(s.recommendation.service for s in facts.statuses.values() if s.recommendation.service)
    return sorted(
        ((code, service_name(code), number) for code, number in found.items()), key=lambda row: row[1].casefold()
    )
