"""Every keyword is one that the generator understands, refuses by name, or passes over with a word."""

from __future__ import annotations

from collections.abc import Iterator, Set
from difflib import get_close_matches
from typing import Any

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
    "x-items",
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
#: The objects that are neither schemas nor ways to send, by the name under which others hold them.
_PLAIN_OBJECTS = {
    "info": {"title", "summary", "description", "termsOfService", "contact", "license", "version"},
    "contact": {"name", "url", "email"},
    "license": {"name", "identifier", "url"},
    "tags": {"name", "summary", "description", "externalDocs", "parent", "kind"},
    "servers": {"url", "description", "variables", "x-plane"},
    "securitySchemes": {"type", "description", "scheme", "bearerFormat"},
    "discriminator": {"propertyName", "mapping"},
    "externalDocs": {"description", "url"},
    "x-poll": {"method", "while", "timeout", "interval", "description"},
}
#: Which of these an object holds, and whether it holds one, a list of them, or a map.
_HOLDERS = {
    "document": ("info", "tags", "servers", "externalDocs"),
    "path": ("servers",),
    "operation": ("servers", "externalDocs", "x-poll"),
    "components": ("securitySchemes",),
    **dict.fromkeys(("schema", "component schema", "media schema", "property"), ("discriminator", "externalDocs")),
}


@wrong
def keywords_are_understood(document: Document, allowed: frozenset[str] = frozenset()) -> Faults:
    """Every keyword and extension is one that the generator knows, or one of those `allowed` for other tools."""
    for node in walk(Node("document", (), document)):
        if known := KEYWORDS.get(node.kind):  # pragma: no branch – in no contract of the tests
            yield from _unknown_names(node.pointer, node.value, known | allowed)
        for name in _HOLDERS.get(node.kind, ()):
            if name in node.value:
                yield from _in_plain_objects(f"{node.pointer}/{name}", name, node.value[name], allowed)
    for name in ("contact", "license"):
        info = document.get("info", {})
        if isinstance(info, dict) and name in info:
            yield from _in_plain_objects(f"#/info/{name}", name, info[name], allowed)


def _in_plain_objects(pointer: str, name: str, value: Any, allowed: frozenset[str]) -> Faults:
    """The faults of one such object, or of a list or a map of them."""
    several: dict[Any, Any] = {}
    if isinstance(value, list):
        several = dict(enumerate(value))
    elif name == "securitySchemes" and isinstance(value, dict):
        several = value
    if several:
        for key, inner in several.items():
            yield from _unknown_names(f"{pointer}/{key}", inner, _PLAIN_OBJECTS[name] | allowed)
    elif isinstance(value, dict):  # pragma: no branch – in no contract of the tests
        yield from _unknown_names(pointer, value, _PLAIN_OBJECTS[name] | allowed)


def _unknown_names(pointer: str, value: Any, known: Set[str]) -> Faults:
    yield from (f"{pointer}: {_unknown(name, known)}" for name in value if name not in known)


def _unknown(name: str, known: Set[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.75)
    advice = f"did you mean {close[0]!r}?" if close else "leave it out"
    if name.startswith("x-") and not close:
        advice = "leave it out, or name it under `extensions` of generator-config.yaml if it is another tool's"
    kind = "extension" if name.startswith("x-") else "keyword"
    return f"the {kind} {name!r} is not one that the generator understands; {advice}"


#: Words whose misspelling would change a type without a sound.
_FORMATS = {
    *("date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", "uuid"),
    *("regex", "json-pointer", "password", "binary", "byte", "int32", "int64", "float", "double"),
}
_FLAGS = (
    *("x-open", "x-positional", "x-keyword-only", "x-empty-as-null", "x-number-as-text", "x-repeatable", "x-admin"),
    *("deprecated", "readOnly", "writeOnly", "nullable", "explode", "uniqueItems"),
)


@wrong
def words_are_spelt(document: Document) -> Faults:
    """A format that is almost a known one is meant to be it; what is true or false is one of the two."""
    for node in walk(Node("document", (), document)):
        found = node.value.get("format")
        close = get_close_matches(found, _FORMATS, n=1, cutoff=0.8) if isinstance(found, str) else []
        if close and found not in _FORMATS:
            yield f"{node.pointer}/format: {found!r} is not a format; did you mean {close[0]!r}?"
        for name in _FLAGS if node.kind != "example" else ():
            if name in node.value and not isinstance(node.value[name], bool):
                yield f"{node.pointer}/{name}: is true or false, not {node.value[name]!r}"


def passed_over(document: Document) -> Iterator[str]:
    """What the document holds that has no part in a client, a line each."""
    for node in walk(Node("document", (), document)):
        for name in PASSED_OVER.get(node.kind, ()):
            if name in node.value:
                yield f"{node.pointer}/{name}: passed over, clients do not have {name}"
