"""Uses of changed names by code without types, and the questions that find their types."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def names() -> Any:
    """A surface of a few methods and a model, all of which changed."""
    from review.judgement import PythonChange
    from review.names import Names
    from review.surface import Method, Model, Parameter, Surface

    create = Method(
        (Parameter("org_id", "positional", "str", None), Parameter("focus", "keyword", "str", "None")), "Role"
    )
    methods = {"C.roles.create": create, "C.teams.create": create, "C.roles.list": Method((), "list[Role]")}
    model = Model((Parameter("name", "positional", "str", None),), {})
    resources = {"C.roles": "Roles", "C.teams": "Teams"}
    owners = {"C": ["C"], "Roles": ["C.roles"], "Teams": ["C.teams"]}
    surface = Surface({"C": ()}, resources, methods, {"Role": model}, {}, {}, owners)
    changes = [
        PythonChange(True, "C.roles.create.focus", "is gone", "gone"),
        PythonChange(True, "C.teams.create.region", "is new and required", "needed"),
        PythonChange(True, "C.teams.create.org_id", "is keyword-only", "place"),
        PythonChange(True, "C.roles.list", "is gone", "gone"),
        PythonChange(True, "Role.name", "may be None", "read"),
        PythonChange(False, "C.roles.create.color", "is new and optional", "needed"),
    ]
    return Names(surface, changes)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("client.roles.list()", "C.roles.list"),
        ("roles.list", "C.roles.list"),
        ("anything.list()", "C.roles.list"),
        ("client.teams.list()", None),
        ("client.roles.list(5)", None),
        ("client.roles.create('o')", None),
        ("client.roles.create('o', focus='f')", "C.roles.create.focus"),
        ("client.roles.create('o', **options)", "C.roles.create.focus"),
        ("client.teams.create(org_id='o')", "C.teams.create.region"),
        ("client.roles.create(org_id='o', size=3)", None),
        ("row.name", "Role.name"),
        ("row.name()", None),
        ("row.name = 'x'", None),
    ],
)
def test_a_use_that_may_be_of_a_changed_name_is_found(names: Any, code: str, name: str | None) -> None:
    from review.untyped_code import changed_use

    tree = ast.parse(code)
    calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    node = next(node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    assert changed_use(node, calls.get(id(node)), names) == name


@pytest.mark.parametrize(
    ("kind", "is_untyped"),
    [("Unknown", True), ("Any", True), ("Unknown | None", True), ("list[Unknown]", False), ("SearchResult", False)],
)
def test_what_may_be_anything_is_untyped(kind: str, is_untyped: bool) -> None:
    from review import untyped_code

    assert untyped_code.is_untyped(kind) is is_untyped


def test_the_names_of_a_type_are_those_of_both_flavours_and_of_raw_responses(names: Any) -> None:
    for kind in ("Roles", "AsyncRoles", "RolesWithRawResponse", "Roles | None"):
        assert names.named(kind, "list") == ["C.roles.list"]
    assert names.named("Role | None", "name") == ["Role.name"]
    assert names.named("Registry", "list") == []


def test_questions_are_put_around_what_attributes_are_read_from() -> None:
    from review.sources import Source, asked, reads, with_questions

    text = textwrap.dedent(
        """\
        async def f(a: m.name, é):
            return (await a.name).name, é["ü"].name, [
                é
                .roles
                .name]
        """
    )
    source = Source(Path("f.py"), Path("f.py"), text, ast.parse(text))
    nodes = reads(source, {"name", "roles"})
    changed = with_questions(source, nodes)
    assert changed.splitlines() == [
        "async def f(a: m.name, é):",
        '    return (reveal_type(await reveal_type(a).name)).name, reveal_type(é["ü"]).name, [',
        "        reveal_type(reveal_type(é)",
        "        .roles)",
        "        .name]",
    ]
    lines = changed.splitlines()
    starts = [lines[line - 1][column:] for line, column in asked(changed)]
    assert [start[:6] for start in starts] == ["await ", "a).nam", 'é["ü"]', "reveal", "é)"]
    assert len(nodes) == len(starts)
