# SPDX-License-Identifier: Apache-2.0
"""The shipped risk ratings, read from the package itself."""

from __future__ import annotations

import json
from importlib.resources import files

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.rules.judging.rating import PATH, Ratings, read_ratings


def load_ratings() -> Ratings:
    """The ratings that came with this version of the program.

    Raises:
        CannotProceed: the file is missing from the installation, or damaged there.
    """
    place = "secure_score_backlog/rules/judging/" + PATH
    hint = "Install the program again: this file belongs to it and is not meant to be edited."
    try:
        text = files("secure_score_backlog.rules.judging").joinpath(PATH).read_text(encoding="utf-8")
        ratings, problems = read_ratings(json.loads(text))
    except (OSError, ValueError) as problem:
        raise CannotProceed("The shipped risk ratings cannot be read.", where=place, hint=hint) from problem
    if problems:
        raise CannotProceed(f"The shipped risk ratings are damaged. {problems[0].message}", where=place, hint=hint)
    return ratings
