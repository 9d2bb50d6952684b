"""Unions: their objects can be told apart, by a `discriminator` or without one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from .nodes import Node, resolved, walk
from .registry import Document, Faults, wrong

_SCHEMAS = ("schema", "component schema", "media schema", "property")


@wrong
def discriminators_decide(document: Document) -> Faults:
    """A discriminator stands at a union of named schemas, has a word for each, and its field is required in all."""
    for node in walk(Node("document", (), document)):
        discriminator = node.value.get("discriminator") if node.kind in _SCHEMAS else None
        if isinstance(discriminator, dict):
            yield from (
                f"{node.pointer}/discriminator: {fault}" for fault in _indecision(document, node, discriminator)
            )


def _indecision(document: Document, node: Node, discriminator: dict[str, Any]) -> Iterator[str]:
    parts = [part for part in [*node.value.get("oneOf", []), *node.value.get("anyOf", [])] if part != {"type": "null"}]
    if not parts or not all("$ref" in part for part in parts):
        yield "stands at what is not a union of `$ref`s to named schemas"
        return
    variants = {str(part["$ref"]).rsplit("/", 1)[-1]: _flat(document, part) for part in parts}
    yield from _odd_words(variants, discriminator.get("mapping"))
    field = discriminator.get("propertyName")
    for name, variant in variants.items():
        if field not in variant["required"]:
            yield f"{name} does not require the field {field!r}"


def _odd_words(variants: Collection[str], mapping: dict[str, str] | None) -> Iterator[str]:
    # Without a mapping the names of the schemas are the words.
    mapped = [target.rsplit("/", 1)[-1] for target in mapping.values()] if mapping else variants
    yield from (f"maps to {name}, which is not in the union" for name in mapped if name not in variants)
    yield from (f"has no word for {name}; add it to the mapping" for name in variants if name not in mapped)


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
