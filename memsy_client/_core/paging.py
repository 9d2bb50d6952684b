"""Iterating over the pages of a list: which call comes next, and what of a page is new. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from .checks import check_whole_number
from .operation import Call

Page = TypeVar("Page")
Item = TypeVar("Item")


class Pages(Generic[Page, Item]):
    """The pages of one list operation.

    Rows that are added in front while pages are fetched push others to a later page: those are given once. The
    iteration ends with a short page, with the last item that a total promises, or with a page that brings nothing new
    although nothing was added, as from a server that ignores the offset.

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
        self._known_total: int | None = None
        self._stale_pages = 0
        self._ended = max_items == 0

    def next_call(self) -> Call[Page] | None:
        """The call of the next page, or None at the end."""
        return None if self._ended else self._request(self._limit, self._offset)

    def accept(self, page: Page) -> Iterator[Item]:
        """The items of a page that were not given before."""
        items = self._items(page)
        total = self._total(page) if self._total is not None else None
        fresh = [item for item in items if self._is_new(item)]
        self._offset += len(items)
        self._ended = not items or self._is_last(len(items), total) or self._is_stale(fresh, total)
        self._known_total = total
        if self._left is not None:
            fresh = fresh[: self._left]
            self._left -= len(fresh)
            self._ended = self._ended or self._left == 0
        return iter(fresh)

    def _is_new(self, item: Item) -> bool:
        key = self._identity(item)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _is_last(self, count: int, total: int | None) -> bool:
        # The server may allow smaller pages than asked for, so that only a total makes a short page an ordinary one.
        return count < self._limit if total is None else self._offset >= total

    def _is_stale(self, fresh: list[Any], total: int | None) -> bool:
        """Whether the iteration stands still. A whole page of repeats is one that rows added in front pushed here: the
        total shows that they were; without one, a second such page in a row does not happen by chance.
        """
        if fresh:
            self._stale_pages = 0
            return False
        self._stale_pages += 1
        if total is None or self._known_total is None:
            return self._stale_pages > 1
        return total <= self._known_total
