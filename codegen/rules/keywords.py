"""Every keyword is one that the generator understands, refuses by name, or passes over with a word."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from .nodes import METHODS, Node, walk
from .registry import Document, Faults, wrong

_EXAMPLES = {"example", "examples"}
_SCHEMA = {
    *("$ref", "type", "enum", "const", "title", "description", "default", "format", "pattern", "$comment"),
    *("properties", "required", "additionalProperties", "items", "allOf", "anyOf", "oneOf", "prefixItems"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "externalDocs"),
    *("discriminator", "nullable", "readOnly", "writeOnly", "deprecated"),
    *_EXAMPLES,
}
_SCHEMA_EXTENSIONS = {
    *("x-open", "x-expose", "x-chosen", "x-accepts", "x-positional", "x-keyword-only", "x-empty-as-null"),
    "x-number-as-text",
}
#: What each kind of object may hold; extensions included.
KEYWORDS: dict[str, set[str]] = {
    "document": {
        *("openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs", "webhooks"),
        *("jsonSchemaDialect", "$self", "x-anchors"),
    },
    "components": {
        *("schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes", "pathItems"),
        *("links", "callbacks"),
    },
    "path": {"$ref", "summary", "description", "servers", "parameters", *METHODS},
    "operation": {
        *("tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody", "responses"),
        *("deprecated", "security", "servers", "callbacks"),
        *("x-repeatable", "x-scope", "x-admin", "x-unwrap", "x-item-id", "x-poll"),
    },
    "parameter": {
        *("$ref", "name", "in", "description", "required", "deprecated", "style", "explode", "schema", "content"),
        *("x-positional", "x-keyword-only"),
        *_EXAMPLES,
    },
    "header": {"$ref", "description", "required", "deprecated", "style", "explode", "schema", "content", *_EXAMPLES},
    "body": {"$ref", "description", "content", "required"},
    "response": {"$ref", "description", "headers", "content", "links", "x-raises"},
    "media": {"schema", *_EXAMPLES},
    "example": {"$ref", "summary", "description", "value", "externalValue"},
    **dict.fromkeys(("schema", "component schema", "media schema", "property"), _SCHEMA | _SCHEMA_EXTENSIONS),
}
#: What has no part in a client, by the kind of object that holds it.
PASSED_OVER = {
    "document": ("webhooks",),
    "components": ("callbacks", "links"),
    "operation": ("callbacks",),
    "response": ("links",),
}
_SERVERS = {"url", "description", "variables", "x-plane"}


@wrong
def keywords_are_understood(document: Document, allowed: frozenset[str] = frozenset()) -> Faults:
    """Every keyword and extension is one that the generator knows, or one of those `allowed` for other tools."""
    for node in walk(Node("document", (), document)):
        known = KEYWORDS.get(node.kind)
        for name in node.value if known else ():
            if known and name not in known and not (name.startswith("x-") and name in allowed):
                yield f"{node.pointer}: {_unknown(name, known)}"
        for server in node.value.get("servers", []) if node.kind in ("document", "path", "operation") else []:
            yield from (
                f"{node.pointer}/servers: {_unknown(name, _SERVERS)}"
                for name in server
                if name not in _SERVERS | allowed
            )


def _unknown(name: str, known: set[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.75)
    advice = f"did you mean {close[0]!r}?" if close else "leave it out"
    if name.startswith("x-") and not close:
        advice = "leave it out, or name it under `extensions` of generator-config.yaml if it is another tool's"
    kind = "extension" if name.startswith("x-") else "keyword"
    return f"the {kind} {name!r} is not one that the generator understands; {advice}"


def passed_over(document: Document) -> Iterator[str]:
    """What the document holds that has no part in a client, a line each."""
    for node in walk(Node("document", (), document)):
        for name in PASSED_OVER.get(node.kind, ()):
            if name in node.value:
                yield f"{node.pointer}/{name}: passed over, clients do not have {name}"
