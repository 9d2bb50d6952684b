"""A Memsy for development and tests, on this machine: no account, no network, no model.

    with LocalMemsy() as memsy:
        client = MemsyClient(memsy.base_url, memsy.api_key)

docs/local-server.md says what it does differently from the service.
"""

from memsy_client.local.extraction import Draft, Event
from memsy_client.local.faults import Fault
from memsy_client.local.memsy import LOCAL_API_KEY, LocalMemsy
from memsy_client.local.recording import ReceivedRequest
from memsy_client.local.store import DatabaseRefused
from memsy_client.local.usage import Plan

__all__ = ["LOCAL_API_KEY", "DatabaseRefused", "Draft", "Event", "Fault", "LocalMemsy", "Plan", "ReceivedRequest"]
