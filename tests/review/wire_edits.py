"""Small documents that hold one thing at one place, to be edited."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML

#: What stands at a place, and the operation, the path or the document around it.
_RESPONSES = {"200": {"description": "Done."}}
_SCHEMES = {"bearer": {"type": "http", "scheme": "bearer"}}


def _animal(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}, name: {"type": "string"}},
    }


def document(place: str, fragment: str) -> dict[str, Any]:
    """A document of one operation with a fragment of YAML at a place."""
    part = YAML(typ="safe").load(fragment)
    path = part if place == "path" else "/things"
    operation: dict[str, Any] = {"operationId": "things", "responses": _RESPONSES} | _operation(place, part)
    item = {"post": {name: value for name, value in operation.items() if value is not None}}
    if place == "shared parameters":
        item["parameters"] = part
    top = part if place == "document" else {}
    components = top.get("components", {})
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        **top,
        "paths": {path: item, **top.get("paths", {})},
        "components": {
            "schemas": {"Cat": _animal("fur"), "Dog": _animal("bark"), **components.get("schemas", {})},
            "securitySchemes": {**_SCHEMES, **components.get("securitySchemes", {})},
        },
    }


def _operation(place: str, part: Any) -> dict[str, Any]:
    body = {"type": "object", "properties": {"p": part}}
    return {
        "body": {"requestBody": {"required": True, **_json(part)}},
        "property": {"requestBody": {"required": True, **_json(body)}},
        "query": {"parameters": [{"name": "p", "in": "query", "schema": part}]},
        "parameters": {"parameters": part},
        "requestBody": {"requestBody": part},
        "response": {"responses": {"200": {"description": "Done.", **_json(part)}}},
        "field": {"responses": {"200": {"description": "Done.", **_json(body | {"required": ["p"]})}}},
        "header": {"responses": {"200": {"description": "Done.", "headers": {"X-P": {"schema": part}}}}},
        "headers": {"responses": {"200": {"description": "Done.", "headers": part}}},
        "responses": {"responses": part},
        "operation": part,
    }.get(place, {})


def _json(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def verdict(place: str, old: str, new: str) -> str:
    """What the review says of an edit."""
    from review.wire import compare

    changes = compare(document(place, old), document(place, new))
    return "breaking" if any(change.is_breaking for change in changes) else "compatible"
