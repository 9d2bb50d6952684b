"""What the clients are made of: planes, tags, operations, arguments, pages."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from .document import ContractError


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


def _read_time(text: str, name: str) -> datetime.date:
    try:
        if len(text) == len("2024-12-31"):
            return datetime.date.fromisoformat(text)
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ContractError(f"the default of {name}, {text!r}, is no time") from None
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
        raises: The names of the exceptions that the document speaks of.
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
    raises: tuple[str, ...]
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
