"""Iterating over the pages of a list: which call comes next, and what of a page is new.

`Pages` decides it, without I/O; the iterators that users get send its calls.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .checks import check_whole_number
from .operation import Call

if TYPE_CHECKING:
    from typing_extensions import Self

Page = TypeVar("Page")
Item = TypeVar("Item")

#: After so many pages in a row that bring nothing new, an iteration ends even though rows are still being added.
_MOST_STALE_PAGES = 10


class Pages(Generic[Page, Item]):
    """The pages of one list operation.

    Rows that are added in front while pages are fetched push others to a later page: those are given once. The
    iteration ends with the last item that a total promises, or without one with a short page; where a total promises
    more, an empty page is passed over. It also ends with the same page again although nothing was added, as from a
    server that ignores the offset.

    Args:
        request: Makes the call of a page, from a limit and an offset.
        items: Gives a page's items.
        total: Gives the number of all items as a page states it, or None where pages do not.
        identity: Gives what distinguishes two items.
        limit: The size of a page.
        offset: How many items to skip.
        max_items: How many items to give at most; None for all.
    """

    def __init__(
        self,
        request: Callable[[int, int], Call[Page]],
        items: Callable[[Page], Sequence[Item]],
        total: Callable[[Page], int] | None,
        *,
        identity: Callable[[Item], Hashable],
        limit: int,
        offset: int,
        max_items: int | None,
    ) -> None:
        check_whole_number("limit", limit)
        check_whole_number("offset", offset, least=0)
        if max_items is not None:
            check_whole_number("max_items", max_items, least=0)
        self._request = request
        self._items = items
        self._total = total
        self._identity = identity
        self._limit = limit
        self._offset = offset
        self._left = max_items
        self._seen: set[Hashable] = set()
        self._page: list[Hashable] = []  # the last one
        self._known_total: int | None = None
        self._behind = 0  # rows after those that were given, by the last total
        self._is_ahead = False  # of these rows, if fewer are added in front than were before
        self._stale_pages = 0
        self._ended = max_items == 0

    def next_call(self) -> Call[Page] | None:
        """The call of the next page, or None at the end."""
        return None if self._ended else self._request(self._limit, self._offset)

    def accept(self, page: Page) -> list[Item]:
        """The items of a page that were not given before."""
        items = self._items(page)
        total = self._total_of(page, items)
        if total is not None and self._is_too_far(total):
            self._step_back(total)
            return []
        keys = [self._identity(item) for item in items]
        fresh = [item for item, key in zip(items, keys, strict=True) if self._is_new(key)]
        self._stale_pages = 0 if fresh or not items else self._stale_pages + 1
        if total is None:
            self._offset += len(items)
            # A whole page of repeats may have been pushed here by new rows; a second in a row is no coincidence.
            self._ended = len(items) < self._limit or self._stale_pages > 1
        else:
            self._advance(keys, len(fresh), total)
        return fresh if self._left is None else self._first(fresh, self._left)

    def with_items(self, page: Page, items: list[Item]) -> Page:
        """The page with these items instead of its own."""
        if len(items) == len(self._items(page)):
            return page
        return cast(Page, items) if isinstance(page, list) else cast(Any, page).copy(items=items)

    def _total_of(self, page: Page, items: Sequence[Item]) -> int | None:
        """The total that a page tells; one with items that says 0 has left it out."""
        total = self._total(page) if self._total is not None else None
        return None if items and not total else total

    def _is_new(self, key: Hashable) -> bool:
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _first(self, items: list[Item], count: int) -> list[Item]:
        items = items[:count]
        self._left = count - len(items)
        self._ended = self._ended or self._left == 0
        return items

    def _advance(self, keys: list[Hashable], fresh: int, total: int) -> None:
        """Go on behind a page. A short one is nothing special, because the server may allow less than was asked for.

        Where more rows are added in front than a page has, the next page would bring the same ones again. So it is
        asked for as far behind those given as rows were added since the last one.
        """
        added = 0 if self._known_total is None else total - self._known_total
        end = self._offset + (len(keys) or self._limit)
        behind = total - end
        self._is_ahead = fresh < len(keys) <= added
        if self._is_ahead:
            behind = min(behind, self._behind)
            end = total - behind + added
        is_same = bool(keys) and keys == self._page
        self._ended = behind <= 0 or (is_same and added <= 0) or self._stale_pages >= _MOST_STALE_PAGES
        self._offset, self._behind, self._known_total, self._page = end, behind, total, keys

    def _is_too_far(self, total: int) -> bool:
        return self._is_ahead and self._offset > total - self._behind

    def _step_back(self, total: int) -> None:
        """Leave a page aside that is behind rows which are not given yet, and go on with these."""
        self._offset, self._known_total, self._is_ahead = total - self._behind, total, False
        self._stale_pages += 1
        self._ended = self._stale_pages >= _MOST_STALE_PAGES


class ItemIterator(Iterator[Item], Generic[Page, Item]):
    """The items of a list, one after the other: what the clients' `iter` methods give."""

    def __init__(self, pages: Pages[Page, Item], send: Callable[[Call[Page]], Page]) -> None:
        self._pages = pages
        self._send = send
        self._items: Iterator[Item] = iter(())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Item:
        while True:
            for item in self._items:
                return item
            call = self._pages.next_call()
            if call is None:
                raise StopIteration
            self._items = iter(self._pages.accept(self._send(call)))

    def pages(self) -> Iterator[Page]:
        """The pages that were not fetched yet, one after the other, each as its `list` method gives it.

        Together they hold the items that the iteration would give: of a page, those that an earlier one had are left
        out, and a page without any other is passed over.

        Raises:
            MemsyError: As the iteration itself.
        """
        while (call := self._pages.next_call()) is not None:
            page = self._send(call)
            if items := self._pages.accept(page):
                yield self._pages.with_items(page, items)


class AsyncItemIterator(AsyncIterator[Item], Generic[Page, Item]):
    """As `ItemIterator`, asynchronously."""

    def __init__(self, pages: Pages[Page, Item], send: Callable[[Call[Page]], Awaitable[Page]]) -> None:
        self._pages = pages
        self._send = send
        self._items: Iterator[Item] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        while True:
            for item in self._items:
                return item
            call = self._pages.next_call()
            if call is None:
                raise StopAsyncIteration
            self._items = iter(self._pages.accept(await self._send(call)))

    async def pages(self) -> AsyncIterator[Page]:
        """As `ItemIterator.pages`, with `async for`."""
        while (call := self._pages.next_call()) is not None:
            page = await self._send(call)
            if items := self._pages.accept(page):
                yield self._pages.with_items(page, items)
