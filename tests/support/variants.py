# SPDX-License-Identifier: Apache-2.0
"""The variants of a test: some always run, the others only with `make thorough`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def variants(values: Iterable[Any], *, always: Collection[Any]) -> list[Any]:
    """Values for `parametrize`, of which those that are not always run are marked as thorough.

    A tuple holds the values of several arguments.

    Raises AssertionError for one that is always run and not among the values: its name changed.
    """
    values = list(values)
    assert not [each for each in always if each not in values]
    return [each if each in always else thorough(each) for each in values]


def thorough(value: Any) -> Any:
    """A value, or the values of several arguments, that only `make thorough` takes."""
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.thorough)
