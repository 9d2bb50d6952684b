"""The types of properties as Python writes them: annotations, and the checks that read values out of JSON."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from openapi_python_client.parser.properties import LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty

from .models import Models
from .names import literal
from .properties import kind, members, nullable

#: Annotation and check of the kinds that are made of no others.
_SCALARS = {
    "Any": ("Any", "decode.any_value"),
    "Boolean": ("bool", "decode.boolean"),
    "Date": ("datetime.date", "decode.date"),
    "DateTime": ("datetime.datetime", "decode.time"),
    "Float": ("float", "decode.number"),
    "Int": ("int", "decode.integer"),
    "None": ("None", "decode.null"),
    "String": ("str", "decode.text"),
    "Uuid": ("str", "decode.text"),
}
#: Checks that are needed so often that the core has them ready.
_READY = {
    "decode.each(decode.text)": "decode.texts",
    "decode.values(decode.text)": "decode.text_values",
    "decode.values(decode.any_value)": "decode.mapping",
}


@dataclass(frozen=True)
class Annotation:
    """A type: the members of a union with None last, or only itself, and the names that it uses."""

    members: tuple[str, ...]
    names: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return " | ".join(self.members)

    def __or__(self, other: Annotation) -> Annotation:
        each_once = dict.fromkeys([*self.members, *other.members])
        return Annotation(tuple(sorted(each_once, key=lambda member: member == "None")), self.names | other.names)

    def or_none(self) -> Annotation:
        """The type or None, which `Any` covers."""
        return self if self.members == ("Any",) else self | NONE


NONE = Annotation(("None",))


@dataclass(frozen=True)
class Check:
    """A function of the core's module `decode`, which may make it of other checks, the `parts`; or one of a model."""

    function: str
    parts: tuple[Check, ...] = ()

    def __str__(self) -> str:
        return f"{self.function}({', '.join(map(str, self.parts))})" if self.parts else self.function

    @property
    def is_made(self) -> bool:
        """Whether a call makes it, which need not happen again for each value."""
        return "(" in str(self)

    @property
    def is_untyped(self) -> bool:
        """Whether a type checker does not know what it gives."""
        return self.function.startswith(("decode.first_of", "decode.variant"))

    @classmethod
    def of(cls, function: str, *parts: Check) -> Check:
        """The check that a function makes of others, or the ready one."""
        check = cls(function, parts)
        return cls(_READY[str(check)]) if str(check) in _READY else check


@dataclass(frozen=True)
class PythonType:
    """What a response holds, what an argument takes, and the check that reads it.

    Enums are open in responses: the service may know values that this client does not. Arguments take any iterable or
    mapping where the wire has an array or an object, and times as ISO 8601 text, too.
    """

    received: Annotation
    argument: Annotation
    check: Check


class Types:
    """The types of properties, for a class body in which methods hide the builtin types that are called like them."""

    def __init__(self, models: Models, hidden: Collection[str] = ()) -> None:
        self._models = models
        self._hidden = hidden

    def of(self, prop: Any) -> PythonType:
        """The type of a property; where there is none, that of None."""
        if prop is None:
            return self._scalar("None")
        if isinstance(prop, UnionProperty):
            return self._union(prop)
        if isinstance(prop, ListProperty):
            items = self.of(prop.inner_property)
            received, argument = self.named("list", items.received), self.named("Iterable", items.argument)
            return PythonType(received, argument, Check.of("decode.each", items.check))
        if isinstance(prop, ModelProperty):
            return self._object(prop)
        if isinstance(prop, LiteralEnumProperty):
            listed, value = (
                self.named(prop.class_info.name),
                self._scalar("String" if prop.value_type is str else "Int"),
            )
            return PythonType(listed | value.received, listed, value.check)
        return self._scalar(kind(prop))

    def _object(self, prop: ModelProperty) -> PythonType:
        """The type of an object: a model, or a map from names to values; or of a list that is written as one."""
        if self._models.is_map(prop):
            values = self.of(prop.additional_properties) if prop.additional_properties else self._scalar("Any")
            received = self.named("dict", self.named("str"), values.received)
            argument = self.named("Mapping", self.named("str"), values.argument)
            return PythonType(received, argument, Check.of("decode.values", values.check))
        if self._models.is_tuple(prop):
            parts = [self.of(item) for item in self._models.fields(prop)]
            received = self.named("tuple", *(part.received for part in parts))
            argument = self.named("tuple", *(part.argument for part in parts))
            return PythonType(received, argument, Check("decode.items_of", tuple(part.check for part in parts)))
        model = self.named(prop.class_info.name)
        return PythonType(model, model, Check(f"{model}.from_dict"))

    def named(self, name: str, *parameters: Annotation) -> Annotation:
        """The type `name`, such as `dict`, of these parameters."""
        name = f"builtins.{name}" if name in self._hidden else name
        text = f"{name}[{', '.join(map(str, parameters))}]" if parameters else name
        return Annotation((text,), frozenset({name.split(".")[0]}).union(*(part.names for part in parameters)))

    def _scalar(self, word: str) -> PythonType:
        annotation = self.named(_SCALARS[word][0])
        argument = annotation | self.named("str") if word in ("Date", "DateTime") else annotation
        return PythonType(annotation, argument, Check(_SCALARS[word][1]))

    def _union(self, prop: UnionProperty) -> PythonType:
        types = [self.of(member) for member in members(prop) if kind(member) != "None"]
        received = reduce(or_, (part.received for part in types))
        argument = reduce(or_, (part.argument for part in types))
        check = types[0].check if len(types) == 1 else self._union_check(prop, types)
        if nullable(prop):
            return PythonType(received.or_none(), argument.or_none(), Check("decode.optional", (check,)))
        return PythonType(received, argument, check)

    def _union_check(self, prop: UnionProperty, types: list[PythonType]) -> Check:
        variants = self._models.unions.variants([member for member in members(prop) if kind(member) != "None"])
        if variants is None:
            return Check("decode.first_of", tuple(part.check for part in types))
        choices = ", ".join(f"{literal(value)}: {name}.from_dict" for value, name in variants.classes.items())
        return Check(f"decode.variant({literal(variants.field)}, {{{choices}}})")
