"""Imports that are left until something is first used, so that importing the package stays cheap."""

from __future__ import annotations

import logging  # noqa: F401  # see below
import os
import sys
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any

#: Seconds that a fork waits for imports at most.
_LONGEST_IMPORT = 10.0


class _ImportGuard:
    """Entered while a call imports what it needs at its first use, by as many threads as there are.

    A fork waits for them: in a child that is made while another thread imports a module, whoever needs that module
    waits forever.
    """

    # No lock: an interruption may come at any instruction, and would leave it locked for all other threads.
    def __init__(self) -> None:
        self._importing: dict[int, int] = {}  # how deep in it a thread is
        self._forking: dict[int, float] = {}  # until when other threads wait for one that forks

    def __enter__(self) -> None:
        thread = threading.get_ident()
        depth = self._importing.get(thread, 0)
        self._importing[thread] = depth + 1
        while not depth and self._is_another_forking(thread):  # which waits for those that are in it already
            del self._importing[thread]
            time.sleep(0.001)
            self._importing[thread] = 1

    def __exit__(self, *_: object) -> None:
        thread = threading.get_ident()
        depth = self._importing.get(thread, 1) - 1
        if depth:
            self._importing[thread] = depth
        else:
            self._importing.pop(thread, None)

    def _is_another_forking(self, thread: int) -> bool:
        now = time.monotonic()
        return any(other != thread and now < ends for other, ends in list(self._forking.items()))

    def before_fork(self) -> None:
        """Wait until no other thread imports anything, and keep any from beginning."""
        thread = threading.get_ident()
        ends = time.monotonic() + _LONGEST_IMPORT  # an interruption may have kept a thread from leaving
        self._forking[thread] = ends + _LONGEST_IMPORT
        while self._importing.keys() - {thread} and time.monotonic() < ends:
            time.sleep(0.001)

    def after_fork(self) -> None:
        """Let imports begin again."""
        self._forking.pop(threading.get_ident(), None)

    def in_child(self) -> None:
        """Let imports begin again, where no other thread is left."""
        for thread in self._importing.keys() - {threading.get_ident()}:
            del self._importing[thread]  # pragma: no cover – of a thread that an interruption kept from leaving
        self._forking.clear()


import_lock = _ImportGuard()

# Before a fork the last hook registered comes first. Modules take the lock of `logging` while they are imported: that
# module, registered already, takes its own only when no import is under way.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=import_lock.before_fork, after_in_parent=import_lock.after_fork, after_in_child=import_lock.in_child
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
