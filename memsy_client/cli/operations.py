"""The contract's operations as commands: what each takes, found in the methods that are generated from it.

Nothing is listed here: a new method is a command, a new argument an option, a new tag a group.
"""

from __future__ import annotations

import importlib
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Union

from .. import models
from .._core.json_schema import load_contract, resolve
from .._core.null import Null
from .._core.operation import Operation
from .._generated import api
from .._generated.client import ControlMethods, CoreMethods

Kind = Literal["text", "integer", "number", "flag", "time", "json"]
Node = Mapping[str, Any]

#: The methods of each plane's client.
_PLANES: Mapping[str, type] = {"core": CoreMethods, "control": ControlMethods}
_KINDS: Mapping[Any, Kind] = {str: "text", int: "integer", float: "number", bool: "flag"}


@dataclass(frozen=True)
class ValueType:
    """What an argument takes.

    Attributes:
        kind: How one value is written.
        choices: The words that it may be, or none where it may be anything.
        model: Of `json`, the class of the objects, or None for any JSON value.
        is_list: Whether there may be several values.
    """

    kind: Kind
    choices: tuple[str, ...] = ()
    model: Any = None
    is_list: bool = False


@dataclass(frozen=True)
class Argument:
    """An argument of a method.

    Attributes:
        name: Its name in Python.
        type: What it takes.
        is_required: Whether it has no default.
        is_positional: Whether it may be given by its position, as in Python.
        default: What the method takes if it is not given.
        help: What it is.
    """

    name: str
    type: ValueType
    is_required: bool
    is_positional: bool
    default: Any
    help: str

    @property
    def flag(self) -> str:
        """Its option, such as `--org-id`."""
        return f"--{kebab(self.name)}"

    @property
    def placeholder(self) -> str:
        """What stands for its value in a usage line."""
        return f"{self.name.rstrip('_').upper()}{'...' if self.type.is_list else ''}"


@dataclass(frozen=True)
class Command:
    """A method of the contract as a command.

    Attributes:
        plane: The plane whose client has it; an operation that both have is told apart by it.
        group: The client's attribute that has it, or None for a method of the client itself.
        method: Its name in Python.
        function: The method.
        iterator: The method that gives the items of all pages, for one that gives a page.
    """

    plane: str
    group: str | None
    method: str
    function: Callable[..., Any]
    iterator: Callable[..., Any] | None = None

    @property
    def name(self) -> str:
        """Its name under its group."""
        return kebab(self.method)

    @property
    def full_name(self) -> str:
        """As it is typed after `memsy-client`."""
        return f"{kebab(self.group)} {self.name}" if self.group else self.name

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""
        return " ".join(self._sections[""].partition("\n\n")[0].split())

    @property
    def description(self) -> str:
        """What it does, and what comes back."""
        returns = self._sections.get("Returns", "")
        return self._sections[""].strip() + (f"\n\nGives: {' '.join(returns.split())}" if returns else "")

    @property
    def arguments(self) -> list[Argument]:
        """What it takes, in Python's order."""
        return self._arguments_of(self.function)

    @property
    def iterator_arguments(self) -> list[Argument]:
        """What only the iterator over all pages takes."""
        own = {argument.name for argument in self.arguments}
        found = self._arguments_of(self.iterator) if self.iterator else []
        return [argument for argument in found if argument.name not in own]

    @property
    def gives_items(self) -> bool:
        """Whether its result is a list, of a page or of all that there is."""
        from .._core.list_model import ListModel

        result = type_hints(self.function)["return"]
        return typing.get_origin(result) is list or (isinstance(result, type) and issubclass(result, ListModel))

    @property
    def is_delete(self) -> bool:
        """Whether it deletes what it names."""
        return self._operation is not None and self._operation.method == "DELETE"

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing, so that after a failure nothing is in doubt."""
        operation = self._operation
        if operation is None:  # what waits only asks
            return True
        return operation.method in ("GET", "HEAD") or (operation.method == "POST" and operation.repeatable)

    @cached_property
    def secret_arguments(self) -> frozenset[str]:
        """The names of arguments that are secrets, which no list of processes may show."""
        node = self._node
        return frozenset(_secrets(node["requestBody"])) if "requestBody" in node else frozenset()

    @cached_property
    def secret_results(self) -> tuple[str, ...]:
        """The fields of the result that are secrets."""
        responses = self._node.get("responses", {})
        return tuple(name for code in responses if code.startswith("2") for name in _secrets(responses[code]))

    @cached_property
    def _sections(self) -> dict[str, str]:
        """The parts of the docstring by their headings; what comes before the first one has none."""
        parts = re.split(r"^(Args|Returns|Yields|Raises):\n", inspect.getdoc(self.function) or "", flags=re.M)
        return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}

    @cached_property
    def _operation(self) -> Operation[Any] | None:
        """The operation that it calls; None for one that waits, which calls another's."""
        for module in inspect.unwrap(self.function).__globals__.values():
            operation = getattr(module, "_OPERATION", None)
            if operation is not None and operation.name.rpartition(".")[2] == self.method:
                return typing.cast("Operation[Any]", operation)
        return None

    @cached_property
    def _node(self) -> Node:
        """The operation in the contract; empty for one that waits."""
        if self._operation is None:
            return {}
        item = load_contract()["paths"].get(self._operation.path, {})
        return typing.cast("Node", item.get(self._operation.method.lower(), {}))

    def _arguments_of(self, function: Callable[..., Any]) -> list[Argument]:
        hints = type_hints(function)
        helps = _described(function, "Args")
        parameters = list(inspect.signature(function).parameters.values())[1:]
        return [
            Argument(
                name=parameter.name,
                type=value_type(hints[parameter.name]),
                is_required=parameter.default is parameter.empty,
                is_positional=parameter.kind is parameter.POSITIONAL_OR_KEYWORD
                and parameter.default is parameter.empty,
                default=None if parameter.default is parameter.empty else parameter.default,
                help=helps.get(parameter.name, ""),
            )
            for parameter in parameters
        ]


