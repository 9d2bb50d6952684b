"""What the templates ask about the contract, beyond what openapi-python-client tells them.

The generator parses types, names and enums; its objects say nothing of an operation's extensions, of limits, of the
order in which fields stand, or of servers. This reads them from the document itself. Text of the document comes out
as it is: the templates put it through the generator's escaping filters.
"""

from __future__ import annotations

import ast
import datetime
import keyword
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from openapi_python_client import strings
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint, generate_operation_id
from openapi_python_client.parser.properties import (
    AnyProperty,
    ConstProperty,
    FileProperty,
    ListProperty,
    LiteralEnumProperty,
    ModelProperty,
    NoneProperty,
    UnionProperty,
)

from memsy_client import exceptions

#: The methods that RFC 9110 calls idempotent; `x-repeatable` overrides.
IDEMPOTENT = {"get", "head", "put", "delete", "options"}
#: The types that annotations name. Where something in the same class body has such a name, they mean that.
TYPES = {"bool", "datetime", "dict", "float", "int", "list", "str"}
#: Attributes that every model has, or that its class body needs in their own meaning.
MODEL_NAMES = TYPES | {
    "additional_properties",
    "classmethod",
    "field",
    "from_dict",
    "get",
    "property",
    "rate_limit",
    "self",
    "to_dict",
    "usage",
}
#: Arguments that methods, or the functions that build their calls, need in their own meaning.
METHOD_NAMES = {"datetime", "encode", "max_items", "self"}
#: Methods that every resource has.
RESOURCE_NAMES = {"with_raw_response"}
#: What the modules import, so that no model can have the name.
IMPORTED_NAMES = {
    "Any",
    "AsyncIterator",
    "AsyncResource",
    "Call",
    "Iterable",
    "Iterator",
    "Literal",
    "Mapping",
    "Model",
    "Operation",
    "Pages",
    "SyncResource",
}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class ContractError(Exception):
    """The document says something that cannot be generated."""


@dataclass(frozen=True)
class Argument:
    """One argument of a client method.

    Attributes:
        name: Its Python name.
        wire: Its name in the request.
        place: `path`, `query`, `header`, `field` (of a JSON object body) or `body` (the body itself).
        required: Whether it is positional.
        prop: The generator's property, which knows its type.
        schema: Its schema in the document.
        description: What the document says of it.
    """

    name: str
    wire: str
    place: str
    required: bool
    prop: Any
    schema: dict[str, Any]
    description: str

    @property
    def default(self) -> Any:
        """The default as a Python value; None when there is none. A list is a tuple, as a signature needs it."""
        value = self.schema.get("default")
        return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Paging:
    """How an operation pages.

    Attributes:
        items: The field that holds a page's items, or None when the page itself is a list.
        total: Whether a page tells the number of all items.
        item: The generator's property of one item.
        identity: The item's attribute that tells it from others (`x-item-id`), or None.
    """

    items: str | None
    total: bool
    item: Any
    identity: str | None


@dataclass(frozen=True)
class Operation:
    """One operation as one client method.

    Attributes:
        name: The name users see in errors: `roles.list`, or `search` on a plane itself.
        python_name: The method's name on its class.
        module: The module that builds its calls.
        method: The HTTP method in capitals.
        path: The path template with wire names.
        summary, description: Of the document.
        arguments: In signature order: required ones first.
        result: The generator's property of what the method returns; None when it returns None.
        result_description: What the document says of the success.
        unwrap: The field of the response that the method returns in its place, or None.
        repeatable: Whether sending the request twice does no harm.
        raises: Exception class, and what the document says of it.
        paging: How it pages, or None.
    """

    name: str
    python_name: str
    module: str
    method: str
    path: str
    summary: str
    description: str
    arguments: tuple[Argument, ...]
    result: Any
    result_description: str
    unwrap: str | None
    repeatable: bool
    raises: tuple[tuple[str, str], ...]
    paging: Paging | None


@dataclass(frozen=True)
class Tag:
    """One tag as one class of methods: `class_name`, reached through `attribute`, in the package `module`."""

    name: str
    module: str
    class_name: str
    attribute: str
    plane: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class Plane:
    """One plane as one client: the tag whose methods are the client's own, if any, and its sub-resources."""

    name: str
    class_name: str
    root: Tag | None
    resources: tuple[Tag, ...]


