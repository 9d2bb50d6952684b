"""A finished document: operations, bodies, tags and fields say all that a reader or a caller needs."""

from __future__ import annotations

from collections import Counter

from .nodes import nodes, references, responses, target
from .registry import Document, Faults, incomplete

ERROR = {"$ref": "#/components/schemas/Error"}
ALWAYS = {"401", "403", "429", "500", "503"}


@incomplete
def operations_are_complete(document: Document) -> Faults:
    """Every operation says what it is."""
    names = Counter(node.value.get("operationId") for node in nodes(document, "operation"))
    for node in nodes(document, "operation"):
        for field in ("operationId", "summary", "description"):
            text = node.value.get(field)
            if not isinstance(text, str) or not text.strip():
                yield f"{node.pointer}: no {field}"
        if names[node.value.get("operationId")] > 1:
            yield f"{node.pointer}: operationId {node.value.get('operationId')!r} is not unique"
        if "x-repeatable" not in node.value:
            yield f"{node.pointer}: no x-repeatable"


@incomplete
def tags_are_those_declared(document: Document) -> Faults:
    """The tags of operations are exactly those declared, and each is described."""
    declared = Counter(tag["name"] for tag in document.get("tags", []))
    yield from (f"#/tags: {name!r} is declared twice" for name, count in declared.items() if count > 1)
    yield from (
        f"#/tags: {tag['name']!r} has no description" for tag in document.get("tags", []) if not tag.get("description")
    )
    used = set()
    for node in nodes(document, "operation"):
        tags = node.value.get("tags", [])
        used |= set(tags)
        if not tags:
            yield f"{node.pointer}: no tag"
        yield from (f"{node.pointer}: tag {tag!r} is not declared" for tag in tags if tag not in declared)
    yield from (f"#/tags: {tag!r} is not used" for tag in declared if tag not in used)


@incomplete
def operations_have_their_responses(document: Document) -> Faults:
    """Every operation has one success and the failures which it can meet."""
    for node in nodes(document, "operation"):
        due = set(ALWAYS)
        if "requestBody" in node.value:
            due |= {"413", "422"}
        if node.value.get("parameters"):
            due |= {"422"}
        if "{" in node.path[1]:
            due |= {"404"}
        statuses = set(node.value.get("responses", {}))
        yield from (f"{node.pointer}: no response {status}" for status in sorted(due - statuses))
        yield from (
            f"{node.pointer}: response {status!r} is neither 2xx, 4xx nor 5xx"
            for status in sorted(statuses)
            if status[0] not in "245" or not status.isdigit()
        )
        if sum(status.startswith("2") for status in statuses) != 1:
            yield f"{node.pointer}: not exactly one 2xx response"


@incomplete
def responses_have_their_bodies(document: Document) -> Faults:
    """Every success but 204 has a JSON body with a schema; every failure has that of errors, and x-raises."""
    for node, status, response in responses(document):
        pointer = f"{node.pointer}/responses/{status}"
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        if status == "204":
            if "content" in response:
                yield f"{pointer}: a 204 has no body"
        elif status.startswith("2"):
            if not schema:
                yield f"{pointer}: no schema"
        else:
            if schema != ERROR:
                yield f"{pointer}: the schema is not {ERROR['$ref']}"
            if not response.get("x-raises"):
                yield f"{pointer}: no x-raises"


@incomplete
def bodies_have_examples(document: Document) -> Faults:
    """Every request and response body has an example."""
    for node in nodes(document, "media"):
        if not {"example", "examples"} & set(node.value):
            yield f"{node.pointer}: no example"


@incomplete
def everything_is_described(document: Document) -> Faults:
    """Parameters, bodies, responses, headers, schemas and properties say what they are."""
    described = ("parameter", "body", "response", "header", "component schema", "property", "media schema")
    for node in nodes(document, *described):
        value = node.value
        if "$ref" in value and node.kind != "property":
            continue  # described there; what a property is for is its own
        if not str(value.get("description") or "").strip():
            yield f"{node.pointer}: no description"
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        if not scheme.get("description"):
            yield f"#/components/securitySchemes/{name}: no description"


@incomplete
def components_are_used(document: Document) -> Faults:
    """Every component is reached from an operation."""
    seen = _reached(document)
    for needs in (document, *(node.value for node in nodes(document, "operation"))):
        seen |= {f"#/components/securitySchemes/{name}" for need in needs.get("security", []) for name in need}
    components = document.get("components", {})
    there = {f"#/components/{kind}/{name}" for kind, named in components.items() for name in named}
    yield from (f"{reference}: not used" for reference in sorted(there - seen))
    schemes = {reference for reference in seen if "/securitySchemes/" in reference}
    yield from (f"{reference}: required but not declared" for reference in sorted(schemes - there))


def _reached(document: Document) -> set[str]:
    """The references that lead on from the paths."""
    seen: set[str] = set()
    waiting = [reference for _, reference in references(document.get("paths", {}))]
    while waiting:
        reference = waiting.pop()
        if reference not in seen:
            seen.add(reference)
            waiting += [further for _, further in references(target(document, reference))]
    return seen
