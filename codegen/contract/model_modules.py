"""The modules of models: all that is decided about them, so that the template only lays it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser.properties import ModelProperty

from .imports import import_block, model_imports
from .models import Models
from .names import attribute, literal, wire
from .properties import kind, nullable, single
from .types import Annotation, Check, Types

#: What models test themselves, because a value that is as it should be then costs no call.
_TESTS = {
    "decode.text": ("type(value) is not str", "a string"),
    "decode.integer": ("type(value) is not int", "an integer"),
    "decode.number": ("type(value) is not float and type(value) is not int", "a number"),
    "decode.boolean": ("type(value) is not bool", "a boolean"),
    "decode.mapping": ("type(value) is not dict", "an object"),
}
#: Checks that are told where the value is.
_LOCATED = {"decode.time", "decode.texts"}
#: The kinds of values that JSON has itself.
_JSON_KINDS = {"Boolean", "Float", "Int", "LiteralEnum", "None", "String", "Uuid"}


@dataclass(frozen=True)
class ModelField:
    """A field of a model. Its attribute `name` holds `annotation`, and is set to `read` when a model is made of `data`.

    What was read is wrong when `test` (a condition on `value`, and what is expected) holds; where that is None, `read`
    sees to it, perhaps by a check of the module's own, `own_check`. One that `is_sent_time` may be text, which then
    has to have an offset.
    """

    name: str
    wire: str
    description: str
    schema: dict[str, Any]
    required: bool
    is_secret: bool
    is_json: bool
    is_sent_time: bool
    annotation: Annotation
    read: str
    test: tuple[str, str] | None
    own_check: Check | None


@dataclass(frozen=True)
class FlattenedField:
    """A field of a field, shown as a property of the model that gives the expression `value`."""

    name: str
    annotation: Annotation
    description: str
    value: str


class ModelModule:
    """The module of a model. Models whose modules import it in turn are imported late, by `from_dict`."""

    def __init__(self, model: ModelProperty, models: Models, is_sent: bool, core: str) -> None:
        self.name = str(model.class_info.name)
        description = model.data.description
        self.description = description.get_untrusted_value() if description else f"One `{self.name}`."
        self._models = models
        self._types = Types(models)
        self._is_sent = is_sent
        props = models.fields(model)
        holder, inner = models.flattened(model) or ("", [])
        needed = models.classes_in([*props, *(prop for prop, _ in inner)]) - {self.name}
        self._circular = {name for name in needed if self.name in models.reachable_from(models.classes([name]))}
        self.fields = [self._field(prop, models.field_schema(model, prop)) for prop in props]
        self.flattened = [self._flattened(f"self.{holder}", prop, text) for prop, text in inner]
        self.late_imports = model_imports(models.classes(self._circular & models.classes_in(props)), ".")
        names = {"Any", "Model", "decode", "define", "field"}
        names.update(*(f.annotation.names for f in self.fields), *(f.annotation.names for f in self.flattened))
        if not all(field.is_json for field in self.fields):
            names.add("encode")
        direct = model_imports(models.classes(needed - self._circular), ".")
        self.imports = import_block(names, core, direct, model_imports(models.classes(self._circular), "."))

    def _field(self, prop: Any, schema: dict[str, Any]) -> ModelField:
        name, word = attribute(prop), kind(single(prop))
        check = self._types.of(single(prop)).check
        # A check that is put together is made once, below the class, whose own name it may hold; unless it needs a
        # model that can only be imported once this one is there.
        is_own = check.parts and self._circular.isdisjoint(self._models.classes_in([prop]))
        # A model that is only ever sent takes a time as ISO 8601 text too, and of an enum the values of the contract.
        is_argument = self._is_sent and word in ("DateTime", "LiteralEnum")
        annotation = self._types.of(prop).argument if is_argument else self._types.of(prop).received
        may_be_none = nullable(prop) or not prop.required
        test = _TESTS.get(str(check))
        return ModelField(
            name=name,
            wire=literal(wire(prop)),
            description=self._models.document.description(schema),
            schema=schema,
            required=prop.required,
            is_secret=schema.get("format") == "password",
            is_json=word in _JSON_KINDS,
            is_sent_time=self._is_sent and word == "DateTime",
            annotation=annotation if prop.required else annotation.or_none(),
            read=_read(prop, check, f"_check_{name}" if is_own else str(check), may_be_none),
            test=(f"{test[0]} and value is not None", test[1]) if test and may_be_none else test,
            own_check=check if is_own else None,
        )

    def _flattened(self, holder: str, prop: Any, description: str) -> FlattenedField:
        name = attribute(prop)
        value, annotation = f"{holder}.{name} if {holder} else None", self._types.of(prop).received.or_none()
        if kind(single(prop)) == "List":
            value, annotation = f"({value}) or []", self._types.of(single(prop)).received
        return FlattenedField(name, annotation, description or "Not described in the contract.", value)


def _read(prop: Any, check: Check, checked_by: str, may_be_none: bool) -> str:
    """A property's value in `data`, or the call that makes an attribute's value of it."""
    name = literal(wire(prop))
    source = f"data[{name}]" if prop.required else f"data.get({name})"
    suffix = "_or_none" if may_be_none else ""
    if check.function == "decode.any_value" or str(check) in _TESTS:
        return source
    if check.function in _LOCATED:
        return f"{check}{suffix}({source}, {name})"
    return f"decode.decode_at{suffix}({source}, {name}, {checked_by})"
