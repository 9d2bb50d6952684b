"""What every handler works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..clock import Clock
from ..keys import Key
from ..memory.plugins import Plugins
from ..memory.worker import Worker
from ..quota import Meter
from ..storage.database import Store
from ..storage.ids import Ids

MAX_OFFSET = 2**63 - 1
"""The largest integer that SQLite knows; no table is that long."""


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one running server.

    Attributes:
        address: Tells the URL at which it is reached, without a path.
    """

    store: Store
    clock: Clock
    ids: Ids
    meter: Meter
    worker: Worker
    plugins: Plugins
    address: Callable[[], str]


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One authorised request.

    Attributes:
        services: The parts of the server.
        key: The key that authorises it.
        path: The path parameters, checked.
        query: The query parameters, checked, with the defaults of those that were not sent.
        body: The JSON body, checked, with its defaults; empty when the operation has none.
        now: The time of the request: the only one, so that what is selected by it is shown and counted by it too.
    """

    services: Services
    key: Key
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    now: int

    @property
    def account(self) -> int:
        """The account that the key opens."""
        return self.key.account