class Contract:
    """The document, asked by the templates. Raises `ContractError` for what cannot be generated."""

    def __init__(self, document: dict[str, Any], data: GeneratorData, core: str) -> None:
        self.core = core
        self.document = document
        self._models = {str(model.class_info.name): model for model in data.models}
        self._schemas = {
            str(strings.ClassName(name, "field_")): schema
            for name, schema in document.get("components", {}).get("schemas", {}).items()
        }
        self._check_server_names()
        self.tags = {tag: self._tag(tag, collection) for tag, collection in data.endpoint_collections_by_tag.items()}
        self._drop_unused_models(data)

    # ------------------------------------------------------------------ reading the document

    def resolve(self, node: Any) -> Any:
        """The node that a `$ref` stands for; any other node itself."""
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def schema(self, node: Any) -> dict[str, Any]:
        """A schema with its references followed and what stands beside a reference, or an allOf of one, kept."""
        merged = dict(self.resolve(node or {}))
        for part in merged.pop("allOf", []):
            merged = {**self.schema(part), **merged}
        if "$ref" in (node or {}):
            merged |= {key: value for key, value in node.items() if key != "$ref"}
        return merged

    def description(self, node: Any) -> str:
        """The description of a node, or of the nullable schema inside it."""
        schema = self.schema(node)
        own: str = schema.get("description") or ""
        return own or next(
            (self.description(part) for part in schema.get("anyOf", []) if part.get("type") != "null"), ""
        )

    def fields(self, model: ModelProperty) -> list[Any]:
        """The generator's properties of a model's fields, required ones first.

        A property inside another one is a copy from before its model's fields were known, hence the look-up.
        """
        model = self._models.get(str(model.class_info.name), model)
        return [*(model.required_properties or []), *(model.optional_properties or [])]

    def field_schemas(self, model: ModelProperty) -> dict[str, Any]:
        """The schemas of a model's fields, by their names on the wire, in the document's order."""
        raw = self._raw_schema(model)
        fields: dict[str, Any] = {}
        for part in [*raw.get("allOf", []), raw]:
            fields |= self.schema(part).get("properties", {})
        return fields

    def exposed(self, model: ModelProperty) -> tuple[str, list[Any]] | None:
        """The attribute whose own fields a model shows as attributes (`x-expose`), and these fields."""
        name = self._raw_schema(model).get("x-expose")
        if name is None:
            return None
        for prop in self.fields(model):
            inner = [part for part in self.types_in(prop) if isinstance(part, ModelProperty)]
            if self.wire(prop) == name and inner:
                return self.attribute(prop), self.fields(inner[0])
        raise ContractError(f"{model.class_info.name}: x-expose names {name}, which is no field with fields of its own")

    def exposed_schemas(self, model: ModelProperty) -> dict[str, Any]:
        """The schemas of the fields that `exposed` gives, by their names on the wire."""
        shown = self.field_schemas(model)[self._raw_schema(model)["x-expose"]]
        parts = [shown, *self.schema(shown).get("anyOf", [])]
        return next(fields for part in parts if (fields := self.schema(part).get("properties")))

    def enum_values(self, enum: LiteralEnumProperty) -> list[Any]:
        """The values of an enum in the document's order, which the generator's set has lost."""
        order = self._schemas.get(str(enum.class_info.name), {}).get("enum", [])
        return [value for value in order if value in enum.values] or sorted(enum.values)

    def _raw_schema(self, model: ModelProperty) -> dict[str, Any]:
        named = self._schemas.get(str(model.class_info.name))
        return named if named is not None else model.data.model_dump(mode="json", by_alias=True, exclude_none=True)

    # ------------------------------------------------------------------ names

    def attribute(self, prop: Any) -> str:
        """The name of a model's attribute for a property."""
        return _plain_name(prop.python_name, MODEL_NAMES)

    def wire(self, prop: Any) -> str:
        """The name of a property on the wire."""
        return prop.name.get_untrusted_value()

    # ------------------------------------------------------------------ types

    def is_map(self, prop: Any) -> bool:
        """Whether a property is an object without fields of its own, which is a plain dict in Python."""
        return isinstance(prop, ModelProperty) and not self.fields(prop)

    def kind(self, prop: Any) -> str:
        """The class of a property in one word: `String`, `List`, `Model`, …"""
        if isinstance(prop, FileProperty):
            raise ContractError(f"{self.wire(prop)}: binary content is not supported")
        return type(prop).__name__.removesuffix("Property")

    def members(self, prop: UnionProperty) -> list[Any]:
        """The members of a union, without null."""
        return [inner for inner in prop.inner_properties if not isinstance(inner, NoneProperty)]

    def nullable(self, prop: Any) -> bool:
        """Whether null is one of a property's values."""
        return isinstance(prop, NoneProperty | AnyProperty) or (
            isinstance(prop, UnionProperty) and any(isinstance(inner, NoneProperty) for inner in prop.inner_properties)
        )

    def types_in(self, prop: Any) -> Iterator[Any]:
        """The generated classes that a property's type names: models and enums."""
        if isinstance(prop, UnionProperty):
            for inner in prop.inner_properties:
                yield from self.types_in(inner)
        elif isinstance(prop, ListProperty):
            yield from self.types_in(prop.inner_property)
        elif self.is_map(prop):
            if prop.additional_properties is not None:
                yield from self.types_in(prop.additional_properties)
        elif isinstance(prop, ModelProperty | LiteralEnumProperty):
            yield prop

    # ------------------------------------------------------------------ planes, tags, operations

    @property
    def planes(self) -> list[Plane]:
        """The planes in the document's order."""
        names = dict.fromkeys(tag.plane for tag in self.tags.values())
        return [
            Plane(
                name,
                strings.ClassName(name, "Plane"),
                next((tag for tag in self.tags.values() if tag.name == name), None),
                tuple(tag for tag in self.tags.values() if tag.plane == name and tag.name != name),
            )
            for name in names
        ]

    def operation_of(self, endpoint: Endpoint) -> Operation:
        """The operation of an endpoint; for one of several tags, as its first tag has it."""
        return next(
            operation for tag in self.tags.values() for operation in tag.operations if operation.module == endpoint.name
        )

    def _check_server_names(self) -> None:
        for server in self._servers():
            if not str(server.get("x-plane", "core")).isidentifier():
                raise ContractError(f"x-plane of the server {server.get('url')} is no identifier")

    def _servers(self, path: str | None = None) -> list[dict[str, Any]]:
        if path is None:
            return [
                server
                for item in [self.document, *self.document["paths"].values()]
                for server in item.get("servers", [])
            ]
        return self.document["paths"][path].get("servers") or self.document.get("servers") or []

    def _tag(self, module: str, collection: Any) -> Tag:
        operations = []
        plane = None
        for endpoint in collection.endpoints:
            path, method, raw = self._raw(endpoint)
            wire_tag = next(
                tag for tag in raw.get("tags", ["default"]) if strings.PythonIdentifier(tag, "tag") == module
            )
            planes = [server.get("x-plane", "core") for server in self._servers(path)] or ["core"]
            plane = plane or (wire_tag if wire_tag in planes else planes[0])
            operations.append(self._operation(endpoint, path, method, raw, wire_tag, plane))
        names = [operation.python_name for operation in operations]
        for name in {name for name in names if names.count(name) > 1}:
            raise ContractError(f"the tag {module} has two operations called {name}")
        described = {tag["name"]: tag.get("description", "") for tag in self.document.get("tags", [])}
        wire_tag = wire_tag if operations else module
        return Tag(
            wire_tag,
            module,
            strings.ClassName(wire_tag, "Tag"),
            _plain_name(module, {"usage_"}),
            plane or "core",
            described.get(wire_tag, ""),
            tuple(operations),
        )

    def _raw(self, endpoint: Endpoint) -> tuple[str, str, dict[str, Any]]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                raw = item.get(method)
                if raw is None or method != endpoint.method:
                    continue
                same_path = re.sub(r"{.*?}", "{}", path) == re.sub(r"{.*?}", "{}", endpoint.path.get_untrusted_value())
                named = (
                    raw.get("operationId") is None
                    or strings.PythonIdentifier(raw["operationId"], "field_") == endpoint.name
                )
                if same_path and named:
                    return path, method, raw
        raise ContractError(f"{endpoint.method} {endpoint.name} is not in the document")

    def _operation(
        self, endpoint: Endpoint, path: str, method: str, raw: dict[str, Any], tag: str, plane: str
    ) -> Operation:
        name = str(endpoint.name).removeprefix(f"{strings.snake_case(tag)}_")
        python_name = _plain_name(name, set())
        where = python_name if tag == plane else f"{tag}.{python_name}"
        responses = raw.get("responses", {})
        unwrap = raw.get("x-unwrap")
        result, success = self._result(endpoint, responses, unwrap, where)
        arguments = self._arguments(endpoint, path, raw, where)
        return Operation(
            name=where,
            python_name=python_name,
            module=str(endpoint.name),
            method=method.upper(),
            path=path,
            summary=raw.get("summary", ""),
            description=raw.get("description", ""),
            arguments=arguments,
            result=result,
            result_description=success,
            unwrap=unwrap,
            repeatable=raw.get("x-repeatable", method in IDEMPOTENT),
            raises=self._raises(responses),
            paging=self._paging(raw, arguments, result),
        )

    def _result(self, endpoint: Endpoint, responses: dict[str, Any], unwrap: str | None, where: str) -> tuple[Any, str]:
        bodies = {}
        description = ""
        for response in endpoint.responses:
            code = str(response.status_code.pattern)
            if not code.startswith("2"):
                continue
            raw = self.resolve(responses.get(code, responses.get(code.upper(), {})))
            description = description or raw.get("description", "")
            bodies[code] = response.prop if raw.get("content") else None
        if len({str(prop and prop.get_type_string()) for prop in bodies.values()}) > 1:
            raise ContractError(f"{where}: its successes have different bodies: {', '.join(bodies)}")
        prop = next(iter(bodies.values()), None)
        if unwrap is None:
            return prop, description
        fields = {} if not isinstance(prop, ModelProperty) else {self.wire(field): field for field in self.fields(prop)}
        if unwrap not in fields:
            raise ContractError(f"{where}: x-unwrap names {unwrap}, which is no field of the response")
        return fields[unwrap], description

    def _arguments(self, endpoint: Endpoint, path: str, raw: dict[str, Any], where: str) -> tuple[Argument, ...]:
        found = [*self._parameters(endpoint, path, raw), *self._body(endpoint, raw, where)]
        names: set[str] = set()
        arguments = []
        for argument in found:
            name = _plain_name(argument.name, METHOD_NAMES)
            if name in names:
                name = f"{name}_{argument.place}"
            names.add(name)
            arguments.append(Argument(name, *list(vars(argument).values())[1:]))
        return tuple(sorted(arguments, key=lambda argument: not argument.required))

    def _parameters(self, endpoint: Endpoint, path: str, raw: dict[str, Any]) -> Iterator[Argument]:
        if endpoint.cookie_parameters:
            raise ContractError(f"{endpoint.name}: cookie parameters are not supported")
        props = {
            (place, self.wire(prop)): prop
            for place, group in [
                ("path", endpoint.path_parameters),
                ("query", endpoint.query_parameters),
                ("header", endpoint.header_parameters),
            ]
            for prop in group
        }
        parameters = [
            self.resolve(p) for p in [*raw.get("parameters", []), *self.document["paths"][path].get("parameters", [])]
        ]
        by_name = {(parameter["in"], parameter["name"]): parameter for parameter in reversed(parameters)}
        order = list(dict.fromkeys((parameter["in"], parameter["name"]) for parameter in parameters))
        in_path = re.findall(r"{(.*?)}", path)
        order.sort(key=lambda key: in_path.index(key[1]) if key[0] == "path" else len(in_path))
        for key in order:
            parameter, prop = by_name[key], props[key]
            schema = self.schema(parameter.get("schema"))
            yield Argument(
                str(prop.python_name),
                key[1],
                key[0],
                bool(parameter.get("required")),
                prop,
                schema,
                parameter.get("description") or schema.get("description", ""),
            )

    def _body(self, endpoint: Endpoint, raw: dict[str, Any], where: str) -> Iterator[Argument]:
        if not endpoint.bodies:
            return
        if [body.content_type for body in endpoint.bodies] != ["application/json"]:
            raise ContractError(f"{where}: only JSON bodies are supported")
        prop = endpoint.bodies[0].prop
        request_body = self.resolve(raw["requestBody"])
        required = bool(request_body.get("required"))
        if not isinstance(prop, ModelProperty) or self.is_map(prop):
            schema = self.schema(request_body["content"]["application/json"]["schema"])
            yield Argument("body", "body", "body", required, prop, schema, request_body.get("description", ""))
            return
        schemas = self.field_schemas(prop)
        props = {self.wire(field): field for field in self.fields(prop)}
        for wire, schema in schemas.items():
            field = props[wire]
            yield Argument(
                str(field.python_name),
                wire,
                "field",
                required and field.required,
                field,
                self.schema(schema),
                self.description(schema),
            )

    def _raises(self, responses: dict[str, Any]) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {}
        for code, response in responses.items():
            raw = self.resolve(response)
            for name in raw.get("x-raises", []):
                if name not in exceptions.__all__:
                    raise ContractError(f"x-raises of a {code} names {name!r}, which is no exception of the client")
                if name != "MemsyAPIError" and name not in found:
                    found[name] = code
        return tuple(found.items())

    def _paging(self, raw: dict[str, Any], arguments: tuple[Argument, ...], result: Any) -> Paging | None:
        if not {"limit", "offset"} <= {argument.wire for argument in arguments if argument.place == "query"}:
            return None
        identity = raw.get("x-item-id") and _plain_name(
            strings.PythonIdentifier(raw["x-item-id"], "field_"), MODEL_NAMES
        )
        if isinstance(result, ListProperty):
            return Paging(None, False, result.inner_property, identity)
        if isinstance(result, ModelProperty):
            fields = self.fields(result)
            for field in fields:
                if isinstance(field, ListProperty) and self.wire(field) == "items":
                    total = any(self.wire(other) == "total" for other in fields)
                    return Paging("items", total, field.inner_property, identity)
        return None

    # ------------------------------------------------------------------ which models are needed

    def _drop_unused_models(self, data: GeneratorData) -> None:
        """Keep no class for what becomes arguments, is unwrapped, or is only the shape of an error."""
        by_name = {str(model.class_info.name): model for model in [*data.models, *data.enums]}
        operations = [operation for tag in self.tags.values() for operation in tag.operations]
        used = {
            name
            for operation in operations
            for prop in [operation.result, *(argument.prop for argument in operation.arguments)]
            if prop is not None
            for name in self._reachable(prop, by_name)
        }
        endpoints = [
            endpoint for collection in data.endpoint_collections_by_tag.values() for endpoint in collection.endpoints
        ]
        bodies = [body.prop for endpoint in endpoints for body in endpoint.bodies]
        envelopes = [response.prop for endpoint in endpoints for response in endpoint.responses]
        aside = {name for prop in [*bodies, *envelopes] for name in self._reachable(prop, by_name)}
        aside |= self._error_schemas()
        unused = {name for name, model in by_name.items() if name in aside - used or self.is_map(model)}
        data.models = [model for model in data.models if model.class_info.name not in unused]
        data.enums = [enum for enum in data.enums if enum.class_info.name not in unused]

    def _error_schemas(self) -> set[str]:
        """The classes of all schemas that error responses refer to, directly or not."""
        responses = [
            self.resolve(response)
            for item in self.document["paths"].values()
            for method in METHODS
            for code, response in item.get(method, {}).get("responses", {}).items()
            if not str(code).startswith("2")
        ]
        found: set[str] = set()
        waiting: list[Any] = list(responses)
        while waiting:
            node = waiting.pop()
            if isinstance(node, dict):
                reference = node.get("$ref")
                if isinstance(reference, str) and reference not in found:
                    found.add(reference)
                    waiting.append(self.resolve(node))
                waiting.extend(node.values())
            elif isinstance(node, list):
                waiting.extend(node)
        return {str(strings.ClassName(reference.rsplit("/", 1)[-1], "field_")) for reference in found}

    def _reachable(self, prop: Any, by_name: dict[str, Any]) -> set[str]:
        seen: set[str] = set()
        waiting = list(self.types_in(prop))
        while waiting:
            name = str(waiting.pop().class_info.name)
            if name in seen:
                continue
            seen.add(name)
            model = by_name.get(name)
            if isinstance(model, ModelProperty):
                for field in self.fields(model):
                    waiting.extend(self.types_in(field))
        return seen


def _plain_name(name: str, taken: set[str]) -> str:
    """The generator's identifier without the underscore it adds to the names of builtins.

    Keywords keep it, and so does what is `taken`: in a class of its own, an attribute called `type` harms nobody.
    """
    plain = str(name).removesuffix("_")
    return f"{plain}_" if keyword.iskeyword(plain) or plain in taken else plain
