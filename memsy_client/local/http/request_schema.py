"""The rules by which requests are checked against the contract, and what a 422 says of each.

What compiles them is shared with the client: `memsy_client/_core/json_schema.py`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..._core.json_schema import TYPES, Check, Compiler, Location, Rule, Schema, Violation
from .. import clock

WHITE_SPACE = (
    "\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""The characters that `\\s` matches in a JSON Schema pattern: ECMAScript's white space, not Python's."""


def trim(text: str) -> str:
    """A text without the white space around it: how ids are stored and looked up."""
    return text.strip(WHITE_SPACE)


_EMAIL = re.compile(r"[^@\s]+@[^@\s.][^@\s]*")


def violation(loc: Sequence[str | int], msg: str, kind: str) -> Violation:
    """A violation as the service writes it into `detail` of a 422: a location, a message and a code."""
    return {"loc": list(loc), "msg": msg, "type": kind}


def _check_that(holds: Callable[[Any], bool], msg: str, kind: str) -> Check:
    """The check of a rule that a value as a whole keeps or breaks."""
    return lambda value, loc: [] if holds(value) else [violation(loc, msg, kind)]


_TYPE_ERRORS = {
    "string": ("Input should be a valid string", "string_type"),
    "integer": ("Input should be a valid integer", "int_type"),
    "number": ("Input should be a valid number", "float_type"),
    "boolean": ("Input should be a valid boolean", "bool_type"),
    "array": ("Input should be a valid list", "list_type"),
    "object": ("Input should be a valid dictionary", "dict_type"),
    "null": ("Input should be None", "none_required"),
}


def _type(rule: str | Sequence[str]) -> Check:
    names = [rule] if isinstance(rule, str) else rule
    tests = [TYPES[name] for name in names]
    is_one = tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)
    return _check_that(is_one, *_TYPE_ERRORS[names[0]])


def _enum(rule: Sequence[object]) -> Check:
    words = [repr(item) for item in rule]
    expected = " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    return _check_that(lambda value: value in rule, f"Input should be {expected}", "enum")


def _required(rule: Sequence[str]) -> Check:
    def check(value: Any, loc: Location) -> list[Violation]:
        if not isinstance(value, dict):
            return []
        return [violation([*loc, name], "Field required", "missing") for name in rule if name not in value]

    return check


def _bound(
    kind: type | tuple[type, ...], keeps: Callable[[Any, Any], bool], msg: str, code: str
) -> Callable[[Any], Check]:
    """A rule with one limit, for values of one type: `keeps(value, limit)` says whether a value is within it."""

    def rule_of(limit: Any) -> Check:
        return _check_that(lambda value: not isinstance(value, kind) or keeps(value, limit), msg.format(limit), code)

    return rule_of


def python_pattern(pattern: str) -> str:
    """A JSON Schema pattern in Python's syntax: white space is ECMAScript's, and `$` is the very end of the text."""
    inside, translated = False, []
    for piece in re.findall(r"\\.|.", pattern, re.DOTALL):
        if piece in ("[", "]"):
            inside = piece == "["
        if piece == r"\s":
            translated.append(WHITE_SPACE if inside else f"[{WHITE_SPACE}]")
        elif piece == r"\S" and not inside:
            translated.append(f"[^{WHITE_SPACE}]")
        elif piece == "$" and not inside:
            translated.append(r"\Z")
        else:
            translated.append(piece)
    return "".join(translated)


def _pattern(rule: str) -> Check:
    search = re.compile(python_pattern(rule), re.ASCII).search
    return _check_that(
        lambda value: not isinstance(value, str) or search(value) is not None,
        f"String should match pattern '{rule}'",
        "string_pattern_mismatch",
    )


def _format(rule: str) -> Check:
    if rule in _UNCHECKED_FORMATS:
        return lambda value, loc: []
    test, msg, code = _FORMATS[rule]
    return _check_that(lambda value: not isinstance(value, str) or test(value), msg, code)


def _is_date_time(value: str) -> bool:
    try:
        clock.parse(value)
    except ValueError:
        return False
    return True


_FORMATS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "date-time": (_is_date_time, "Input should be a valid datetime", "datetime_parsing"),
    "date": (lambda value: _is_date_time(f"{value}T00:00:00Z"), "Input should be a valid date", "date_parsing"),
    "email": (lambda value: _EMAIL.fullmatch(value) is not None, "Input should be an e-mail address", "value_error"),
}

_UNCHECKED_FORMATS = {"password"}
"""What only says how a text is to be treated."""

_NUMBER = (int, float)
_RULES: dict[str, Callable[[Any], Check]] = {
    "type": _type,
    "enum": _enum,
    "required": _required,
    "pattern": _pattern,
    "format": _format,
    "minLength": _bound(
        str, lambda value, limit: len(value) >= limit, "String should have at least {} characters", "string_too_short"
    ),
    "maxLength": _bound(
        str, lambda value, limit: len(value) <= limit, "String should have at most {} characters", "string_too_long"
    ),
    "minItems": _bound(
        list, lambda value, limit: len(value) >= limit, "List should have at least {} items", "too_short"
    ),
    "maxItems": _bound(list, lambda value, limit: len(value) <= limit, "List should have at most {} items", "too_long"),
    "minimum": _bound(_NUMBER, operator.ge, "Input should be greater than or equal to {}", "greater_than_equal"),
    "maximum": _bound(_NUMBER, operator.le, "Input should be less than or equal to {}", "less_than_equal"),
}


def _as_rule(make: Callable[[Any], Check]) -> Rule:
    return lambda compiler, rule, schema: make(rule)


def compiler(components: Mapping[str, Schema]) -> Compiler:
    """A compiler of the schemas of requests; `components` is `components.schemas` of the document."""
    return Compiler(components, {keyword: _as_rule(make) for keyword, make in _RULES.items()})
