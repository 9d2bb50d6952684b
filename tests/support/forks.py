"""Work in forked children, and what pytest has to know of tests that fork."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
# What 3.12 and later warn of is what is tested: locks that other threads hold.
warns_of_forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def in_child(work: Callable[[], None]) -> Callable[[], None]:
    """Run `work` in a forked child; what is returned waits for it and checks that it went well."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(120)  # a lock that nobody releases would be waited for without end
            work()
            status = 0
        finally:
            os._exit(status)

    def check() -> None:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    return check
