"""Models: their fields, which of them name which, and which are needed at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty

from .document import ContractError, Document
from .imports import STATEMENTS
from .names import attribute, class_name, twice, wire
from .properties import members, single
from .unions import Unions


class Models:
    """The models and enums of the contract, as the generator and the document have them."""

    def __init__(self, document: Document, data: GeneratorData) -> None:
        self.document = document
        self._data = data
        self._classes = {_name(part): part for part in [*data.models, *data.enums]}
        self._schemas = {class_name(name): schema for name, schema in document.schemas.items()}
        self.unions = Unions(self)
        #: By the class of a model, another one of which it can be made.
        self.conversions: dict[str, ModelProperty] = {}

    @property
    def names(self) -> set[str]:
        """The classes that models, enums and named schemas may become."""
        return {*self._classes, *self._schemas}

    def fields(self, prop: Any) -> list[Any]:
        """The generator's properties of a model's fields, in the document's order; of any other property none.

        A property inside another one is a copy from before its model's fields were known, hence the look-up.
        """
        if not isinstance(prop, ModelProperty):
            return []
        model: Any = self._classes.get(_name(prop), prop)
        order = list(self.field_schemas(model))
        return sorted(
            [*(model.required_properties or []), *(model.optional_properties or [])],
            key=lambda field: order.index(wire(field)),
        )

    def field(self, prop: Any, name: Any) -> Any:
        """The field of a model that is called `name` on the wire, or None."""
        return next((field for field in self.fields(prop) if wire(field) == name), None)

    def is_map(self, prop: Any) -> bool:
        """Whether a property is an object without fields of its own, which is a plain dict in Python."""
        return isinstance(prop, ModelProperty) and not self.fields(prop)

    def is_tuple(self, prop: Any) -> bool:
        """Whether a property is a list whose items have a type each."""
        return isinstance(prop, ModelProperty) and not self.is_map(prop) and bool(self._schema(prop).get("x-tuple"))

    def is_open(self, prop: Any) -> bool:
        """Whether a property is a free-form object, which is a dict with typed properties in Python (`x-open`)."""
        return isinstance(prop, ModelProperty) and not self.is_map(prop) and bool(self._schema(prop).get("x-open"))

    def item_model(self, prop: Any) -> Any:
        """The model of a list's items, or None where it is not a list, or of anything else."""
        item = prop.inner_property if isinstance(prop, ListProperty) else None
        is_model = isinstance(item, ModelProperty) and not (self.is_map(item) or self.is_tuple(item))
        return item if is_model and not self.is_open(item) else None

    def list_field(self, model: ModelProperty) -> Any:
        """The field whose items a model stands for (`x-items`), or None."""
        name = self._schema(model).get("x-items")
        field = self.field(model, name)
        if name is not None and not isinstance(single(field), ListProperty):  # pragma: no cover – in no test
            raise ContractError(f"x-items names {name}, which is not a field with a list")
        return field

    def convertible(self, name: str, prop: Any, argument: str) -> Any:
        """The model `name` (`x-accepts`) out of which the items of a list of models can be made, field by field."""
        target = prop.inner_property if isinstance(prop, ListProperty) else None
        source = self._classes.get(class_name(name))
        if not isinstance(target, ModelProperty) or not isinstance(source, ModelProperty):
            raise ContractError(f"{argument}: x-accepts stands at a list of models and names another model, not {name}")
        lacking = {attribute(field) for field in self.fields(target)} - {
            attribute(field) for field in self.fields(source)
        }
        if lacking:
            raise ContractError(f"{argument}: x-accepts names {name}, which lacks {', '.join(sorted(lacking))}")
        self.conversions[_name(target)] = source
        return source

    def field_schemas(self, model: ModelProperty) -> dict[str, Any]:
        """The schemas of a model's fields, by their names on the wire, in the document's order."""
        return dict(self._schema(model).get("properties", {}))

    def field_schema(self, model: ModelProperty, prop: Any) -> dict[str, Any]:
        """The schema of one field of a model."""
        return self.document.schema(self.field_schemas(model).get(wire(prop)))

    def flattened(self, model: ModelProperty) -> tuple[Any, list[tuple[Any, str]]] | None:
        """The field whose own fields a model shows as attributes (`x-expose`), and these with what the document says
        of them. A field that the model has itself is not among them.
        """
        name = self._schema(model).get("x-expose")
        if name is None:
            return None
        prop = self.field(model, name)
        inner = single(prop)
        if not isinstance(inner, ModelProperty) or self.is_map(inner):
            raise ContractError(f"x-expose names {name}, which is not a field with fields of its own")
        own = {attribute(field) for field in self.fields(model)}
        return prop, [
            (field, self.document.description(self.field_schema(inner, field)))
            for field in self.fields(inner)
            if attribute(field) not in own
        ]

    def enum_values(self, enum: LiteralEnumProperty) -> list[Any]:
        """The values of an enum in the document's order, which the generator's set has lost."""
        schema = self.document.schema(self._schemas.get(_name(enum)))
        order = [value for part in [schema, *schema.get("anyOf", [])] for value in part.get("enum", [])]
        return [value for value in order if value in enum.values] or sorted(enum.values)

    def _schema(self, model: ModelProperty) -> dict[str, Any]:
        named = self._schemas.get(_name(model))
        if named is None:
            named = model.data.model_dump(mode="json", by_alias=True, exclude_none=True)
        return self.document.schema(named)

    def types_in(self, prop: Any) -> Iterator[Any]:
        """The generated classes that a property's type names: models and enums."""
        for part in members(prop):
            if isinstance(part, ListProperty):
                yield from self.types_in(part.inner_property)
            elif self.is_map(part):
                yield from self.types_in(part.additional_properties)
            elif self.is_tuple(part):
                for item in self.fields(part):
                    yield from self.types_in(item)
            elif isinstance(part, ModelProperty | LiteralEnumProperty):
                yield part

    def classes(self, names: Iterable[str]) -> list[Any]:
        """The models and enums among names that generated code uses."""
        return [self._classes[name] for name in sorted(names) if name in self._classes and name not in STATEMENTS]

    def classes_in(self, props: Iterable[Any]) -> set[str]:
        """The names of the classes that the types of properties name."""
        return {_name(part) for prop in props for part in self.types_in(prop)}

    def reachable_from(self, props: Iterable[Any]) -> set[str]:
        """The classes of all models and enums that properties name, directly or not."""
        found: set[str] = set()
        waiting = list(props)
        while waiting:
            for part in self.types_in(waiting.pop()):
                if _name(part) not in found:
                    found.add(_name(part))
                    waiting += self.fields(part)
        return found

    def kept(self, needed: Collection[str]) -> tuple[list[ModelProperty], list[Any]]:
        """The models and enums that get a class: the `needed` ones, and those that no operation refers to.

        There is none for what becomes arguments, is unwrapped, or is only the shape of an error. Raises `ContractError`
        for names that a class or an attribute cannot have.
        """
        endpoints = (endpoint for tag in self._data.endpoint_collections_by_tag.values() for endpoint in tag.endpoints)
        bodies = [body.prop for endpoint in endpoints for body in [*endpoint.bodies, *endpoint.responses]]
        unneeded = (self._error_schemas() | self.reachable_from(bodies)).difference(needed)
        classes = [model for model in self._data.models if not self.is_map(model) and not self.is_tuple(model)]
        models = [model for model in classes if _name(model) not in unneeded]
        enums = [enum for enum in self._data.enums if _name(enum) not in unneeded]
        self._check_names(models, enums)
        return models, enums

    def _error_schemas(self) -> set[str]:
        """The classes of all schemas that error responses refer to, directly or not."""
        responses = [response for operation in self.document.operations for response in operation.responses.items()]
        errors = [response for code, response in responses if not code.startswith("2")]
        return {class_name(reference.rsplit("/", 1)[-1]) for reference in self.document.references(errors)}

    def _check_names(self, models: list[ModelProperty], enums: list[Any]) -> None:
        for model in [*models, *enums]:
            name = _name(model)
            if name in STATEMENTS:
                raise ContractError(f"#/components/schemas/{name}: the generated code needs this name; choose another")
        for model in models:
            for name in twice([attribute(prop) for prop in self.fields(model)]):
                raise ContractError(f"#/components/schemas/{_name(model)}: two fields would be the attribute {name}")


def _name(prop: Any) -> str:
    return str(prop.class_info.name)
