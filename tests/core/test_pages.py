"""Which page is asked for next, and what of it is new: decided without a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest

from memsy_client import MemsyInputError
from memsy_client._core.paging import AsyncItemIterator, ItemIterator, Pages

Page = dict[str, Any]


def pages(*, limit: int = 2, offset: int = 0, most: int | None = None, total: bool = True) -> Pages[Any, int]:
    return Pages(
        lambda limit, offset: (limit, offset),  # type: ignore[arg-type,return-value]
        lambda page: page["items"],
        (lambda page: page["total"]) if total else None,
        identity=lambda item: item,
        limit=limit,
        offset=offset,
        max_items=most,
    )


def walked(walk: Pages[Any, int], answer: Callable[[int, int], Page]) -> tuple[list[int], list[int]]:
    """The offsets that were asked for, and the items that were given."""
    offsets: list[int] = []
    items: list[int] = []
    while (call := walk.next_call()) is not None:
        assert len(offsets) < 40, f"it goes on: {offsets}"
        limit, offset = call  # type: ignore[misc]
        offsets.append(offset)
        items += walk.accept(answer(limit, offset))
    return offsets, items


def listed(rows: list[int], *, at_most: int = 100, total: int | None = None) -> Callable[[int, int], Page]:
    """What a list of these rows answers."""

    def answer(limit: int, offset: int) -> Page:
        found = rows[offset : offset + min(limit, at_most)]
        return {"items": found, "total": len(rows) if total is None else total}

    return answer


@pytest.mark.parametrize(
    ("count", "limit", "offset", "offsets"),
    [
        (5, 2, 0, [0, 2, 4]),
        (4, 2, 0, [0, 2]),
        (0, 2, 0, [0]),
        (5, 9, 0, [0]),
        (5, 2, 3, [3]),
        (5, 1, 3, [3, 4]),
        (5, 2, 10, [10]),
    ],
)
def test_a_list_with_a_total_ends_with_it(count: int, limit: int, offset: int, offsets: list[int]) -> None:
    rows = list(range(count))
    assert walked(pages(limit=limit, offset=offset), listed(rows)) == (offsets, rows[offset:])


def test_a_server_that_gives_less_than_was_asked_for_is_asked_for_the_rest() -> None:
    rows = list(range(5))
    assert walked(pages(limit=4), listed(rows, at_most=2)) == ([0, 2, 4], rows)


@pytest.mark.parametrize(("count", "offsets"), [(5, [0, 2, 4]), (4, [0, 2, 4]), (0, [0])])
def test_a_list_without_a_total_ends_with_a_short_page(count: int, offsets: list[int]) -> None:
    rows = list(range(count))
    assert walked(pages(total=False), listed(rows)) == (offsets, rows)


@pytest.mark.parametrize(
    ("most", "offsets", "items"), [(0, [], []), (1, [0], [0]), (2, [0], [0, 1]), (3, [0, 2], [0, 1, 2])]
)
def test_no_more_than_so_many_are_given(most: int, offsets: list[int], items: list[int]) -> None:
    assert walked(pages(most=most), listed(list(range(9)))) == (offsets, items)
    assert walked(pages(most=most, total=False), listed(list(range(9)))) == (offsets, items)


def test_no_total_or_one_of_zero_beside_items_counts_as_left_out() -> None:
    assert walked(pages(), listed([1, 2, 3], total=0)) == ([0, 2], [1, 2, 3])
    answers = iter([{"items": [1, 2], "total": None}, {"items": [], "total": None}])
    assert walked(pages(), lambda limit, offset: next(answers)) == ([0, 2], [1, 2])
    assert walked(pages(), lambda limit, offset: {"items": [], "total": 0}) == ([0], [])


def test_an_empty_page_is_passed_over_where_a_total_says_more() -> None:
    answers = iter([[1, 2], [], [3]])
    assert walked(pages(), lambda limit, offset: {"items": next(answers), "total": 5}) == ([0, 2, 4], [1, 2, 3])


def test_the_same_page_again_is_the_end_unless_rows_were_added() -> None:
    assert walked(pages(), lambda limit, offset: {"items": [1, 2], "total": 9}) == ([0, 2], [1, 2])
    assert walked(pages(total=False), lambda limit, offset: {"items": [1, 2], "total": 0}) == ([0, 2, 4], [1, 2])
    one_more = iter([{"items": [1, 2], "total": 4}, {"items": [1, 2], "total": 5}, {"items": [3], "total": 5}])
    assert walked(pages(), lambda limit, offset: next(one_more)) == ([0, 2, 4], [1, 2, 3])


def test_what_is_pushed_to_a_later_page_is_given_once() -> None:
    rows = [1, 2, 3, 4, 5]

    def answer(limit: int, offset: int) -> Page:
        page = listed(list(rows))(limit, offset)
        if offset == 0:
            rows.insert(0, 0)  # once, after the first page
        return page

    assert walked(pages(), answer) == ([0, 2, 4], [1, 2, 3, 4, 5])


@pytest.mark.parametrize(("added", "offsets"), [(1, [0, 2, 4, 6, 8]), (2, [0, 2, 6, 8, 12]), (3, [0, 2, 8, 10, 16])])
def test_rows_that_are_added_before_each_page_hold_nothing_up(added: int, offsets: list[int]) -> None:
    rows = list(range(6))
    is_first = True

    def answer(limit: int, offset: int) -> Page:
        nonlocal is_first
        if not is_first:
            rows[:0] = range(100 + len(rows), 100 + len(rows) + added)
        is_first = False
        return listed(list(rows))(limit, offset)

    asked, items = walked(pages(), answer)
    assert [item for item in items if item < 100] == list(range(6))
    assert len(items) == len(set(items))
    assert asked == offsets


def test_a_page_behind_rows_that_were_not_given_is_left_aside() -> None:
    answers = iter(
        [
            {"items": [1, 2], "total": 6},
            {"items": [1, 2], "total": 8},  # two were added: what follows is as far behind as it was
            {"items": [4, 5], "total": 8},  # none was added since, so that this is too far
            {"items": [3, 4], "total": 8},
            {"items": [5, 6], "total": 8},
        ]
    )
    asked, items = walked(pages(), lambda limit, offset: next(answers))
    assert (asked, items) == ([0, 2, 6, 4, 6], [1, 2, 3, 4, 5, 6])


def test_a_page_that_was_gone_back_to_is_taken_although_rows_have_gone_meanwhile() -> None:
    answers = iter(
        [
            {"items": [1, 2], "total": 6},
            {"items": [1, 2], "total": 8},
            {"items": [4, 5], "total": 8},
            {"items": [3, 4], "total": 7},
            {"items": [5], "total": 7},
        ]
    )
    asked, items = walked(pages(), lambda limit, offset: next(answers))
    assert (asked, items) == ([0, 2, 6, 4, 6], [1, 2, 3, 4, 5])


def test_a_server_that_leads_back_and_forth_and_gives_nothing_new_is_given_up() -> None:
    totals = iter([100, *(total for high in range(105, 1000, 5) for total in (high, high - 1))])
    asked, items = walked(pages(), lambda limit, offset: {"items": [1, 2], "total": next(totals)})
    assert items == [1, 2]
    assert len(asked) == 11


def test_a_server_that_adds_for_ever_and_gives_nothing_new_is_given_up() -> None:
    totals = iter(range(100, 1000, 5))
    asked, items = walked(pages(), lambda limit, offset: {"items": [1, 2], "total": next(totals)})
    assert items == [1, 2]
    assert len(asked) == 11


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"limit": 0}, "limit has to be a whole number from 1, not 0"),
        ({"offset": -1}, "offset has to be a whole number from 0, not -1"),
        ({"most": -1}, "max_items has to be a whole number from 0, not -1"),
        ({"most": "5"}, "max_items has to be a whole number from 0, not '5'"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(MemsyInputError, match=f"^{told}$"):
        pages(**options)


class Sent:
    """Answers the calls of an iterator out of five rows, and notes them."""

    def __init__(self) -> None:
        self.offsets: list[int] = []

    def send(self, call: Any) -> Any:
        self.offsets.append(call[1])
        assert len(self.offsets) < 10, "it goes on"
        return listed([1, 2, 3, 4, 5])(*call)

    async def send_async(self, call: Any) -> Any:
        return self.send(call)


async def taken(iterator: Any, count: int) -> list[Any]:
    found: list[Any] = []
    if count:
        async for item in iterator:
            found.append(item)
            if len(found) == count:
                break
    return found


def of_either_kind(count: int, *, whole: bool = False) -> list[tuple[list[Any], list[int], list[Any]]]:
    """What the iterators give when so many items or pages are taken, and what is asked for, and what pages are left."""
    sent, sent_async = Sent(), Sent()
    items: Any = ItemIterator(of_dicts(), sent.send)
    async_items: Any = AsyncItemIterator(of_dicts(), sent_async.send_async)
    assert iter(items) is items
    assert aiter(async_items) is async_items
    found = list(islice(items.pages() if whole else items, count))

    async def run() -> tuple[list[Any], list[Any]]:
        first = await taken(async_items.pages() if whole else async_items, count)
        return first, [] if whole else await taken(async_items.pages(), 99)

    async_found, async_left = asyncio.run(run())
    left = [] if whole else list(items.pages())
    return [(found, sent.offsets, left), (async_found, sent_async.offsets, async_left)]


def of_dicts() -> Pages[Any, int]:
    walk = pages()
    walk.with_items = lambda page, items: items  # type: ignore[method-assign,assignment,return-value]
    return walk


@pytest.mark.parametrize(
    ("count", "found", "left"),
    [(0, [], [[1, 2], [3, 4], [5]]), (1, [1], [[3, 4], [5]]), (3, [1, 2, 3], [[5]]), (9, [1, 2, 3, 4, 5], [])],
)
def test_items_are_given_one_by_one_and_the_pages_left_are_those_not_fetched(
    count: int, found: list[int], left: list[list[int]]
) -> None:
    for kind in of_either_kind(count):
        assert kind == (found, [0, 2, 4], left)


def test_pages_are_fetched_as_they_are_taken() -> None:
    for kind in of_either_kind(2, whole=True):
        assert kind == ([[1, 2], [3, 4]], [0, 2], [])


def test_a_page_with_nothing_new_is_passed_over() -> None:
    def send() -> Callable[[Any], Any]:
        answers = [{"items": [3, 4], "total": 6}, {"items": [], "total": 6}]  # the second is too far behind
        answers += [{"items": [1, 2], "total": total} for total in (6, 4)]
        return lambda call: answers.pop()

    assert list(ItemIterator(pages(), send())) == [1, 2, 3, 4]
    assert list(ItemIterator(of_dicts(), send()).pages()) == [[1, 2], [3, 4]]


def test_what_pages_gives_is_the_page_itself_where_all_of_it_is_new() -> None:
    def send(call: Any) -> Any:
        return SimpleNamespace(items=[1, 2], total=2)

    walk: Any = Pages(
        lambda limit, offset: (limit, offset),  # type: ignore[arg-type,return-value]
        lambda page: page.items,
        lambda page: page.total,
        identity=lambda item: item,
        limit=2,
        offset=0,
        max_items=None,
    )
    assert [page.total for page in ItemIterator(walk, send).pages()] == [2]

    async def run() -> list[Any]:
        fresh: Any = pages()
        fresh._items, fresh._total = walk._items, walk._total

        async def send_async(call: Any) -> Any:
            return send(call)

        return [page.total async for page in AsyncItemIterator(fresh, send_async).pages()]

    assert asyncio.run(run()) == [2]


def test_a_page_without_what_an_earlier_one_had_is_a_copy() -> None:
    walk: Any = Pages(
        lambda limit, offset: None,  # type: ignore[arg-type,return-value]
        lambda page: page if isinstance(page, list) else page.items,
        None,
        identity=lambda item: item,
        limit=2,
        offset=0,
        max_items=None,
    )
    page = SimpleNamespace(items=[1, 2], copy=lambda items: SimpleNamespace(items=items))
    assert walk.with_items(page, [1, 2]) is page
    assert walk.with_items(page, [2]).items == [2]
    plain = [1, 2]
    assert walk.with_items(plain, [1, 2]) is plain
    assert walk.with_items(plain, [2]) == [2]
