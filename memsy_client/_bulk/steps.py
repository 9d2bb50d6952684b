"""What the delivery of a batch asks for beside calls. Its driver performs each, in either flavour."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeVar

from .._core.operation import Call

T = TypeVar("T")


class NothingSentError(Exception):
    """The ingestion has been stopped before the call was carried out: none of its attempts can have stored anything."""


class OnDisk(NamedTuple):
    """Work that waits for a disk: where there is an event loop, it goes on meanwhile."""

    work: Callable[[], object]


class LookUp(NamedTuple):
    """A call of the control plane, through the client that the journal was given."""

    call: Call[Any]


Flow = Generator[Call[Any] | OnDisk | LookUp, Any, T]
