# SPDX-License-Identifier: Apache-2.0
"""The parts of GitHub's own descriptions that the program uses, cut out of the whole: GraphQL's schema and REST's.

`python -m tests.support.github_schemas SCHEMA.graphql OPENAPI.json` writes both parts into `tests/github/`. The whole
ones are in the npm packages @octokit/graphql-schema 15.26.1 (`schema.graphql`) and @octokit/openapi 23.0.2
(`generated/api.github.com.json`), both under the MIT licence. Which types, fields, arguments and paths are kept follows
from the program's queries and from `PATHS`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
    parse,
    visit,
)

from secure_score_backlog.github import commits, issues, proposals, pull_requests

QUERIES = (*pull_requests.QUERIES, *commits.QUERIES, *proposals.QUERIES, issues.VIEWER)
"""Every query and change of the program."""
FOLDER = Path(__file__).parents[1] / "github"
GRAPHQL, REST = FOLDER / "schema.graphql", FOLDER / "rest.json"
PATHS = (
    ("get", "/repos/{owner}/{repo}"),
    ("get", "/repos/{owner}/{repo}/pages"),
    ("get", "/repos/{owner}/{repo}/issues"),
    ("post", "/repos/{owner}/{repo}/issues"),
    ("patch", "/repos/{owner}/{repo}/issues/{issue_number}"),
    ("get", "/repos/{owner}/{repo}/issues/{issue_number}"),
    ("get", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ("post", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ("patch", "/repos/{owner}/{repo}/issues/comments/{comment_id}"),
    ("post", "/repos/{owner}/{repo}/rulesets"),
    ("get", "/repos/{owner}/{repo}/actions/oidc/customization/sub"),
    ("get", "/repos/{owner}/{repo}/actions/permissions/workflow"),
    ("get", "/repos/{owner}/{repo}/actions/workflows/{workflow_id}"),
    ("get", "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs"),
    ("get", "/repos/{owner}/{repo}/branches/{branch}"),
    ("get", "/repos/{owner}/{repo}/branches/{branch}/protection"),
    ("get", "/repos/{owner}/{repo}/codeowners/errors"),
    ("get", "/repos/{owner}/{repo}/environments/{environment_name}"),
    ("get", "/repos/{owner}/{repo}/rules/branches/{branch}"),
)
"""The calls of REST that the program makes."""
SMALLEST = {"GitObject": "oid", "GitSignature": "isValid", "Actor": "login"}
"""A field that an interface keeps where the queries only ask for fields of its types."""
GRAPHQL_SOURCE = """\
# The part of GitHub's public GraphQL schema that this program's queries use, cut out by tests/support/github_schemas.py
# from the npm package @octokit/graphql-schema 15.26.1. Copyright (c) 2018 Gregor Martynus, (c) GitHub; MIT licence.
"""
REST_SOURCE = (
    "The part of GitHub's REST description that this program uses, cut out by tests/support/github_schemas.py from the "
    "npm package @octokit/openapi 23.0.2; MIT licence."
)


class Used(Visitor):
    """Collects fields and arguments by type while a query is walked through."""

    def __init__(self, info: TypeInfo, fields: dict[str, dict[str, set[str]]]) -> None:
        """`fields` is what is filled: arguments by field by type."""
        super().__init__()
        self.info, self.fields = info, fields

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """One field of a query."""
        parent = self.info.get_parent_type()
        assert parent is not None
        name = node.name.value
        if name != "__typename":
            self.fields.setdefault(parent.name, {}).setdefault(name, set()).update(
                argument.name.value for argument in node.arguments or ()
            )


def cut_graphql(whole: str, queries: tuple[str, ...] = QUERIES) -> str:
    """The types, fields and arguments that the queries use, as a schema of their own."""
    schema = build_schema(whole, assume_valid_sdl=True)  # as published, it defines a field of an unused type twice
    fields: dict[str, dict[str, set[str]]] = {}
    for query in queries:
        info = TypeInfo(schema)
        visit(parse(query), TypeInfoVisitor(info, Used(info, fields)))
    kinds: dict[str, GraphQLNamedType] = {}
    for name, used in list(fields.items()):
        for each in used:
            kind = get_named_type(_fields(schema, name)[each].type)
            if isinstance(kind, GraphQLInterfaceType):  # a type without any field is none
                fields.setdefault(kind.name, {}).setdefault(SMALLEST.get(kind.name, "id"), set())
    for name in list(fields):
        _spread(schema, schema.get_type(name), fields)
    for name, used in fields.items():
        kinds[name] = schema.type_map[name]
        for each, arguments in used.items():
            kinds.update(_named(_fields(schema, name)[each], arguments))
    for kind in list(kinds.values()):
        kinds.update(_given(kind))
    return GRAPHQL_SOURCE + "".join(_printed(kind, fields, kinds) for _, kind in sorted(kinds.items()))


def _fields(schema: GraphQLSchema, name: str) -> Mapping[str, GraphQLField]:
    kind = schema.get_type(name)
    assert isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType))
    return dict(kind.fields)


def _spread(schema: GraphQLSchema, kind: GraphQLNamedType | None, fields: dict[str, dict[str, set[str]]]) -> None:
    """Give each type that implements a used interface the used fields of that interface."""
    if isinstance(kind, GraphQLInterfaceType):
        for each in schema.get_possible_types(kind):
            for name, arguments in fields[kind.name].items():
                fields.setdefault(each.name, {}).setdefault(name, set()).update(arguments)


def _named(field: GraphQLField, arguments: set[str]) -> Iterator[tuple[str, GraphQLNamedType]]:
    for part in (field.type, *(field.args[name].type for name in arguments)):
        kind = get_named_type(part)
        if not is_specified_scalar_type(kind):
            yield kind.name, kind


def _given(kind: GraphQLNamedType) -> Iterator[tuple[str, GraphQLNamedType]]:
    """The types of everything that an input holds."""
    for field in kind.fields.values() if isinstance(kind, GraphQLInputObjectType) else ():
        inner = get_named_type(field.type)
        if not is_specified_scalar_type(inner):
            yield inner.name, inner
            yield from _given(inner)


def _printed(
    kind: GraphQLNamedType, fields: Mapping[str, Mapping[str, set[str]]], kinds: Mapping[str, GraphQLNamedType]
) -> str:
    if isinstance(kind, GraphQLScalarType):
        return f"\nscalar {kind.name}\n"
    if isinstance(kind, GraphQLEnumType):
        return f"\nenum {kind.name} {{\n{''.join(f'  {name}{chr(10)}' for name in sorted(kind.values))}}}\n"
    if isinstance(kind, GraphQLInputObjectType):
        held = "".join(f"  {name}: {each.type}\n" for name, each in sorted(kind.fields.items()))
        return f"\ninput {kind.name} {{\n{held}}}\n"
    assert not isinstance(kind, GraphQLUnionType), f"{kind.name}: unions are not used so far"
    assert isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)), kind.name
    word = "type" if isinstance(kind, GraphQLObjectType) else "interface"
    above = " & ".join(sorted(each.name for each in kind.interfaces if each.name in kinds))
    lines = [f"\n{word} {kind.name}{f' implements {above}' if above else ''} {{\n"]
    for name, arguments in sorted(fields.get(kind.name, {}).items()):
        field = kind.fields[name]
        given = ", ".join(f"{each}: {field.args[each].type}" for each in sorted(arguments))
        lines.append(f"  {name}{f'({given})' if given else ''}: {field.type}\n")
    return "".join([*lines, "}\n"])


def cut_rest(whole: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to the calls that the program makes, and every component that they refer to."""
    calls: dict[str, Any] = {}
    wanted: list[str] = []
    for method, path in PATHS:
        operation = whole["paths"][path][method]
        answers = {}
        for status, answer in operation["responses"].items():
            content = _resolved(whole, answer).get("content", {}).get("application/json")
            if content and status.startswith("2"):
                answers[status] = content["schema"]
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        calls[f"{method.upper()} {path}"] = {"answers": answers, **({"body": body} if body else {})}
        wanted += [*_references(answers), *_references(body)]
    components: dict[str, Any] = {}
    while wanted:
        name = wanted.pop()
        if name not in components:
            components[name] = _plain(whole["components"]["schemas"][name])
            wanted += _references(components[name])
    return {"source": REST_SOURCE, "calls": _plain(calls), "components": {"schemas": dict(sorted(components.items()))}}


