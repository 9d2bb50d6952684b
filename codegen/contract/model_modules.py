"""The modules of models: all that is decided about them, so that the template only lays it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser.properties import ModelProperty

from .imports import import_block, model_imports
from .models import Models
from .names import attribute, default_literal, literal, open_attribute, wire
from .properties import kind, nullable, single
from .types import Annotation, Check, Types

#: What models test themselves, because a value that is as it should be then costs no call.
_TESTS = {
    "decode.text": ("str",),
    "decode.integer": ("int",),
    "decode.number": ("float", "int"),
    "decode.boolean": ("bool",),
    "decode.mapping": ("dict",),
}
#: Checks that are told where the value is, and take None as well under another name.
_LOCATED = {"decode.time", "decode.texts"}
#: The kinds of values that JSON has itself.
_JSON_KINDS = {"Boolean", "Float", "Int", "LiteralEnum", "None", "String", "Uuid"}


@dataclass(frozen=True)
class ModelField:
    """A field of a model. Its attribute `name` holds `annotation`.

    Attributes:
        is_promised: Whether the service always sends it; from one that does not, it reads as null.
        is_required: Whether it then is an error, for lack of a default.
        is_written: Whether it is always part of what is sent, even when it is None.
        initial: What stands behind the annotation in the class body.
        read: The statements that set the attribute from `data`.
        own_check: A check of the module's own that these use.
        converter: The class into which the constructor puts what it takes, such as a plain dict.
        late_imports: What that needs.
    """

    name: str
    wire: str
    description: str
    schema: dict[str, Any]
    is_promised: bool
    is_required: bool
    is_written: bool
    is_json: bool
    annotation: Annotation
    initial: str
    read: tuple[str, ...]
    own_check: Check | None
    converter: str | None
    late_imports: tuple[str, ...]


@dataclass(frozen=True)
class ModelView:
    """A property of a model or a free-form object that gives the expression `value`, after the `late_imports`."""

    name: str
    annotation: Annotation
    description: str
    value: str
    late_imports: tuple[str, ...] = ()


class ModelModule:
    """The module of a model. Models whose modules import it in turn are imported late, by `from_dict`.

    Attributes:
        is_open: Whether it is a free-form object, all of whose fields are `views`.
        is_result: Whether it is what a method returns, so that it tells usage and rate limit.
        filled: The promised fields that read as null, and so as their default, when they are missing.
        source: The class out of whose fields `from_item` makes one, or None.
    """

    def __init__(self, model: ModelProperty, models: Models, is_sent: bool, is_result: bool, core: str) -> None:
        self.name = str(model.class_info.name)
        description = model.data.description
        self.description = description.get_untrusted_value() if description else f"One `{self.name}`."
        self.is_open = models.is_open(model)
        self.is_result = is_result and not self.is_open
        self._models = models
        self._types = Types(models)
        self._is_sent = is_sent
        props = models.fields(model)
        holder, inner = models.flattened(model) or (None, [])
        source = models.conversions.get(self.name)
        self.source = source and str(source.class_info.name)
        needed = models.classes_in([*props, *filter(None, [holder, source]), *(prop for prop, _ in inner)])
        self._circular = {
            name for name in needed - {self.name} if self.name in models.reachable_from(models.classes([name]))
        }
        self.fields: list[ModelField] = []
        if self.is_open:
            self.views = [self._open_view(prop, models.field_schema(model, prop)) for prop in props]
        else:
            self.fields = self._fields(model, props)
            self.views = [self._flattened(holder, prop, text) for prop, text in inner]
        self.filled = [field.wire for field in self.fields if field.is_promised and not field.is_required]
        self.late_imports = self._late_imports(props)
        direct = model_imports(models.classes(needed - {self.name} - self._circular), ".")
        self.imports = import_block(
            self._used_names(), core, direct, model_imports(models.classes(self._circular), ".")
        )

    def _late_imports(self, props: list[Any]) -> list[str]:
        return model_imports(self._models.classes(self._circular & self._models.classes_in(props)), ".")

    def _used_names(self) -> set[str]:
        annotations = [*(field.annotation for field in self.fields), *(view.annotation for view in self.views)]
        names = {"decode"}.union(*(annotation.names for annotation in annotations))
        if self.is_open:
            return {*names, "OpenModel"}
        names |= {"Any", "Model", "define", "field"}
        if not all(field.is_json for field in self.fields):
            names.add("encode")
        if self.is_result:
            names |= {"RateLimitInfo", "UsageInfo"}
        if any(field.converter for field in self.fields):
            names |= {"Mapping", "setters"}
        return names

    def _fields(self, model: ModelProperty, props: list[Any]) -> list[ModelField]:
        schemas = [self._models.field_schema(model, prop) for prop in props]
        optional = [not prop.required or "default" in schema for prop, schema in zip(props, schemas, strict=True)]
        # A constructor's arguments stand in the document's order; Python wants those with a default last.
        return [
            self._field(prop, schema, all(optional[position:]))
            for position, (prop, schema) in enumerate(zip(props, schemas, strict=True))
        ]

    def _field(self, prop: Any, schema: dict[str, Any], is_optional: bool) -> ModelField:
        name, word = attribute(prop), kind(single(prop))
        reading = _Reading(prop, schema, self._models)
        check = self._types.of(single(prop)).check
        if schema.get("x-number-as-text"):
            check = Check("decode.integer_or_digits")
        # A check that is put together is made once, below the class, whose own name it may hold; unless it needs a
        # model that can only be imported once this one is there.
        is_own = check.parts and self._circular.isdisjoint(self._models.classes_in([prop]))
        # A model that is only ever sent takes a time as ISO 8601 text too, and of an enum the values of the contract.
        is_argument = self._is_sent and word in ("DateTime", "LiteralEnum")
        python_type = self._types.of(single(prop))
        annotation = python_type.argument if is_argument else python_type.received
        annotation = annotation.or_none() if reading.may_be_none else annotation
        converter = str(python_type.received) if self._models.is_open(single(prop)) else None
        options = []
        if is_optional:
            options.append(f"factory={annotation}" if reading.is_empty_container else f"default={reading.default}")
        if schema.get("format") == "password":
            options.append("repr=False")
        if converter:
            options.append(f"converter=_to_{name}")
        if len(options) == 1 and options[0].startswith("default="):
            initial = f" = {reading.default}"
        else:
            initial = f" = field({', '.join(options)})" if options else ""
        return ModelField(
            name=name,
            wire=literal(wire(prop)),
            description=self._models.document.description(schema),
            schema=schema,
            is_promised=prop.required,
            is_required=reading.is_required,
            is_written=prop.required or "default" in schema,
            is_json=word in _JSON_KINDS,
            annotation=annotation,
            initial=initial,
            read=tuple(reading.statements(name, check, f"_check_{name}" if is_own else str(check))),
            own_check=check if is_own and not reading.is_open else None,
            converter=converter,
            late_imports=tuple(self._late_imports([prop])),
        )

    def _flattened(self, holder: Any, prop: Any, description: str) -> ModelView:
        name, inner, held = attribute(prop), single(holder), f"self.{attribute(holder)}"
        if self._models.is_open(inner):
            view = self._open_view(prop, {})
            absent = "[]" if kind(single(prop)) == "List" else "None"
            value, annotation = f"{held}.{view.name} if {held} else {absent}", view.annotation
        else:
            value, annotation = f"{held}.{name} if {held} else None", self._types.of(prop).received.or_none()
            if kind(single(prop)) == "List":
                value, annotation = f"({value}) or []", self._types.of(single(prop)).received
        return ModelView(name, annotation, description or "Not described in the contract.", value)

    def _open_view(self, prop: Any, schema: dict[str, Any]) -> ModelView:
        """A key of a free-form object as a property."""
        is_list = kind(single(prop)) == "List"
        python_type = self._types.of(single(prop))
        function, check = "decode.readable", python_type.check
        if is_list:
            function, check = "decode.readable_items", self._types.of(single(prop).inner_property).check
        return ModelView(
            name=open_attribute(prop),
            annotation=python_type.received if is_list else python_type.received.or_none(),
            description=self._models.document.description(schema) or "Not described in the contract.",
            value=f"{function}(self.get({literal(wire(prop))}), {check})",
            late_imports=tuple(self._late_imports([prop])),
        )


class _Reading:
    """How a field is read out of `data`: whether it has to be there, and what it is when it is absent or null.

    Attributes:
        default: What it then is, as an expression.
    """

    def __init__(self, prop: Any, schema: dict[str, Any], models: Models) -> None:
        self._prop = prop
        self._is_model = models.is_open(single(prop))
        self.is_open = bool(schema.get("x-open")) or self._is_model
        self._is_list = kind(single(prop)) == "List"
        self._empty_is_null = bool(schema.get("x-empty-as-null"))
        value = schema.get("default", [] if self.is_open and self._is_list else None)
        self.has_default = value is not None
        self.is_empty_container = value in ([], {})
        self.default = default_literal(value, wire(prop)) if self.has_default else "None"
        self.is_promised = prop.required
        self.is_required = prop.required and not self.has_default and not self.is_open
        self.may_be_none = not self.has_default and (nullable(prop) or not prop.required or self.is_open)

    def statements(self, name: str, check: Check, checked_by: str) -> Iterator[str]:
        """The statements that set the attribute `name`; `checked_by` is what the module calls its `check`."""
        location = literal(wire(self._prop))
        source = f"data[{location}]" if self.is_promised else f"data.get({location})"
        tests = _TESTS.get(str(check).replace("integer_or_digits", "integer"))
        if self._empty_is_null:
            source = f"decode.none_if_empty({source})"
        if self.is_open:
            yield from self._open_statements(name, source, check, tests)
        elif check.function == "decode.any_value":
            yield f"self.{name} = {source}"
        elif tests:
            unlike = " and ".join(f"type(value) is not {test}" for test in tests)
            checked = f"{check}(value, {location})"
            yield f"self.{name} = value = {source}"
            yield f"if {unlike}{' and value is not None' if self.may_be_none else ''}:"
            # Of what is neither null nor a number, the check can only refuse the value.
            changes = self.has_default or tests == ("int",)
            yield f"    self.{name} = {self._or_default(checked)}" if changes else f"    {checked}"
        elif self.has_default:
            yield f"value = {source}"
            yield f"self.{name} = {self._or_default(_checked_at('value', location, check, checked_by, ''))}"
        else:
            suffix = "_or_none" if self.may_be_none else ""
            yield f"self.{name} = {_checked_at(source, location, check, checked_by, suffix)}"

    def _or_default(self, checked: str) -> str:
        return f"{self.default} if value is None else {checked}" if self.has_default else checked

    def _open_statements(self, name: str, source: str, check: Check, tests: tuple[str, ...] | None) -> Iterator[str]:
        if self._is_model or tests:
            like = " or ".join(f"type(value) is {test}" for test in tests or ["dict"])
            value = f"{check}(value)" if self._is_model else "value"
            yield f"value = {source}"
            yield f"self.{name} = {value} if {like} else {self.default}"
        elif self._is_list:
            inner = check.parts[0] if check.parts else Check("decode.text")
            yield f"self.{name} = decode.readable_items({source}, {inner})"
        else:
            yield f"self.{name} = decode.readable({source}, {check})"


def _checked_at(source: str, location: str, check: Check, checked_by: str, suffix: str) -> str:
    """The call that makes an attribute's value of what stands at a location."""
    if check.function in _LOCATED:
        return f"{check}{suffix}({source}, {location})"
    return f"decode.decode_at{suffix}({source}, {location}, {checked_by})"
