"""What the clients are made of: planes, tags, methods, arguments, pages."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .document import ContractError, RawOperation
from .properties import kind, nullable, single


@dataclass(frozen=True)
class Argument:
    """One argument of a client method, called `wire` in the request.

    Attributes:
        location: `path`, `query`, `header`, `field` (of a JSON object body) or `body` (the body itself).
        positional: Whether it may be given by its position: required ones, unless the document says otherwise.
        item_model: The generator's model of the items, where it takes a list of models, or None.
        accepts: The generator's model that it takes too, in place of its own (`x-accepts`), or None.
        prop: The generator's property, which knows its type.
        schema: Its schema in the document.
    """

    name: str
    wire: str
    location: str
    required: bool
    prop: Any
    schema: dict[str, Any]
    description: str
    positional: bool
    item_model: Any = None
    accepts: Any = None

    @property
    def default(self) -> Any:
        """The default as a Python value; None when there is none."""
        value = self.schema.get("default")
        if isinstance(value, str) and kind(self.prop) in ("Date", "DateTime"):
            return _read_time(value, self.name)
        return value

    @property
    def is_deprecated(self) -> bool:
        """Whether the document calls it deprecated."""
        return bool(self.schema.get("deprecated"))

    @property
    def may_be_null(self) -> bool:
        """Whether it may be sent as null, though nothing has to be sent."""
        return self.location == "field" and not self.required and nullable(self.prop)

    @property
    def is_list(self) -> bool:
        """Whether it takes a list."""
        return kind(single(self.prop)) == "List"


def _read_time(text: str, name: str) -> datetime.date:
    try:
        if len(text) == len("2024-12-31"):
            return datetime.date.fromisoformat(text)
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ContractError(f"the default of {name}, {text!r}, is not a time") from None
    return moment.replace(tzinfo=moment.tzinfo or datetime.timezone.utc)


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
class Polling:
    """A further method, `python_name`, which repeats an operation for as long as it fails with a status (`x-poll`).

    Attributes:
        status: The status with which the operation fails until it is time.
        timeout, interval: Their defaults in seconds.
        description: What the document says of the method.
    """

    python_name: str
    status: int
    timeout: float
    interval: float
    description: str


@dataclass(frozen=True)
class ClientMethod:
    """One operation, `raw` in the document, as one client method.

    Attributes:
        name: The name users see in errors: `roles.list`, or `search` on a plane itself.
        python_name: The method's name on its class.
        module: The module that builds its calls.
        arguments: In signature order: positional ones first.
        result: The generator's property of what the method returns; None when it returns None.
        result_schema: Its schema where it is a field of the response (`x-unwrap`).
        result_description: What the document says of the success.
        repeatable: Whether sending the request twice does no harm.
        raises: The names of the exceptions that the document speaks of.
    """

    name: str
    python_name: str
    module: str
    raw: RawOperation
    arguments: tuple[Argument, ...]
    result: Any
    result_schema: dict[str, Any]
    result_description: str
    repeatable: bool
    raises: tuple[str, ...]
    paging: Paging | None
    polling: Polling | None

    @property
    def is_deprecated(self) -> bool:
        """Whether the document calls it deprecated."""
        return bool(self.raw.node.get("deprecated"))

    @property
    def deprecated_arguments(self) -> list[str]:
        """The names of those of its optional arguments that are deprecated."""
        return [part.name for part in self.arguments if part.is_deprecated and not part.required]

    @property
    def needs_key(self) -> bool:
        """Whether the API key is sent along: not where the document says `security: []`."""
        return bool(self.raw.node.get("security", True))

    @property
    def iter_name(self) -> str:
        """The name of the method that iterates over the items of all pages."""
        return "iter" if self.python_name == "list" else f"iter_{self.python_name}"

    @property
    def python_names(self) -> list[str]:
        """The names of all that the operation becomes: the method itself and its iterator, where it pages."""
        names = [self.python_name]
        names += [self.iter_name] if self.paging else []
        return [*names, self.polling.python_name] if self.polling else names

    @property
    def passed(self) -> str:
        """The arguments as the method passes them on to the function that builds a call."""
        return passed(self.arguments)

    @property
    def required_arguments(self) -> list[Argument]:
        """The arguments without which it cannot be called."""
        return [argument for argument in self.arguments if argument.required]

    @property
    def never_none(self) -> dict[str, tuple[str, ...]]:
        """The names on the wire of arguments for which None stands neither for a value nor for the lack of one, by
        the part of a request that holds them.
        """
        groups = {"query": self.arguments_in("query"), "header": self.arguments_in("header")}
        groups["body"] = self.arguments_in("field") if self.raw.body.get("required") else []
        found = {
            group: tuple(part.wire for part in arguments if part.required and not nullable(part.prop))
            for group, arguments in groups.items()
        }
        return {group: names for group, names in found.items() if names}

    def arguments_in(self, *locations: str) -> list[Argument]:
        """The arguments that have one of these locations."""
        return [argument for argument in self.arguments if argument.location in locations]


def passed(arguments: Iterable[Argument]) -> str:
    """Arguments as a method passes them on to a function that has them too."""
    names = ((argument.name, argument.positional) for argument in arguments)
    return ", ".join(name if is_positional else f"{name}={name}" for name, is_positional in names)


@dataclass(frozen=True)
class Tag:
    """One tag as one class of methods: `class_name`, reached through `attribute`, in the package `module`."""

    name: str
    module: str
    class_name: str
    attribute: str
    planes: tuple[str, ...]
    description: str
    methods: tuple[ClientMethod, ...]


@dataclass(frozen=True)
class Plane:
    """One plane as one client: the tag whose methods are the client's own, if any, and its sub-resources."""

    name: str
    class_name: str
    root: Tag | None
    resources: tuple[Tag, ...]
