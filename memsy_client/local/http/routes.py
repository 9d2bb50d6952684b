"""The contract as the server reads it: openapi.json of the generated package, compiled into routes.

This is the only source of paths, parameters, shapes, scopes and admin rights. What the document does not express,
such as the 60-second window of duplicates, is in the handlers.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.json_schema import Check, Location, Schema, Violation, load_contract, resolve
from ..errors import HTTPError
from .request_schema import compiler, violation

PLANES = {"core": "v1", "control": "api"}
"""The first path segment of each plane's base URL."""

_INTEGER = re.compile(r"-?[0-9]{1,400}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path or query parameter."""

    required: bool
    integer: bool
    default: object
    check: Check

    def read(self, text: str, loc: Location) -> tuple[Any, list[Violation]]:
        """The parameter's value from its text, and how it violates the schema."""
        if not self.integer:
            return text, self.check(text, loc)
        if _INTEGER.fullmatch(text) is None:
            return None, [violation(loc, "Input should be a valid integer", "int_parsing")]
        return int(text), self.check(int(text), loc)


@dataclass(frozen=True, slots=True)
class BodySchema:
    """A JSON request body: its check, the defaults of its fields, and which of these are secret."""

    check: Check
    defaults: Mapping[str, object]
    secrets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the contract, as the server needs it.

    Attributes:
        operation: Its operationId.
        scope: The scope that a key needs, if any.
        admin: Whether the key must be an organisation admin's.
        path_parameters: By name.
        query_parameters: By name.
        body: What the request's body must be, or None when it has none.
    """

    operation: str
    scope: str | None
    admin: bool
    path_parameters: Mapping[str, Parameter]
    query_parameters: Mapping[str, Parameter]
    body: BodySchema | None


class Routes:
    """All routes, found by method and path.

    Args:
        document: The OpenAPI document.

    Attributes:
        by_operation: Each route, by its operationId.

    Raises:
        ValueError: A schema of a request uses a keyword that cannot be checked here.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._compiler = compiler(document["components"]["schemas"])
        self.by_operation: dict[str, Route] = {}
        self._by_path: dict[str, list[tuple[tuple[str, ...], dict[str, Route]]]] = {plane: [] for plane in PLANES}
        for path, item in document["paths"].items():
            self._add_path(path, item)
        for paths in self._by_path.values():
            # A literal segment wins over a parameter: /console/memories/stats is not a memory.
            paths.sort(key=lambda path: [segment.startswith("{") for segment in path[0]])

    def find(self, method: str, plane: str, segments: tuple[str, ...]) -> tuple[Route, dict[str, str]]:
        """The route of a method and path, and the path's parameters.

        Raises:
            HTTPError: 404 for an unknown path, 405 for a method that it does not have.
        """
        for pattern, by_method in self._by_path.get(plane, []):
            found = _match(pattern, segments)
            if found is None:
                continue
            if method not in by_method:
                raise HTTPError(405, {"detail": "Method Not Allowed"}, {"Allow": ", ".join(sorted(by_method))})
            return by_method[method], found
        raise HTTPError(404, {"detail": "Not Found"})

    def _add_path(self, path: str, item: Mapping[str, Any]) -> None:
        shared = item.get("parameters", [])
        by_method = {
            method.upper(): self._route(shared, operation)
            for method, operation in item.items()
            if method in ("get", "post", "put", "patch", "delete")
        }
        self.by_operation.update({route.operation: route for route in by_method.values()})
        for server in item.get("servers", self._document["servers"]):
            self._by_path[server["x-plane"]].append((tuple(path.strip("/").split("/")), by_method))

    def _route(self, shared: list[Any], item: Mapping[str, Any]) -> Route:
        parameters = [resolve(self._document, entry) for entry in [*shared, *item.get("parameters", [])]]
        return Route(
            operation=item["operationId"],
            scope=item.get("x-scope"),
            admin=item.get("x-admin", False),
            path_parameters={p["name"]: self._parameter(p) for p in parameters if p["in"] == "path"},
            query_parameters={p["name"]: self._parameter(p) for p in parameters if p["in"] == "query"},
            body=self._body(item["requestBody"]) if "requestBody" in item else None,
        )

    def _parameter(self, item: Mapping[str, Any]) -> Parameter:
        schema = item["schema"]
        return Parameter(
            required=item.get("required", False),
            integer=schema.get("type") == "integer",
            default=schema.get("default"),
            check=self._compiler.compile(schema),
        )

    def _body(self, item: Mapping[str, Any]) -> BodySchema:
        schema: Schema = resolve(self._document, item)["content"]["application/json"]["schema"]
        properties = resolve(self._document, schema).get("properties", {})
        defaults = {name: field["default"] for name, field in properties.items() if "default" in field}
        secrets = frozenset(name for name, field in properties.items() if field.get("format") == "password")
        return BodySchema(self._compiler.compile(schema), defaults, secrets)


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
def load() -> Routes:
    """The routes of the contract that this version of the package was generated from."""
    return Routes(load_contract())
