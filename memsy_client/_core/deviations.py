"""Where a response deviates from the contract although a client takes it: decoding is tolerant, and keeps no list.

The list is made when it is asked for, by checking the body against the contract's schema of the response. Only types
and the presence of required fields count: unknown fields and words, and values beyond a limit, are no deviation.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..exceptions import MemsyDecodeError
from . import decode
from .json_schema import TYPES, Check, Compiler, Location, Rule, Schema, Violation, load_contract, resolve


class Deviation(NamedTuple):
    """Something in a response that is not as the contract says, and was taken nevertheless.

    Attributes:
        path: Where it is, as in `MemsyDecodeError.location`: `results[3].score`; empty for the body as a whole.
        expected: What the contract has there, such as `an integer`.
        found: What came, such as `a string`, or `nothing` where a required field is absent. Never the value itself.
    """

    path: str
    expected: str
    found: str


def find_deviations(method: str, path: str, status: int, body: Any) -> tuple[Deviation, ...]:
    """The deviations of the body of a successful response, in the order of the contract's fields.

    Args:
        method: The HTTP method of the operation.
        path: Its path in the contract, with placeholders. Of an operation that the contract lacks nothing is known.
        status: The status of the response, 2xx.
        body: The parsed JSON.
    """
    check = _check_of(method, path, status)
    if check is None:
        return ()
    return tuple(Deviation(_location(found["loc"]), found["expected"], found["found"]) for found in check(body, []))


@functools.cache
def _check_of(method: str, path: str, status: int) -> Check | None:
    """The check of a response's body; None where the contract has none."""
    document = load_contract()
    responses = document["paths"].get(path, {}).get(method.lower(), {}).get("responses", {})
    successes = [code for code in responses if code.startswith("2")]
    # Clients take any 2xx for the success that the contract describes.
    code = str(status) if str(status) in successes else next(iter(successes), None)
    if code is None:
        return None
    content = resolve(document, responses[code]).get("content", {})
    return _compiler().compile(content["application/json"]["schema"]) if "application/json" in content else None


def _location(steps: Location) -> str:
    """A path as errors write it."""
    error = MemsyDecodeError("")
    for step in reversed(steps):
        error.prepend_location(step)
    return error.location


_ABSENT = object()
"""Stands for a field that is not there; it is of no JSON type."""

_NAMES = {
    "string": "a string",
    "boolean": "a boolean",
    "array": "a list",
    "object": "an object",
    "null": "null",
    "number": "a number",
    "integer": "an integer",
}


def _is_written_as_integer(value: object) -> bool:
    """Whether it is a JSON integer without a decimal point: 3, and not 3.0."""
    return isinstance(value, int) and not isinstance(value, bool)


_TYPES: Mapping[str, Callable[[Any], bool]] = {**TYPES, "integer": _is_written_as_integer}


def _violation(loc: Location, expected: str, value: object) -> Violation:
    found = next((name for kind, name in _NAMES.items() if _TYPES[kind](value)), "nothing")
    return {"loc": loc, "expected": expected, "found": found}


def _type(compiler: Compiler, rule: str | Sequence[str], schema: Schema) -> Check:
    kinds = [rule] if isinstance(rule, str) else list(rule)
    tests = [_TYPES[kind] for kind in kinds]
    expected = " or ".join(_NAMES[kind] for kind in kinds if kind != "null") or "null"
    return lambda value, loc: [] if any(test(value) for test in tests) else [_violation(loc, expected, value)]


def _required(compiler: Compiler, rule: Sequence[str], schema: Schema) -> Check:
    properties = schema.get("properties", {})
    checks = {name: compiler.compile(properties.get(name, {})) for name in rule}

    def check(value: Any, loc: Location) -> list[Violation]:
        if not isinstance(value, dict):
            return []
        found: list[Violation] = []
        for name, run in checks.items():
            if name not in value:
                here = [*loc, name]
                found += run(_ABSENT, here) or [_violation(here, "a value", _ABSENT)]
        return found

    return check


_FORMATS: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "date-time": (decode.time, "an ISO 8601 date-time"),
    "date": (decode.date, "an ISO 8601 date"),
}


def _format(compiler: Compiler, rule: str, schema: Schema) -> Check:
    if rule not in _FORMATS:
        return _no_check
    read, expected = _FORMATS[rule]

    def check(value: Any, loc: Location) -> list[Violation]:
        if not isinstance(value, str):
            return []
        try:
            read(value)
        except MemsyDecodeError:
            return [_violation(loc, expected, value)]
        return []

    return check


def _no_check(value: Any, loc: Location) -> list[Violation]:
    return []


def _ignored(compiler: Compiler, rule: Any, schema: Schema) -> Check:
    return _no_check


_LIMITS = ("enum", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum")
_RULES: Mapping[str, Rule] = {
    "type": _type,
    "required": _required,
    "format": _format,
    **dict.fromkeys(_LIMITS, _ignored),
}


@functools.cache
def _compiler() -> Compiler:
    return Compiler(load_contract()["components"]["schemas"], _RULES)
