"""The client of a plane, as the environment describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..client import MemsyClient, MemsyControlClient
from .keys import key_in_environment

Client = MemsyClient | MemsyControlClient

_CLIENTS: Mapping[str, Callable[..., Client]] = {"core": MemsyClient.from_env, "control": MemsyControlClient.from_env}
PLANES = tuple(_CLIENTS)


def client_of(plane: str, key_file: str | None = None, **options: Any) -> Client:
    """A client of a plane; without a key in a file or the environment, it is asked for.

    Raises:
        CommandError: There is no key.
        MemsyInputError: A variable of the environment is missing, or cannot be used.
    """
    with key_in_environment(key_file):
        return _CLIENTS[plane](**options)
