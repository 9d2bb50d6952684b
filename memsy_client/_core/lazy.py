"""Names of a package that are loaded when they are first asked for, so that importing the package stays cheap."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any


def load(package: str, modules: Mapping[str, str], name: str) -> Any:
    """The object `name` of `package`, out of the module that `modules` gives; for a module's `__getattr__`."""
    if name not in modules:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    found = getattr(import_module(modules[name], package), name)
    setattr(sys.modules[package], name, found)  # the next look-up does not come here
    return found
