"""What every handler works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memsy_client.local.accounts import Key
from memsy_client.local.clock import Clock
from memsy_client.local.ids import Ids
from memsy_client.local.plugins import Plugins
from memsy_client.local.store import Store
from memsy_client.local.usage import Meter

if TYPE_CHECKING:
    from memsy_client.local.processing import Worker


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one running server."""

    store: Store
    clock: Clock
    ids: Ids
    meter: Meter
    worker: Worker
    plugins: Plugins


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in, with its parameters and body checked and their defaults filled in."""

    services: Services
    key: Key
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def account(self) -> int:
        """The account that the key opens."""
        return self.key.account

    @property
    def now(self) -> int:
        """The server's time."""
        return self.services.clock.now()
