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

import memsy_client.exceptions as errors
from memsy_client._core.messages import Headers
from memsy_client._core.usage_and_rate_limit import parse_rate_limit, parse_usage

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


def closed(value: Any, open_places: set[int], inside_all_of: bool = False) -> Any:
    """A copy whose objects refuse properties which they do not declare, so that a misspelt one is found."""
    if isinstance(value, list):
        return [closed(item, open_places, inside_all_of) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: closed(child, open_places, key == "allOf") for key, child in value.items()}
    declares = isinstance(value.get("properties"), dict) or "allOf" in value
    if declares and not inside_all_of and id(value) not in open_places and "additionalProperties" not in value:
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


# ---------------------------------------------------------------------------------------------------- client


class Reads(dict[str, str]):
    """Headers that note which of them are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return False

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return default


def metered() -> dict[str, str]:
    """The headers which the client reads, each with the attribute that it becomes."""
    reads = Reads()
    parse_usage(reads)  # type: ignore[arg-type]
    parse_rate_limit(reads)  # type: ignore[arg-type]
    found = {}
    for name in reads.names:
        for group, read in {"usage": parse_usage, "rate_limit": parse_rate_limit}.items():
            info = read(Headers.of([(name, "7")]))
            for attribute, value in info._asdict().items() if info else ():
                if value is not None:
                    found[name] = f"{group}.{attribute}"
    return found


@rule
def headers_are_those_the_client_reads(document: Document) -> Faults:
    """Every response has exactly the usage and rate-limit headers which the client reads, each described as shown."""
    due = metered()
    for node, status, response in responses(document):
        pointer = f"{node.pointer}/responses/{status}"
        there = {name.lower(): resolved(document, header) for name, header in response.get("headers", {}).items()}
        group = {name for name in there if name.startswith(("x-usage", "x-plan", "x-ratelimit"))}
        yield from (f"{pointer}: no header {name}, which the client reads" for name in sorted(set(due) - group))
        yield from (f"{pointer}: header {name}, which the client does not read" for name in sorted(group - set(due)))
        for name in sorted(group & set(due)):
            if f"`{due[name]}`" not in there[name].get("description", ""):
                yield f"{pointer}: the description of {name} does not say `{due[name]}`"
        if "x-request-id" not in there:
            yield f"{pointer}: no header x-request-id"
        if status in {"429", "503"} and "retry-after" not in there:
            yield f"{pointer}: no header Retry-After"


#: The errors that every operation may raise, by status.
GENERAL = {
    "401": {"AuthenticationError"},
    "403": {"AuthorizationError", "AuthenticationError"},
    "429": {"RateLimitExceeded"},
}
#: Those that a fact about the service ties to an operation.
SPECIFIC: dict[str, set[str]] = {
    "ingest": {"OrgIdNotAllowedError", "UsageLimitExceeded"},
    "search": {"OrgIdNotAllowedError", "UsageLimitExceeded"},
    "status": {"OrgIdNotAllowedError"},
    "orgs_create": {"OrgLimitReachedError", "OrgIdNotAllowedError"},
    "orgs_update": {"OrgIdNotAllowedError"},
    "keys_create": {"KeyLimitReachedError"},
    "billing_summary": {"BillingNotEnabledError"},
    "billing_invoices": {"BillingNotEnabledError"},
    "events_list": {"SeatRequiredError"},
} | {
    f"{level}_{method}": {"OrgIdNotAllowedError"}
    for level in ("roles", "teams")
    for method in ("list", "create", "get", "update", "regenerate_prompt", "delete")
}
#: Codes of which no fact says what raises them.
UNTIED = {"feature_not_available", "seat_limit_reached"}


@rule
def raised_classes_are_those_of_the_facts(document: Document) -> Faults:
    """`x-raises` names the errors that every operation may raise, and those that a fact ties to this one."""
    raised: dict[str, set[str]] = {}
    for node, status, response in responses(document):
        if status.startswith("2"):
            continue
        pointer = f"{node.pointer}/responses/{status}"
        names = set(response.get("x-raises", []))
        for name in sorted(names):
            kind = getattr(errors, name, None) if name in errors.__all__ else None
            if not (isinstance(kind, type) and issubclass(kind, errors.MemsyAPIError)):
                yield f"{pointer}: x-raises {name!r}, which is no error of the service in memsy_client.exceptions"
            elif kind.default_status not in (None, int(status)) and (status, name) != ("403", "AuthenticationError"):
                yield f"{pointer}: x-raises {name}, which no {status} becomes"
        yield from (f"{pointer}: x-raises lacks {name}" for name in sorted(GENERAL.get(status, set()) - names))
        raised.setdefault(node.value.get("operationId", ""), set()).update(names)
    general = {"MemsyAPIError"}.union(*GENERAL.values())
    for operation, names in raised.items():
        told = names - general
        if told != SPECIFIC.get(operation, set()):
            yield f"{operation}: raises {sorted(told)}, not {sorted(SPECIFIC.get(operation, set()))}"


@rule
def error_codes_have_examples(document: Document) -> Faults:
    """Every code with a class of its own is among the examples of its status."""
    shown = set()
    for _, status, response in responses(document):
        for example in response.get("content", {}).get("application/json", {}).get("examples", {}).values():
            value = resolved(document, example).get("value")
            body = value.get("detail") if isinstance(value, dict) and isinstance(value.get("detail"), dict) else value
            if isinstance(body, dict):
                shown.add((status, body.get("error")))
    for number, code in errors._TABLE:
        if code and code not in UNTIED and (str(number), code) not in shown:
            yield f"memsy_client.exceptions._TABLE: {number} {code} has no example in the contract"


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


# ---------------------------------------------------------------------------------------------------- limits

#: The keywords of a schema that limit what may be sent.
KEYWORDS = {"minLength", "maxLength", "pattern", "minItems", "maxItems", "minimum", "maximum"}


@rule
def chosen_limits_are_there(document: Document) -> Faults:
    """`x-chosen` names limits that stand beside it, each once."""
    for node in walk(Node("document", (), document)):
        chosen = node.value.get("x-chosen", [])
        for name in chosen:
            if name not in KEYWORDS or name not in node.value or chosen.count(name) > 1:
                yield f"{node.pointer}/x-chosen: {name!r} is not a limit beside it"


BOUNDS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "default",
)
#: What the service's documentation states: of a request's field or parameter, all bounds that it has.
LIMITS: dict[tuple[str, str], dict[str, Any]] = {
    ("search", "limit"): {"minimum": 1, "maximum": 100, "default": 10},
    ("search", "threshold"): {"minimum": 0, "maximum": 1, "default": 0.0},
    ("search", "include_source_events"): {"default": False},
    ("search", "session_id"): {"maxLength": 256},
    ("search", "exclude_session_id"): {"maxLength": 256},
    ("status", "event_ids"): {"maxItems": 500},
    ("memories_list", "limit"): {"minimum": 1, "maximum": 200, "default": 50},
    ("memories_list", "offset"): {"minimum": 0, "default": 0},
    ("memories_list", "sort"): {"default": "observed_at_desc"},
    ("events_list", "limit"): {"minimum": 1, "maximum": 200, "default": 50},
    ("events_list", "offset"): {"minimum": 0, "default": 0},
    ("events_list", "sort"): {"default": "ts_desc"},
    ("roles_list", "limit"): {"minimum": 1, "maximum": 200, "default": 100},
    ("roles_list", "offset"): {"minimum": 0, "default": 0},
    ("teams_list", "limit"): {"minimum": 1, "maximum": 200, "default": 100},
    ("teams_list", "offset"): {"minimum": 0, "default": 0},
    ("usage_timeseries", "granularity"): {"default": "daily"},
    ("keys_create", "scopes"): {"minItems": 1, "maxItems": 10, "default": ["read", "write"]},
    ("ingest", "events.actor_id"): {"minLength": 1, "maxLength": 256},
    ("ingest", "events.session_id"): {"minLength": 1, "maxLength": 256},
    ("ingest", "events.content"): {"minLength": 1, "maxLength": 7999},
    ("ingest", "events.role_id"): {"maxLength": 256},
    ("ingest", "events.team_id"): {"maxLength": 256},
    ("ingest", "events.metadata"): {"maxLength": 4096},
}


def field(document: Document, operation: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The schema of a request's parameter or, by a dotted path, body field; None when there is none."""
    for parameter in operation.get("parameters", []):
        parameter = resolved(document, parameter)
        if parameter["name"] == name:
            return _flat(document, parameter["schema"])
    if "requestBody" not in operation:
        return None
    schema = resolved(document, operation["requestBody"])["content"]["application/json"]["schema"]
    for step in name.split("."):
        schema = _flat(document, schema)
        schema = _flat(document, schema["items"]) if "items" in schema else schema
        if step not in schema.get("properties", {}):
            return None
        schema = schema["properties"][step]
    return _flat(document, schema)


def _flat(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    return resolved(document, schema) | schema


@rule
def limits_are_the_services(document: Document) -> Faults:
    """The limits and defaults are those which the service's documentation states."""
    operations = {node.value.get("operationId"): node for node in nodes(document, "operation")}
    for (name, path), due in LIMITS.items():
        schema = field(document, operations[name].value, path) if name in operations else None
        if schema is None:
            yield f"{name}: no {path}"
            continue
        stated = {key: schema[key] for key in BOUNDS if key in schema}
        if stated != due:
            yield f"{name}: {path} is {stated}, not {due}"
