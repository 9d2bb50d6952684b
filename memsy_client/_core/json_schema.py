"""Compiles the schemas of the contract into checks of JSON values.

A schema is compiled once into a function from a value to its violations. What a keyword checks, and what a violation
says, is up to the rules that a compiler is given: the embedded server checks requests by all of them, a client only
looks for types that differ in responses.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any

Schema = Mapping[str, Any]
Location = list["str | int"]
"""The path to a value: names and list indices."""

Violation = dict[str, Any]
"""How a value violates a schema: its location as `loc`, and whatever the rules add."""

Check = Callable[[Any, Location], list[Violation]]
"""Takes a value and its location; returns how the value violates the schema."""

Rule = Callable[["Compiler", Any, Schema], Check]
"""Makes the check of a keyword, given its value and the schema that it stands in."""


@functools.cache
def load_contract() -> Mapping[str, Any]:
    """The document that this version of the package was generated from; do not change it."""
    document: Mapping[str, Any] = json.loads(
        resources.files("memsy_client").joinpath("_generated/openapi.json").read_text("utf-8")
    )
    return document


def resolve(document: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, Any]:
    """An item of a document, or what it refers to."""
    while "$ref" in item:
        target: Any = document
        for part in item["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        item = target
    return item


_ANNOTATIONS = {"description", "default", "example", "examples", "title", "deprecated"}


class Compiler:
    """Compiles the schemas of one document, each `$ref` once.

    Args:
        components: `components.schemas` of the document.
        rules: The checks of the keywords that are not about what is inside a value. A keyword that has none is
            refused, so that a rule added to the contract is never silently ignored.
    """

    def __init__(self, components: Mapping[str, Schema], rules: Mapping[str, Rule]) -> None:
        self._components = components
        self._rules = {**rules, **_NESTED}
        self._by_ref: dict[str, Check] = {}

    def compile(self, schema: Schema) -> Check:
        """The check of a schema.

        Raises:
            ValueError: The schema uses a keyword that the compiler does not know.
        """
        if "maxItems" in schema:
            # The items of a list that is too long are not checked: there may be any number of them.
            length = self._rules["maxItems"](self, schema["maxItems"], schema)
            rest = self.compile({keyword: rule for keyword, rule in schema.items() if keyword != "maxItems"})
            return lambda value, loc: length(value, loc) or rest(value, loc)
        checks: list[Check] = []
        for keyword, rule in schema.items():
            if keyword in _ANNOTATIONS or keyword.startswith("x-"):
                continue
            if keyword not in self._rules:
                raise ValueError(f"the contract uses {keyword!r}, which cannot be checked")
            checks.append(self._rules[keyword](self, rule, schema))
        return _run_all(checks)

    def _reference(self, ref: str, schema: Schema) -> Check:
        if ref not in self._by_ref:
            name = ref.removeprefix("#/components/schemas/")
            # A schema may refer to itself: what is being compiled is found here by the time it runs.
            self._by_ref[ref] = lambda value, loc: self._by_ref[ref](value, loc)
            self._by_ref[ref] = self.compile(self._components[name])
        return self._by_ref[ref]

    def _properties(self, rule: Mapping[str, Schema], schema: Schema) -> Check:
        checks = {name: self.compile(inner) for name, inner in rule.items()}

        def check(value: Any, loc: Location) -> list[Violation]:
            found: list[Violation] = []
            if isinstance(value, dict):
                for name, run in checks.items():
                    if name in value:
                        found += run(value[name], [*loc, name])
            return found

        return check

    def _additional_properties(self, rule: bool | Schema, schema: Schema) -> Check:
        if rule is True:
            return lambda value, loc: []
        if rule is False:
            raise ValueError("the contract closes an object, which cannot be checked")
        run = self.compile(rule)

        def check(value: Any, loc: Location) -> list[Violation]:
            if not isinstance(value, dict):
                return []
            return [found for name, item in value.items() for found in run(item, [*loc, name])]

        return check

    def _items(self, rule: Schema, schema: Schema) -> Check:
        run = self.compile(rule)

        def check(value: Any, loc: Location) -> list[Violation]:
            if not isinstance(value, list):
                return []
            return [found for index, item in enumerate(value) for found in run(item, [*loc, index])]

        return check

    def _all_of(self, rule: Sequence[Schema], schema: Schema) -> Check:
        return _run_all([self.compile(inner) for inner in rule])

    def _any_of(self, rule: Sequence[Schema], schema: Schema) -> Check:
        checks = [self.compile(inner) for inner in rule]

        def check(value: Any, loc: Location) -> list[Violation]:
            outcomes = [run(value, loc) for run in checks]
            # The alternative that takes the value itself, and not what is inside it, is the one that was meant.
            return min(outcomes, key=lambda found: (any(item["loc"] == loc for item in found), len(found)))

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


def is_integer(value: object) -> bool:
    """Whether a JSON value is an integer; 1.0 is one, True is not."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": is_integer,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}
"""Whether a JSON value is of a type, by the type's name."""

_NESTED: Mapping[str, Rule] = {
    "$ref": Compiler._reference,
    "properties": Compiler._properties,
    "additionalProperties": Compiler._additional_properties,
    "items": Compiler._items,
    "allOf": Compiler._all_of,
    "anyOf": Compiler._any_of,
}
