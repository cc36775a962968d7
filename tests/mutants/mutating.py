# SPDX-License-Identifier: Apache-2.0
"""Small faults for one module: each mutant is the module with one thing changed that a test should notice.

What is left alone: prose (a text with a space in it: messages and hints are words for people), docstrings,
annotations, decorators, and the text around the braces of an f-string.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Change = Callable[[], None]
"""Changes a node in place; the tree that holds it was parsed for one mutant."""

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault of a module, to be made when it is wanted."""

    name: str
    """`line:column kind`, and a number where that is not unique."""
    source: str
    position: int
    """Which of the places that can be changed, in the order of the text."""
    lines: tuple[int, int]
    """First and last line of what changes."""
    statement: int
    """First line of the statement around it."""

    def tree(self) -> ast.Module:
        """The module with the fault."""
        tree = ast.parse(self.source)
        _change(_places(tree)[self.position])
        return ast.fix_missing_locations(tree)

    def assignments(self) -> list[ast.stmt]:
        """The assignment of the module's own that holds the fault, then those below that rest on it; else none."""
        tree = ast.parse(self.source)
        place = _places(tree)[self.position]
        if place.statement not in tree.body or not isinstance(place.statement, ast.Assign | ast.AnnAssign):
            return []
        _change(place)
        found, names = [place.statement], _assigned(place.statement)
        for statement in tree.body[tree.body.index(place.statement) + 1 :]:
            used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            if isinstance(statement, ast.Assign | ast.AnnAssign) and used & names:
                found.append(statement)
                names |= _assigned(statement)
        return [ast.fix_missing_locations(statement) for statement in found]

    def described(self) -> str:
        """The line before and after."""
        place = _places(ast.parse(self.source))[self.position]
        before = _shown(place.statement)
        _change(place)
        return f"{before}  ->  {_shown(place.statement)}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A node that can be changed, which of its changes is meant, and the statement that holds it."""

    node: ast.expr | ast.stmt
    number: int
    kind: str
    statement: ast.AST


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module's source, in the order of the text."""
    seen: dict[str, int] = {}
    for position, place in enumerate(_places(ast.parse(source))):
        name = f"{place.node.lineno}:{place.node.col_offset} {place.kind}"
        seen[name] = seen.get(name, 0) + 1
        name += f" ({seen[name]})" if seen[name] > 1 else ""
        lines = (place.node.lineno, place.node.end_lineno or place.node.lineno)
        yield Mutant(name, source, position, lines, getattr(place.statement, "lineno", lines[0]))


def _assigned(statement: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def _change(place: _Place) -> None:
    _changes(place.node)[place.number][1]()


def _places(tree: ast.Module) -> list[_Place]:
    """Every place that can be changed; the same order for every parse of one source."""
    found: list[_Place] = []

    def walk(node: ast.AST, statement: ast.AST) -> None:
        statement = node if isinstance(node, ast.stmt) else statement
        if isinstance(node, ast.expr | ast.stmt):
            found.extend(_Place(node, number, kind, statement) for number, (kind, _) in enumerate(_changes(node)))
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "type_params"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _left_alone(node, child):
                    walk(child, statement)

    walk(tree, tree)
    return found


def _left_alone(parent: ast.AST, child: ast.AST) -> bool:
    """Docstrings and other bare texts, the words of an f-string, and its formats."""
    if isinstance(parent, ast.Expr) and isinstance(child, ast.Constant):
        return True
    if isinstance(parent, ast.JoinedStr) and isinstance(child, ast.Constant):
        return True
    return isinstance(parent, ast.FormattedValue) and isinstance(child, ast.JoinedStr)


def _changes(node: ast.AST) -> list[tuple[str, Change]]:
    """The kinds of fault that one node can have."""
    for kind, changes in TABLE.items():
        if isinstance(node, kind):
            return changes(node)
    return []


def _compare(node: ast.Compare) -> list[tuple[str, Change]]:
    def change(number: int) -> Change:
        return lambda: node.ops.__setitem__(number, COMPARED[type(node.ops[number])]())

    return [("comparison", change(number)) for number in range(len(node.ops))]


def _bool_op(node: ast.BoolOp) -> list[tuple[str, Change]]:
    swapped = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return [("and-or", lambda: setattr(node, "op", swapped))]


def _reckoning(node: ast.BinOp | ast.AugAssign) -> list[tuple[str, Change]]:
    other = RECKONED.get(type(node.op))
    return [("arithmetic", lambda: setattr(node, "op", other()))] if other else []


def _negation(node: ast.UnaryOp) -> list[tuple[str, Change]]:
    if isinstance(node.op, ast.Not):
        return [("not", lambda: _become(node, ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])))]
    if isinstance(node.op, ast.USub):
        return [("minus", lambda: setattr(node, "op", ast.UAdd()))]
    return []


