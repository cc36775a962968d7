# SPDX-License-Identifier: Apache-2.0
"""What is needed to begin the work on an open recommendation, in a line.

The first of Microsoft's steps, where it is done, effort and licence, who is affected, and how the share moved. All of
it is Microsoft's text or measurement; texts come out as plain text, cut to a length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from html import unescape
from itertools import pairwise
from urllib.parse import urlsplit

from secure_score_backlog import wording
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import reason_in
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.markdown import microsoft_html, safe_link
from secure_score_backlog.snapshots.model import Recommendation, Timeline
from secure_score_backlog.snapshots.service_names import portal_name, service_name, service_portal

LONGEST_STEP = 100
"""Characters of a first step: two lines of a table on a usual screen."""
LONGEST_REASON = 100
"""Characters of the reason of a decision: two lines."""
READ_FOR_STEP = 3000
"""Characters of Microsoft's steps in which the first one is looked for."""
TREND_DAYS = 365
TREND_POINTS = 12
"""A small line has a value for each twelfth of a year."""
PORTAL_HOSTS = ("microsoft.com", "azure.com", "office.com", "cloud.microsoft")
"""Where Microsoft's portals are: these hosts and those below them."""
PORTAL = "Portal"
SECURE_SCORE = "https://security.microsoft.com/securescore"
"""Where the portal status of a recommendation is set; in national clouds it has other addresses."""
PAGES_TO_READ = ("learn.microsoft.com", "support.microsoft.com", "docs.microsoft.com", "www.microsoft.com")
"""Hosts of Microsoft on which nothing can be set."""
LEADING_ON = ("go.microsoft.com", "aka.ms")
"""Hosts of Microsoft that lead on to another one."""

_ITEM = re.compile(r"<li>(.*?)(?=</?li>|</?[ou]l>|$)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_NUMBER = re.compile(r"^(?:step\s*)?\d{1,2}\s*[.:)]\s*", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[^.\s]{2}[.;])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Work:
    """One recommendation, as far as known; empty texts and None where it is not."""

    step: str = ""
    portal: str | None = None
    """Address in one of Microsoft's portals."""
    effort: str = ""
    impact: str = ""
    """On users, by Microsoft's estimate."""
    area: str = ""
    product: str = ""
    """The service in two parts: `Computers`, `Defender for Endpoint`."""
    licence: str = ""
    """The licence it needs, and that the tenant lacks it where that is known."""
    affected: str = ""
    """`8 of 20`."""
    trend: str = ""
    """Path of a small line, 44 wide and 12 high; empty where nothing moved that it could show."""
    moved: str = ""
    """The same in words."""
    why: str = ""
    """The risk that it reduces, as a sentence."""
    reason: str = ""
    """Why the risk is accepted, or what covers it; empty where it is to be done."""
    share: str = ""
    """The share that is open: `60 %`."""
    since: date | None = None
    """The day of the breach or regression."""
    awaits: str = ""
    """The roles whose answers its decision waits for, and until when."""


def work_of(status: Status, facts: Facts, site: Site) -> Work:
    """What is known of the work on a recommendation."""
    recommendation, seen = status.recommendation, status.observation
    affected = seen.affected if seen else None
    trend, moved = small_trend(facts.history.timelines.get(status.id), facts.snapshot.day if facts.snapshot else None)
    return replace(
        brief_work_of(status, facts),
        step=first_step(recommendation.remediation, site),
        portal=where_to_set(recommendation, site),
        affected=f"{wording.number(affected)} of {wording.number(seen.total or 0)}" if seen and affected else "",
        trend=trend,
        moved=moved,
        why=reduced_risk(status),
        reason=reason_of(status),
    )


def reason_of(status: Status) -> str:
    """Why the risk is accepted, or what covers it, at most two lines; empty where it is to be done."""
    text = " ".join(reason_in(status.decision).split()) if status.decision else ""
    return text if len(text) <= LONGEST_REASON else shortened(text, LONGEST_REASON)


def reduced_risk(status: Status) -> str:
    """The risk that it reduces, from the decision or else the rating, as a sentence; empty where that is unknown."""
    text = (status.decision.reduces if status.decision else "") or status.reason
    return wording.sentence(text) if text else ""


def awaited_roles(status: Status, facts: Facts) -> str:
    """The roles that its decision asks, each with the day of its answer, as a sentence; empty where it asks none."""
    said = [f"{ask.of}{f', by {wording.day(ask.by)}' if ask.by else ''}" for ask in facts.asked_about(status)]
    return f"Waits for {'; '.join(said)}." if said else ""


def brief_work_of(status: Status, facts: Facts) -> Work:
    """The same without what takes much room: the open share, effort, impact on users, service and licence."""
    area, product = parts_of(service_name(status.recommendation.service))
    effort, impact = (
        text.replace("unknown", "") for text in (status.recommendation.cost, status.recommendation.user_impact)
    )
    return Work(
        effort=effort,
        impact=impact,
        area=area,
        product=product,
        licence=licence_words(status),
        share=wording.share(status.open_share) if status.observation and status.open_share else "",
        since=status.worse_since,
        awaits=awaited_roles(status, facts),
    )


