"""Standing in for the official package. Nothing else of this package imports this one."""

from __future__ import annotations

import sys

from ..exceptions import MemsyInputError


def install_as_memsy() -> None:
    """Make `import memsy` and every module of the official package resolve to this package, in this process.

    Each name of version 0.3.5 is there, including those of classes that have another name here. Call it before anything
    imports `memsy`, as with `pymysql.install_as_MySQLdb`. Calling it again changes nothing. What stays different is in
    `docs/differences.md`.

    Raises:
        MemsyInputError: Another `memsy` has been imported already.
    """
    from .modules import StandIn, stand_ins

    present = sys.modules.get("memsy")
    if isinstance(present, StandIn):
        return
    if present is not None:
        raise MemsyInputError("another memsy is imported already: call install_as_memsy() before that happens")
    sys.modules |= {module.__name__: module for module in stand_ins()}
