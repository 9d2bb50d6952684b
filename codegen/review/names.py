"""The dotted names of the public surface, by what a line of code shows of them."""

from __future__ import annotations

import re
from collections import defaultdict

from .judgement import PythonChange
from .surface import Surface


class Names:
    """Finds the changed names that an attribute of a type may be.

    Attributes:
        surface: The surface that callers were written for.
        changes: The changes by their names.
    """

    def __init__(self, surface: Surface, changes: list[PythonChange]) -> None:
        self.surface = surface
        self.changes: dict[str, list[PythonChange]] = defaultdict(list)
        for change in changes:
            self.changes[change.name].append(change)

    @property
    def attributes(self) -> set[str]:
        """What is read as an attribute, of all that changed: methods with changed arguments included."""
        known = {*self.surface.methods, *self.surface.resources, *self._fields()}
        found = {name for name in self.changes if name in known}
        found |= {name.rpartition(".")[0] for name in self.changes if name.rpartition(".")[0] in self.surface.methods}
        return {name.rpartition(".")[2] for name in found}

    def named(self, kind: str, attribute: str) -> list[str]:
        """The dotted names that an attribute of a type has; the type as a type checker prints it."""
        return [f"{owner}.{attribute}" for part in kind.split(" | ") for owner in self._owners(part)]

    def under(self, name: str) -> list[PythonChange]:
        """The changes of a name, and of what is one step below it: the arguments of a method, of a model."""
        return [
            change for each, found in self.changes.items() for change in found if each.rpartition(".")[0] == name
        ] + self.changes.get(name, [])

    def _owners(self, kind: str) -> list[str]:
        found = re.search(r"^(?:type\[)?(?:Async)?(\w+?)(?:WithRawResponse)?\]?$", kind)
        name = found[1] if found else kind
        return self.surface.owners.get(name, [name] if name in self.surface.models else [])

    def _fields(self) -> set[str]:
        return {f"{name}.{field}" for name, model in self.surface.models.items() for field in model.attributes}