def parts_of(service: str) -> tuple[str, str]:
    """What a service is for, and what Microsoft calls it: `Computers`, `Defender for Endpoint`."""
    area, _, product = service.partition(" (")
    return area, product.removesuffix(")")


def licence_words(status: Status) -> str:
    """The licence it needs, and that the tenant lacks it where that is known."""
    return status.licence.needs + (", missing" if status.licence.has is False else "")


def first_step(remediation: str, site: Site) -> str:
    """The first of Microsoft's steps as plain text, at most a line; empty where there are none.

    The first item of a list, else the first paragraph that does not merely introduce what follows.
    """
    source = microsoft_html(remediation[:READ_FOR_STEP], site.tenants)
    texts = [plain(match[1]) for match in _ITEM.finditer(source)]
    texts += [plain(part) for part in re.split(r"</p>|<br>", source)]
    step = next((text for text in texts if text and not introduces(text)), "")
    return shortened(_SENTENCE.split(step)[0])


def introduces(text: str) -> bool:
    """Whether a text only announces the steps: it ends in a colon, or is a heading such as "What to do"."""
    return text.endswith(":") or text.rstrip(".").lower() in ("what to do", "steps", "remediation", "how to")


def plain(html: str) -> str:
    """HTML as one line of text, without the number of a step."""
    text = " ".join(unescape(_TAG.sub(" ", html)).split())
    return _NUMBER.sub("", re.sub(r"\s+([,.;:)])", r"\1", text)).strip()


def shortened(text: str, longest: int = LONGEST_STEP) -> str:
    """The text up to the last word that fits."""
    if len(text) <= longest:
        return text.rstrip(".")
    kept = text[: longest - 1]
    return (kept.rpartition(" ")[0] or kept).rstrip(" ,.;:(") + "…"


def portal_link(address: str, site: Site) -> str | None:
    """The address where it can be set; None for a page to read, or one that is not Microsoft's."""
    link = safe_link(address, site.tenants)
    parts = urlsplit(link or "")
    is_portal = parts.scheme == "https" and link_label(link or "") == PORTAL
    return link if is_portal else None


def where_to_set(recommendation: Recommendation, site: Site) -> str | None:
    """Microsoft's own address where that is a portal, else the portal of the service; None where neither is known."""
    own = portal_link(recommendation.action_url, site)
    return own or (site.worldwide and service_portal(recommendation.service)) or None


def where_status_is_set(site: Site) -> str | None:
    """Where the portal status of a recommendation is set; None in a national cloud, whose address is not known."""
    return SECURE_SCORE if site.worldwide else None


def portal_label(address: str) -> str:
    """What a link to a portal says: its name where it leads to the front page of one, and so to no setting."""
    parts = urlsplit(address)
    leads_to_setting = parts.path.strip("/") or parts.query or parts.fragment.strip("/")
    return PORTAL if leads_to_setting else portal_name(parts.hostname or "")


def link_label(address: str) -> str:
    """What a link of a recommendation says, by the host that it leads to."""
    host = (urlsplit(address).hostname or "").lower()
    if host in LEADING_ON:
        return "Microsoft’s page"
    if host in PAGES_TO_READ:
        return "Microsoft’s instructions"
    if any(host == name or host.endswith(f".{name}") for name in PORTAL_HOSTS):
        return PORTAL
    return f"Vendor’s page ({host})" if host else "More about it"


def small_trend(line: Timeline | None, until: date | None) -> tuple[str, str]:
    """Path and words of the share over the last year; two empty texts where it did not move.

    The path runs through a box of 44 by 12 with y downwards, a step at each change.
    """
    if line is None or until is None:
        return "", ""
    days = [until - timedelta(days=TREND_DAYS * back // TREND_POINTS) for back in range(TREND_POINTS, -1, -1)]
    shares = [seen.share for day in days if (seen := line.at(day)) is not None and seen.share is not None]
    if len({y_of(share) for share in shares}) < 2:
        return "", ""
    first, last = shares[0], shares[-1]
    left = len(days) - len(shares)
    steps = [f"M{x_of(left)} {y_of(first)}"]
    for index, (before, after) in enumerate(pairwise(shares), start=left + 1):
        if y_of(after) != y_of(before):
            steps.append(f"H{x_of(index)}V{y_of(after)}")
    steps.append(f"H{x_of(len(days) - 1)}")
    return "".join(steps), f"{wording.share(first)} to {wording.share(last)}"


def x_of(index: int) -> int:
    """Where the value of a twelfth of the year is."""
    return round(44 * index / TREND_POINTS)


def y_of(share: Fraction) -> int:
    """How far below the top a share is."""
    return round(11 - 10 * max(Fraction(0), min(Fraction(1), share)))
