"""The modules of operations, tags and clients: what is decided about them, so that the templates only lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .imports import import_block, model_imports
from .models import Models
from .names import TYPES, default_literal, literal
from .nodes import Argument, ClientMethod, Plane, Tag, passed
from .properties import kind, members, single
from .types import Annotation, Check, Types


class _MethodModule:
    """A module with methods, some of which may hide builtin types."""

    def __init__(self, models: Models, hidden: Iterable[str] = ()) -> None:
        self._models = models
        self.types = Types(models, frozenset(hidden))

    def parameters(self, method: ClientMethod, *further: str) -> str:
        """The parameters of a method: positional ones, then `*` and the others."""
        positional = [self._parameter(argument) for argument in method.arguments if argument.positional]
        keyword_only = [self._parameter(argument) for argument in method.arguments if not argument.positional]
        return ", ".join([*positional, *(["*", *keyword_only, *further] if keyword_only or further else [])])

    def _parameter(self, argument: Argument) -> str:
        annotation = self._annotation(argument)
        if argument.required:
            return f"{argument.name}: {annotation}"
        annotation = annotation.or_none() if argument.default is None else annotation
        return f"{argument.name}: {annotation} = {literal(argument.default)}"

    def _annotation(self, argument: Argument) -> Annotation:
        annotation = self.types.of(argument.prop).argument
        if argument.may_be_null:
            annotation |= self.types.named("Null")
        if not argument.accepts:
            return annotation
        items = self.types.of(single(argument.prop).inner_property).argument
        return self.types.named("Iterable", items | self.types.of(argument.accepts).argument)

    def _names(self, method: ClientMethod) -> frozenset[str]:
        """The names that the annotations of a method use."""
        arguments = (self._annotation(argument).names for argument in method.arguments)
        return self.types.of(method.result).received.names.union(*arguments)

    def _imports(self, names: set[str], core: str, further: Iterable[str] = ()) -> str:
        return import_block(names, core, further, model_imports(self._models.classes(names), "...models."))


class CallModule(_MethodModule):
    """The module that builds the calls of an operation and reads its results.

    Its function passes `passed` to the operation. `result` is an expression of `data`, or None; a type checker does not
    know what it is when it `is_untyped`.
    """

    def __init__(self, method: ClientMethod, models: Models, core: str) -> None:
        super().__init__(models)
        self.method = method
        self.passed = ", ".join(_passed(method))
        self.result: str | None = None
        self.is_untyped = False
        names = {"Call", "Operation", *self._names(method)}
        if method.result:
            check, unwrap = self.types.of(method.result).check, method.raw.node.get("x-unwrap")
            self.result = _parsed(method, check)
            self.is_untyped = not unwrap and check.is_untyped
            names |= {"Any", "decode"} if unwrap or check.function.startswith("decode.") else {"Any"}
        if any(_encoder(argument) for argument in method.arguments):
            names.add("encode")
        self.imports = self._imports(names, core)
        results = models.classes(self.types.of(method.result).received.names)
        self.late_imports = model_imports((part for part in results if kind(part) == "Model"), "...models.")
        self.conversion_imports = self._conversion_imports()

    def _conversion_imports(self) -> list[str]:
        """The statements that import the models which items of lists have to be, or are converted from."""
        arguments = self.method.arguments
        props = [prop for argument in arguments for prop in (argument.item_model, argument.accepts) if prop]
        return model_imports(self._models.classes(prop.class_info.name for prop in props), "...models.")


class TagModule(_MethodModule):
    """The module of a tag, with its classes of methods."""

    def __init__(self, tag: Tag, models: Models, core: str) -> None:
        super().__init__(models, TYPES.intersection(method.python_name for method in tag.methods))
        self.tag = tag
        self._max_items = self.types.named("int").or_none()
        names = {"AsyncResource", "SyncResource", "async_raw", "cached_property", "raw", "with_raw_sender"}
        for method in tag.methods:
            names |= self._names(method)
            if method.paging:
                names |= {"AsyncItemIterator", "ItemIterator", "Pages"} | self._max_items.names
                names |= self.types.of(method.paging.item).received.names
            if method.polling:
                names.add("poll")
            if method.is_deprecated:
                names.add("deprecated")
            if method.deprecated_arguments:
                names.add("deprecated_arguments")
        modules = [f"from . import {method.module} as _{method.module}" for method in tag.methods]
        self.imports = self._imports(names, core, modules)

    def decorators(self, method: ClientMethod) -> list[str]:
        """What stands above a method and its iterator, so that callers of what is deprecated are warned."""
        lines = [f"@deprecated({literal(f'{method.name} is deprecated')})"] if method.is_deprecated else []
        if old := method.deprecated_arguments:
            lines.append(f"@deprecated_arguments({', '.join(map(literal, old))})")
        return lines

    def iter_parameters(self, method: ClientMethod) -> str:
        """The parameters of a method's iterator."""
        return self.parameters(method, f"max_items: {self._max_items} = None")

    def polling_parameters(self, method: ClientMethod) -> str:
        """The parameters of the method that repeats a method: its required ones, and for how long."""
        seconds = self.types.named("float")
        required = [self._parameter(argument) for argument in method.required_arguments]
        assert method.polling
        times = (("timeout", method.polling.timeout), ("poll_interval", method.polling.interval))
        return ", ".join([*required, "*", *(f"{name}: {seconds} = {default}" for name, default in times)])

    def polling_passed(self, method: ClientMethod) -> str:
        """The arguments of such a method as it passes them on."""
        return passed(method.required_arguments)


