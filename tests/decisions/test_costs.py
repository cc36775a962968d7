# SPDX-License-Identifier: Apache-2.0
"""What several requested decisions cost together: never a false sum."""

from __future__ import annotations

import pytest

from secure_score_backlog.decisions.costs import cost_of, total_of


@pytest.mark.parametrize(
    ("text", "amount", "currency", "period"),
    [
        ("900 EUR a year", "900.0", "EUR", "a year"),
        ("about 3,900 EUR a year", "3900.0", "EUR", "a year"),
        ("3.900,00 € per year", "3900.00", "EUR", "a year"),
        ("£1 200 / month.", "1200.0", "GBP", "a month"),
        ("CHF 12’345.50 once", "12345.50", "CHF", "once"),
        ("$5", "5.0", "$", ""),
        ("none", "0", "", ""),
        ("No cost; the licence covers it", "0", "", ""),
    ],
)
def test_a_plain_amount_is_read(text: str, amount: str, currency: str, period: str) -> None:
    """Thousands by any mark, the currency on either side, and the period where one is given."""
    found = cost_of(text)
    assert found is not None
    assert (str(found.amount), found.currency, found.period) == (amount, currency, period)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a year", "six renewed links a week", "2 FTE a year", "two days of work", "900", "900 XYZ a year"),
        *(
            "3 EUR a user a month",
            "900 EUR or 1,200 EUR",
            "up to 900 EUR",
            "900 to 1,200 EUR",
            "900 EUR a year plus VAT",
        ),
        *("1,5 EUR", "1,234,56 EUR", "1.234.56 EUR", "1,23,456 EUR", "-5 EUR", "none, but 900 EUR later"),
        *("none of the 3 offers", "900 EUR" + "x" * 90, "9" * 40 + " EUR"),
    ],
)
def test_other_words_are_no_amount(text: str) -> None:
    """A price for each user, a span, an unknown unit or a number of an unclear form is not added."""
    assert cost_of(text) is None


def test_only_like_amounts_are_added() -> None:
    """Of one currency and period; what costs nothing is in it; the rest is named by its place."""
    costs = ["900 EUR a year", "none", "about 3,900 EUR a year", None, "2 EUR once", "5 EUR a user a month"]
    total = total_of(costs)
    assert total.words.replace("\u202f", " ") == "about 4 800 EUR a year"
    assert total.left_out == {3, 4, 5}
    both = total_of(["1.25 EUR", "2 USD a month", "3 EUR", "4 USD a month"])
    assert both.words == "4.25 EUR and 6 USD a month"
    assert both.left_out == set()


@pytest.mark.parametrize("costs", [[], [None], ["900 EUR a year"], ["900 EUR a year", "none"], ["1 EUR", "1 USD"]])
def test_one_amount_alone_is_no_sum(costs: list[str | None]) -> None:
    """Nothing is repeated as a total, and two currencies have none."""
    assert total_of(costs).words == ""
