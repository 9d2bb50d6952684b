"""The contract as the server reads it: openapi.json of the generated package, compiled into operations.

This is the only source of paths, parameters, shapes, scopes and admin rights. What stands nowhere in the document,
such as the 60-second window of duplicates, is in the handlers.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from ..errors import Problem
from .validation import Check, Compiler, Mistake, Schema, mistake

PLANES = {"core": "v1", "control": "api"}
"""The first path segment of each plane's base URL."""

_INTEGER = re.compile(r"-?[0-9]{1,400}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path or query parameter."""

    name: str
    required: bool
    integer: bool
    default: object
    check: Check

    def read(self, text: str, loc: list[str | int]) -> tuple[Any, list[Mistake]]:
        """The parameter's value from its text, and what is wrong with it."""
        if not self.integer:
            return text, self.check(text, loc)
        if _INTEGER.fullmatch(text) is None:
            return None, [mistake(loc, "Input should be a valid integer", "int_parsing")]
        return int(text), self.check(int(text), loc)


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON request body: its check, and the defaults of its fields."""

    check: Check
    defaults: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract.

    Attributes:
        name: Its operationId.
        method: `GET`, `POST`, …
        planes: Where it is: `core`, `control` or both.
        path: The path relative to its plane, as in the document.
        scope: The scope that a key needs, if any.
        admin: Whether the key must be an organisation admin's.
        path_parameters: By name.
        query_parameters: By name.
        body: What the request's body must be, or None when it has none.
    """

    name: str
    method: str
    planes: tuple[str, ...]
    path: str
    scope: str | None
    admin: bool
    path_parameters: Mapping[str, Parameter]
    query_parameters: Mapping[str, Parameter]
    body: Body | None


class Contract:
    """All operations, found by method and path.

    Args:
        document: The OpenAPI document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._compiler = Compiler(document["components"]["schemas"])
        self.operations: dict[str, Operation] = {}
        self._routes: dict[str, list[tuple[tuple[str, ...], dict[str, Operation]]]] = {plane: [] for plane in PLANES}
        for path, item in document["paths"].items():
            self._add_path(path, item)
        for routes in self._routes.values():
            # A literal segment wins over a parameter: /console/memories/stats is no memory.
            routes.sort(key=lambda route: [segment.startswith("{") for segment in route[0]])

    def find(self, method: str, plane: str, segments: tuple[str, ...]) -> tuple[Operation, dict[str, str]]:
        """The operation at a path, and the path's parameters.

        Raises:
            Problem: 404 for an unknown path, 405 for a method that it does not have.
        """
        for pattern, operations in self._routes.get(plane, []):
            found = _match(pattern, segments)
            if found is None:
                continue
            if method not in operations:
                raise Problem(405, {"detail": "Method Not Allowed"}, {"Allow": ", ".join(sorted(operations))})
            return operations[method], found
        raise Problem(404, {"detail": "Not Found"})

    def _add_path(self, path: str, item: Mapping[str, Any]) -> None:
        servers = item.get("servers", self._document["servers"])
        planes = tuple(server["x-plane"] for server in servers)
        shared = item.get("parameters", [])
        operations = {
            method.upper(): self._operation(method.upper(), path, planes, shared, body)
            for method, body in item.items()
            if method in ("get", "post", "put", "patch", "delete")
        }
        self.operations.update({operation.name: operation for operation in operations.values()})
        for plane in planes:
            self._routes[plane].append((tuple(path.strip("/").split("/")), operations))

    def _operation(
        self, method: str, path: str, planes: tuple[str, ...], shared: list[Any], item: Mapping[str, Any]
    ) -> Operation:
        parameters = [self._resolve(entry) for entry in [*shared, *item.get("parameters", [])]]
        return Operation(
            name=item["operationId"],
            method=method,
            planes=planes,
            path=path,
            scope=item.get("x-scope"),
            admin=item.get("x-admin", False),
            path_parameters={p["name"]: self._parameter(p) for p in parameters if p["in"] == "path"},
            query_parameters={p["name"]: self._parameter(p) for p in parameters if p["in"] == "query"},
            body=self._body(item["requestBody"]) if "requestBody" in item else None,
        )

    def _parameter(self, item: Mapping[str, Any]) -> Parameter:
        schema = item["schema"]
        return Parameter(
            name=item["name"],
            required=item.get("required", False),
            integer=schema.get("type") == "integer",
            default=schema.get("default"),
            check=self._compiler.compile(schema),
        )

    def _body(self, item: Mapping[str, Any]) -> Body:
        schema: Schema = self._resolve(item)["content"]["application/json"]["schema"]
        properties = self._resolve(schema).get("properties", {})
        defaults = {name: field["default"] for name, field in properties.items() if "default" in field}
        return Body(self._compiler.compile(schema), defaults)

    def _resolve(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in item:
            target: Any = self._document
            for part in item["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            item = target
        return item


def _match(pattern: tuple[str, ...], segments: tuple[str, ...]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    found: dict[str, str] = {}
    for expected, segment in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            found[expected[1:-1]] = segment
        elif expected != segment:
            return None
    return found


@functools.cache
def load() -> Contract:
    """The contract that this version of the package was generated from."""
    text = resources.files("memsy_client").joinpath("_generated/openapi.json").read_text("utf-8")
    return Contract(json.loads(text))
