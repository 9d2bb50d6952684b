"""Standing in for the official package."""

from __future__ import annotations

import sys

from .exceptions import MemsyInputError


def install_as_memsy() -> None:
    """Make `import memsy`, `memsy.exceptions` and `memsy.models` resolve to this package, in this process.

    Call it before anything imports `memsy`, as with `pymysql.install_as_MySQLdb`. Calling it again changes nothing.

    Raises:
        MemsyInputError: Another `memsy` has been imported already.
    """
    from . import client, exceptions, models

    package = sys.modules[__name__.rpartition(".")[0]]
    if sys.modules.get("memsy", package) is not package:
        raise MemsyInputError("another memsy is imported already: call install_as_memsy() before that happens")
    sys.modules |= {
        "memsy": package,
        "memsy.client": client,
        "memsy.exceptions": exceptions,
        "memsy.models": models,
    }
