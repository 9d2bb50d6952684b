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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from openapi_python_client import strings
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint, generate_operation_id
from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema.untrusted_string import UntrustedString

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
        """The default as a Python value; None when there is none."""
        value = self.schema.get("default")
        if isinstance(value, str) and type(self.prop).__name__ in ("DateTimeProperty", "DateProperty"):
            return _read_time(value, self.name)
        return value


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
        needs_body: Whether a JSON body is always sent.
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
    needs_body: bool
    raises: tuple[tuple[str, str], ...]
    paging: Paging | None

    @property
    def walk_name(self) -> str:
        """The name of the method that walks through the pages."""
        return "iter" if self.python_name == "list" else f"iter_{self.python_name}"

    @property
    def methods(self) -> list[str]:
        """The names of all methods that the operation becomes."""
        return [self.python_name, self.walk_name] if self.paging else [self.python_name]


@dataclass(frozen=True)
class Tag:
    """One tag as one class of methods: `class_name`, reached through `attribute`, in the package `module`."""

    name: str
    module: str
    class_name: str
    attribute: str
    planes: tuple[str, ...]
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
        self._raw_operations = self._find_operations()
        self._check_server_names()
        self.tags = {tag: self._tag(tag, collection) for tag, collection in data.endpoint_collections_by_tag.items()}
        self._by_path = {
            (operation.path, operation.method): operation
            for tag in reversed(self.tags.values())
            for operation in tag.operations
        }
        self._received = self._reachable_from(operation.result for operation in self._operations())
        self._drop_unused_models(data)
        self._check_names(data)

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
        """A schema with its references followed and the parts of its allOf put together.

        What stands beside a reference or an allOf counts more than what they say.
        """
        if not isinstance(node, dict):
            return {}
        own = {key: value for key, value in node.items() if key not in ("$ref", "allOf")}
        parts = [self.schema(self.resolve(node))] if "$ref" in node else []
        parts += [self.schema(part) for part in node.get("allOf", [])]
        merged: dict[str, Any] = {}
        for part in [*parts, own]:
            fields = {**merged.get("properties", {}), **part.get("properties", {})}
            merged |= part
            if fields:
                merged["properties"] = fields
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
        return self.schema(self._raw_schema(model)).get("properties", {})

    def field_schema(self, model: ModelProperty, prop: Any) -> dict[str, Any]:
        """The schema of one field of a model."""
        return self.schema(self.field_schemas(model).get(self.wire(prop)))

    def exposed(self, model: ModelProperty) -> tuple[str, list[tuple[Any, str]]] | None:
        """The attribute whose own fields a model shows as attributes (`x-expose`), and these fields with what the
        document says of them. A field that the model has itself is not among them.
        """
        name = self.schema(self._raw_schema(model)).get("x-expose")
        if name is None:
            return None
        own = {self.attribute(prop) for prop in self.fields(model)}
        for prop in self.fields(model):
            inner = [part for part in self.types_in(prop) if isinstance(part, ModelProperty)]
            if self.wire(prop) == name and inner and self.kind(self.single(prop)) == "Model":
                shown = [field for field in self.fields(inner[0]) if self.attribute(field) not in own]
                return self.attribute(prop), [
                    (field, self.description(self.field_schema(inner[0], field))) for field in shown
                ]
        raise ContractError(f"{model.class_info.name}: x-expose names {name}, which is no field with fields of its own")

    def enum_values(self, enum: LiteralEnumProperty) -> list[Any]:
        """The values of an enum in the document's order, which the generator's set has lost."""
        schema = self.schema(self._schemas.get(str(enum.class_info.name)))
        order = [value for part in [schema, *schema.get("anyOf", [])] for value in part.get("enum", [])]
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

    def single(self, prop: Any) -> Any:
        """What a nullable property is when it is not null; any other property itself."""
        members = self.members(prop) if isinstance(prop, UnionProperty) else []
        return self.single(members[0]) if len(members) == 1 else prop

    def only_sent(self, model: ModelProperty) -> bool:
        """Whether a model is part of requests alone."""
        return str(model.class_info.name) not in self._received and any(
            str(model.class_info.name) in self._reachable_from([argument.prop])
            for operation in self._operations()
            for argument in operation.arguments
        )

    def needed_by(self, model: ModelProperty) -> dict[str, Any]:
        """The other models and enums that a model's annotations name, by their class names."""
        props = [*self.fields(model), *(prop for prop, _ in (self.exposed(model) or ("", []))[1])]
        named = {str(part.class_info.name): part for prop in props for part in self.types_in(prop)}
        return {name: named[name] for name in sorted(named) if name != model.class_info.name}

    def circular(self, model: ModelProperty) -> set[str]:
        """Of the models that `needed_by` gives, those which refer back, so that their modules form a circle."""
        own = str(model.class_info.name)
        return {name for name, part in self.needed_by(model).items() if own in self._reachable_from([part])}

    def annotated(self, tag: Tag | None, annotation: str) -> str:
        """An annotation for a class body in which a tag's methods, one of them called `list`, hide builtin types."""
        hidden = TYPES.intersection(operation.python_name for operation in tag.operations) if tag else set()
        return re.sub(rf"\b({'|'.join(sorted(hidden))})\b", r"builtins.\1", annotation) if hidden else annotation

    def is_map(self, prop: Any) -> bool:
        """Whether a property is an object without fields of its own, which is a plain dict in Python."""
        return isinstance(prop, ModelProperty) and not self.fields(prop)

    def kind(self, prop: Any) -> str:
        """The class of a property in one word: `String`, `List`, `Model`, …"""
        if isinstance(prop, FileProperty):
            raise ContractError(f"{self.wire(prop)}: binary content is not supported")
        if isinstance(prop, ConstProperty):
            return {str: "String", int: "Int", float: "Float", bool: "Boolean"}[type(prop.value.raw_value)]
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
        names = dict.fromkeys(name for tag in self.tags.values() for name in tag.planes)
        return [
            Plane(
                name,
                strings.ClassName(name, "Plane"),
                next((tag for tag in self.tags.values() if tag.name == name), None),
                tuple(tag for tag in self.tags.values() if name in tag.planes and tag.name != name),
            )
            for name in names
        ]

    def operation_of(self, endpoint: Endpoint) -> Operation:
        """The operation of an endpoint; for one of several tags, as its first tag has it."""
        path, method, _ = self._raw(endpoint)
        return self._by_path[path, method.upper()]

    def names_used(self, code: str) -> set[str]:
        """The names that source code refers to, annotations included."""
        return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}

    def _operations(self) -> Iterator[Operation]:
        for tag in self.tags.values():
            yield from tag.operations

    def _check_server_names(self) -> None:
        for path, _, raw in self._raw_operations.values():
            for plane in self._planes(path, raw):
                if not plane.isidentifier() or keyword.iskeyword(plane):
                    raise ContractError(f"x-plane of a server says {plane!r}, which is no identifier")

    def _planes(self, path: str, raw: dict[str, Any]) -> list[str]:
        """The planes that an operation is on."""
        servers = raw.get("servers") or self.document["paths"][path].get("servers") or self.document.get("servers")
        return list(dict.fromkeys(str(server.get("x-plane", "core")) for server in servers or [{}]))

    def _find_operations(self) -> dict[tuple[str, str, str], tuple[str, str, dict[str, Any]]]:
        """The document's operations, by method, path without names, and the generator's name of them."""
        return {
            (method, _blank(path), str(_operation_name(path, method, raw))): (path, method, raw)
            for path, item in self.document.get("paths", {}).items()
            for method, raw in item.items()
            if method in METHODS
        }

    def _raw(self, endpoint: Endpoint) -> tuple[str, str, dict[str, Any]]:
        key = (endpoint.method, _blank(endpoint.path.get_untrusted_value()), str(endpoint.name))
        if key not in self._raw_operations:
            raise ContractError(f"{endpoint.method} {endpoint.name} is not in the document")
        return self._raw_operations[key]

    def _tag(self, module: str, collection: Any) -> Tag:
        raws = [self._raw(endpoint) for endpoint in collection.endpoints]
        wire_tag = next(
            (
                tag
                for _, _, raw in raws
                for tag in raw.get("tags") or ["default"]
                if strings.PythonIdentifier(tag, "tag") == module
            ),
            module,
        )
        planes = self._planes_of_tag(wire_tag, raws)
        attribute = _plain_name(module, {"self", *RESOURCE_NAMES})
        prefix = "" if wire_tag in planes else f"{attribute}."
        operations = tuple(
            self._operation(endpoint, *raw, wire_tag, prefix)
            for endpoint, raw in zip(collection.endpoints, raws, strict=True)
        )
        described = {tag["name"]: tag.get("description", "") for tag in self.document.get("tags", [])}
        class_name = str(strings.ClassName(wire_tag, "Tag"))
        is_taken = class_name in self._models or class_name in self._schemas or class_name in IMPORTED_NAMES
        tag = Tag(
            wire_tag,
            module,
            f"{class_name}Operations" if is_taken else class_name,
            attribute,
            planes,
            described.get(wire_tag) or f"The methods of `{attribute}`.",
            operations,
        )
        _check_methods(tag)
        return tag

    def _planes_of_tag(self, tag: str, raws: list[tuple[str, str, dict[str, Any]]]) -> tuple[str, ...]:
        """The planes that have all of a tag's operations; for a tag named like one of them, that plane alone."""
        each = [self._planes(path, raw) for path, _, raw in raws]
        common = [plane for plane in each[0] if all(plane in planes for planes in each)] if each else ["core"]
        if not common:
            raise ContractError(f"no plane has all operations of the tag {tag}")
        return (tag,) if tag in common else tuple(common)

    def _operation(
        self, endpoint: Endpoint, path: str, method: str, raw: dict[str, Any], tag: str, prefix: str
    ) -> Operation:
        short = str(endpoint.name).removeprefix(f"{strings.snake_case(tag)}_")
        python_name = _plain_name(short if short.isidentifier() else endpoint.name, {"datetime"})
        where = prefix + python_name
        responses = {str(code): self.resolve(response) for code, response in raw.get("responses", {}).items()}
        unwrap = raw.get("x-unwrap")
        repeatable = raw.get("x-repeatable", method in IDEMPOTENT)
        if not isinstance(repeatable, bool):
            raise ContractError(f"{where}: x-repeatable is neither true nor false")
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
            repeatable=repeatable,
            needs_body=bool(self.resolve(raw.get("requestBody", {})).get("required")),
            raises=self._raises(responses, where),
            paging=self._paging(raw, arguments, result, where),
        )

    def _result(self, endpoint: Endpoint, responses: dict[str, Any], unwrap: str | None, where: str) -> tuple[Any, str]:
        successes = {code: raw for code, raw in responses.items() if code.startswith("2")}
        if not successes:
            raise ContractError(f"{where}: describes no success, such as 200")
        for code, raw in successes.items():
            for media_type, content in raw.get("content", {}).items():
                if not re.fullmatch(r"application/([^;]+\+)?json", media_type):
                    raise ContractError(f"{where}: a {code} of the type {media_type}; only JSON is supported")
                if "schema" not in content:
                    raise ContractError(f"{where}: a {code} without a schema")
        props = {str(response.status_code.pattern): response.prop for response in endpoint.responses}
        bodies = {code: props[code] if raw.get("content") else None for code, raw in successes.items()}
        if len({str(prop and prop.get_type_string()) for prop in bodies.values()}) > 1:
            raise ContractError(f"{where}: its successes have different bodies: {', '.join(bodies)}")
        code, prop = next(iter(bodies.items()))
        description = successes[code].get("description", "")
        if unwrap is None:
            return prop, description
        fields = {self.wire(field): field for field in self.fields(prop)} if isinstance(prop, ModelProperty) else {}
        if unwrap not in fields:
            raise ContractError(f"{where}: x-unwrap names {unwrap}, which is no field of the response")
        return fields[unwrap], description

    def _arguments(self, endpoint: Endpoint, path: str, raw: dict[str, Any], where: str) -> tuple[Argument, ...]:
        names: set[str] = set()
        arguments = []
        for argument in [*self._parameters(endpoint, path, raw, where), *self._body(endpoint, raw, where)]:
            name = _plain_name(strings.PythonIdentifier(argument.wire, "field_"), METHOD_NAMES)
            name = f"{name}_{argument.place}" if name in names else name
            if name in names:
                raise ContractError(f"{where}: two arguments called {name}")
            names.add(name)
            arguments.append(replace(argument, name=name))
        return tuple(sorted(arguments, key=lambda argument: not argument.required))

    def _parameters(self, endpoint: Endpoint, path: str, raw: dict[str, Any], where: str) -> Iterator[Argument]:
        props = {
            (place, self.wire(prop)): prop
            for place, group in [
                ("path", endpoint.path_parameters),
                ("query", endpoint.query_parameters),
                ("header", endpoint.header_parameters),
            ]
            for prop in group
        }
        common = self.document["paths"][path].get("parameters", [])
        parameters: dict[tuple[str, str], dict[str, Any]] = {}
        for parameter in map(self.resolve, [*raw.get("parameters", []), *common]):
            parameters.setdefault((parameter["in"], parameter["name"]), parameter)
        in_path = re.findall(r"{(.*?)}", path)
        if {name for place, name in parameters if place == "path"} != set(in_path):
            raise ContractError(f"{where}: the path parameters are not those of {path}")
        for key in sorted(parameters, key=lambda key: in_path.index(key[1]) if key[0] == "path" else len(in_path)):
            parameter = parameters[key]
            self._check_parameter(parameter, props.get(key), f"{where}: {key[1]}")
            schema = self.schema(parameter["schema"])
            yield Argument(
                "",
                key[1],
                key[0],
                bool(parameter.get("required")),
                props[key],
                schema,
                parameter.get("description") or self.description(schema),
            )

    def _check_parameter(self, parameter: dict[str, Any], prop: Any, where: str) -> None:
        """Refuse a parameter that travels in a way the client does not know."""
        place = parameter["in"]
        if place == "cookie":
            raise ContractError(f"{where}: cookie parameters are not supported")
        if prop is None:
            raise ContractError(f"{where}: a parameter without a schema is not supported")
        known = _PLAIN | {"Date", "DateTime", "Float", "Boolean", "None"} if place != "path" else _PLAIN
        known = known | {"List"} if place == "query" else known
        for part in self._parts(prop):
            if self.kind(part) not in known:
                raise ContractError(f"{where}: a {place} parameter cannot be of the kind {self.kind(part)}")
        plain_style = {"path": "simple", "query": "form", "header": "simple"}[place]
        if parameter.get("style", plain_style) != plain_style or not parameter.get("explode", True):
            raise ContractError(f"{where}: style and explode are not supported but for their defaults")

    def _parts(self, prop: Any) -> Iterator[Any]:
        """A property, or the members of a union."""
        if not isinstance(prop, UnionProperty):
            yield prop
            return
        for inner in prop.inner_properties:
            yield from self._parts(inner)

    def _body(self, endpoint: Endpoint, raw: dict[str, Any], where: str) -> Iterator[Argument]:
        if "requestBody" not in raw:
            return
        request_body = self.resolve(raw["requestBody"])
        content = request_body.get("content", {})
        if list(content) != ["application/json"] or not endpoint.bodies:
            raise ContractError(f"{where}: a body of the type {', '.join(content)}; only application/json is supported")
        prop = endpoint.bodies[0].prop
        required = bool(request_body.get("required"))
        if not isinstance(prop, ModelProperty) or self.is_map(prop):
            schema = self.schema(content["application/json"]["schema"])
            description = request_body.get("description") or self.description(schema)
            yield Argument("", "body", "body", required, prop, schema, description)
            return
        props = {self.wire(field): field for field in self.fields(prop)}
        for wire, node in self.field_schemas(prop).items():
            schema = self.schema(node)
            field = props[wire]
            yield Argument("", wire, "field", required and field.required, field, schema, self.description(schema))

    def _raises(self, responses: dict[str, Any], where: str) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {}
        for code, response in responses.items():
            for name in response.get("x-raises", []):
                kind = getattr(exceptions, name, None) if name in exceptions.__all__ else None
                if not (isinstance(kind, type) and issubclass(kind, exceptions.MemsyError)):
                    raise ContractError(f"{where}: x-raises of {code} names {name!r}, no exception of the client")
                if name != "MemsyAPIError":
                    found.setdefault(name, code)
        return tuple(found.items())

    def _paging(self, raw: dict[str, Any], arguments: tuple[Argument, ...], result: Any, where: str) -> Paging | None:
        """How an operation pages: by a `limit` and an `offset` that are always sent, through a list or its `items`."""
        sent = {argument.wire: argument for argument in arguments if argument.place == "query"}
        steps = [sent[name] for name in ("limit", "offset") if name in sent]
        pages = len(steps) == 2 and all(
            self.kind(step.prop) == "Int" and (step.required or step.default is not None) for step in steps
        )
        identity = raw.get("x-item-id")
        fields = {self.wire(field): field for field in self.fields(result)} if isinstance(result, ModelProperty) else {}
        items = fields.get("items", result)
        if not pages or not isinstance(items, ListProperty):
            if identity is not None:
                raise ContractError(f"{where}: x-item-id stands on an operation that does not page")
            return None
        item = items.inner_property
        if identity is not None:
            candidates = self.fields(item) if isinstance(item, ModelProperty) else []
            found = [field for field in candidates if self.wire(field) == identity]
            if not found or not found[0].required:
                raise ContractError(f"{where}: x-item-id names {identity}, which is no required field of an item")
            identity = self.attribute(found[0])
        return Paging("items" if items is not result else None, "total" in fields, item, identity)

    # ------------------------------------------------------------------ which models are needed

    def _drop_unused_models(self, data: GeneratorData) -> None:
        """Keep no class for what becomes arguments, is unwrapped, or is only the shape of an error."""
        used = self._reachable_from(
            prop
            for operation in self._operations()
            for prop in [operation.result, *(argument.prop for argument in operation.arguments)]
        )
        endpoints = [
            endpoint for collection in data.endpoint_collections_by_tag.values() for endpoint in collection.endpoints
        ]
        aside = self._error_schemas() | self._reachable_from(
            part.prop for endpoint in endpoints for part in [*endpoint.bodies, *endpoint.responses]
        )
        data.models = [
            model
            for model in data.models
            if not self.is_map(model) and (model.class_info.name in used or model.class_info.name not in aside)
        ]
        data.enums = [enum for enum in data.enums if enum.class_info.name in used or enum.class_info.name not in aside]

    def _check_names(self, data: GeneratorData) -> None:
        for model in [*data.models, *data.enums]:
            if str(model.class_info.name) in IMPORTED_NAMES:
                raise ContractError(f"no schema can be called {model.class_info.name}: the generated code needs it")
        for model in data.models:
            names = [self.attribute(prop) for prop in self.fields(model)]
            for name in sorted({name for name in names if names.count(name) > 1}):
                raise ContractError(f"{model.class_info.name}: two fields would be the attribute {name}")
        for plane in self.planes:
            methods = {operation.python_name for operation in plane.root.operations} if plane.root else set()
            for tag in plane.resources:
                if tag.attribute in methods:
                    raise ContractError(f"the {plane.name} plane has a method and a tag called {tag.attribute}")

    def _error_schemas(self) -> set[str]:
        """The classes of all schemas that error responses refer to, directly or not."""
        responses = [
            self.resolve(response)
            for _, _, raw in self._raw_operations.values()
            for code, response in raw.get("responses", {}).items()
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

    def _reachable_from(self, props: Iterable[Any]) -> set[str]:
        """The classes of all models and enums that properties name, directly or not."""
        found: set[str] = set()
        waiting = [part for prop in props if prop is not None for part in self.types_in(prop)]
        while waiting:
            part = waiting.pop()
            name = str(part.class_info.name)
            if name not in found:
                found.add(name)
                fields = self.fields(part) if isinstance(part, ModelProperty) else []
                waiting.extend(inner for field in fields for inner in self.types_in(field))
        return found


#: The kinds of properties that are one piece of text, as paths need it.
_PLAIN = {"Int", "LiteralEnum", "String", "Uuid"}


def literal(value: Any) -> str:
    """A value of the document as a Python expression. Text is escaped so that it cannot end its quotes.

    The generator's own filter leaves characters out; names on the wire and defaults have to stay what they are.
    """
    if isinstance(value, str):
        return f'"{"".join(map(_escaped, value))}"'
    if isinstance(value, list | tuple):  # a tuple, because a signature shares its defaults between calls
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(name)}: {literal(inner)}" for name, inner in value.items()) + "}"
    if value is None or isinstance(value, bool | int | datetime.date):
        return repr(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    raise ContractError(f"{value!r} has no place in a contract")


def _escaped(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    return character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode()


def _read_time(text: str, name: str) -> datetime.date:
    try:
        if len(text) == len("2024-12-31"):
            return datetime.date.fromisoformat(text)
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ContractError(f"the default of {name}, {text!r}, is no time") from None
    return moment.replace(tzinfo=moment.tzinfo or datetime.timezone.utc)


def _check_methods(tag: Tag) -> None:
    names = [name for operation in tag.operations for name in operation.methods]
    for name in sorted({name for name in names if names.count(name) > 1}):
        raise ContractError(f"the tag {tag.name} has two methods called {name}")
    for name in RESOURCE_NAMES.intersection(names):
        raise ContractError(f"the tag {tag.name} has a method called {name}, which every resource has")


def _blank(path: str) -> str:
    return re.sub(r"{.*?}", "{}", path)


def _operation_name(path: str, method: str, raw: dict[str, Any]) -> str:
    """The generator's name of an operation."""
    if raw.get("operationId") is None:
        return generate_operation_id(path=UntrustedString(path), method=method, prefix="field_")
    return strings.PythonIdentifier(raw["operationId"], "field_")


def _plain_name(name: str, taken: set[str]) -> str:
    """The generator's identifier without the underscore it adds to the names of builtins.

    Keywords keep it, and so does what is `taken`: in a class of its own, an attribute called `type` harms nobody.
    """
    plain = str(name).removesuffix("_")
    return f"{plain}_" if keyword.iskeyword(plain) or plain in taken else plain
