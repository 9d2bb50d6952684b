"""Edits of a contract, each with what comes of it: it is understood, refused, passed over, or not finished yet.

What an edit that is understood does to the client is tested in the files beside this one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import rules
from small_contracts import contract, json_response

TEXT = {"type": "string"}
CONTENT = "paths/~1things/get/responses/200/content/application~1json"
SCHEMA = "components/schemas/Thing"
BASE = contract(
    operation={
        "summary": "Get a thing",
        "description": "Returns one.",
        "x-repeatable": True,
        "parameters": [{"name": "q", "in": "query", "description": "What to look for.", "schema": TEXT}],
        "responses": json_response({"$ref": f"#/{SCHEMA}"}),
    },
    schemas={
        "Thing": {
            "type": "object",
            "description": "A thing.",
            "required": ["id"],
            "properties": {
                "id": TEXT | {"description": "Its id."},
                "size": {"type": ["integer", "null"], "description": "Its size."},
            },
        },
        "Other": {"type": "object", "description": "Not a thing.", "properties": {"id": TEXT}},
    },
    tags=[{"name": "things", "description": "Things."}],
)


def put(pointer: str, value: Any) -> Callable[[Any], None]:
    """Set what a pointer names, or append to a list with `-`."""
    *steps, last = [step.replace("~1", "/") for step in pointer.split("/")]

    def change(document: Any) -> None:
        for step in steps:
            document = document[int(step)] if isinstance(document, list) else document.setdefault(step, {})
        if isinstance(document, list):
            document.append(value) if last == "-" else document.__setitem__(int(last), value)
        else:
            document[last] = value

    return change


def drop(pointer: str) -> Callable[[Any], None]:
    *steps, last = [step.replace("~1", "/") for step in pointer.split("/")]

    def change(document: Any) -> None:
        for step in steps:
            document = document[int(step)] if isinstance(document, list) else document[step]
        del document[last]

    return change


OPERATION, PARAMETER, SIZE = "paths/~1things/get", "paths/~1things/get/parameters/0", f"{SCHEMA}/properties/size"
BODY = "paths/~1things/get/requestBody"
UNION = {"oneOf": [{"$ref": f"#/{SCHEMA}"}, {"$ref": "#/components/schemas/Other"}]}


def both(one: Callable[[Any], None], other: Callable[[Any], None]) -> Callable[[Any], None]:
    """Two edits at once."""

    def change(document: Any) -> None:
        one(document)
        other(document)

    return change


def discriminated(**discriminator: Any) -> Callable[[Any], None]:
    """A union of Thing and Other in a new schema, with a discriminator."""
    return put("components/schemas/Either", {"description": "", **UNION, "discriminator": discriminator})


DISCRIMINATOR = "#/components/schemas/Either/discriminator"
REFUSED = {
    # discriminators that do not decide
    "discriminator of a field that may be absent": (
        discriminated(propertyName="id"),
        f"{DISCRIMINATOR}: Other does not require the field 'id'",
    ),
    "discriminator that lacks a variant": (
        discriminated(propertyName="id", mapping={"thing": f"#/{SCHEMA}"}),
        f"{DISCRIMINATOR}: has no word for Other; add it to the mapping",
    ),
    "discriminator that leaves the union": (
        discriminated(propertyName="id", mapping={"a": f"#/{SCHEMA}", "b": "#/components/schemas/Else"}),
        f"{DISCRIMINATOR}: maps to Else, which is not in the union",
    ),
    "discriminator without a union": (
        put(f"{SCHEMA}/discriminator", {"propertyName": "id"}),
        f"{SCHEMA}/discriminator: stands at what is not a union",
    ),
    # misspelt
    "keyword of a schema": (put(f"{SIZE}/maxLenght", 5), f"{SIZE}: the keyword 'maxLenght'"),
    "its remedy": (put(f"{SIZE}/maxLenght", 5), "did you mean 'maxLength'?"),
    "keyword of an operation": (put(f"{OPERATION}/operationID", "x"), f"{OPERATION}: the keyword 'operationID'"),
    "keyword of a parameter": (put(f"{PARAMETER}/requird", True), "did you mean 'required'?"),
    "keyword of a response": (put(f"{OPERATION}/responses/200/contents", {}), "did you mean 'content'?"),
    "keyword of the document": (put("component", {}), "#: the keyword 'component' is not one"),
    "keyword of a tag": (put("tags/0/descripton", "x"), "#/tags/0: the keyword 'descripton'"),
    "keyword of the info": (put("info/titel", "x"), "#/info: the keyword 'titel'"),
    "keyword of a server": (
        put("servers", [{"url": "https://x", "x-plan": "core"}]),
        "#/servers/0: the extension 'x-pl",
    ),
    "keyword of a discriminator": (
        put(f"{SCHEMA}/discriminator", {"property": "id"}),
        f"{SCHEMA}/discriminator: the keyword 'property'",
    ),
    "keyword of polling": (put(f"{OPERATION}/x-poll", {"until": 409}), f"{OPERATION}/x-poll: the keyword 'until'"),
    "format": (put(f"{SIZE}/format", "datetime"), "did you mean 'date-time'?"),
    "word for true": (
        put(f"{OPERATION}/x-repeatable", "yes"),
        f"{OPERATION}/x-repeatable: is true or false, not 'yes'",
    ),
    # extensions
    "extension that is misspelt": (put(f"{OPERATION}/x-repeteable", True), "did you mean 'x-repeatable'?"),
    "extension of nobody": (put(f"{SIZE}/x-color", "red"), "name it under `extensions` of generator-config.yaml"),
    # keywords of JSON Schema that no type follows from
    "not": (put(f"{SIZE}/not", {}), "the keyword 'not' is not one that the generator understands"),
    "if": (put(f"{SIZE}/if", {}), "the keyword 'if' is not one"),
    "patternProperties": (put(f"{SCHEMA}/patternProperties", {}), "the keyword 'patternProperties' is not one"),
    # ways to send
    "cookie": (put(f"{PARAMETER}/in", "cookie"), f"{PARAMETER}: cookie parameters are not supported; use the query"),
    "style": (put(f"{PARAMETER}/style", "pipeDelimited"), f"{PARAMETER}: `style` and `explode`"),
    "explode": (put(f"{PARAMETER}/explode", False), f"{PARAMETER}: `style` and `explode`"),
    "content of a parameter": (drop(f"{PARAMETER}/schema"), f"{PARAMETER}: a parameter needs a `schema`"),
    "allowReserved": (put(f"{PARAMETER}/allowReserved", True), "the keyword 'allowReserved' is not one"),
    "multipart": (
        put(BODY, {"content": {"multipart/form-data": {}}}),
        "a body of multipart/form-data is not supported",
    ),
    "form": (
        put(BODY, {"content": {"application/x-www-form-urlencoded": {}}}),
        "x-www-form-urlencoded is not supported",
    ),
    "bytes": (put(BODY, {"content": {"application/octet-stream": {}}}), "a body of application/octet-stream is not"),
    "two types": (
        put(BODY, {"content": {"application/json": {"schema": TEXT}, "text/plain": {}}}),
        f"{BODY}/content: a body of text/plain is not supported; only application/json is",
    ),
    "encoding": (put(f"{CONTENT}/encoding", {}), "the keyword 'encoding' is not one"),
    "stream": (put(f"{OPERATION}/responses/200/content/text~1event-stream", {}), "a stream of events is not supported"),
    "binary": (put(f"{SCHEMA}/properties/id/format", "binary"), "properties/id: binary content is not supported"),
    "pattern that is none": (
        put(f"{SCHEMA}/properties/id/pattern", "["),
        "properties/id: the pattern '[' is not a regular expression",
    ),
    "enum of two types": (put(f"{SCHEMA}/properties/id/enum", ["a", 1]), "id/enum: its values are of several types"),
    "basic key": (
        put("components/securitySchemes/basic", {"type": "http", "scheme": "basic"}),
        "#/components/securitySchemes/basic: only `type: http` with `scheme: bearer` is supported",
    ),
    "key in a header": (
        put("components/securitySchemes/key", {"type": "apiKey"}),
        "securitySchemes/key: only `type: http` with `scheme: bearer`",
    ),
    "oauth": (put("components/securitySchemes/oauth", {"type": "oauth2", "flows": {}}), "securitySchemes/oauth: "),
    # values and references
    "example": (put(f"{CONTENT}/example", {"size": 1}), f"{CONTENT}/example: $: 'id' is a required property"),
    "example of nothing": (put(f"{CONTENT}/example", {"id": "x", "colour": 1}), "'colour' was unexpected"),
    "default": (put(f"{SIZE}/default", "big"), f"{SIZE}/default: 'big' is not of type"),
    "reference": (
        put(f"{CONTENT}/schema", {"$ref": "#/components/schemas/Thin"}),
        "#/components/schemas/Thin does not",
    ),
    "reference to a file": (put(f"{CONTENT}/schema", {"$ref": "thing.yaml"}), f"{CONTENT}/schema: thing.yaml does not"),
    "required field": (
        put(f"{SCHEMA}/required", ["id", "age"]),
        f"{SCHEMA}/required: 'age' is not among the properties",
    ),
    # unions
    "variants that overlap": (
        put(f"{SCHEMA}/properties/other", {"oneOf": UNION["oneOf"][::-1]}),
        f"{SCHEMA}/properties/other/oneOf/1: cannot be told from oneOf/0",
    ),
    "further items of a tuple": (
        put(SIZE, {"type": "array", "prefixItems": [TEXT], "items": TEXT}),
        f"{SIZE}: further `items` after `prefixItems` are not supported; say `items: false`",
    ),
}
PASSED_OVER = {
    "webhooks": (put("webhooks", {"x": {}}), "webhooks: passed over"),
    "callbacks": (put(f"{OPERATION}/callbacks", {"x": {}}), f"{OPERATION}/callbacks: passed over"),
    "links": (put(f"{OPERATION}/responses/200/links", {"x": {}}), f"{OPERATION}/responses/200/links: passed over"),
    "links of components": (put("components/links", {"x": {}}), "components/links: passed over"),
}
UNFINISHED = {
    "summary": (drop(f"{OPERATION}/summary"), f"{OPERATION}: no summary"),
    "description": (drop(f"{OPERATION}/description"), f"{OPERATION}: no description"),
    "description of a field": (drop(f"{SIZE}/description"), f"{SIZE}: no description"),
    "repeatable": (drop(f"{OPERATION}/x-repeatable"), f"{OPERATION}: no x-repeatable"),
    "tag": (put(f"{OPERATION}/tags", ["thing"]), f"{OPERATION}: tag 'thing' is not declared"),
    "errors": (lambda document: None, f"{OPERATION}: no response 401"),
    "body example": (lambda document: None, f"{CONTENT}: no example"),
    "component": (put("components/schemas/Lonely", TEXT), "#/components/schemas/Lonely: not used"),
}
UNDERSTOOD: dict[str, Callable[[Any], None]] = {
    "nullable": put(f"{SCHEMA}/properties/id/nullable", True),
    "nullable reference": put(SIZE, {"$ref": "#/components/schemas/Other", "nullable": True}),
    "read only": put(f"{SCHEMA}/properties/id/readOnly", True),
    "write only": put(f"{SIZE}/writeOnly", True),
    "deprecated operation": put(f"{OPERATION}/deprecated", True),
    "deprecated parameter": put(f"{PARAMETER}/deprecated", True),
    "deprecated field": put(f"{SIZE}/deprecated", True),
    "no security": put(f"{OPERATION}/security", []),
    "tuple": put(SIZE, {"type": "array", "prefixItems": [TEXT, {"type": "integer"}], "items": False}),
    "discriminator": both(
        put("components/schemas/Other/required", ["id"]),
        put(
            f"{SCHEMA}/properties/other",
            {"oneOf": [*UNION["oneOf"], {"type": "null"}], "discriminator": {"propertyName": "id"}},
        ),
    ),
    "another tool's extension": put("info/x-logo", {"url": "https://x"}),
    "default of a field": put(f"{SIZE}/default", 0),
    "open object": put("components/schemas/Other/x-open", True),
}


def edited(edit: Callable[[Any], None]) -> dict[str, Any]:
    document = copy.deepcopy(BASE)
    edit(document)
    return document


@pytest.mark.parametrize(("edit", "told"), REFUSED.values(), ids=REFUSED)
def test_what_makes_a_wrong_client_is_refused(edit: Callable[[Any], None], told: str) -> None:
    assert any(told in fault and fault.startswith("#") for fault in rules.wrong(edited(edit)))


@pytest.mark.parametrize(("edit", "told"), PASSED_OVER.values(), ids=PASSED_OVER)
def test_what_clients_do_not_have_is_passed_over_with_a_word(edit: Callable[[Any], None], told: str) -> None:
    document = edited(edit)
    assert any(line.startswith(f"#/{told}") for line in rules.passed_over(document))
    assert rules.wrong(document) == []


@pytest.mark.parametrize(("edit", "told"), UNFINISHED.values(), ids=UNFINISHED)
def test_what_is_not_finished_can_be_tried(edit: Callable[[Any], None], told: str) -> None:
    document = edited(edit)
    assert any(told in fault for fault in rules.incomplete(document))
    assert rules.wrong(document) == []


@pytest.mark.parametrize("edit", UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_what_is_understood_gives_a_client(edit: Callable[[Any], None], generator: ModuleType, tmp_path: Path) -> None:
    import json

    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps(edited(edit)), encoding="utf-8")
    generator.generate(spec, tmp_path / "package")
    assert (tmp_path / "package" / "models" / "thing.py").exists()


def test_all_faults_are_listed_at_once(generator: ModuleType, tmp_path: Path) -> None:
    import json

    from contract import ContractError

    document = copy.deepcopy(BASE)
    for edit, _ in (REFUSED["cookie"], REFUSED["reference"], REFUSED["keyword of a tag"], REFUSED["binary"]):
        edit(document)
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        generator.generate(spec, tmp_path / "package")
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert all(line.startswith("spec.yaml#/") for line in lines)
