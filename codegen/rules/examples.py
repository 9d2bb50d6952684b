"""Examples and defaults are of their schemas."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from .nodes import Node, json_pointer, resolved, walk
from .registry import Document, Faults, wrong


def closed(value: Any, open_schemas: set[int], inside_all_of: bool = False) -> Any:
    """A copy whose objects refuse properties which they do not declare, so that a misspelt one is found."""
    if isinstance(value, list):
        return [closed(item, open_schemas, inside_all_of) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: closed(child, open_schemas, key == "allOf") for key, child in value.items()}
    declares = isinstance(value.get("properties"), dict) or "allOf" in value
    if declares and not inside_all_of and id(value) not in open_schemas and "additionalProperties" not in value:
        copy["unevaluatedProperties"] = False
    return copy


def bases(document: Document) -> set[int]:
    """The identities of schemas which others take up with `allOf`: what else there is, those declare."""
    found = set()
    for node in walk(Node("document", (), document)):
        if "schema" in node.kind or node.kind == "property":
            for part in node.value.get("allOf", []):
                found.add(id(resolved(document, part)))
    return found


def samples(document: Document, node: Node) -> Iterator[tuple[str, Any]]:
    """The examples of an object, each with its pointer."""
    if "example" in node.value:
        yield f"{node.pointer}/example", node.value["example"]
    several = node.value.get("examples", [])
    if isinstance(several, list):  # a schema's
        yield from ((f"{node.pointer}/examples/{index}", value) for index, value in enumerate(several))
        return
    for name, example in several.items():
        pointer = example.get("$ref", f"{node.pointer}/examples/{name}")
        yield pointer, resolved(document, example).get("value", NO_VALUE)


NO_VALUE = object()


@wrong
def examples_are_valid(document: Document) -> Faults:
    """Every example is of its schema, and names no property that is not declared; every default is of its schema."""
    registry = Registry().with_resource("urn:contract", DRAFT202012.create_resource(closed(document, bases(document))))
    for node in walk(Node("document", (), document)):
        if node.kind in {"document", "components", "path", "operation", "example"}:
            continue
        of_schema = "schema" in node.kind or node.kind == "property"
        at = node.pointer if of_schema else f"{node.pointer}/schema"
        schema = {"$ref": "urn:contract" + quote(at, safe="#/~")}
        validator = Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
        has_schema = of_schema or "schema" in node.value
        for pointer, value in samples(document, node):
            yield from _example_faults(validator if has_schema else None, pointer, value)
        if of_schema and "default" in node.value:
            for error in validator.iter_errors(node.value["default"]):
                yield f"{node.pointer}/default: {error.message}"


@wrong
def numbers_are_of_json(document: Document) -> Faults:
    """YAML writes infinity and what is not a number; JSON does not."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, float) and not math.isfinite(value):
            yield f"{json_pointer(path)}: {value} is not a value of JSON"
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        waiting += [((*path, str(step)), child) for step, child in children]


def _example_faults(validator: Draft202012Validator | None, pointer: str, value: Any) -> Faults:
    if value is NO_VALUE:
        yield f"{pointer}: an example without a value"
    elif validator is None:
        yield f"{pointer}: an example without a schema"
    else:
        yield from (f"{pointer}: {error.json_path}: {error.message}" for error in validator.iter_errors(value))
