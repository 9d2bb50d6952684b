"""Which HTTP library carries requests, as the `User-Agent` names it: `httpx/0.28.1`.

A transport says it as `user_agent_product`. One of a caller's own that has no such attribute is not named.
"""

from __future__ import annotations

import sys

from .._core.lazy import import_lock

#: The libraries whose clients a caller may hand over.
_LIBRARIES = ("httpx", "httpx2")


def installed_product(library: str) -> str | None:
    """A library that may not be loaded yet; None where it is not installed, about which the request itself fails."""
    if library in sys.modules:
        return f"{library}/{sys.modules[library].__version__}"
    with import_lock:  # a background writer's first call comes here while its caller forks
        from importlib.metadata import PackageNotFoundError, version  # loading the library here could hold up a loop

        try:
            return f"{library}/{version(library)}"
        except PackageNotFoundError:
            return None


def client_product(client: object) -> str | None:
    """The library that a caller's client is of, subclasses included; None for a client of another kind."""
    for kind in type(client).__mro__:
        library = kind.__module__.partition(".")[0]
        if library in _LIBRARIES:
            return f"{library}/{sys.modules[library].__version__}"
    return None
