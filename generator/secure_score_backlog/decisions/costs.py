# SPDX-License-Identifier: Apache-2.0
"""What requested decisions cost together, where the costs are plain amounts (docs/method.md#decisions-needed)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from secure_score_backlog import wording

CURRENCIES = frozenset(
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KES KRW MAD MXN MYR NGN "
    "NOK NZD PEN PHP PKR PLN QAR RON RSD SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR".split()
)
SIGNS = {"€": "EUR", "£": "GBP"}
"""Signs that mean one currency; `$` means many, so it stays as it is."""
PERIODS = {"year": "a year", "month": "a month", "quarter": "a quarter", "week": "a week"}
ADVERBS = {"yearly": "a year", "annually": "a year", "monthly": "a month", "once": "once", "one-off": "once"}
LONGEST = 80
"""Characters of a cost that can be a plain amount."""

_DIGITS = r"\d[\d.,’' \u00a0\u202f]*"
_UNIT = r"[A-Z]{3}|[€£$]"
_PLAIN = re.compile(
    r"(?P<about>(?:about|approximately|approx\.|ca\.|roughly|~)\s*)?"
    rf"(?:(?P<before>{_UNIT})\s?(?P<first>{_DIGITS})|(?P<second>{_DIGITS})(?P<after>{_UNIT}))"
    r"(?:\s*(?:(?:a|per|each|every|/)\s*(?P<period>year|month|quarter|week)"
    r"|(?P<adverb>yearly|annually|monthly|once|one-off)))?\.?"
)
_NUMBER = re.compile(
    r"(?P<whole>\d{1,12}|\d{1,3}(?P<mark>[,.’' \u00a0\u202f])\d{3}(?:(?P=mark)\d{3}){0,3})(?:[.,](?P<cents>\d\d))?"
)
"""Three digits after a mark are thousands, two at the end are hundredths; any other form is no plain amount."""
_NOTHING = re.compile(r"(?:none|nothing|no cost|free|0)(?:\s*[.;,(]\D*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cost:
    """A plain amount of one currency and period."""

    amount: Decimal
    currency: str = ""
    """Empty for what costs nothing."""
    period: str = ""
    """`a year`, `once`; empty where none is given."""
    about: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """What several decisions cost together."""

    words: str
    """`about 4,800 EUR a year`; empty where fewer than two amounts can be added."""
    left_out: frozenset[int] = frozenset()
    """The places of those costs that are not in it."""


def cost_of(text: str) -> Cost | None:
    """A cost as a plain amount; None for any other words, such as a price for each user."""
    text = text.strip()
    if len(text) > LONGEST:
        return None
    if _NOTHING.fullmatch(text):
        return Cost(Decimal(0))
    found = _PLAIN.fullmatch(text)
    currency = (found["before"] or found["after"]) if found else ""
    currency = SIGNS.get(currency, currency)
    if found is None or currency not in {*CURRENCIES, "$"}:
        return None
    amount = _amount((found["first"] or found["second"]).strip())
    if amount is None:
        return None
    period = PERIODS.get(found["period"] or "") or ADVERBS.get(found["adverb"] or "", "")
    return Cost(amount, currency, period, about=bool(found["about"]))


def total_of(costs: Sequence[str | None]) -> Total:
    """The sum of costs of one currency and period each; what cannot be added is left out and named by its place."""
    read = [cost_of(text or "") for text in costs]
    groups: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    for cost in read:
        if cost and cost.currency:
            groups[cost.currency, cost.period].append(cost)
    added = {unit: found for unit, found in groups.items() if len(found) > 1}
    if not added:
        return Total("")
    left_out = (
        place
        for place, cost in enumerate(read)
        if cost is None or (cost.currency and (cost.currency, cost.period) not in added)
    )
    return Total(" and ".join(map(_in_words, added.values())), frozenset(left_out))


def _amount(text: str) -> Decimal | None:
    found = _NUMBER.fullmatch(text)
    if found is None or (found["cents"] and text[-3] == found["mark"]):
        return None
    whole = re.sub(r"\D", "", found["whole"])
    return Decimal(f"{whole}.{found['cents'] or '0'}")


def _in_words(found: Sequence[Cost]) -> str:
    about = "about " if any(cost.about for cost in found) else ""
    amount = sum((cost.amount for cost in found), Decimal(0))
    said = wording.number(amount, 0 if amount == int(amount) else 2)
    return " ".join(filter(None, (f"{about}{said}", found[0].currency, found[0].period)))
