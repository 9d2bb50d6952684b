"""A Memsy for development and tests, on this machine: no account, no network, no model.

    with LocalMemsy() as memsy:
        client = MemsyClient(memsy.base_url, memsy.api_key)

docs/local-server.md says what it does differently from the service. Every name here is loaded when it is first asked
for: pytest imports this package in every run, for its plugin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memsy_client.local.extraction import Draft, Event
    from memsy_client.local.faults import Fault
    from memsy_client.local.memsy import LOCAL_API_KEY, LocalMemsy
    from memsy_client.local.recording import ReceivedRequest
    from memsy_client.local.store import DatabaseRefused
    from memsy_client.local.usage import Plan

__all__ = ["LOCAL_API_KEY", "DatabaseRefused", "Draft", "Event", "Fault", "LocalMemsy", "Plan", "ReceivedRequest"]

_MODULES = {
    "DatabaseRefused": ".store",
    "Draft": ".extraction",
    "Event": ".extraction",
    "Fault": ".faults",
    "LOCAL_API_KEY": ".memsy",
    "LocalMemsy": ".memsy",
    "Plan": ".usage",
    "ReceivedRequest": ".recording",
}


def __getattr__(name: str) -> Any:
    from memsy_client._core import lazy

    return lazy.load(__name__, _MODULES, name)


def __dir__() -> list[str]:
    return __all__
