"""Nodes of a document, each with the JSON pointer that finds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


def step(name: str | int) -> str:
    """One step of a JSON pointer."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def find(document: Any, pointer: str) -> Any:
    """What a pointer finds. Raises `LookupError` when that is nothing."""
    value = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (ValueError, TypeError) as error:
            raise LookupError(pointer) from error
    return value


@dataclass(frozen=True)
class Place:
    """A node: its value, and where in which document it stands."""

    document: dict[str, Any]
    pointer: str
    value: Any

    @classmethod
    def root(cls, document: dict[str, Any]) -> Place:
        """The document itself."""
        return cls(document, "", document)

    def at(self, *names: str | int) -> Place | None:
        """The node that these steps lead to, references followed on the way; None when there is none."""
        place: Place | None = self
        for name in names:
            place = place and place.resolved()._child(name)
        return place

    def items(self) -> Iterator[tuple[str, Place]]:
        """The named nodes of an object, or the numbered ones of a list; of anything else none."""
        if isinstance(self.value, dict):
            names: list[str | int] = [*self.value]
        else:
            names = [*range(len(self.value))] if isinstance(self.value, list) else []
        for name in names:
            yield str(name), Place(self.document, self.pointer + step(name), self.value[name])

    def children(self) -> list[Place]:
        """The nodes of an object or a list."""
        return [child for _, child in self.items()]

    def resolved(self) -> Place:
        """The node that a reference stands for; any other node itself."""
        place = self
        while isinstance(place.value, dict) and isinstance(place.value.get("$ref"), str):
            pointer = place.value["$ref"].removeprefix("#")
            place = Place(self.document, pointer, find(self.document, pointer))
        return place

    def get(self, name: str, default: Any = None) -> Any:
        """The value called `name` of an object; `default` when there is none."""
        return self.value.get(name, default) if isinstance(self.value, dict) else default

    def _child(self, name: str | int) -> Place | None:
        if isinstance(self.value, dict):
            found = self.value.get(name)
        else:
            found = self.value[int(name)] if isinstance(self.value, list) and int(name) < len(self.value) else None
        return None if found is None else Place(self.document, self.pointer + step(name), found)
