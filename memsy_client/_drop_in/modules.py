"""The modules of the official package, made of what is here."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .. import exceptions, models
from .._generated.client import ControlMethods, CoreMethods
from .aliases import BESIDE_METHODS, CLIENT_MODULES, FROM_HEADERS, RENAMED

_PACKAGE = __name__.rpartition("._drop_in")[0]

#: The packages that have the classes of methods, one module for each sub-resource of a plane's clients.
_RESOURCES = {"memsy.resources": CoreMethods, "memsy.control_resources": ControlMethods}

#: For each name of a module, the module that has the object, and the object's name there.
Origins = Mapping[str, tuple[str, str]]


class StandIn(ModuleType):
    """A module whose names are those of other modules, each loaded when it is first asked for.

    Args:
        name: Its full name.
        origins: Where its names come from.
        is_package: Whether it has modules below it.
    """

    def __init__(self, name: str, origins: Origins, *, is_package: bool = False) -> None:
        super().__init__(name, f"What `{name}` of the official package has, as {_PACKAGE} makes it.")
        self.__spec__ = ModuleSpec(name, None, is_package=is_package)
        self.__package__ = self.__spec__.parent
        if is_package:
            self.__path__: list[str] = []  # nothing below it is on the disk
        self.__all__ = sorted(origins)
        self.origins = origins

    def __getattr__(self, name: str) -> Any:
        if name not in self.origins:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        module, original = self.origins[name]
        found = getattr(import_module(module), original)
        setattr(self, name, found)  # the next look-up does not come here
        return found

    def __dir__(self) -> list[str]:
        return self.__all__


def stand_ins() -> list[StandIn]:
    """Every module of the official package, each an attribute of the one above it."""
    renamed = {official: (f"{_PACKAGE}.models", ours) for official, ours in RENAMED.items()}
    from_headers = _origins(_PACKAGE, FROM_HEADERS)
    modules = [
        StandIn("memsy", {**_origins(_PACKAGE, dir(sys.modules[_PACKAGE])), **renamed}, is_package=True),
        StandIn("memsy.models", {**_origins(f"{_PACKAGE}.models", models.__all__), **from_headers, **renamed}),
        StandIn("memsy.exceptions", _origins(f"{_PACKAGE}.exceptions", exceptions.__all__)),
        *(StandIn(name, _origins(_PACKAGE, [client])) for name, client in CLIENT_MODULES.items()),
    ]
    for name, methods in _RESOURCES.items():
        below = list(_resource_modules(name, methods))
        every = {official: origin for module in below for official, origin in module.origins.items()}
        modules += [StandIn(name, every, is_package=True), *below]
    by_name = {module.__name__: module for module in modules}
    for name, module in by_name.items():
        above, _, last = name.rpartition(".")
        if above:
            setattr(by_name[above], last, module)
    return modules


def _resource_modules(package: str, methods: type) -> Iterator[StandIn]:
    """A module for each sub-resource of these clients, with both flavours of its class called as officially."""
    for tag, found in vars(methods).items():
        if isinstance(found, cached_property) and tag != "with_raw_response":
            name, ours = f"{package}.{tag}", found.func.__annotations__["return"]
            generated = f"{_PACKAGE}._generated.api.{tag}"
            classes = {f"{flavour}{ours}Resource": (generated, f"{flavour}{ours}") for flavour in ("", "Async")}
            yield StandIn(name, {**classes, **_origins(f"{_PACKAGE}.models", BESIDE_METHODS.get(name, ()))})


def _origins(module: str, names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Where these names come from, when they are called the same in `module`."""
    return {name: (module, name) for name in names}
