"""Finding one's way in the contract: its objects with their kinds and pointers, references, responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

Document = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
#: What each kind of object holds; `*` stands for a map or list of that kind.
CHILDREN: dict[str, dict[str, str]] = {
    "document": {"paths": "*path", "components": "components"},
    "components": {
        "parameters": "*parameter",
        "requestBodies": "*body",
        "headers": "*header",
        "responses": "*response",
        "examples": "*example",
        "schemas": "*component schema",
        "pathItems": "*path",
    },
    "path": {"parameters": "*parameter", **dict.fromkeys(METHODS, "operation")},
    "operation": {"parameters": "*parameter", "requestBody": "body", "responses": "*response"},
    "parameter": {"schema": "schema", "content": "*media", "examples": "*example"},
    "header": {"schema": "schema", "content": "*media", "examples": "*example"},
    "body": {"content": "*media"},
    "response": {"headers": "*header", "content": "*media"},
    "media": {"schema": "media schema", "examples": "*example", "encoding": "*encoding"},
    "encoding": {"headers": "*header"},
    "example": {},
    "schema": {
        "properties": "*property",
        "patternProperties": "*property",
        "additionalProperties": "schema",
        "unevaluatedProperties": "schema",
        "propertyNames": "schema",
        "items": "schema",
        "prefixItems": "*schema",
        "contains": "schema",
        "allOf": "*schema",
        "anyOf": "*schema",
        "oneOf": "*schema",
        "not": "schema",
        "if": "schema",
        "then": "schema",
        "else": "schema",
        "dependentSchemas": "*schema",
        "$defs": "*component schema",
    },
}
for _alias in ("component schema", "media schema", "property"):
    CHILDREN[_alias] = CHILDREN["schema"]


class Node(NamedTuple):
    """An object of the document."""

    kind: str
    path: tuple[str, ...]
    value: dict[str, Any]

    @property
    def pointer(self) -> str:
        """Its JSON pointer, which finds it in the YAML as well."""
        return json_pointer(self.path)


def json_pointer(path: tuple[str, ...]) -> str:
    return "#" + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def target(document: Document, reference: str) -> Any:
    """What a reference within the document points to; raises LookupError when that is nothing."""
    start, *steps = reference.split("/")
    if start != "#":
        raise LookupError(reference)
    value: Any = document
    for step in steps:
        step = step.replace("~1", "/").replace("~0", "~")
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def resolved(document: Document, value: dict[str, Any]) -> dict[str, Any]:
    """The object itself, or what it refers to."""
    while "$ref" in value:
        value = target(document, value["$ref"])
    return value


def nodes(document: Document, *kinds: str) -> Iterator[Node]:
    """Every object of these kinds, where it is written."""
    return (node for node in walk(Node("document", (), document)) if node.kind in kinds)


def walk(node: Node) -> Iterator[Node]:
    yield node
    for key, kind in CHILDREN[node.kind].items():
        value = node.value.get(key)
        children: dict[tuple[str, ...], Any] = {(key,): value}
        if kind.startswith("*"):
            steps = enumerate(value) if isinstance(value, list) else (value or {}).items()
            children = {(key, str(step)): child for step, child in steps}
        for path, child in children.items():
            if isinstance(child, dict):
                yield from walk(Node(kind.lstrip("*"), (*node.path, *path), child))


def references(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every reference with the pointer of where it is, from anywhere."""
    if isinstance(value, dict) and isinstance(value.get("$ref"), str):
        yield json_pointer(path), value["$ref"]
    for step, child in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(child, (dict, list)):
            yield from references(child, (*path, str(step)))


def responses(document: Document) -> Iterator[tuple[Node, str, dict[str, Any]]]:
    """Every operation with each status and the response in full."""
    for node in nodes(document, "operation"):
        for status, response in node.value.get("responses", {}).items():
            yield node, status, resolved(document, response)
