"""Which part of the package carries out a command. Only that part is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .._core.environment import configure_logging
from ..exceptions import MemsyInputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        configure_logging()
    except MemsyInputError as error:
        print(f"memsy-client: {error}", file=sys.stderr)
        return 2
    if arguments[:1] == ["check"]:
        from .check import main as check

        return check(arguments[1:])
    if arguments[:1] == ["docs"]:
        from .docs import main as docs

        return docs(arguments[1:])
    from ..local.cli import main as local

    return local(arguments)
