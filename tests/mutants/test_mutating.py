# SPDX-License-Identifier: Apache-2.0
"""The faults that `make mutants` puts in: each kind where it should be, one at a time, and none in words for people."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.mutating import mutants

SOURCES = {
    "a < b": {"a <= b"},
    "a in b": {"a not in b"},
    "0 < a <= 1": {"0 <= a <= 1", "0 < a < 1", "1 < a <= 1", "0 < a <= 2"},
    "a and b": {"a or b"},
    "not a": {"bool(a)"},
    "-a": {"+a"},
    "a + b": {"a - b"},
    "a // b": {"a * b"},
    "True": {"False"},
    "x if a else y": {"x if not a else y"},
    "x if a == b else y": {"x if a != b else y"},
    "[x for x in a if x]": {"[x for x in a]"},
    "min(a)": {"max(a)"},
    "sorted(a)": {"list(a)"},
    "sorted(a, key=k)": set(),
    "f('word')": {"f('wordX')"},
    "f('two words')": set(),
    "f(f'{a} b')": set(),
    "f(f'{a:>5} b')": set(),
    "a.b(c)": set(),
}


@pytest.mark.parametrize("source", SOURCES)
def test_expressions(source: str) -> None:
    """Every fault of an expression that is assigned, and nothing else."""
    found = [ast.unparse(mutant.tree()) for mutant in mutants(f"value = {source}\n")]
    assert found == list(dict.fromkeys(found))
    assert set(found) == {f"value = {after}" for after in SOURCES[source]}


STATEMENT = '''
"""Words."""

@decorated(1)
def function(a: "Literal[1]", b: int = 2) -> "int":
    """Words."""
    for x in a:
        if f(x):
            continue
        note(x)
        b += x
    return b
'''


def test_statements() -> None:
    """Calls left out, jumps, returns, conditions, defaults; no docstring, decorator or annotation."""
    after = {mutant.name.split(" ", 1)[1]: mutant.described().split("  ->  ")[1] for mutant in mutants(STATEMENT)}
    assert after == {
        "number": "def function(a: 'Literal[1]', b: int=3) -> 'int':",
        "condition": "if not f(x):",
        "jump": "break",
        "statement": "None",
        "arithmetic": "b -= x",
        "return": "return None",
    }


def test_names_are_unique_and_stable() -> None:
    """Two faults at one place are told apart, and the same source gives the same names and trees."""
    source = "a = 0 < b < 1 < c\nif not a or b:\n    pass\n"
    names = [mutant.name for mutant in mutants(source)]
    assert len(set(names)) == len(names) > 6
    again = list(mutants(source))
    assert [mutant.name for mutant in again] == names
    for mutant in again:
        assert ast.unparse(mutant.tree()) != ast.unparse(ast.parse(source))
        compile(mutant.tree(), "x", "exec")


def test_assignments_take_those_along_that_rest_on_them() -> None:
    """What is made from the faulty value is made again; what stands before or has nothing to do with it is not."""
    source = "a = 1\nb = c = 2\nd = [b]\ne = a\nf: int = len(d)\ndef g():\n    return 3\n"
    found = {mutant.name: [ast.unparse(part) for part in mutant.assignments()] for mutant in mutants(source)}
    assert found == {
        "1:4 number": ["a = 2", "e = a"],
        "2:8 number": ["b = c = 3", "d = [b]", "f: int = len(d)"],
        "7:4 return": [],
        "7:11 number": [],
    }
