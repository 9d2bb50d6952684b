"""Where null may stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .nodes import Node, nodes, resolved, target, walk
from .registry import Document, Faults, incomplete


def takes_null(document: Document, schema: dict[str, Any]) -> bool:
    """Whether null is allowed; it is, by a schema that says nothing of the type."""
    schema = resolved(document, schema) | {key: value for key, value in schema.items() if key != "$ref"}
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return any(takes_null(document, part) for part in schema[key])
    if "allOf" in schema:
        return all(takes_null(document, part) for part in schema["allOf"])
    if "enum" in schema:
        return None in schema["enum"]
    if "const" in schema:
        return schema["const"] is None
    types = schema.get("type", "null")
    return "null" in types if isinstance(types, list) else types == "null"


def reached(document: Document, start: Node, seen: set[str]) -> Iterator[Node]:
    """The nodes under one, through references, each pointer once."""
    for node in walk(start):
        if node.pointer in seen:
            continue
        seen.add(node.pointer)
        yield node
        if "$ref" in node.value:
            path = tuple(step.replace("~1", "/").replace("~0", "~") for step in node.value["$ref"][2:].split("/"))
            kind = {"schemas": "component schema", "requestBodies": "body"}.get(path[1], path[1].rstrip("s"))
            yield from reached(document, Node(kind, path, target(document, node.value["$ref"])), seen)


@incomplete
def requests_hold_no_null(document: Document) -> Faults:
    """In requests nothing is null: an optional field is left out instead."""
    seen: set[str] = set()
    for start in nodes(document, "operation", "path"):
        for part in walk(start):
            if part.kind not in {"parameter", "body"}:
                continue
            for node in reached(document, part, seen):
                is_schema = "schema" in node.kind or node.kind == "property"
                if is_schema and takes_null(document, node.value):
                    yield f"{node.pointer}: may be null, in a request"
                if is_schema and "default" in node.value and node.value["default"] is None:
                    yield f"{node.pointer}/default: null, in a request"


@incomplete
def answers_promise_what_is_required(document: Document) -> Faults:
    """In answers a required field is never null, and any other may be; what is required is declared."""
    seen: set[str] = set()
    for start in nodes(document, "response"):
        for node in reached(document, start, seen):
            properties = node.value.get("properties") if "schema" in node.kind or node.kind == "property" else None
            for name, schema in (properties or {}).items():
                pointer = f"{node.pointer}/properties/{name}"
                null = takes_null(document, schema)
                if name in node.value.get("required", []) and null:
                    yield f"{pointer}: required but may be null"
                if name not in node.value.get("required", []) and not null:
                    yield f"{pointer}: optional but never null"
