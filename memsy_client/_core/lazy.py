"""Imports that are left until something is first used, so that importing the package stays cheap."""

from __future__ import annotations

import logging  # noqa: F401  # see below
import os
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from typing import Any

#: Held while a call imports what it needs at its first use. A fork waits for it: in a child that is made while another
#: thread imports a module, whoever needs that module waits forever.
import_lock = threading.RLock()

# Before a fork the last hook registered comes first. Modules take the lock of `logging` while they are imported: that
# module, registered already, takes its own only when no import is under way.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=import_lock.acquire, after_in_parent=import_lock.release, after_in_child=import_lock.release
    )


def load(package: str, modules: Mapping[str, str], name: str) -> Any:
    """The object `name` of `package`, out of the module that `modules` gives; for a module's `__getattr__`.

    Raises `AttributeError` for a name that is not in `modules`.
    """
    if name not in modules:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    found = getattr(import_module(modules[name], package), name)
    setattr(sys.modules[package], name, found)  # the next look-up does not come here
    return found
