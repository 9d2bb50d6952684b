"""The contract keeps its own rules, which the linter does not check; and each rule notices when it is broken."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest
import service_rules
from jsonschema import Draft202012Validator
from rules import completeness, examples, keywords, nullability, references, unions, unsupported
from rules.nodes import Node, target, walk
from rules.registry import INCOMPLETE, WRONG, Rule

CONTRACT: dict[str, Any] = json.loads(
    resources.files("memsy_client").joinpath("_generated/openapi.json").read_text("utf-8")
)


RULES: list[Rule] = [*WRONG, *INCOMPLETE, *service_rules.RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_contract_keeps_the_rule(rule: Rule) -> None:
    faults = list(dict.fromkeys(rule(CONTRACT)))
    assert not faults, "\n".join([str(rule.__doc__), *faults])


def test_the_formats_in_use_are_checked() -> None:
    formats = {
        node.value["format"]
        for node in walk(Node("document", (), CONTRACT))
        if isinstance(node.value.get("format"), str)
    }
    unchecked = formats - set(Draft202012Validator.FORMAT_CHECKER.checkers)
    assert unchecked <= {"password"}, f"no checker is installed for {unchecked}"


def test_the_client_reads_headers_of_both_groups() -> None:
    assert {"usage.plan", "usage.memory_stored", "rate_limit.reset"} <= set(service_rules.metered().values())


def put(pointer: str, value: Any) -> Callable[[Any], None]:
    """Set what a pointer names, or append to a list with `-`."""

    def change(document: Any) -> None:
        parent, _, last = pointer.rpartition("/")
        holder = target(document, parent)
        if isinstance(holder, list):
            holder.append(value) if last == "-" else holder.__setitem__(int(last), value)
        else:
            holder[last.replace("~1", "/")] = value

    return change


def drop(pointer: str) -> Callable[[Any], None]:
    """Remove what a pointer names."""

    def change(document: Any) -> None:
        parent, _, last = pointer.rpartition("/")
        holder = target(document, parent)
        del holder[int(last) if isinstance(holder, list) else last.replace("~1", "/")]

    return change


SEARCH = "#/paths/~1search/post"
SEARCH_BODY = f"{SEARCH}/requestBody/content/application~1json"
SCHEMAS = "#/components/schemas"
FORBIDDEN = "#/components/responses/Forbidden"
FORBIDDEN_EXAMPLES = f"{FORBIDDEN}/content/application~1json/examples"

#: A rule, what breaks it, and what it then says.
BREAKS: list[tuple[Rule, Callable[[Any], None], str]] = [
    (examples.examples_are_valid, put(f"{SEARCH_BODY}/example/limit", 101), f"{SEARCH_BODY}/example: $.limit: 101"),
    (examples.examples_are_valid, put(f"{SEARCH_BODY}/example/limits", 5), "'limits' was unexpected"),
    (examples.examples_are_valid, drop(f"{SEARCH_BODY}/example/query"), "'query' is a required property"),
    (
        examples.examples_are_valid,
        put("#/components/examples/Org/value/created_at", "soon"),
        "examples/Org: $.created_at",
    ),
    (
        examples.examples_are_valid,
        put("#/components/examples/RoleList/value", {}),
        "examples/RoleList: $: {} is not of",
    ),
    (
        examples.examples_are_valid,
        drop("#/components/examples/Team/value"),
        "examples/Team: an example without a value",
    ),
    (examples.examples_are_valid, put("#/components/parameters/MemoryId/example", ""), "parameters/MemoryId/example"),
    (
        examples.examples_are_valid,
        put("#/components/headers/UsageApiCalls/example", "7"),
        "headers/UsageApiCalls/example",
    ),
    (
        examples.examples_are_valid,
        put(f"{SCHEMAS}/SearchRequest/properties/limit/example", 0),
        "properties/limit/example",
    ),
    (examples.examples_are_valid, put(f"{SCHEMAS}/EventKind/examples", ["shout"]), "EventKind/examples/0: $: 'shout'"),
    (
        examples.examples_are_valid,
        put(f"{SCHEMAS}/SearchRequest/properties/limit/default", 0),
        "properties/limit/default",
    ),
    (
        examples.examples_are_valid,
        put(f"{FORBIDDEN_EXAMPLES}/gateway/value", {"mesage": "Forbidden"}),
        f"{FORBIDDEN_EXAMPLES}/gateway",
    ),
    (
        examples.examples_are_valid,
        put(f"{FORBIDDEN_EXAMPLES}/adminRequired/value/limitt", 1),
        f"{FORBIDDEN_EXAMPLES}/adminRequired",
    ),
    (completeness.bodies_have_examples, drop(f"{SEARCH_BODY}/example"), f"{SEARCH_BODY}: no example"),
    (completeness.operations_are_complete, drop(f"{SEARCH}/operationId"), f"{SEARCH}: no operationId"),
    (completeness.operations_are_complete, put(f"{SEARCH}/operationId", "ingest"), "'ingest' is not unique"),
    (completeness.operations_are_complete, put(f"{SEARCH}/summary", " "), f"{SEARCH}: no summary"),
    (completeness.operations_are_complete, drop(f"{SEARCH}/description"), f"{SEARCH}: no description"),
    (completeness.operations_are_complete, drop(f"{SEARCH}/x-repeatable"), f"{SEARCH}: no x-repeatable"),
    (keywords.words_are_spelt, put(f"{SEARCH}/x-repeatable", "yes"), "x-repeatable: is true or false, not 'yes'"),
    (
        keywords.words_are_spelt,
        put(f"{SCHEMAS}/EventPayload/properties/ts/format", "datetime"),
        "ts/format: 'datetime' is not a format; did you mean 'date-time'?",
    ),
    (completeness.tags_are_those_declared, put(f"{SEARCH}/tags", ["cores"]), f"{SEARCH}: tag 'cores' is not declared"),
    (completeness.tags_are_those_declared, put(f"{SEARCH}/tags", []), f"{SEARCH}: no tag"),
    (
        completeness.tags_are_those_declared,
        put("#/tags/-", {"name": "new", "description": "New."}),
        "'new' is not used",
    ),
    (
        completeness.tags_are_those_declared,
        put("#/tags/-", {"name": "core", "description": "New."}),
        "'core' is declared twi",
    ),
    (completeness.tags_are_those_declared, drop("#/tags/0/description"), "'core' has no description"),
    (completeness.operations_have_their_responses, drop(f"{SEARCH}/responses/200"), f"{SEARCH}: not exactly one 2xx"),
    (completeness.operations_have_their_responses, drop(f"{SEARCH}/responses/413"), f"{SEARCH}: no response 413"),
    (completeness.operations_have_their_responses, drop("#/paths/~1me/get/responses/401"), "me/get: no response 401"),
    (
        completeness.operations_have_their_responses,
        drop("#/paths/~1roles/get/responses/422"),
        "roles/get: no response 422",
    ),
    (
        completeness.operations_have_their_responses,
        drop("#/paths/~1keys~1{key_id}/delete/responses/404"),
        "#/paths/~1keys~1{key_id}/delete: no response 404",
    ),
    (
        completeness.operations_have_their_responses,
        put(f"{SEARCH}/responses/default", {}),
        "response 'default' is neither",
    ),
    (
        completeness.responses_have_their_bodies,
        drop(f"{SEARCH}/responses/200/content"),
        "search/post/responses/200: no schema",
    ),
    (
        completeness.responses_have_their_bodies,
        put("#/paths/~1me/get/responses/204", {"content": {}}),
        "a 204 has no body",
    ),
    (
        completeness.responses_have_their_bodies,
        drop(f"{FORBIDDEN}/content"),
        f"{SEARCH}/responses/403: the schema is not",
    ),
    (completeness.responses_have_their_bodies, drop(f"{FORBIDDEN}/x-raises"), f"{SEARCH}/responses/403: no x-raises"),
    (completeness.everything_is_described, drop("#/components/parameters/Offset/description"), "parameters/Offset: no"),
    (
        completeness.everything_is_described,
        drop("#/paths/~1console~1memories/get/parameters/1/description"),
        "parameters/1: no",
    ),
    (completeness.everything_is_described, drop(f"{SEARCH}/requestBody/description"), f"{SEARCH}/requestBody: no"),
    (completeness.everything_is_described, drop(f"{SEARCH}/responses/200/description"), f"{SEARCH}/responses/200: no"),
    (completeness.everything_is_described, put(f"{FORBIDDEN}/description", ""), f"{FORBIDDEN}: no description"),
    (
        completeness.everything_is_described,
        drop("#/components/headers/Plan/description"),
        "headers/Plan: no description",
    ),
    (
        completeness.everything_is_described,
        drop(f"{SCHEMAS}/EventKind/description"),
        f"{SCHEMAS}/EventKind: no description",
    ),
    (
        completeness.everything_is_described,
        drop(f"{SCHEMAS}/EventPayload/properties/kind/description"),
        "properties/kind: no",
    ),
    (
        completeness.everything_is_described,
        drop("#/paths/~1orgs/get/responses/200/content/application~1json/schema/description"),
        "#/paths/~1orgs/get/responses/200/content/application~1json/schema: no",
    ),
    (
        completeness.everything_is_described,
        drop("#/components/securitySchemes/bearerAuth/description"),
        "#/components/securitySchemes/bearerAuth: no description",
    ),
    (references.references_resolve, drop(f"{SCHEMAS}/EventKind"), f"{SCHEMAS}/EventKind does not resolve"),
    (
        references.references_resolve,
        put(f"{SEARCH_BODY}/schema", {"$ref": "other.yaml"}),
        "other.yaml does not resolve",
    ),
    (
        completeness.components_are_used,
        put(f"{SCHEMAS}/Lonely", {"$ref": f"{SCHEMAS}/Lonely"}),
        f"{SCHEMAS}/Lonely: not used",
    ),
    (completeness.components_are_used, put("#/components/examples/Lonely", {"value": 1}), "examples/Lonely: not used"),
    (
        completeness.components_are_used,
        put("#/components/securitySchemes/basic", {}),
        "securitySchemes/basic: not used",
    ),
    (
        completeness.components_are_used,
        put("#/security", [{"basic": []}]),
        "securitySchemes/basic: required but not declared",
    ),
    (keywords.keywords_are_understood, put(f"{SEARCH}/x-repeatible", True), "did you mean 'x-repeatable'?"),
    (keywords.keywords_are_understood, put(f"{SEARCH}/operationID", "x"), "did you mean 'operationId'?"),
    (
        keywords.keywords_are_understood,
        put(f"{SCHEMAS}/EventKind/x-mine", 1),
        "name it under `extensions` of generator",
    ),
    (keywords.keywords_are_understood, put(f"{SCHEMAS}/EventKind/not", {}), "the keyword 'not' is not one that the"),
    (keywords.keywords_are_understood, put("#/servers/0/x-plan", "core"), "did you mean 'x-plane'?"),
    (
        unsupported.parameters_can_be_sent,
        put("#/components/parameters/Offset/in", "cookie"),
        "Offset: cookie parameters are not supported",
    ),
    (unsupported.parameters_can_be_sent, put("#/components/parameters/Offset/style", "pipe"), "Offset: `style` and"),
    (unsupported.parameters_can_be_sent, drop("#/components/parameters/Offset/schema"), "Offset: a parameter needs a"),
    (
        unsupported.bodies_are_json,
        put(f"{SEARCH}/requestBody/content/multipart~1form-data", {}),
        "a body of multipart/form-data is not supported",
    ),
    (
        unsupported.bodies_are_json,
        put(f"{SEARCH}/responses/200/content/text~1event-stream", {}),
        "a stream of events is not supported",
    ),
    (
        unsupported.nothing_is_binary,
        put(f"{SCHEMAS}/SearchResult/properties/id/format", "binary"),
        "id: binary content",
    ),
    (
        unsupported.tuples_are_closed,
        put(f"{SCHEMAS}/SearchResult/properties/id", {"type": "array", "prefixItems": [{}], "items": {}}),
        "properties/id: further `items` after `prefixItems`",
    ),
    (
        unsupported.keys_are_bearer_tokens,
        put("#/components/securitySchemes/basic", {"type": "http", "scheme": "basic"}),
        "securitySchemes/basic: only `type: http` with `scheme: bearer`",
    ),
    (unsupported.planes_have_names, put("#/servers/0/x-plane", "a-b"), "#/servers/0/x-plane: 'a-b' is not an identif"),
    (
        unsupported.enums_have_one_type,
        put(f"{SCHEMAS}/SearchResult/properties/id/enum", ["a", 1]),
        "properties/id/enum: its values are of several types",
    ),
    (
        unsupported.patterns_are_regular_expressions,
        put(f"{SCHEMAS}/SearchResult/properties/id/pattern", "["),
        "properties/id: the pattern '[' is not a regular expression",
    ),
    (
        examples.numbers_are_of_json,
        put(f"{SCHEMAS}/SearchResult/properties/score/maximum", float("inf")),
        "properties/score/maximum: inf is not a value of JSON",
    ),
    (
        unions.discriminators_decide,
        put(f"{SCHEMAS}/SearchResult/discriminator", {"propertyName": "id"}),
        "SearchResult/discriminator: stands at what is not a union",
    ),
    (
        unions.variants_can_be_told_apart,
        put(
            f"{SCHEMAS}/SearchResult/properties/owner",
            {"oneOf": [{"$ref": f"{SCHEMAS}/SourceEvent"}, {"$ref": f"{SCHEMAS}/Connector"}]},
        ),
        "owner/oneOf/1: cannot be told from oneOf/0",
    ),
    (
        service_rules.headers_are_those_the_client_reads,
        drop(f"{SEARCH}/responses/200/headers/X-Plan"),
        f"{SEARCH}/responses/200: no header x-plan",
    ),
    (
        service_rules.headers_are_those_the_client_reads,
        put(f"{FORBIDDEN}/headers/X-Usage-Seats", {"description": "Seats."}),
        "responses/403: header x-usage-seats, which the client does not read",
    ),
    (
        service_rules.headers_are_those_the_client_reads,
        put("#/components/headers/RateLimitReset/description", "Then."),
        "the description of x-ratelimit-reset does not say `rate_limit.reset`",
    ),
    (
        service_rules.headers_are_those_the_client_reads,
        drop("#/components/responses/UsageLimitExceeded/headers/Retry-After"),
        f"{SEARCH}/responses/429: no header Retry-After",
    ),
    (
        service_rules.headers_are_those_the_client_reads,
        drop(f"{FORBIDDEN}/headers/x-request-id"),
        "403: no header x-request-id",
    ),
    (
        service_rules.raised_classes_are_those_of_the_facts,
        put(f"{FORBIDDEN}/x-raises/-", "Forbidden"),
        "x-raises 'Forbidden', which is no",
    ),
    (
        service_rules.raised_classes_are_those_of_the_facts,
        put(f"{FORBIDDEN}/x-raises/-", "MemsyInputError"),
        "is no error of the serv",
    ),
    (
        service_rules.raised_classes_are_those_of_the_facts,
        put(f"{FORBIDDEN}/x-raises/-", "RateLimitExceeded"),
        "which no 403 becomes",
    ),
    (
        service_rules.raised_classes_are_those_of_the_facts,
        drop(f"{FORBIDDEN}/x-raises/0"),
        "403: x-raises lacks AuthorizationError",
    ),
    (
        service_rules.raised_classes_are_those_of_the_facts,
        put("#/components/responses/SeatRequired/x-raises/-", "FeatureNotAvailable"),
        "events_list: raises ['FeatureNotAvailable', 'SeatRequiredError'], not ['SeatRequiredError']",
    ),
    (
        service_rules.chosen_limits_are_there,
        put(f"{SCHEMAS}/OrgCreate/properties/name/x-chosen/-", "maxItems"),
        "'maxItems' is",
    ),
    (
        service_rules.chosen_limits_are_there,
        put("#/components/parameters/KeyId/schema/x-chosen", ["type"]),
        "'type' is not",
    ),
    (
        service_rules.error_codes_have_examples,
        drop("#/components/responses/SeatRequired/content/application~1json/examples/seatRequired"),
        "_TABLE: 403 seat_required has no example",
    ),
    (
        nullability.requests_hold_no_null,
        put(f"{SCHEMAS}/SearchRequest/properties/query/type", ["string", "null"]),
        f"{SCHEMAS}/SearchRequest/properties/query: may be null",
    ),
    (
        nullability.requests_hold_no_null,
        put(f"{SCHEMAS}/EventPayload/properties/kind", {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        f"{SCHEMAS}/EventPayload/properties/kind: may be null",
    ),
    (
        nullability.requests_hold_no_null,
        put(f"{SCHEMAS}/SearchRequest/properties/role_ids/default", None),
        "properties/role_ids/default: null",
    ),
    (
        nullability.requests_hold_no_null,
        put("#/components/parameters/OrgIdQuery/schema", {}),
        "#/components/parameters/OrgIdQuery/schema: may be null",
    ),
    (
        nullability.answers_promise_what_is_required,
        put(f"{SCHEMAS}/SearchResult/properties/id/type", ["string", "null"]),
        f"{SCHEMAS}/SearchResult/properties/id: required but may be null",
    ),
    (
        nullability.answers_promise_what_is_required,
        put(f"{SCHEMAS}/SearchResult/required", ["id", "content"]),
        f"{SCHEMAS}/SearchResult/properties/score: optional but never null",
    ),
    (
        references.required_fields_are_declared,
        put(f"{SCHEMAS}/Error/required", ["x"]),
        "Error/required: 'x' is not among",
    ),
    (
        service_rules.limits_are_the_services,
        put(f"{SCHEMAS}/SearchRequest/properties/limit/maximum", 1000),
        "search: limit is {'minimum': 1, 'maximum': 1000, 'default': 10}, not",
    ),
    (
        service_rules.limits_are_the_services,
        put(f"{SCHEMAS}/EventPayload/properties/content/maxLength", 8000),
        "events.content",
    ),
    (
        service_rules.limits_are_the_services,
        drop(f"{SCHEMAS}/StatusRequest/properties/event_ids"),
        "status: no event_ids",
    ),
    (
        service_rules.limits_are_the_services,
        put("#/components/parameters/HierarchyLimit/schema/default", 50),
        "teams_list: lim",
    ),
]


@pytest.mark.parametrize(("rule", "spoil", "said"), BREAKS, ids=[f"{rule.__name__}-{said}" for rule, _, said in BREAKS])
def test_the_rule_notices(rule: Rule, spoil: Callable[[Any], None], said: str) -> None:
    document = copy.deepcopy(CONTRACT)
    spoil(document)
    faults = list(rule(document))
    assert any(said in fault for fault in faults), faults


def test_every_rule_is_seen_to_notice() -> None:
    assert {rule for rule, _, _ in BREAKS} == set(RULES)
