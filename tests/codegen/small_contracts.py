"""Contracts of one operation, for tests that need no more."""

from __future__ import annotations

from typing import Any


def contract(**parts: Any) -> dict[str, Any]:
    """A small contract: `operation` under /things, `path`, `method`, `schemas` and further top-level keys."""
    operation = {"operationId": "things_get", "tags": ["things"], "responses": {"204": {"description": "Done."}}}
    operation |= parts.pop("operation", {})
    item = {parts.pop("method", "get"): operation} | parts.pop("item", {})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Test", "version": "1"},
        "paths": {parts.pop("path", "/things"): item} | parts.pop("paths", {}),
        "components": {"schemas": parts.pop("schemas", {})},
        **parts,
    }


def json_response(schema: Any) -> dict[str, Any]:
    """Responses of an operation whose success is of this schema."""
    return {"200": {"description": "Done.", "content": {"application/json": {"schema": schema}}}}
