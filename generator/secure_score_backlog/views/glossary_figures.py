# SPDX-License-Identifier: Apache-2.0
"""How every figure of the site is computed, in words (design §5). `{low}`, `{high}` and `{stale}` are settings."""

from __future__ import annotations

from secure_score_backlog.views.glossary_words import Entry

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
