"""Which part of the package carries out a command. Only that part is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from .._core.environment import configure_logging
from .._version import __version__
from ..exceptions import MemsyInputError
from . import standalone

_NEEDED = ("click", "rich")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before Python began
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - for as long as the process lives
    code = 0
    try:
        configure_logging()
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except MemsyInputError as error:  # what MEMSY_LOG says  # pragma: no cover – in tests of processes
        _report(error, error.message, arguments)
        return 2
    except OSError as error:
        # Python would try again at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader, such as `head`, has seen enough
            return code
        _report(error, str(error.strerror), arguments)
        return 1
    except KeyboardInterrupt as error:  # pragma: no cover – in tests of processes, which end of it
        _report(error, "interrupted", arguments)
        return 130


def _report(error: BaseException, message: str, arguments: Sequence[str]) -> None:
    """Write an error as the command does: as JSON, or those that need no extra in plain words."""
    if _is_of_the_extra(arguments):
        from .failures import report

        report(error, message)
    else:
        print(f"memsy-client: {message}", file=sys.stderr)  # pragma: no cover – in tests of processes


def _is_of_the_extra(arguments: Sequence[str]) -> bool:
    return not standalone.SUMMARIES.keys() & set(arguments[:1]) and all(map(find_spec, _NEEDED))


def _run(arguments: list[str]) -> int:
    name = arguments[0] if arguments else None
    if name in standalone.SUMMARIES:
        return standalone.run(name, arguments[1:])
    if _is_of_the_extra(arguments):
        from .app import main as app

        return app(arguments)
    if name == "--version":
        print(f"memsy-client {__version__}")
        return 0
    if name in (None, "-h", "--help"):
        print("Usage: memsy-client COMMAND [ARGS]...\n")
        for known, summary in standalone.SUMMARIES.items():
            print(f"  {known:8}{summary}")
        print("\nThere are more with the extra: pip install 'memsy-client[cli]'")
        return 0 if name else 2
    print(f"memsy-client: {name} needs the extra cli: pip install 'memsy-client[cli]'", file=sys.stderr)
    return 2
