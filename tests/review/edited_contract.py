"""A contract with an operation and its schemas for each of many edits, before and after them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: The contract's servers, by the plane whose client has the operations.
_SERVER = {"url": "https://api.example.org/v1", "x-plane": "core"}


@dataclass
class Part:
    """What an edit may change: one operation with its path, and the schemas that belong to it, by short names."""

    number: int
    path: str
    method: str
    operation: dict[str, Any]
    schemas: dict[str, Any]
    others: dict[str, Any]

    @property
    def tag(self) -> str:
        """The only tag, and the attribute of the client."""
        return f"e{self.number}"

    def ref(self, name: str) -> dict[str, str]:
        """A reference to one of the schemas."""
        return {"$ref": f"#/components/schemas/E{self.number}{name}"}

    def fields(self, schema: str) -> dict[str, Any]:
        """The properties of a schema."""
        properties: dict[str, Any] = self.schemas[schema]["properties"]
        return properties

    def needed(self, schema: str) -> list[str]:
        """Which of them are required."""
        required: list[str] = self.schemas[schema]["required"]
        return required

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """The operation's parameters: `item_id` in the path, `limit` and `kind` in the query."""
        listed: list[dict[str, Any]] = self.operation["parameters"]
        return listed

    @property
    def responses(self) -> dict[str, Any]:
        """The operation's responses: 200, 403 and 404."""
        listed: dict[str, Any] = self.operation["responses"]
        return listed


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "string", "description": "Some text.", **more}


def part(number: int) -> Part:
    """What the edit of a number starts from."""
    made = Part(number, f"/e{number}/{{item_id}}", "post", {}, {}, {})
    made.schemas = {
        "Request": {
            "type": "object",
            "required": ["name", "text", "thing"],
            "properties": {
                "name": _text(maxLength=256),
                "text": _text(),
                "thing": made.ref("Thing"),
                "note": _text(),
                "count": {"type": "integer", "minimum": 1, "maximum": 100, "default": 10},
            },
        },
        "Thing": {
            "type": "object",
            "required": ["id", "kind"],
            "properties": {"id": _text(), "kind": made.ref("Kind"), "size": {"type": "integer"}, "label": _text()},
        },
        "Result": {
            "type": "object",
            "required": ["id", "score", "state"],
            "properties": {
                "id": _text(),
                "score": {"type": "number"},
                "state": made.ref("State"),
                "title": {"type": ["string", "null"]},
                "total": {"type": ["integer", "null"], "default": 0},
                "at": {"type": "string", "format": "date-time"},
                "inner": made.ref("Inner"),
            },
        },
        "Inner": {"type": "object", "required": ["value"], "properties": {"value": {"type": "integer"}}},
        "Kind": {"type": "string", "enum": ["red", "green", "blue"]},
        "State": {"type": "string", "enum": ["new", "done"]},
    }
    made.operation = {
        "operationId": f"e{number}_run",
        "tags": [f"e{number}"],
        "summary": "Run it",
        "description": "Runs it.",
        "x-repeatable": False,
        "parameters": [
            {"name": "item_id", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50, "default": 20}},
            {"name": "kind", "in": "query", "schema": made.ref("Kind")},
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": made.ref("Request")}}},
        "responses": {
            "200": {
                "description": "The result.",
                "headers": {"X-Left": {"schema": {"type": "integer"}}},
                "content": {"application/json": {"schema": made.ref("Result")}},
            },
            "403": {"description": "No.", "x-raises": ["AuthorizationError"]},
            "404": {"description": "Not there.", "x-raises": ["MemsyAPIError"]},
        },
    }
    return made


def contract(parts: list[Part]) -> dict[str, Any]:
    """The contract that parts make together."""
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Edits", "version": "1"},
        "servers": [_SERVER],
        "security": [{"bearerAuth": []}],
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer"}}},
    }
    for each in parts:
        if each.operation:
            document["paths"].setdefault(each.path, {})[each.method] = each.operation
        document["paths"] |= each.others
        document["components"]["schemas"] |= {
            name if name.startswith("E") else f"E{each.number}{name}": schema for name, schema in each.schemas.items()
        }
    return document


def both(edits: list[Callable[[Part], object]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contract before and after the edits."""
    before = [part(number) for number in range(len(edits))]
    after = copy.deepcopy(before)
    for edit, edited in zip(edits, after, strict=True):
        edit(edited)
    return contract(before), contract(after)
