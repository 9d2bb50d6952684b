"""What the generator refuses by name: ways to send, bodies, keys and unions that its clients do not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .nodes import Node, json_pointer, nodes, resolved, walk
from .registry import Document, Faults, wrong

_JSON = re.compile(r"application/([^;]+\+)?json")
_SCHEMAS = ("schema", "component schema", "media schema", "property")


@wrong
def parameters_can_be_sent(document: Document) -> Faults:
    """Parameters travel in the path, the query or a header, one value after the other."""
    styles = {"path": "simple", "query": "form", "header": "simple"}
    for node in nodes(document, "parameter"):
        location = node.value.get("in")
        if "$ref" in node.value:
            continue
        if location not in styles:
            yield f"{node.pointer}: {location} parameters are not supported; use the query or a header"
        elif "schema" not in node.value:
            yield f"{node.pointer}: a parameter needs a `schema`; `content` is not supported"
        elif node.value.get("style", styles[location]) != styles[location] or not node.value.get("explode", True):
            yield f"{node.pointer}: `style` and `explode` are supported with their defaults alone; leave them out"


@wrong
def bodies_are_json(document: Document) -> Faults:
    """Requests and responses hold JSON, and only one kind of it."""
    for node in nodes(document, "body", "response"):
        content = node.value.get("content", {})
        wanted = "application/json" if node.kind == "body" else None
        for media_type in content:
            if media_type == wanted or (wanted is None and _JSON.fullmatch(media_type)):
                continue
            what = "a stream of events" if media_type.startswith("text/event-stream") else f"a body of {media_type}"
            yield f"{node.pointer}/content: {what} is not supported; only application/json is"


@wrong
def nothing_is_binary(document: Document) -> Faults:
    """JSON holds no bytes."""
    for node in nodes(document, *_SCHEMAS):
        if node.value.get("format") == "binary" or "contentEncoding" in node.value:
            yield f"{node.pointer}: binary content is not supported; send text, or a link"


@wrong
def tuples_are_closed(document: Document) -> Faults:
    """A list whose items have a type each holds no others."""
    for node in nodes(document, *_SCHEMAS):
        if "prefixItems" in node.value and node.value.get("items", False) is not False:
            yield f"{node.pointer}: further `items` after `prefixItems` are not supported; say `items: false`"


@wrong
def keys_are_bearer_tokens(document: Document) -> Faults:
    """Clients authenticate by one bearer token."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    for name, scheme in schemes.items():
        scheme = resolved(document, scheme)
        if (scheme.get("type"), str(scheme.get("scheme", "")).lower()) != ("http", "bearer"):
            pointer = json_pointer(("components", "securitySchemes", name))
            yield f"{pointer}: only `type: http` with `scheme: bearer` is supported"


@wrong
def variants_can_be_told_apart(document: Document) -> Faults:
    """Of the objects in a union, each has a field or a value that no earlier one takes for its own."""
    for node in walk(Node("document", (), document)):
        if node.kind not in _SCHEMAS or "discriminator" in node.value or not _is_read(node):
            continue
        for keyword in ("oneOf", "anyOf"):
            for index, other in _mistaken([_flat(document, part) for part in node.value.get(keyword, [])]):
                yield (
                    f"{node.pointer}/{keyword}/{index}: cannot be told from {keyword}/{other}, which takes all of it; "
                    f"give them a `discriminator`, or a required field of a `const` each"
                )


def _mistaken(parts: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """The objects in a union that an earlier one takes for its own, by their indexes."""
    models = [(index, schema) for index, schema in enumerate(parts) if schema.get("properties")]
    if _common_constant([schema for _, schema in models]):
        return
    for position, (index, schema) in enumerate(models):
        for other, earlier in models[:position]:
            if _takes(earlier, schema):
                yield index, other


def _common_constant(models: list[dict[str, Any]]) -> bool:
    """Whether each of the objects has to hold a constant of its own in the same field."""
    shared = set.intersection(*(set(model["required"]) for model in models)) if models else set()
    values = ([model["properties"].get(name, {}).get("const") for model in models] for name in shared)
    return any(None not in found and len(set(found)) == len(models) for found in values)


def _is_read(node: Node) -> bool:
    """Whether clients read the union: the bodies of errors they read without a schema."""
    return node.path[:3] != ("components", "schemas", "Error")


def _flat(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference and its allOf put together."""
    schema = resolved(document, schema)
    merged: dict[str, Any] = {}
    for part in [*(_flat(document, part) for part in schema.get("allOf", [])), schema]:
        properties = merged.get("properties", {}) | part.get("properties", {})
        required = [*merged.get("required", []), *part.get("required", [])]
        merged = merged | part | ({"properties": properties} if properties else {}) | {"required": required}
    return merged


def _takes(earlier: dict[str, Any], later: dict[str, Any]) -> bool:
    """Whether an object of `later` that has only what it must is one of `earlier`, too."""
    for name in earlier["required"]:
        if name not in later["required"] or not _may_be_same(earlier["properties"][name], later["properties"][name]):
            return False
    return True


def _may_be_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    # Clients check types; that a constant or an enum has another value they do not mind.
    return "type" not in one or "type" not in other or one["type"] == other["type"]