def _constant(node: ast.Constant) -> list[tuple[str, Change]]:
    value = node.value
    if isinstance(value, bool):
        return [("truth", lambda: setattr(node, "value", not value))]
    if isinstance(value, int):
        return [("number", lambda: setattr(node, "value", value + 1))]
    if isinstance(value, str) and not any(letter.isspace() for letter in value):
        return [("text", lambda: setattr(node, "value", value + "X"))]
    return []


def _test(node: ast.If | ast.While | ast.IfExp) -> list[tuple[str, Change]]:
    """A condition the other way round, where nothing inside it says so already."""
    if isinstance(node.test, ast.Compare | ast.UnaryOp):
        return []
    return [("condition", lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test)))]


def _comprehension_test(node: ast.comprehension) -> list[tuple[str, Change]]:
    return [("filter", lambda: setattr(node, "ifs", []))] if node.ifs else []


def _return(node: ast.Return) -> list[tuple[str, Change]]:
    if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
        return []
    return [("return", lambda: setattr(node, "value", ast.Constant(None)))]


def _statement(node: ast.Expr) -> list[tuple[str, Change]]:
    """A call for its effect that is not made."""
    if isinstance(node.value, ast.Call):
        return [("statement", lambda: setattr(node, "value", ast.Constant(None)))]
    return []


def _jump(node: ast.Break | ast.Continue) -> list[tuple[str, Change]]:
    other = ast.Continue if isinstance(node, ast.Break) else ast.Break
    return [("jump", lambda: setattr(node, "__class__", other))]


def _call(node: ast.Call) -> list[tuple[str, Change]]:
    if not isinstance(node.func, ast.Name) or node.func.id not in CALLED:
        return []
    if node.func.id == "sorted" and (node.keywords or len(node.args) != 1):
        return []
    function = node.func
    return [("call", lambda: setattr(function, "id", CALLED[function.id]))]


def _comprehension(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> list[tuple[str, Change]]:
    return [change for generator in node.generators for change in _comprehension_test(generator)]


TABLE: dict[type[ast.AST] | tuple[type[ast.AST], ...], Callable[..., list[tuple[str, Change]]]] = {
    ast.Compare: _compare,
    ast.BoolOp: _bool_op,
    (ast.BinOp, ast.AugAssign): _reckoning,
    ast.UnaryOp: _negation,
    ast.Constant: _constant,
    (ast.If, ast.While, ast.IfExp): _test,
    (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp): _comprehension,
    ast.Return: _return,
    ast.Expr: _statement,
    (ast.Break, ast.Continue): _jump,
    ast.Call: _call,
}


def _become(node: ast.AST, other: ast.AST) -> None:
    """Turn a node into another, in place."""
    place = {name: getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")}
    node.__class__ = other.__class__
    node.__dict__.clear()
    node.__dict__.update(other.__dict__, **place)


def _shown(node: ast.AST) -> str:
    """A statement in one short line; of a compound one, its head."""
    lines = ast.unparse(ast.fix_missing_locations(node)).splitlines()
    text = " ".join(next(line for line in lines if not line.startswith("@")).split())
    return text if len(text) <= 160 else text[:159] + "…"
