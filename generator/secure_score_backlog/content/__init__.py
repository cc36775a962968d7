# SPDX-License-Identifier: Apache-2.0
"""Prose and lists as data, in files beside this module: texts can be changed without touching code."""

from __future__ import annotations

from importlib.resources import files
from typing import TypeVar

import msgspec

from secure_score_backlog.strict_yaml import read_yaml

Kind = TypeVar("Kind")


def load(name: str, kind: type[Kind]) -> Kind:
    """The data of `NAME.yml` as a value of a type. ValueError where it does not fit, which is a fault of the package.

    Keys that come twice are refused, and keys that the type does not know where it is a `msgspec.Struct` that forbids
    unknown fields.
    """
    read = read_yaml(text_of(f"{name}.yml"), f"{name}.yml")
    for found in read.problems:
        raise ValueError(f"{found.path}, line {found.line}: {found.message}")
    return msgspec.convert(read.data, kind)


def text_of(name: str) -> str:
    """The text of a file; OSError or ValueError where it cannot be read."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def load_json(name: str, kind: type[Kind]) -> Kind:
    """The data of `NAME.json` as a value of a type, for long lists. msgspec.ValidationError where it does not fit."""
    return msgspec.json.decode(files(__package__).joinpath(f"{name}.json").read_bytes(), type=kind)
