"""Whether every value of one annotation is a value of another."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

Literals = Mapping[str, tuple[Any, ...]]

#: Types within others, beside the types themselves.
_WIDER = {
    "bool": {"int", "float"},
    "int": {"float"},
    "datetime.datetime": {"datetime.date"},
    "list": {"Iterable", "Sequence", "Collection"},
    "dict": {"Mapping"},
}
_ANYTHING = {"Any", "object"}


def is_within(narrow: str, wide: str, narrow_literals: Literals, wide_literals: Literals) -> bool:
    """Whether `narrow` is within `wide`. A vocabulary of the same name is taken to be the same one."""
    members, others = (_members(ast.parse(text, mode="eval").body) for text in (narrow, wide))
    literals = (narrow_literals, wide_literals)
    return all(any(_member(member, other, literals) for other in others) for member in members)


def _members(node: ast.expr) -> list[ast.expr]:
    """The members of a union."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_members(node.left), *_members(node.right)]
    return [node]


def _member(narrow: ast.expr, wide: ast.expr, literals: tuple[Literals, Literals]) -> bool:
    one, other = ast.unparse(narrow), ast.unparse(wide)
    if one == other or other in _ANYTHING:
        return True
    values, allowed = literals[0].get(one), literals[1].get(other)
    if values is not None:
        kind = {type(value).__name__ for value in values}
        return kind == {other} if allowed is None else set(values) <= set(allowed)
    name, parameters = _generic(narrow)
    wider, others = _generic(wide)
    if name != wider and wider not in _WIDER.get(name, ()):
        return False
    if len(parameters) != len(others):
        return not others
    pairs = zip(parameters, others, strict=True)
    return all(is_within(ast.unparse(part), ast.unparse(each), *literals) for part, each in pairs)


def _generic(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """A type without its parameters, and those."""
    if not isinstance(node, ast.Subscript):
        return ast.unparse(node), []
    return ast.unparse(node.value), node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
