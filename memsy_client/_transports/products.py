"""Which HTTP library carries requests, as the `User-Agent` names it: `httpx/0.28.1`.

A transport says it as `user_agent_product`. One of a caller's own that has no such attribute is not named.
"""

from __future__ import annotations

import sys

from .._core import lazy

#: The libraries whose clients a caller may hand over.
_LIBRARIES = ("httpx", "httpx2")


def pool_product() -> str | None:
    """What our own pools use; None where it cannot be loaded, about which the request itself fails."""
    try:
        with lazy.import_lock:
            import httpx
    except Exception:
        return None
    return f"httpx/{httpx.__version__}"


def client_product(client: object) -> str | None:
    """The library that a caller's client is of, subclasses included; None for a client of another kind."""
    for kind in type(client).__mro__:
        library = kind.__module__.partition(".")[0]
        if library in _LIBRARIES:
            return f"{library}/{sys.modules[library].__version__}"
    return None
