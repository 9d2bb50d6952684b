"""A Memsy for development and tests, on this machine: no account, no network, no model.

    with LocalMemsy() as memsy:
        client = MemsyClient(memsy.base_url, memsy.api_key)

docs/local-server.md says what it does differently from the service. Every name here is loaded when it is first asked
for: pytest imports this package in every run, for its plugin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .http.faults import Fault
    from .http.recording import ReceivedRequest
    from .local_memsy import LOCAL_API_KEY, LocalMemsy
    from .memory.extraction import Draft, Event
    from .quota import Plan
    from .storage.database import DatabaseRefused

__all__ = ["LOCAL_API_KEY", "DatabaseRefused", "Draft", "Event", "Fault", "LocalMemsy", "Plan", "ReceivedRequest"]

_MODULES = {
    "DatabaseRefused": ".storage.database",
    "Draft": ".memory.extraction",
    "Event": ".memory.extraction",
    "Fault": ".http.faults",
    "LOCAL_API_KEY": ".local_memsy",
    "LocalMemsy": ".local_memsy",
    "Plan": ".quota",
    "ReceivedRequest": ".http.recording",
}


def __getattr__(name: str) -> Any:
    from .._core import lazy

    return lazy.load(__name__, _MODULES, name)


def __dir__() -> list[str]:
    return __all__
