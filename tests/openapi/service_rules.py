"""The rules that hold the contract to the client and to the facts about the service: headers, errors, limits."""

from __future__ import annotations

from typing import Any

from rules.nodes import Node, nodes, resolved, responses, walk
from rules.registry import Document, Faults, Rule

import memsy_client.exceptions as errors
from memsy_client._core.messages import Headers
from memsy_client._core.usage_and_rate_limit import parse_rate_limit, parse_usage

RULES: list[Rule] = []


def rule(check: Rule) -> Rule:
    """Have the rule tried on the contract."""
    RULES.append(check)
    return check


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
#: Which status becomes which class; the gateway's 403 has no code of its own.
BECOMES = {(status, kind.__name__) for (status, _), kind in errors._TABLE.items()} | {(403, "AuthenticationError")}
#: Those that a fact about the service ties to an operation.
SPECIFIC: dict[str, set[str]] = {
    "ingest": {"OrgIdNotAllowedError", "UsageLimitExceeded"},
    "search": {"OrgIdNotAllowedError", "UsageLimitExceeded"},
    "status": {"OrgIdNotAllowedError"},
    "orgs_create": {"OrgLimitReachedError", "OrgIdNotAllowedError"},
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
            elif (int(status), name) not in BECOMES and kind is not errors.MemsyAPIError:
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


# ---------------------------------------------------------------------------------------------------- limits

#: The keywords of a schema that limit what may be sent.
KEYWORDS = {"minLength", "maxLength", "pattern", "minItems", "maxItems", "minimum", "maximum", "format", "enum"}


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
    ("actors_list", "limit"): {"minimum": 1, "maximum": 500, "default": 100},
    ("actors_list", "offset"): {"minimum": 0, "default": 0},
    ("actors_list", "sort"): {"default": "first_memory_desc"},
    ("connectors_configure_resources", "resources.resource_type"): {
        "minLength": 1,
        "maxLength": 64,
        "default": "channel",
    },
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
