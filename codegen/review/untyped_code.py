"""Uses of changed names of which no type checker can tell: the receiver has no type, or an argument that is given by
position is another one now, of the same type.
"""

from __future__ import annotations

import ast
import inspect

from .judgement import PythonChange
from .names import Names
from .surface import Method, Parameter

_KINDS = {
    "positional": inspect.Parameter.POSITIONAL_OR_KEYWORD,
    "keyword": inspect.Parameter.KEYWORD_ONLY,
    "*": inspect.Parameter.VAR_POSITIONAL,
    "**": inspect.Parameter.VAR_KEYWORD,
}


def is_untyped(kind: str) -> bool:
    """Whether a type, as pyright prints it, may be anything."""
    return not {"Unknown", "Any"}.isdisjoint(kind.split(" | "))


def changed_use(node: ast.Attribute, call: ast.Call | None, names: Names) -> str | None:
    """The changed name that an attribute of something untyped may be, called by `call` if at all; None if it is not.

    A name that fits what it is read from goes first: `memories` in `client.memories.stats`.
    """
    if not isinstance(node.ctx, ast.Load):
        return None
    receiver = _last_name(node.value)
    resources = {name.rpartition(".")[2] for name in names.surface.resources}
    fitting: list[tuple[bool, str]] = []
    for owner, found in _changed(node.attr, call, names):
        last = owner.rpartition(".")[2]
        if receiver not in resources or receiver == last:
            fitting.append((receiver != last, found))
    return min(fitting, key=lambda each: each[0])[1] if fitting else None


def moved_argument(name: str, parameters: tuple[Parameter, ...], call: ast.Call, names: Names) -> str | None:
    """The argument of a method or model that a call gives by position, and that has another position now."""
    given = _arguments(parameters, call) or {}
    for change in names.under(name):
        if change.is_breaking and change.effect == "place" and given.get(change.name.rpartition(".")[2]):
            return change.name
    return None


def _changed(attribute: str, call: ast.Call | None, names: Names) -> list[tuple[str, str]]:
    """Who has such an attribute, and which changed name a use of it concerns."""
    surface = names.surface
    of_methods = [
        (name.rpartition(".")[0], _method_use(name, method, call, names))
        for name, method in surface.methods.items()
        if name.endswith(f".{attribute}")
    ]
    of_resources = [
        (name.rpartition(".")[0], _breaking(name, names, {"gone"}))
        for name in surface.resources
        if name.endswith(f".{attribute}")
    ]
    of_models = [
        (model, _breaking(f"{model}.{attribute}", names, {"gone", "read"}))
        for model, its in surface.models.items()
        if call is None and attribute in its.attributes
    ]
    return [(owner, name) for owner, name in [*of_methods, *of_resources, *of_models] if name]


def _breaking(name: str, names: Names, effects: set[str]) -> str | None:
    """The name itself, if it breaks in one of these ways."""
    found = names.changes.get(name, ())
    return name if any(change.is_breaking and change.effect in effects for change in found) else None


def _method_use(name: str, method: Method, call: ast.Call | None, names: Names) -> str | None:
    """The breaking change that a use of a method meets, by its name."""
    given = _arguments(method.parameters, call) if call is not None else {}
    if given is None:
        return None  # it is called as this method cannot be: another's
    for change in names.under(name):
        if change.is_breaking and (change.name == name or (call is not None and _meets(change, given))):
            return change.name
    return None


def _arguments(expected: tuple[Parameter, ...], call: ast.Call) -> dict[str, bool] | None:
    """The names of the arguments that a call gives, each with whether by position; None when it does not fit.

    What `*` and `**` stand for is not known: such a call fits.
    """
    if any(isinstance(argument, ast.Starred) for argument in call.args) or any(not each.arg for each in call.keywords):
        return {part.name: True for part in expected}
    parameters = [
        inspect.Parameter(
            part.name, _KINDS[part.kind], default=inspect.Parameter.empty if part.default is None else part.default
        )
        for part in expected
    ]
    by_name = {str(each.arg): None for each in call.keywords}
    try:
        bound = inspect.Signature(parameters).bind(*call.args, **by_name)
    except TypeError:
        return None
    return {name: name not in by_name for name in bound.arguments}


def _meets(change: PythonChange, given: dict[str, bool]) -> bool:
    """Whether a call that gives these arguments meets the change of one."""
    name = change.name.rpartition(".")[2]
    if change.effect in ("needed", "meaning"):
        return name not in given
    return given.get(name, False) if change.effect == "place" else name in given


def _last_name(node: ast.expr) -> str:
    """What a receiver is called: the last name of a chain."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