def client_imports(planes: list[Plane], core: str) -> str:
    """The import statements of the module with the clients' methods."""
    names = {"cached_property", "import_lock", "with_raw_sender"} if planes else set()
    if not all(plane.root for plane in planes):
        names |= {"AsyncResource", "SyncResource"}
    roots = [_tag_import(plane.root) for plane in planes if plane.root]
    return import_block(names, core, roots, [_tag_import(tag) for plane in planes for tag in plane.resources])


def _tag_import(tag: Tag) -> str:
    names = [f"{prefix}{tag.class_name}{suffix}" for prefix in ("", "Async") for suffix in ("", "WithRawResponse")]
    return f"from .api.{tag.module} import {', '.join(names)}"


def _parsed(method: ClientMethod, check: Check) -> str:
    """The result as an expression of `data`. A list that is null is empty."""
    if unwrap := method.raw.node.get("x-unwrap"):
        if "default" in method.result_schema:
            default = default_literal(method.result_schema["default"], unwrap)
            return f"decode.field_or_default(data, {literal(unwrap)}, {check}, {default})"
        return f"decode.field(data, {literal(unwrap)}, {check})"
    if kind(method.result) == "List":
        return f"[] if data is None else {check}(data)"
    return f"{check}(data)"


def _passed(method: ClientMethod) -> Iterator[str]:
    """What a method passes to `Operation.call`."""
    for location in ("path", "query", "header"):
        if group := method.arguments_in(location):
            yield f"{location}={_by_wire_name(group)}"
    for argument in method.arguments_in("body"):
        yield f"body={_encoded(argument)}"
    fields = method.arguments_in("field")
    if fields and method.raw.body.get("required"):
        yield f"body={_by_wire_name(field for field in fields if field.required)}"
    if optional := [field for field in fields if not field.required]:
        yield f"optional={_by_wire_name(optional)}"
    if method.never_none:
        yield f"required={literal(method.never_none)}"


def _by_wire_name(arguments: Iterable[Argument]) -> str:
    return f"{{{', '.join(f'{literal(argument.wire)}: {_encoded(argument)}' for argument in arguments)}}}"


def _encoded(argument: Argument) -> str:
    encoder = _encoder(argument)
    if encoder is None:
        return argument.name
    models = [prop.class_info.name for prop in (argument.item_model, argument.accepts) if prop]
    encoded = f"encode.{encoder}({', '.join([literal(argument.name), argument.name, *models])})"
    return f"{encoded} or None" if argument.schema.get("x-empty-as-null") else encoded


def _encoder(argument: Argument) -> str | None:
    """The function of the core's module `encode` that an argument passes through, or None."""
    if argument.item_model:
        return "models"
    if argument.is_list:
        return "nullable_items" if argument.may_be_null else "items"
    kinds = {kind(member) for member in members(argument.prop)} - {"None"}
    if kinds and kinds <= {"Int", "Float"}:
        return "number"
    return "time" if "DateTime" in kinds else None
