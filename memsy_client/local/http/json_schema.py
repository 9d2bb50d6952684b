"""Validates requests against the schemas of the contract.

A schema is compiled once into a function from a value to its violations. The compiler knows the keywords that
openapi.yaml uses and refuses any other, so that a rule added to the contract is never silently ignored here.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import clock

Schema = Mapping[str, Any]
Location = list["str | int"]
"""The path to a value: `body`, `query` or `path`, then names and list indices."""

Violation = dict[str, Any]
"""One entry of a 422's `detail`, as the service writes it: a location, a message and a code."""

Check = Callable[[Any, Location], list[Violation]]
"""Takes a value and its location; returns how the value violates the schema."""

WHITE_SPACE = (
    "\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""The characters that `\\s` matches in a JSON Schema pattern: ECMAScript's white space, not Python's."""


def trim(text: str) -> str:
    """A text without the white space around it: how ids are stored and looked up."""
    return text.strip(WHITE_SPACE)


_ANNOTATIONS = {"description", "default", "example", "examples", "title", "deprecated"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s.][^@\s]*")


def violation(loc: Sequence[str | int], msg: str, kind: str) -> Violation:
    """Make a violation."""
    return {"loc": list(loc), "msg": msg, "type": kind}


class Compiler:
    """Compiles the schemas of one document, each `$ref` once.

    Args:
        components: `components.schemas` of the document.
    """

    def __init__(self, components: Mapping[str, Schema]) -> None:
        self._components = components
        self._by_ref: dict[str, Check] = {}

    def compile(self, schema: Schema) -> Check:
        """The check of a schema.

        Raises:
            ValueError: The schema uses a keyword that the compiler does not know.
        """
        checks: list[Check] = []
        if "maxItems" in schema:
            # The items of a list that is too long are not checked: there may be any number of them.
            length = _RULES["maxItems"](schema["maxItems"])
            rest = self.compile({keyword: rule for keyword, rule in schema.items() if keyword != "maxItems"})
            return lambda value, loc: length(value, loc) or rest(value, loc)
        for keyword, rule in schema.items():
            if keyword in _ANNOTATIONS or keyword.startswith("x-"):
                continue
            if keyword == "$ref":
                checks.append(self._reference(rule))
            elif keyword in _RULES:
                checks.append(_RULES[keyword](rule))
            elif keyword in _NESTED:
                checks.append(_NESTED[keyword](self, rule))
            else:
                raise ValueError(f"the contract uses {keyword!r}, which the local server cannot check")
        return _run_all(checks)

    def _reference(self, ref: str) -> Check:
        if ref not in self._by_ref:
            name = ref.removeprefix("#/components/schemas/")
            # A schema may refer to itself: what is being compiled is found here by the time it runs.
            self._by_ref[ref] = lambda value, loc: self._by_ref[ref](value, loc)
            self._by_ref[ref] = self.compile(self._components[name])
        return self._by_ref[ref]

    def _properties(self, rule: Mapping[str, Schema]) -> Check:
        checks = {name: self.compile(schema) for name, schema in rule.items()}

        def check(value: Any, loc: Location) -> list[Violation]:
            found: list[Violation] = []
            if isinstance(value, dict):
                for name, run in checks.items():
                    if name in value:
                        found += run(value[name], [*loc, name])
            return found

        return check

    def _additional_properties(self, rule: bool | Schema) -> Check:
        if rule is True:
            return lambda value, loc: []
        if rule is False:
            raise ValueError("the contract closes an object, which the local server cannot check")
        run = self.compile(rule)

        def check(value: Any, loc: Location) -> list[Violation]:
            if not isinstance(value, dict):
                return []
            return [found for name, item in value.items() for found in run(item, [*loc, name])]

        return check

    def _items(self, rule: Schema) -> Check:
        run = self.compile(rule)

        def check(value: Any, loc: Location) -> list[Violation]:
            if not isinstance(value, list):
                return []
            return [found for index, item in enumerate(value) for found in run(item, [*loc, index])]

        return check

    def _all_of(self, rule: Sequence[Schema]) -> Check:
        return _run_all([self.compile(schema) for schema in rule])

    def _any_of(self, rule: Sequence[Schema]) -> Check:
        checks = [self.compile(schema) for schema in rule]

        def check(value: Any, loc: Location) -> list[Violation]:
            outcomes = [run(value, loc) for run in checks]
            return [] if any(not found for found in outcomes) else min(outcomes, key=len)

        return check


def _run_all(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]

    def check(value: Any, loc: Location) -> list[Violation]:
        found: list[Violation] = []
        for run in checks:
            found += run(value, loc)
        if len(found) > 1:
            # One for each location is enough: an empty text is too short, and need not match a pattern as well.
            found = list({tuple(item["loc"]): item for item in reversed(found)}.values())[::-1]
        return found

    return check


def _check_that(holds: Callable[[Any], bool], msg: str, kind: str) -> Check:
    """The check of a rule that a value as a whole keeps or breaks."""
    return lambda value, loc: [] if holds(value) else [violation(loc, msg, kind)]


def is_integer(value: object) -> bool:
    """Whether a JSON value is an integer; 1.0 is one, True is not."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


_TYPES: dict[str, tuple[Callable[[Any], bool], str, str]] = {
    "string": (lambda value: isinstance(value, str), "Input should be a valid string", "string_type"),
    "integer": (is_integer, "Input should be a valid integer", "int_type"),
    "number": (
        lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
        "Input should be a valid number",
        "float_type",
    ),
    "boolean": (lambda value: isinstance(value, bool), "Input should be a valid boolean", "bool_type"),
    "array": (lambda value: isinstance(value, list), "Input should be a valid list", "list_type"),
    "object": (lambda value: isinstance(value, dict), "Input should be a valid dictionary", "dict_type"),
    "null": (lambda value: value is None, "Input should be None", "none_required"),
}


def _type(rule: str | Sequence[str]) -> Check:
    kinds = [_TYPES[name] for name in ([rule] if isinstance(rule, str) else rule)]
    _, msg, code = kinds[0]
    tests = [test for test, _, _ in kinds]
    return _check_that(lambda value: any(test(value) for test in tests), msg, code)


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

_NESTED: dict[str, Callable[[Compiler, Any], Check]] = {
    "properties": Compiler._properties,
    "additionalProperties": Compiler._additional_properties,
    "items": Compiler._items,
    "allOf": Compiler._all_of,
    "anyOf": Compiler._any_of,
}
