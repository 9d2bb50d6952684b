"""Imports that are left until something is first used, in a process that may fork meanwhile."""

from __future__ import annotations

import os
import threading

#: Held while something is imported at its first use. A fork waits for it: a child that is made while another thread
#: imports a module waits for that module for ever.
guard = threading.RLock()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=guard.acquire, after_in_parent=guard.release, after_in_child=guard.release)
