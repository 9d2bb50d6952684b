"""The rules of the contract, each a function from the document to its faults: lines that begin with a JSON pointer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from document_nodes import Document, Node, nodes, references, resolved, responses, target, walk
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

Faults = Iterator[str]
Rule = Callable[[Document], Faults]

RULES: list[Rule] = []

ERROR = {"$ref": "#/components/schemas/Error"}
ALWAYS = {"401", "403", "429", "500", "503"}


def rule(check: Rule) -> Rule:
    """Have the rule tried on the contract."""
    RULES.append(check)
    return check


# ------------------------------------------------------------------------------------------------- examples


def closed(value: Any, open_schemas: set[int], inside_all_of: bool = False) -> Any:
    """A copy whose objects refuse properties which they do not declare, so that a misspelt one is found."""
    if isinstance(value, list):
        return [closed(item, open_schemas, inside_all_of) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: closed(child, open_schemas, key == "allOf") for key, child in value.items()}
    declares = isinstance(value.get("properties"), dict) or "allOf" in value
    if declares and not inside_all_of and id(value) not in open_schemas and "additionalProperties" not in value:
        copy["unevaluatedProperties"] = False
    return copy


def bases(document: Document) -> set[int]:
    """The identities of schemas which others take up with `allOf`: what else there is, those declare."""
    found = set()
    for node in walk(Node("document", (), document)):
        if "schema" in node.kind or node.kind == "property":
            for part in node.value.get("allOf", []):
                found.add(id(resolved(document, part)))
    return found


def samples(document: Document, node: Node) -> Iterator[tuple[str, Any]]:
    """The examples of an object, each with its pointer."""
    if "example" in node.value:
        yield f"{node.pointer}/example", node.value["example"]
    several = node.value.get("examples", [])
    if isinstance(several, list):  # a schema's
        yield from ((f"{node.pointer}/examples/{index}", value) for index, value in enumerate(several))
        return
    for name, example in several.items():
        pointer = example.get("$ref", f"{node.pointer}/examples/{name}")
        yield pointer, resolved(document, example).get("value", NO_VALUE)


NO_VALUE = object()


@rule
def examples_are_valid(document: Document) -> Faults:
    """Every example is of its schema, and names no property that is not declared."""
    registry = Registry().with_resource("urn:contract", DRAFT202012.create_resource(closed(document, bases(document))))
    for node in walk(Node("document", (), document)):
        if node.kind in {"document", "components", "path", "operation", "example"}:
            continue
        of_schema = "schema" in node.kind or node.kind == "property"
        at = node.pointer if of_schema else f"{node.pointer}/schema"
        schema = {"$ref": "urn:contract" + quote(at, safe="#/~")}
        validator = Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for pointer, value in samples(document, node):
            if value is NO_VALUE:
                yield f"{pointer}: an example without a value"
                continue
            if not of_schema and "schema" not in node.value:
                yield f"{pointer}: an example without a schema"
                continue
            for error in validator.iter_errors(value):
                yield f"{pointer}: {error.json_path}: {error.message}"
        if of_schema and "default" in node.value:
            for error in validator.iter_errors(node.value["default"]):
                yield f"{node.pointer}/default: {error.message}"


@rule
def bodies_have_examples(document: Document) -> Faults:
    """Every request and response body has an example."""
    for node in nodes(document, "media"):
        if not {"example", "examples"} & set(node.value):
            yield f"{node.pointer}: no example"


# ------------------------------------------------------------------------------------------------ operations


@rule
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
        if not isinstance(node.value.get("x-repeatable"), bool):
            yield f"{node.pointer}: x-repeatable is not true or false"


@rule
def tags_are_those_declared(document: Document) -> Faults:
    """The tags of operations are exactly those declared, and each is described."""
    declared = Counter(tag["name"] for tag in document["tags"])
    yield from (f"#/tags: {name!r} is declared twice" for name, count in declared.items() if count > 1)
    yield from (f"#/tags: {tag['name']!r} has no description" for tag in document["tags"] if not tag.get("description"))
    used = set()
    for node in nodes(document, "operation"):
        tags = node.value.get("tags", [])
        used |= set(tags)
        if not tags:
            yield f"{node.pointer}: no tag"
        yield from (f"{node.pointer}: tag {tag!r} is not declared" for tag in tags if tag not in declared)
    yield from (f"#/tags: {tag!r} is not used" for tag in declared if tag not in used)


@rule
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


@rule
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


# ---------------------------------------------------------------------------------- descriptions, references


@rule
def everything_is_described(document: Document) -> Faults:
    """Parameters, bodies, responses, headers, schemas and properties say what they are."""
    described = ("parameter", "body", "response", "header", "component schema", "property", "media schema")
    for node in nodes(document, *described):
        value = node.value
        if "$ref" in value and node.kind != "property":
            continue  # described there; what a property is for is its own
        if not str(value.get("description") or "").strip():
            yield f"{node.pointer}: no description"
    for name, scheme in document["components"].get("securitySchemes", {}).items():
        if not scheme.get("description"):
            yield f"#/components/securitySchemes/{name}: no description"


@rule
def references_resolve(document: Document) -> Faults:
    """Every reference points to something."""
    for pointer, reference in references(document):
        try:
            target(document, reference)
        except (LookupError, TypeError, ValueError):
            yield f"{pointer}: {reference} does not resolve"


@rule
def components_are_used(document: Document) -> Faults:
    """Every component is reached from an operation."""
    seen: set[str] = set()
    todo = [reference for _, reference in references(document["paths"])]
    while todo:
        reference = todo.pop()
        if reference not in seen:
            seen.add(reference)
            todo += [further for _, further in references(target(document, reference))]
    for needs in (document, *(node.value for node in nodes(document, "operation"))):
        seen |= {f"#/components/securitySchemes/{name}" for need in needs.get("security", []) for name in need}
    there = {f"#/components/{kind}/{name}" for kind, named in document["components"].items() for name in named}
    yield from (f"{reference}: not used" for reference in sorted(there - seen))
    schemes = {reference for reference in seen if "/securitySchemes/" in reference}
    yield from (f"{reference}: required but not declared" for reference in sorted(schemes - there))


# ------------------------------------------------------------------------------------------------------ null


def takes_null(document: Document, schema: dict[str, Any]) -> bool:
    """Whether null is allowed; it is, by a schema that says nothing of the type."""
    schema = resolved(document, schema) | {key: value for key, value in schema.items() if key != "$ref"}
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return any(takes_null(document, part) for part in schema[key])
    if "allOf" in schema:
        return all(takes_null(document, part) for part in schema["allOf"])
    if "enum" in schema:
        return None in schema["enum"]
    if "const" in schema:
        return schema["const"] is None
    types = schema.get("type", "null")
    return "null" in types if isinstance(types, list) else types == "null"


def reached(document: Document, start: Node, seen: set[str]) -> Iterator[Node]:
    """The nodes under one, through references, each pointer once."""
    for node in walk(start):
        if node.pointer in seen:
            continue
        seen.add(node.pointer)
        yield node
        if "$ref" in node.value:
            path = tuple(step.replace("~1", "/").replace("~0", "~") for step in node.value["$ref"][2:].split("/"))
            kind = {"schemas": "component schema", "requestBodies": "body"}.get(path[1], path[1].rstrip("s"))
            yield from reached(document, Node(kind, path, target(document, node.value["$ref"])), seen)


@rule
def requests_hold_no_null(document: Document) -> Faults:
    """In requests nothing is null: an optional field is left out instead."""
    seen: set[str] = set()
    for start in nodes(document, "operation", "path"):
        for part in walk(start):
            if part.kind not in {"parameter", "body"}:
                continue
            for node in reached(document, part, seen):
                is_schema = "schema" in node.kind or node.kind == "property"
                if is_schema and takes_null(document, node.value):
                    yield f"{node.pointer}: may be null, in a request"
                if is_schema and "default" in node.value and node.value["default"] is None:
                    yield f"{node.pointer}/default: null, in a request"


@rule
def answers_promise_what_is_required(document: Document) -> Faults:
    """In answers a required field is never null, and any other may be; what is required is declared."""
    seen: set[str] = set()
    for start in nodes(document, "response"):
        for node in reached(document, start, seen):
            properties = node.value.get("properties") if "schema" in node.kind or node.kind == "property" else None
            for name, schema in (properties or {}).items():
                pointer = f"{node.pointer}/properties/{name}"
                null = takes_null(document, schema)
                if name in node.value.get("required", []) and null:
                    yield f"{pointer}: required but may be null"
                if name not in node.value.get("required", []) and not null:
                    yield f"{pointer}: optional but never null"


@rule
def required_fields_are_declared(document: Document) -> Faults:
    """What a schema requires, it declares."""
    for node in nodes(document, "schema", "component schema", "media schema", "property"):
        for name in node.value.get("required", []):
            if name not in node.value.get("properties", {}):
                yield f"{node.pointer}/required: {name!r} is not among the properties"
