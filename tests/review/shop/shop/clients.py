"""Where the shop's code gets its clients from."""

from __future__ import annotations

import functools
import os
from typing import Any

import memsy_client as mc
from memsy_client import AsyncMemsyClient as AsyncMemory
from memsy_client import MemsyClient


@functools.cache
def memory() -> MemsyClient:
    return MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"])


def async_memory() -> AsyncMemory:
    return AsyncMemory.from_env()


def account(**options: Any):
    return mc.MemsyControlClient("https://api.memsy.io/api", os.environ["MEMSY_API_KEY"], **options)