@dataclass(frozen=True)
class Group:
    """The methods of one tag of the contract.

    Attributes:
        plane: The plane whose client has it.
        attribute: The client's attribute.
        summary: What it is about.
    """

    plane: str
    attribute: str
    summary: str

    @property
    def name(self) -> str:
        """As it is typed."""
        return kebab(self.attribute)

    def commands(self) -> list[Command]:
        """Its commands, in the contract's order."""
        getter = inspect.getattr_static(_PLANES[self.plane], self.attribute).func
        module = importlib.import_module(f"{api.__name__}.{self.attribute}")
        return _commands(self.plane, self.attribute, getattr(module, getter.__annotations__["return"]))


def groups() -> list[Group]:
    """All groups of methods, in the contract's order."""
    return [
        Group(plane, name, " ".join((member.__doc__ or "").split()))
        for plane, methods in _PLANES.items()
        for name, member in vars(methods).items()
        if isinstance(member, cached_property) and name != "with_raw_response"
    ]


def plane_commands() -> list[Command]:
    """The methods directly on a client; one that both planes have is there once for each."""
    return [command for plane, methods in _PLANES.items() for command in _commands(plane, None, methods.__mro__[1])]


def all_commands() -> list[Command]:
    """Every command that the contract gives."""
    return [*plane_commands(), *(command for group in groups() for command in group.commands())]


def field_arguments(model: type) -> list[Argument]:
    """The fields of a model that the contract has, each as an optional argument."""
    hints, helps = typing.get_type_hints(model), _described(model, "Attributes")
    return [
        Argument(name, value_type(hints[name]), is_required=False, is_positional=False, default=None, help=text)
        for name, text in helps.items()
        if name != "additional_properties"
    ]


def kebab(name: str) -> str:
    """A name of Python as the command line has it."""
    return name.strip("_").replace("_", "-")


def type_hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of a generated method, whose modules import the models for type checkers only."""
    written = " ".join(map(str, inspect.unwrap(function).__annotations__.values()))
    names = {name: getattr(models, name) for name in set(re.findall(r"\w+", written)) & set(models.__all__)}
    return typing.get_type_hints(function, localns=names)


def value_type(hint: Any) -> ValueType:
    """What an argument with this annotation takes."""
    alternatives = [part for part in _alternatives(hint) if part not in (type(None), Null)]
    first = alternatives[0]
    if typing.get_origin(first) in (Iterable, Sequence, list):
        (item,) = typing.get_args(first)
        inner = value_type(item)
        return ValueType(inner.kind, inner.choices, inner.model, is_list=True)
    if typing.get_origin(first) is Literal:
        choices = typing.get_args(first) if len(alternatives) == 1 else ()  # beside others it is open
        return ValueType("text", tuple(map(str, choices)))
    if len(alternatives) > 1 and str in alternatives:
        return ValueType("time")
    if hasattr(first, "from_dict"):
        return ValueType("json", model=first)
    return ValueType(_KINDS.get(first, "json"))


def _alternatives(hint: Any) -> Sequence[Any]:
    return typing.get_args(hint) if typing.get_origin(hint) in (Union, types.UnionType) else (hint,)


def _commands(plane: str, group: str | None, methods: type) -> list[Command]:
    found: list[Command] = []
    for name, member in vars(methods).items():
        if name.startswith("_") or not inspect.isfunction(member):
            continue
        if str(inspect.unwrap(member).__annotations__["return"]).startswith("ItemIterator["):
            # It stands behind the method of whose pages it gives the items.
            paged = found.pop()
            found.append(Command(plane, group, paged.method, paged.function, iterator=member))
        else:
            found.append(Command(plane, group, name, member))
    return found


def _described(documented: object, heading: str) -> dict[str, str]:
    """What a section of a docstring says of each name."""
    section = re.search(rf"^{heading}:\n(.*?)(?=^\S|\Z)", inspect.getdoc(documented) or "", re.M | re.S)
    parts = re.split(r"^    (\w+): ", section[1] if section else "", flags=re.M)
    return {name: " ".join(text.split()) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def _secrets(item: Node) -> Iterator[str]:
    """The fields of a request or response that the contract marks as passwords."""
    document = load_contract()
    content = resolve(document, item).get("content", {})
    schema = resolve(document, content["application/json"]["schema"]) if "application/json" in content else {}
    for name, inner in schema.get("properties", {}).items():
        if resolve(document, inner).get("format") == "password":
            yield name
