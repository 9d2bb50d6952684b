"""The contract as a document: its file, its references, its operations."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
#: Where a document holds values of the service's, not schemas.
NO_SCHEMAS = {"const", "default", "enum", "example", "examples"}

#: What a schema says beside what it allows.
_NOTES = {"description", "default", "example", "examples", "title", "deprecated", "readOnly", "writeOnly"}


class ContractError(Exception):
    """The document says something that cannot be generated."""


def read_document(spec: Path) -> dict[str, Any]:
    """The document, with nothing in it but what JSON knows, and null as 3.1 writes it. Raises `ContractError`."""
    try:
        document = _json_values(YAML(typ="safe").load(spec))
    except (OSError, UnicodeError, YAMLError) as error:
        raise ContractError(f"{spec.name} is not YAML: {error}") from error
    except RecursionError:
        raise ContractError(f"{spec.name} has an anchor that contains itself") from None
    if not isinstance(document, dict):
        raise ContractError(f"{spec.name} is not an OpenAPI document")
    return {name: _null_as_type(value) for name, value in document.items()}


def _null_as_type(node: Any) -> Any:
    """The schemas under a node with `nullable: true` of OpenAPI 3.0 as the type null."""
    if isinstance(node, list):
        return [_null_as_type(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    node = {key: value if key in NO_SCHEMAS else _null_as_type(value) for key, value in node.items()}
    # In a map of properties it is a name as any other.
    return _or_null(node) if isinstance(node.get("nullable"), bool) and node.pop("nullable") else node


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that allows null besides."""
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return schema | {union: [*schema[union], {"type": "null"}]}
    if isinstance(schema.get("type"), str) and "allOf" not in schema:
        values = {"enum": [*schema["enum"], None]} if "enum" in schema and None not in schema["enum"] else {}
        return schema | {"type": [schema["type"], "null"]} | values
    notes = {key: schema.pop(key) for key in list(schema) if key in _NOTES}
    return {"anyOf": [schema, {"type": "null"}], **notes}


def _json_values(node: Any) -> Any:
    """YAML's values as JSON has them: names are text, and so are times that stand without quotes."""
    if isinstance(node, dict):
        return {str(name): _json_values(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_json_values(value) for value in node]
    return node.isoformat() if isinstance(node, datetime.date) else node


def as_the_library_reads_it(node: Any, name: str = "") -> Any:
    """The document with what openapi-python-client misreads written otherwise.

    Null is taken out of enums, which would become classes with odd names. A list whose items have a schema each is an
    object with their indexes for names, marked `x-tuple`, because their order would be lost.
    """
    if isinstance(node, list):
        return [as_the_library_reads_it(item, name) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("prefixItems"), list):
        return _tuple_as_object(node)
    values = node.get("enum")
    if not isinstance(values, list) or None not in values or len(values) == 1:
        return {key: value if key in NO_SCHEMAS else as_the_library_reads_it(value, key) for key, value in node.items()}
    others = {key: value for key, value in node.items() if key not in ("enum", "type")}
    listed = [*values]
    listed.remove(None)
    return others | {"anyOf": [{"title": name, "enum": listed}, {"type": "null"}]}


def _tuple_as_object(node: dict[str, Any]) -> dict[str, Any]:
    items = {str(index): as_the_library_reads_it(item) for index, item in enumerate(node["prefixItems"])}
    notes = {key: value for key, value in node.items() if key in _NOTES}
    plain = {"type": "object", "properties": items, "required": list(items), "x-tuple": True}
    return notes | ({"anyOf": [plain, {"type": "null"}]} if "null" in node.get("type", ()) else plain)


@dataclass(frozen=True)
class RawOperation:
    """One operation as the document has it; references to parameters, bodies and responses are followed.

    The parameters are its own, and those of its path that it does not replace; responses are by their status codes.
    """

    path: str
    method: str
    node: dict[str, Any]
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any]
    responses: dict[str, dict[str, Any]]
    planes: tuple[str, ...]

    @property
    def pointer(self) -> str:
        """Its JSON pointer."""
        return f"#/paths/{self.path.replace('~', '~0').replace('/', '~1')}/{self.method}"


def planes(servers: list[dict[str, Any]]) -> tuple[str, ...]:
    """The planes of servers, in their order."""
    return tuple(dict.fromkeys(str(server.get("x-plane", "core")) for server in servers))


class Document:
    """The document, read with its references followed."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content
        self.schemas: dict[str, Any] = content.get("components", {}).get("schemas", {})
        self.tag_descriptions = {tag["name"]: tag.get("description", "") for tag in content.get("tags", [])}
        self.operations = [
            self._operation(path, method, item)
            for path, item in content.get("paths", {}).items()
            for method in item
            if method in METHODS
        ]

    def resolve(self, node: Any) -> Any:
        """The node that a `$ref` stands for; any other node itself."""
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self._content
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def references(self, node: Any) -> set[str]:
        """The references that a node holds, directly or in what they stand for."""
        found: set[str] = set()
        waiting = [node]
        while waiting:
            node = waiting.pop()
            if isinstance(node, dict):
                reference = node.get("$ref")
                if isinstance(reference, str) and reference not in found:
                    found.add(reference)
                    waiting.append(self.resolve(node))
                waiting.extend(node.values())
            elif isinstance(node, list):
                waiting.extend(node)
        return found

    def find(self, keyword: str) -> Iterator[dict[str, Any]]:
        """The objects of the document that have a keyword, values of the service's apart."""
        waiting: list[Any] = [self._content]
        while waiting:
            node = waiting.pop()
            if isinstance(node, dict):
                if keyword in node:
                    yield node
                waiting += [inner for name, inner in node.items() if name not in NO_SCHEMAS]
            elif isinstance(node, list):
                waiting += node

    def schema(self, node: Any) -> dict[str, Any]:
        """A schema with its references followed and the parts of its allOf put together.

        Keywords beside a reference or an allOf take precedence.
        """
        if not isinstance(node, dict):
            return {}
        own = {key: value for key, value in node.items() if key not in ("$ref", "allOf")}
        parts = [self.schema(self.resolve(node))] if "$ref" in node else []
        parts += [self.schema(part) for part in node.get("allOf", [])]
        merged: dict[str, Any] = {}
        for part in [*parts, own]:
            fields = {**merged.get("properties", {}), **part.get("properties", {})}
            merged |= part
            if fields:
                merged["properties"] = fields
        return merged

    def description(self, node: Any) -> str:
        """The description of a node, or of the nullable schema inside it."""
        schema = self.schema(node)
        parts = (part for part in schema.get("anyOf", []) if part.get("type") != "null")
        return str(schema.get("description") or next(map(self.description, parts), ""))

    def _operation(self, path: str, method: str, item: dict[str, Any]) -> RawOperation:
        node = item[method]
        parameters: dict[tuple[str, str], dict[str, Any]] = {}
        for parameter in map(self.resolve, [*node.get("parameters", []), *item.get("parameters", [])]):
            parameters.setdefault((parameter["in"], parameter["name"]), parameter)
        return RawOperation(
            path,
            method,
            node,
            tuple(parameters.values()),
            self.resolve(node.get("requestBody")) or {},
            {str(code): self.resolve(response) for code, response in node.get("responses", {}).items()},
            planes(node.get("servers") or item.get("servers") or self._content.get("servers") or [{}]),
        )
