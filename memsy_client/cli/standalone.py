"""The commands that need no extra. Each reads its own arguments, and is imported when it is run."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Sequence

#: What they do, by their names.
SUMMARIES = {
    "serve": "Run a Memsy server on this machine.",
    "export": "Write a database of such a server as JSON lines.",
    "import": "Make a database from JSON lines.",
    "check": "Hold any server against the contract.",
    "docs": "Print where the guide of this package is, or one of its pages.",
}


def run(name: str, arguments: Sequence[str]) -> int:
    """Run one of them, and return its exit code."""
    if name == "check":
        from .check import main as check

        return check(arguments)
    if name == "docs":
        from .docs import main as docs

        return docs(arguments)
    from .server import main as server

    return server([name, *arguments])


def options_of(name: str) -> list[str]:
    """The options of one of them, as its help tells them."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
        run(name, ["--help"])
    return sorted(set(re.findall(r"--[a-z][a-z-]*", told.getvalue())))
