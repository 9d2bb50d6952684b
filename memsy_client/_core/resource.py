"""The bases of the generated classes of methods."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeVar

from .operation import Call
from .paging import Pages
from .sender import AsyncSender, SyncSender

T = TypeVar("T")


class SyncResource:
    """Methods that are sent one way; clients are resources too."""

    _sender: SyncSender

    def __init__(self, sender: SyncSender) -> None:
        self._sender = sender

    def _send(self, call: Call[T]) -> T:
        return self._sender.send(call)

    def _iterate(self, pages: Pages[Any, T]) -> Iterator[T]:
        while (call := pages.next_call()) is not None:
            yield from pages.accept(self._sender.send(call))


class AsyncResource:
    """Asynchronous methods that are sent one way; clients are resources too."""

    _sender: AsyncSender

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def _send(self, call: Call[T]) -> T:
        return await self._sender.send(call)

    async def _iterate(self, pages: Pages[Any, T]) -> AsyncIterator[T]:
        while (call := pages.next_call()) is not None:
            for item in pages.accept(await self._sender.send(call)):
                yield item
