"""Contracts that cannot be generated are refused by name; none becomes a client that lacks or breaks something."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from small_contracts import contract, json_response

TEXT = {"type": "string"}
THING = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "note": TEXT}}
DONE = {"responses": {"204": {"description": "Done."}}}


def parameter(location: str, schema: Any = TEXT, **more: Any) -> dict[str, Any]:
    return {"parameters": [{"name": "x", "in": location, "schema": schema, "required": location == "path"} | more]}


def body(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


def response(media_type: str, schema: Any = TEXT) -> dict[str, Any]:
    return {"responses": {"200": {"description": "", "content": {media_type: {"schema": schema}}}}}


def paging(result: Any, **more: Any) -> dict[str, Any]:
    steps = [{"name": n, "in": "query", "schema": {"type": "integer", "default": 1}} for n in ("limit", "offset")]
    return {"parameters": steps, "responses": json_response(result)} | more


def raising(*names: str) -> dict[str, Any]:
    return {"responses": {**DONE["responses"], "400": {"description": "", "x-raises": list(names)}}}


def also(operation: dict[str, Any]) -> dict[str, Any]:
    return {"/other": {"get": {"operationId": "other", "tags": ["things"]} | DONE | operation}}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "cookie": (contract(operation=parameter("cookie")), "cookie parameters are not supported"),
    "content parameter": (
        contract(operation={"parameters": [{"name": "x", "in": "query", "content": {"application/json": {}}}]}),
        "a parameter needs a `schema`",
    ),
    "object in query": (contract(operation=parameter("query", THING)), "query parameter cannot be of the kind Model"),
    "list in header": (
        contract(operation=parameter("header", {"type": "array", "items": TEXT})),
        "not allowed in header",
    ),
    "number in path": (
        contract(operation=parameter("path", {"type": "number"}), path="/things/{x}"),
        "path parameter cannot be of the kind Float",
    ),
    "comma-separated query": (
        contract(operation=parameter("query", {"type": "array", "items": TEXT}, explode=False)),
        "`style` and `explode` are supported with their defaults alone",
    ),
    "path parameter that is nowhere": (contract(path="/things/{x}"), "Path parameters do not match"),
    "odd placeholder": (contract(path="/things/{a b}"), "the path parameters are not those of"),
    "form body": (
        contract(operation=body(THING, "application/x-www-form-urlencoded"), method="post"),
        "post/requestBody/content: a body of application/x-www-form-urlencoded is not supported",
    ),
    "file body": (contract(operation=body(TEXT, "application/octet-stream"), method="post"), "only application/json"),
    "unknown body": (
        contract(operation=body(TEXT, "application/xml"), method="post"),
        "a body of application/xml is not supported; only application/json is",
    ),
    "text response": (
        contract(operation=response("text/plain")),
        "get/responses/200/content: a body of text/plain is not supported",
    ),
    "unknown response": (contract(operation=response("application/pdf")), "a body of application/pdf is not supported"),
    "x-positional of a required argument": (
        contract(operation=parameter("query", **{"x-positional": True, "required": True})),
        "things.get: x: x-positional can only be true, and of an optional argument",
    ),
    "x-keyword-only of an optional argument": (
        contract(operation=parameter("query", **{"x-keyword-only": True})),
        "things.get: x: x-keyword-only can only be true, and of a required argument",
    ),
    "x-accepts of no model": (
        contract(
            operation=body(
                {"type": "object", "properties": {"x": {"type": "array", "items": TEXT, "x-accepts": "No"}}}
            ),
            method="post",
        ),
        "x-accepts stands at a list of models",
    ),
    "x-accepts of a model with other fields": (
        contract(
            operation=body(
                {
                    "type": "object",
                    "properties": {
                        "x": {
                            "type": "array",
                            "items": {"$ref": "#/components/schemas/Thing"},
                            "x-accepts": "Other",
                        }
                    },
                }
            ),
            method="post",
            schemas={"Thing": THING, "Other": {"type": "object", "properties": {"id": TEXT}}},
        ),
        "x-accepts names Other, which lacks note",
    ),
    "x-poll without a status": (contract(operation={"x-poll": {"method": "wait"}}), "x-poll takes method, while"),
    "x-poll of a status that never comes": (
        contract(
            operation={"x-poll": {"method": "wait", "while": 409, "timeout": 1, "interval": 1, "description": "Wait."}}
        ),
        "x-poll goes on while 409, which is not among the responses",
    ),
    "default of a list that is not empty": (
        contract(
            operation={"responses": json_response({"$ref": "#/components/schemas/Thing"})},
            schemas={
                "Thing": {
                    "type": "object",
                    "properties": {"x": {"type": "array", "items": TEXT, "default": ["a"]}},
                }
            },
        ),
        "x: a default can be text, a number, true, false, or an empty list or object",
    ),
    "binary field": (
        contract(
            operation={"responses": json_response({"$ref": "#/components/schemas/Thing"})},
            schemas={"Thing": {"type": "object", "properties": {"x": {"type": "string", "format": "binary"}}}},
        ),
        "binary content is not supported",
    ),
    "two kinds of success": (
        contract(operation={"responses": json_response(TEXT) | {"204": {"description": ""}}}),
        "its successes have different bodies",
    ),
    "no success": (contract(operation={"responses": {"400": {"description": ""}}}), "describes no success"),
    "success without a schema": (
        contract(operation={"responses": {"200": {"description": "", "content": {"application/json": {}}}}}),
        "without a schema",
    ),
    "dangling reference": (
        contract(operation={"responses": json_response({"$ref": "#/components/schemas/Gone"})}),
        "schema: #/components/schemas/Gone does not resolve",
    ),
    "mixed enum": (contract(schemas={"E": {"enum": ["a", 1]}}), "E/enum: its values are of several types"),
    "bad default": (
        contract(operation=parameter("query", {"type": "integer", "default": "many"})),
        "schema/default: 'many' is not of type 'integer'",
    ),
    "bad time": (
        contract(operation=parameter("query", {"type": "string", "format": "date-time", "default": "noon"})),
        "schema/default: 'noon' is not a 'date-time'",
    ),
    "method twice": (contract(paths=also({"operationId": "things_get"})), "has two methods called get"),
    "method and iterator": (
        contract(
            operation=paging({"type": "array", "items": TEXT}) | {"operationId": "list"},
            paths=also({"operationId": "iter"}),
        ),
        "has two methods called iter",
    ),
    "method of every resource": (
        contract(operation={"operationId": "with_raw_response"}),
        "a method called with_raw_response",
    ),
    "method and tag": (
        contract(operation={"tags": ["core"], "operationId": "other"}, paths=also({"tags": ["other"]})),
        "a method and a tag called other",
    ),
    "paths that differ by a parameter's name": (
        contract(
            operation=parameter("path"),
            path="/things/{x}",
            paths={"/things/{y}": also(parameter("path", name="y"))["/other"]},
        ),
        "#/paths/~1things~1{y}/get: another path differs by names of parameters alone",
    ),
    "tag on two planes": (
        contract(paths={"/other": also({})["/other"] | {"servers": [{"url": "https://x", "x-plane": "control"}]}}),
        "no plane has all operations of the tag things",
    ),
    "odd plane": (contract(servers=[{"url": "https://x", "x-plane": "a-b"}]), "not an identifier"),
    "unknown exception": (contract(operation=raising("Oops")), "names 'Oops', not an exception of the client"),
    "no exception": (contract(operation=raising("Attempt")), "names 'Attempt'"),
    "unwrap of a list": (
        contract(operation={"responses": json_response({"type": "array", "items": TEXT}), "x-unwrap": "id"}),
        "x-unwrap names id",
    ),
    "unwrap of nothing": (contract(operation={"x-unwrap": "id"}), "x-unwrap names id"),
    "unwrap of an unknown field": (
        contract(operation={"responses": json_response(THING), "x-unwrap": "name"}),
        "x-unwrap names name",
    ),
    "expose of an unknown field": (contract(schemas={"T": THING | {"x-expose": "gone"}}), "x-expose names gone"),
    "expose of a text": (contract(schemas={"T": THING | {"x-expose": "id"}}), "x-expose names id"),
    "id of no field": (
        contract(operation=paging({"type": "array", "items": THING}, **{"x-item-id": "gone"})),
        "x-item-id names gone",
    ),
    "id that may be absent": (
        contract(operation=paging({"type": "array", "items": THING}, **{"x-item-id": "note"})),
        "x-item-id names note",
    ),
    "id without paging": (contract(operation={"x-item-id": "id"}), "does not page"),
    "repeatable by word": (contract(operation={"x-repeatable": "__import__('os')"}), "x-repeatable: is true or false"),
    "reserved schema": (contract(schemas={"Model": THING}), "Model: the generated code needs this name"),
    "same attribute": (
        contract(schemas={"T": {"type": "object", "properties": {"get": TEXT, "get_": TEXT}}}),
        "two fields would be the attribute get_",
    ),
    "same argument": (
        contract(operation={"parameters": [{"name": n, "in": "query", "schema": TEXT} for n in ("a_b", "a-b", "aB")]}),
        "same Python identifier|two arguments called",
    ),
    "infinite default": (
        contract(operation=parameter("query", {"type": "number", "default": float("inf")})),
        "not a value of JSON",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_is_refused_and_says_why(generator: ModuleType, tmp_path: Path, case: str) -> None:
    document, told = BAD[case]
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps(document).replace("Infinity", ".inf"), encoding="utf-8")
    with pytest.raises(generator.ContractError, match=told) as caught:
        generator.generate(spec, tmp_path / "out")
    assert [line for line in str(caught.value).splitlines() if not line.startswith("spec.yaml#")] == []


def test_the_small_contract_that_these_cases_change_is_fine_and_has_no_models(
    make_package: Callable[[Any], str],
) -> None:
    models = importlib.import_module(f"{make_package(contract())}.models")
    assert models.__all__ == ()


def test_numbers_of_statuses_and_times_may_stand_without_quotes(
    generator: ModuleType, tmp_path: Path, make_package: Callable[[Any], str]
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps(contract(operation={"responses": json_response({"type": "string"})})), encoding="utf-8")
    text = spec.read_text(encoding="utf-8").replace('"200"', "200").replace('"Done."', "2024-01-02T03:04:05Z")
    spec.write_text(text, encoding="utf-8")
    assert make_package(spec)
