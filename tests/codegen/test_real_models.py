"""The client's own models read whatever the contract describes, and nothing that lacks a required field."""

from __future__ import annotations

import inspect
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from memsy_client import models
from memsy_client.exceptions import MemsyDecodeError

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = json.loads((ROOT / "memsy_client" / "_generated" / "openapi.json").read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
KINDS = [name for name in models.__all__ if name in SCHEMAS and isinstance(getattr(models, name), type)]
PLAIN: dict[str, list[Any]] = {
    "string": ["x", "é", ""],
    "integer": [0, 7],
    "number": [1, 0.5],
    "boolean": [True, False],
    "null": [None],
}


def example(schema: dict[str, Any], luck: random.Random) -> Any:
    """A value that a schema describes, with a field and an enum value that it does not know."""
    if "$ref" in schema:
        return example(SCHEMAS[schema["$ref"].rsplit("/", 1)[-1]], luck)
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return example(luck.choice(schema[choice]), luck)
    if "enum" in schema:
        return luck.choice([*schema["enum"], "unheard of"])
    kind = luck.choice(schema["type"]) if isinstance(schema["type"], list) else schema["type"]
    if kind == "array":
        return [example(schema["items"], luck) for _ in range(luck.randrange(3))]
    if kind == "object":
        known = {
            name: example(inner, luck)
            for name, inner in schema.get("properties", {}).items()
            if name in schema.get("required", []) or luck.random() < 0.6
        }
        others = schema.get("additionalProperties")
        return {**known, "brand_new": example(others, luck) if isinstance(others, dict) else [1, {}]}
    return "2026-01-01T00:00:00.500000+00:00" if schema.get("format") == "date-time" else luck.choice(PLAIN[kind])


def with_defaults(schema: dict[str, Any], data: Any) -> Any:
    """JSON with the defaults of the fields that are absent or null."""
    schema = SCHEMAS[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    if isinstance(data, list):
        return [with_defaults(schema.get("items", {}), item) for item in data]
    if not isinstance(data, dict) or "x-open" in schema:
        return data
    filled = dict(data)
    for name, inner in schema.get("properties", {}).items():
        if filled.get(name) is None and ("default" in inner or ("x-open" in inner and "items" in inner)):
            filled[name] = inner.get("default", [])
        elif name in filled:
            parts = [part for part in inner.get("anyOf", []) if part.get("type") != "null"]
            filled[name] = with_defaults(parts[0] if parts else inner, filled[name])
    return filled


def without_null(data: Any) -> Any:
    """JSON without the fields that are null, which is as good as absent."""
    if isinstance(data, list):
        return [without_null(item) for item in data]
    if isinstance(data, dict):
        return {name: without_null(value) for name, value in data.items() if value is not None}
    return data


@pytest.mark.parametrize("name", KINDS)
def test_reads_what_the_contract_describes_and_gives_it_back(name: str) -> None:
    kind: Any = getattr(models, name)
    luck = random.Random(name)
    for _ in range(50):
        data = example(SCHEMAS[name], luck)
        model = kind.from_dict(data)
        assert without_null(model.to_dict()) == without_null(with_defaults(SCHEMAS[name], data))
        assert kind.from_dict(model.to_dict()) == model


@pytest.mark.parametrize("name", [name for name in KINDS if "x-open" not in SCHEMAS[name]])
def test_refuses_what_lacks_a_required_field_without_a_default(name: str) -> None:
    kind: Any = getattr(models, name)
    data = example(SCHEMAS[name], random.Random(name))
    for field in SCHEMAS[name].get("required", []):
        if {"default", "x-open"} & SCHEMAS[name]["properties"][field].keys():
            continue
        with pytest.raises(MemsyDecodeError) as caught:
            kind.from_dict({other: value for other, value in data.items() if other != field})
        assert caught.value.location == field


@pytest.mark.parametrize("name", [name for name in KINDS if "x-open" not in SCHEMAS[name]])
def test_a_constructor_takes_the_fields_in_the_contracts_order(name: str) -> None:
    properties = SCHEMAS[name]["properties"]
    parameters = list(inspect.signature(getattr(models, name)).parameters.values())
    optional = [
        field not in SCHEMAS[name].get("required", []) or "default" in schema for field, schema in properties.items()
    ]
    for position, (field, parameter) in enumerate(zip(properties, parameters, strict=False)):
        assert parameter.name == re.sub("(?=[A-Z])", "_", field).lower()
        assert parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        assert (parameter.default is not parameter.empty) == all(optional[position:])
    further = [parameter.name for parameter in parameters[len(properties) :]]
    assert further in (["additional_properties"], ["usage", "rate_limit", "additional_properties"])


def test_a_model_that_is_sent_says_its_limits() -> None:
    said = " ".join((models.EventPayload.__doc__ or "").split())
    assert "content: The text. 1 to 7999 characters, not blank." in said
    assert "role_id: The role to which memories of it may be promoted. Blank counts as unset. At most 256" in said
