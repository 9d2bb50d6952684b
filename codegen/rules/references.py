"""References and names point to something."""

from __future__ import annotations

from typing import Any

from .nodes import nodes, references, target
from .registry import Document, Faults, wrong


@wrong
def references_resolve(document: Document) -> Faults:
    """Every reference points to something."""
    for pointer, reference in references(document):
        if not _resolves(document, reference):
            yield f"{pointer}: {reference} does not resolve"


@wrong
def required_fields_are_declared(document: Document) -> Faults:
    """What a schema requires, it declares."""
    for node in nodes(document, "schema", "component schema", "media schema", "property"):
        for name in node.value.get("required", []):
            if name not in node.value.get("properties", {}):
                yield f"{node.pointer}/required: {name!r} is not among the properties"


def without_dangling(document: Any) -> Any:
    """A copy in which references that point to nothing are empty, for the other rules."""

    def copied(value: Any) -> Any:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str) and not _resolves(document, value["$ref"]):
                return {}
            return {name: copied(inner) for name, inner in value.items()}
        return [copied(inner) for inner in value] if isinstance(value, list) else value

    return copied(document)


def _resolves(document: Document, reference: str) -> bool:
    try:
        target(document, reference)
    except (LookupError, TypeError, ValueError):
        return False
    return True
