"""Which HTTP library carries requests, as the `User-Agent` names it: `httpx/0.28.1`.

A transport says it as `user_agent_product`. One of a caller's own that has no such attribute is not named.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from .._core.lazy import import_lock

#: The libraries whose clients a caller may hand over.
_LIBRARIES = ("httpx", "httpx2")


def installed_product(library: str) -> str | None:
    """A library that may not be loaded yet; None where it is not installed, about which the request itself fails."""
    if library in sys.modules:  # loading it here could hold up an event loop
        return f"{library}/{sys.modules[library].__version__}"
    with import_lock:  # a background writer's first call comes here while its caller forks
        version = _version_by_folder(library) or _version_by_metadata(library)
    return version and f"{library}/{version}"


def _version_by_folder(library: str) -> str | None:
    """The version that the name of the folder beside the library says, as pip and others lay it out."""
    spec = find_spec(library)
    if spec is None or spec.origin is None:
        return None
    beside = list(Path(spec.origin).parent.parent.glob(f"{library}-*.dist-info"))
    return beside[0].stem.removeprefix(f"{library}-") if len(beside) == 1 else None  # two are what an update has left


def _version_by_metadata(library: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version  # which takes milliseconds to load

    try:
        return version(library)
    except PackageNotFoundError:
        return None


def client_product(client: object) -> str | None:
    """The library that a caller's client is of, subclasses included; None for a client of another kind."""
    for kind in type(client).__mro__:
        library = kind.__module__.partition(".")[0]
        if library in _LIBRARIES:
            return f"{library}/{sys.modules[library].__version__}"
    return None
