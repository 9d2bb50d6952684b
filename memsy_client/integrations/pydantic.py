"""The models where pydantic works: as fields of its models, in `TypeAdapter`, as FastAPI's parameters and results."""

from __future__ import annotations

import functools
from typing import Any

from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_plain_validator_function, plain_serializer_function_ser_schema

from .._core.json_schema import load_contract
from ..exceptions import MemsyDecodeError


def model_schema(model: Any) -> CoreSchema:
    """How pydantic validates and serializes one of the models: by its own `from_dict` and `to_dict`."""

    def validated(value: Any) -> Any:
        if isinstance(value, model):
            return value
        try:
            return model.from_dict(value)
        except MemsyDecodeError as error:
            raise PydanticCustomError("memsy_model", "{problem}", {"problem": str(error)}) from None

    return no_info_plain_validator_function(
        validated,
        ref=f"{model.__module__}.{model.__qualname__}",
        serialization=plain_serializer_function_ser_schema(lambda value: value.to_dict()),
    )


@functools.cache
def model_json_schema(name: str) -> dict[str, Any]:
    """The contract's schema of a model, complete in itself, without our extensions."""
    schemas = load_contract()["components"]["schemas"]
    return _resolved({"$ref": f"#/components/schemas/{name}"}, schemas) if name in schemas else {"type": "object"}


def _resolved(node: Any, schemas: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolved(inner, schemas) for inner in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = schemas[node["$ref"].rsplit("/", 1)[-1]]
        node = target | {key: value for key, value in node.items() if key != "$ref"}
    return {key: _resolved(value, schemas) for key, value in node.items() if not key.startswith("x-")}
