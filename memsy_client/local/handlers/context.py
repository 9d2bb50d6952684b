"""What every handler works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..clock import Clock
from ..keys import Key
from ..memory.plugins import Plugins
from ..quota import Meter
from ..storage.database import Store
from ..storage.ids import Ids

if TYPE_CHECKING:
    from ..memory.worker import Worker


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
    """One request that was let in, with its parameters and body checked and their defaults filled in.

    It has one time, `now`, so that what is selected by a time is shown and counted by the same.
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
