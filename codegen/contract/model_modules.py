"""The modules of models: all that is decided about them, so that the template only lays it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser.properties import ModelProperty

from .field_readings import FieldReading, conditions
from .imports import import_block, model_imports
from .models import Models
from .names import attribute, literal, locals_for, open_attribute, wire
from .properties import kind, nullable, single
from .types import Annotation, Check, Types

#: The kinds of values that JSON has itself.
_JSON_KINDS = {"Boolean", "Float", "Int", "LiteralEnum", "None", "String", "Uuid"}


@dataclass(frozen=True)
class ModelField:
    """A field of a model. Its attribute `name` holds `annotation`.

    Attributes:
        storage: The attribute that is set, another one where reading `name` warns that it is deprecated.
        is_promised: Whether the service always sends it.
        is_sent_time: Whether it may be a time as text, which then has to have an offset.
        is_written: Whether it is always part of what is sent, even when it is None.
        initial: What stands behind the annotation in the class body.
        local: The variable that holds its value while it is read.
        reading: How it is read.
        read: The statements that set the attribute from `data`.
        row: Its line in the table by which values are read that are not as they should be.
        own_check: A check of the module's own that these use.
        converter: The class into which the constructor puts what it takes, such as a plain dict.
        late_imports: What that, and the check, need.
    """

    name: str
    storage: str
    wire: str
    description: str
    schema: dict[str, Any]
    is_promised: bool
    is_written: bool
    is_json: bool
    is_sent_time: bool
    annotation: Annotation
    initial: str
    local: str
    reading: FieldReading
    read: tuple[str, ...]
    row: str
    own_check: Check | None
    converter: str | None
    late_imports: tuple[str, ...]


@dataclass(frozen=True)
class Uses:
    """What calls do with a model: whether they send it, whether they send it only, and whether one returns it."""

    is_sent: bool
    is_only_sent: bool
    is_result: bool


@dataclass(frozen=True)
class ModelView:
    """A property of a model or a free-form object that gives the expression `value`, after the `late_imports`."""

    name: str
    annotation: Annotation
    description: str
    value: str
    late_imports: tuple[str, ...] = ()


class ModelModule:
    """The module of a model. Models whose modules import it in turn are imported late, by the checks that read them.

    Attributes:
        is_open: Whether it is a free-form object, all of whose fields are `views`.
        is_result: Whether it is what a method returns, so that it tells usage and rate limit.
        items: The attribute with the items that it stands for, or None.
        base: Its base class.
        may_be_incomplete: Whether some fields may as well be absent as null.
        conditions: What holds when all values are as they should be.
        source: The class out of whose fields `from_item` makes one, or None.
    """

    def __init__(self, model: ModelProperty, models: Models, uses: Uses, core: str) -> None:
        self.name = str(model.class_info.name)
        self.description = _description(model) or f"One `{self.name}`."
        self.is_open = models.is_open(model)
        self.is_result = uses.is_result and not self.is_open
        self._models = models
        self._types = Types(models)
        self._uses = uses
        props = models.fields(model)
        holder, inner = models.flattened(model) or (None, [])
        source = models.conversions.get(self.name)
        self.source = source and str(source.class_info.name)
        used = [*props, *filter(None, [holder, source]), *(prop for prop, _ in inner)]
        needed = models.classes_in(used) - {self.name}
        self._circular = self._importing_this(needed)
        self.fields = [] if self.is_open else self._fields(model, props)
        self.views = self._open_views(model, props) if self.is_open else self._flattened(holder, inner)
        self.items, self.base = self._items_and_base(models.list_field(model))
        self.may_be_incomplete = any(field.reading.is_null_if_absent for field in self.fields)
        self.conditions = conditions([(field.local, field.reading) for field in self.fields])
        direct, for_types = (
            model_imports(models.classes(part), ".") for part in (needed - self._circular, self._circular)
        )
        self.imports = import_block(self._used_names(), core, direct, for_types)

    def _items_and_base(self, listed: Any) -> tuple[str | None, str]:
        if listed is None:
            return None, "Model"
        item = self._types.of(single(listed).inner_property).received
        return attribute(listed), str(self._types.named("ListModel", item))

    def _importing_this(self, names: set[str]) -> set[str]:
        """Those of the classes whose modules import this one in turn."""
        reachable = self._models.reachable_from
        return {name for name in names if self.name in reachable(self._models.classes([name]))}

    def _late_imports(self, props: list[Any]) -> list[str]:
        return model_imports(self._models.classes(self._circular & self._models.classes_in(props)), ".")

    def _used_names(self) -> set[str]:
        annotations = [*(field.annotation for field in self.fields), *(view.annotation for view in self.views)]
        names = {"decode"}.union(*(annotation.names for annotation in annotations))
        if self.is_open:
            return {*names, "OpenModel"}
        names |= {"Any", "Field", self.base.split("[")[0], "define", "field"}
        if any(field.storage != field.name for field in self.fields):
            names.add("deprecated")
        if not all(field.is_json for field in self.fields):
            names.add("encode")
        if self.is_result:
            names |= {"RateLimitInfo", "UsageInfo"}
        if any(field.converter for field in self.fields):
            names |= {"Mapping", "setters"}
        return names

    def _fields(self, model: ModelProperty, props: list[Any]) -> list[ModelField]:
        schemas = [self._models.field_schema(model, prop) for prop in props]
        optional = [
            not prop.required or "default" in schema or self._is_read_only(schema)
            for prop, schema in zip(props, schemas, strict=True)
        ]
        # A constructor's arguments stand in the document's order; Python wants those with a default last. What comes
        # from the service alone is no one's to give by position.
        local_names = locals_for([attribute(prop) for prop in props])
        return [
            self._field(prop, schema, local, self._is_read_only(schema) or all(optional[position:]))
            for position, (prop, schema, local) in enumerate(zip(props, schemas, local_names, strict=True))
        ]

    def _field(self, prop: Any, schema: dict[str, Any], local: str, is_optional: bool) -> ModelField:
        name, python_type = attribute(prop), self._types.of(single(prop))
        storage = f"_{name}" if schema.get("deprecated") else name
        reading = FieldReading(prop, schema, self._models, python_type.check)
        # A check that is put together is made once, below the class, whose own name it may hold. One of a model that
        # can only be imported once this one is there imports it.
        late_imports = tuple(self._late_imports([prop]))
        is_own = bool(late_imports) or (reading.check.is_made and not reading.is_open)
        checked_by = f"_check_{name}" if is_own else str(reading.check)
        annotation = self._annotation(prop, schema, reading)
        converter = str(python_type.received) if self._models.is_open(single(prop)) else None
        return ModelField(
            name=name,
            storage=storage,
            wire=literal(wire(prop)),
            description=self._models.document.description(schema),
            schema=schema,
            is_promised=reading.is_promised,
            is_written=(prop.required or "default" in schema) and not self._is_read_only(schema),
            is_json=kind(single(prop)) in _JSON_KINDS and "Null" not in annotation.members,
            is_sent_time=self._uses.is_only_sent and kind(single(prop)) == "DateTime",
            annotation=annotation,
            initial=self._initial(name, schema, annotation, reading if is_optional else None, converter),
            local=local,
            reading=reading,
            read=tuple(reading.statements(storage, local, checked_by)),
            row=reading.row(storage, checked_by),
            own_check=reading.check if is_own else None,
            converter=converter,
            late_imports=late_imports,
        )

    def _annotation(self, prop: Any, schema: dict[str, Any], reading: FieldReading) -> Annotation:
        # A model that is only ever sent takes a time as ISO 8601 text too, and of an enum the values of the contract.
        is_argument = self._uses.is_only_sent and kind(single(prop)) in ("DateTime", "LiteralEnum")
        python_type = self._types.of(single(prop))
        annotation = python_type.argument if is_argument else python_type.received
        if self._uses.is_only_sent and nullable(prop) and not prop.required:
            annotation |= self._types.named("Null")
        return annotation.or_none() if reading.may_be_none or self._is_read_only(schema) else annotation

    def _is_read_only(self, schema: dict[str, Any]) -> bool:
        """Whether a field comes from the service alone, so that code which builds a model to send it has none."""
        return self._uses.is_sent and bool(schema.get("readOnly"))

    def _initial(
        self,
        name: str,
        schema: dict[str, Any],
        annotation: Annotation,
        reading: FieldReading | None,
        converter: str | None,
    ) -> str:
        """What stands behind a field's annotation; `reading` is that of a field that has a default, or None."""
        options = []
        if reading:
            options.append(f"factory={annotation}" if reading.is_empty_container else f"default={reading.default}")
        if self._is_read_only(schema):
            options.append("kw_only=True")
        if schema.get("deprecated"):
            options.append(f'alias="{name}"')
        if schema.get("format") == "password":
            options.append("repr=False")
        if converter:
            options.append(f"converter=_to_{name}")
        if reading and options == [f"default={reading.default}"]:
            return f" = {reading.default}"
        return f" = field({', '.join(options)})" if options else ""

    def _flattened(self, holder: Any, props: list[tuple[Any, str]]) -> list[ModelView]:
        return [self._flattened_view(holder, prop, text) for prop, text in props]

    def _flattened_view(self, holder: Any, prop: Any, description: str) -> ModelView:
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

    def _open_views(self, model: ModelProperty, props: list[Any]) -> list[ModelView]:
        return [self._open_view(prop, self._models.field_schema(model, prop)) for prop in props]

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


def _description(model: ModelProperty) -> str:
    description = model.data.description
    return str(description.get_untrusted_value()) if description else ""