def _resolved(whole: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = value.get("$ref")
    if not reference:
        return value
    found: Any = whole
    for part in str(reference).removeprefix("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return found


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = value.get("$ref")
        inside = [name for each in value.values() for name in _references(each)]
        return [own.removeprefix("#/components/schemas/"), *inside] if isinstance(own, str) else inside
    return [name for each in value for name in _references(each)] if isinstance(value, list) else []


def _plain(value: Any) -> Any:
    """A schema without descriptions and examples."""
    if isinstance(value, dict):
        dropped = {
            name for name in ("description", "example", "examples", "title") if not isinstance(value.get(name), dict)
        }
        return {name: _plain(each) for name, each in value.items() if name not in dropped}
    return [_plain(each) for each in value] if isinstance(value, list) else value


@cache
def schema() -> GraphQLSchema:
    """The part of GraphQL's schema that is committed."""
    return build_schema(GRAPHQL.read_text(encoding="utf-8"))


@cache
def rest() -> dict[str, Any]:
    """The part of REST's description that is committed."""
    found = json.loads(REST.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


if __name__ == "__main__":
    GRAPHQL.write_text(cut_graphql(Path(sys.argv[1]).read_text(encoding="utf-8")), encoding="utf-8")
    part = cut_rest(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
    REST.write_text(json.dumps(part, indent=1, sort_keys=True) + "\n", encoding="utf-8")
