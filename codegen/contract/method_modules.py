"""The modules of operations, tags and clients: what is decided about them, so that the templates only lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .imports import import_block, model_imports
from .models import Models
from .names import TYPES, literal
from .nodes import Argument, ClientMethod, Plane, Tag
from .properties import kind, members
from .types import Types


class _MethodModule:
    """A module with methods, some of which may hide builtin types."""

    def __init__(self, models: Models, hidden: Iterable[str] = ()) -> None:
        self._models = models
        self.types = Types(models, frozenset(hidden))

    def parameters(self, method: ClientMethod, *further: str) -> str:
        """The parameters of a method: required ones, then `*` and those that have a default."""
        required = [self._parameter(argument) for argument in method.arguments if argument.required]
        optional = [self._parameter(argument) for argument in method.arguments if not argument.required]
        return ", ".join([*required, *(["*", *optional, *further] if optional or further else [])])

    def _parameter(self, argument: Argument) -> str:
        annotation = self.types.of(argument.prop).argument
        if argument.required:
            return f"{argument.name}: {annotation}"
        annotation = annotation.or_none() if argument.default is None else annotation
        return f"{argument.name}: {annotation} = {literal(argument.default)}"

    def _names(self, method: ClientMethod) -> frozenset[str]:
        """The names that the annotations of a method use."""
        arguments = (self.types.of(argument.prop).argument.names for argument in method.arguments)
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
            self.result = f"decode.field(data, {literal(unwrap)}, {check})" if unwrap else f"{check}(data)"
            self.is_untyped = not unwrap and check.function == "decode.first_of"
            names |= {"Any", "decode"} if unwrap or check.function.startswith("decode.") else {"Any"}
        if any(_encoder(argument) for argument in method.arguments):
            names.add("encode")
        self.imports = self._imports(names, core)
        results = models.classes(self.types.of(method.result).received.names)
        self.late_imports = model_imports((part for part in results if kind(part) == "Model"), "...models.")


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
                names |= {"AsyncIterator", "Iterator", "Pages"} | self._max_items.names
                names |= self.types.of(method.paging.item).received.names
        modules = [f"from . import {method.module} as _{method.module}" for method in tag.methods]
        self.imports = self._imports(names, core, modules)

    def iter_parameters(self, method: ClientMethod) -> str:
        """The parameters of a method's iterator."""
        return self.parameters(method, f"max_items: {self._max_items} = None")


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
    return f'encode.{encoder}("{argument.name}", {argument.name})' if encoder else argument.name


def _encoder(argument: Argument) -> str | None:
    """The function of the core's module `encode` that an argument passes through, or None."""
    if argument.is_list:
        return "items"
    kinds = {kind(member) for member in members(argument.prop)} - {"None"}
    if kinds and kinds <= {"Int", "Float"}:
        return "number"
    return "time" if "DateTime" in kinds else None
