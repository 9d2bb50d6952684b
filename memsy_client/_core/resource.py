"""The bases of the generated classes of methods."""

from __future__ import annotations

from typing import TypeVar

from .checks import suggest_keywords
from .operation import Call
from .paging import AsyncItemIterator, ItemIterator, Pages
from .sender import AsyncSender, SyncSender

T = TypeVar("T")
Page = TypeVar("Page")


class SyncResource:
    """Methods that are sent one way; clients are resources too."""

    _sender: SyncSender

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        suggest_keywords(cls)

    def __init__(self, sender: SyncSender) -> None:
        self._sender = sender

    def _send(self, call: Call[T]) -> T:
        return self._sender.send(call)

    def _iterate(self, pages: Pages[Page, T]) -> ItemIterator[Page, T]:
        return ItemIterator(pages, self._sender.send)


class AsyncResource:
    """Asynchronous methods that are sent one way; clients are resources too."""

    _sender: AsyncSender

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        suggest_keywords(cls)

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def _send(self, call: Call[T]) -> T:
        return await self._sender.send(call)

    def _iterate(self, pages: Pages[Page, T]) -> AsyncItemIterator[Page, T]:
        return AsyncItemIterator(pages, self._sender.send)
