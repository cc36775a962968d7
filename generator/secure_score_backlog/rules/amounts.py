# SPDX-License-Identifier: Apache-2.0
"""Numbers as Graph writes them, read exactly.

Graph's own description allows numbers, numbers in strings, and the strings NaN, INF and -INF
(OData `ReferenceNumeric`); a value that is no finite number is unknown, never zero.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction

LARGEST_EXPONENT = 40
"""A number beyond 10^40 is noise; turning it into a fraction would cost memory without bound."""


def amount(value: object) -> Fraction | None:
    """The exact value of a JSON number or numeric string; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Fraction):
        return value
    if not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        return None
    return Fraction(number)


def whole(value: object) -> int | None:
    """A count: Graph sends it as a number or as a string; None where it is not a whole number."""
    exact = amount(value)
    return int(exact) if exact is not None and exact.denominator == 1 else None
