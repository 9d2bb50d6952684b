"""`iter()`: every row once, page by page, on servers that move rows and on servers that ignore what they are asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support.flavours import OWN, Flavour
from support.operations import ALL
from support.server import Exchange, Script, Server, answer, message

from memsy_client import MemsyAPIError, MemsyInputError

pytestmark = pytest.mark.anyio

Serve = Callable[..., Server]
EVENT = next(case for case in ALL if case.operation.name == "events.list").answer()["items"][0]
ROLE = next(case for case in ALL if case.operation.name == "roles.list").answer()[0]


def table(rows: list[dict[str, Any]], *, total: bool, before: Callable[[int], None] = lambda number: None) -> Script:
    """A server of these rows; `before` is told the number of each request and may change them."""
    number = 0

    def script(exchange: Exchange) -> None:
        nonlocal number
        before(number)
        number += 1
        query = parse_qs(urlsplit(exchange.request.split(b" ")[1].decode()).query)
        limit, offset = int(query["limit"][0]), int(query["offset"][0])
        page = rows[offset : offset + limit]
        body = {"items": page, "total": len(rows), "limit": limit, "offset": offset} if total else page
        exchange.send(message(json.dumps(body).encode()))

    return script


def event(number: int) -> dict[str, Any]:
    return {**EVENT, "event_id": f"evt_{number}"}


def role(number: int) -> dict[str, Any]:
    return {**ROLE, "role_id": f"role_{number}"}


@pytest.fixture(params=OWN, ids=lambda flavour: flavour.name)
def own(request: pytest.FixtureRequest) -> Flavour:
    """Paging does not depend on what carries the requests."""
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize("total", [None, 0], ids=["null", "zero"])
async def test_a_total_that_is_left_out_does_not_end_the_walk(own: Flavour, serve: Serve, total: int | None) -> None:
    rows = [event(number) for number in range(7)]

    def script(exchange: Exchange) -> None:
        query = parse_qs(urlsplit(exchange.request.split(b" ")[1].decode()).query)
        limit, offset = int(query["limit"][0]), int(query["offset"][0])
        exchange.send(message(json.dumps({"items": rows[offset : offset + limit], "total": total}).encode()))

    server = serve(script)
    assert await walked(own, server, limit=3) == [row["event_id"] for row in rows]


async def walked(own: Flavour, server: Server, **options: Any) -> list[str]:
    """The ids that `iter()` gives, in order."""
    async with own.client(server.origin, control=True) as client:
        return [item.event_id for item in await own.items(client.events.iter(**options))]


async def walked_roles(own: Flavour, server: Server, **options: Any) -> list[str]:
    async with own.client(server.origin) as client:
        return [item.role_id for item in await own.items(client.roles.iter("acme", **options))]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (9, 1), (10, 1), (11, 2), (25, 3)])
async def test_a_list_with_a_total_is_walked_to_its_end(own: Flavour, count: int, pages: int, serve: Serve) -> None:
    server = serve(table([event(n) for n in range(count)], total=True))
    assert await walked(own, server, limit=10) == [f"evt_{n}" for n in range(count)]
    assert len(server.requests) == pages


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (9, 1), (10, 2), (11, 2), (25, 3)])
async def test_a_list_without_a_total_is_walked_too(own: Flavour, count: int, pages: int, serve: Serve) -> None:
    server = serve(table([role(n) for n in range(count)], total=False))
    assert await walked_roles(own, server, limit=10) == [f"role_{n}" for n in range(count)]
    assert len(server.requests) == pages


@pytest.mark.parametrize("added", [1, 5, 10, 25])
async def test_rows_added_in_front_make_nothing_repeat_or_skip(own: Flavour, added: int, serve: Serve) -> None:
    rows = [event(n) for n in range(40)]
    numbers: Iterator[int] = iter(range(1000, 2000))

    def before(number: int) -> None:
        if number == 1:
            rows[:0] = [event(next(numbers)) for _ in range(added)]

    server = serve(table(rows, total=True, before=before))
    walk = await walked(own, server, limit=10)
    # More new rows than a page holds are met on the way.
    assert [row for row in walk if len(row) < len("evt_1000")] == [f"evt_{n}" for n in range(40)]
    assert len(set(walk)) == len(walk)


@pytest.mark.parametrize("added", [1, 5, 10])
async def test_the_same_holds_without_a_total(own: Flavour, added: int, serve: Serve) -> None:
    rows = [role(n) for n in range(40)]

    def before(number: int) -> None:
        if number == 1:
            rows[:0] = [role(1000 + n) for n in range(added)]

    server = serve(table(rows, total=False, before=before))
    assert await walked_roles(own, server, limit=10) == [f"role_{n}" for n in range(40)]


@pytest.mark.parametrize("added", [10, 15, 20, 37])
async def test_rows_added_in_front_faster_than_they_are_read_do_not_hold_the_walk_up(
    own: Flavour, added: int, serve: Serve
) -> None:
    rows = [event(n) for n in range(40)]
    numbers: Iterator[int] = iter(range(1000, 100_000))

    def before(number: int) -> None:
        if number % 4:  # a pause now and then, so that what was expected to come does not
            rows[:0] = [event(next(numbers)) for _ in range(added)]

    server = serve(table(rows, total=True, before=before))
    walk = await walked(own, server, limit=10, max_items=500)
    old = [row for row in walk if len(row) < len("evt_1000")]
    assert old == [f"evt_{n}" for n in range(40)] or (added > 10 and len(walk) == 500)
    assert len(set(walk)) == len(walk)
    assert len(server.requests) <= 120


@pytest.mark.parametrize("control", [True, False], ids=["with a total", "without"])
async def test_a_server_that_ignores_the_offset_ends_the_walk_while_rows_are_added_too(
    own: Flavour, control: bool, serve: Serve
) -> None:
    total = 1000

    def script(exchange: Exchange) -> None:
        nonlocal total
        total += 10
        body = {"items": [event(n) for n in range(10)], "total": total, "limit": 10, "offset": 0}
        exchange.send(message(json.dumps(body if control else [role(n) for n in range(10)]).encode()))

    server = serve(script)
    walk = await (walked if control else walked_roles)(own, server, limit=10)
    assert len(walk) == 10
    assert len(server.requests) <= 20


async def test_an_empty_page_in_the_middle_does_not_end_a_walk_whose_total_says_more(
    own: Flavour, serve: Serve
) -> None:
    def script(exchange: Exchange) -> None:
        query = parse_qs(urlsplit(exchange.request.split(b" ")[1].decode()).query)
        offset = int(query["offset"][0])
        items = [] if offset in (10, 20) else [event(n) for n in range(offset, min(offset + 10, 45))]
        body = {"items": items, "total": 45, "limit": 10, "offset": offset}
        exchange.send(message(json.dumps(body).encode()))

    server = serve(script)
    assert await walked(own, server, limit=10) == [f"evt_{n}" for n in [*range(10), *range(30, 45)]]
    assert len(server.requests) == 5


async def test_a_row_that_changed_meanwhile_is_still_the_same_row(own: Flavour, serve: Serve) -> None:
    rows = [event(n) for n in range(20)]

    def before(number: int) -> None:
        if number == 1:
            rows[:] = [event(99), *({**row, "content": "redacted"} for row in rows)]

    server = serve(table(rows, total=True, before=before))
    assert await walked(own, server, limit=10) == [f"evt_{n}" for n in range(20)]


@pytest.mark.parametrize("control", [True, False], ids=["with a total", "without"])
async def test_a_server_that_ignores_the_offset_ends_the_walk(own: Flavour, control: bool, serve: Serve) -> None:
    if control:
        page = {"items": [event(n) for n in range(10)], "total": 1000, "limit": 10, "offset": 0}
        server = serve(answer(page))
        assert len(await walked(own, server, limit=10)) == 10
    else:
        server = serve(answer([role(n) for n in range(10)]))
        assert len(await walked_roles(own, server, limit=10)) == 10
    assert len(server.requests) <= 3


async def test_a_total_that_is_wrong_ends_with_the_rows(own: Flavour, serve: Serve) -> None:
    pages = [{"items": items, "total": 100, "limit": 10, "offset": 0} for items in ([event(1)], [])]
    server = serve(*map(answer, pages))
    assert await walked(own, server, limit=10) == ["evt_1"]
    assert len(server.requests) == 11


@pytest.mark.parametrize(("most", "pages"), [(0, 0), (1, 1), (10, 1), (11, 2), (99, 3), (None, 3)])
async def test_at_most_so_many_items_are_given(own: Flavour, most: int | None, pages: int, serve: Serve) -> None:
    server = serve(table([event(n) for n in range(25)], total=True))
    assert len(await walked(own, server, limit=10, max_items=most)) == min(25, 25 if most is None else most)
    assert len(server.requests) == pages


async def test_pages_are_fetched_when_they_are_needed(own: Flavour, serve: Serve) -> None:
    server = serve(table([event(n) for n in range(25)], total=True))
    async with own.client(server.origin, control=True) as client:
        items = client.events.iter(limit=10, offset=3, actor_id="alice")
        assert server.requests == []
        for expected in range(3, 13):
            item = await anext(items) if own.is_async else await own.call(next, items)
            assert item.event_id == f"evt_{expected}"
        assert len(server.requests) == 1

    query = parse_qs(urlsplit(server.requests[0].target).query)
    assert query == {"actor_id": ["alice"], "sort": ["ts_desc"], "limit": ["10"], "offset": ["3"]}


async def test_an_error_on_the_way_is_raised_there(own: Flavour, serve: Serve) -> None:
    rows = [event(n) for n in range(20)]
    body = {"items": rows[:10], "total": 20, "limit": 10, "offset": 0}
    server = serve(answer(body), answer({"detail": "boom"}, 500))
    with pytest.raises(MemsyAPIError, match=r"events\.list"):
        await walked(own, server, limit=10)


@pytest.mark.parametrize(
    "options", [{"limit": 0}, {"limit": -1}, {"limit": "10"}, {"limit": None}, {"offset": -1}, {"max_items": -1}]
)
async def test_numbers_that_make_no_sense_are_refused_at_once(own: Flavour, options: Any, serve: Serve) -> None:
    server = serve(answer({}))
    async with own.client(server.origin, control=True) as client:
        with pytest.raises(MemsyInputError, match=next(iter(options))):
            client.events.iter(**options)
    assert server.connections == 0


async def test_whole_pages_are_what_the_list_gives_without_what_an_earlier_page_had(own: Flavour, serve: Serve) -> None:
    rows = [event(number) for number in range(7)]

    def before(number: int) -> None:
        if number == 1:
            rows.insert(0, event(100))  # which pushes the third row to the second page

    server = serve(table(rows, total=True, before=before))
    async with own.client(server.origin, control=True) as client:
        pages = await own.items(client.events.iter(limit=3).pages())
        whole = await own.call(client.events.list, limit=3)
    ids = [[item.event_id for item in page] for page in pages]
    assert ids == [["evt_0", "evt_1", "evt_2"], ["evt_3", "evt_4"], ["evt_5", "evt_6"]]
    assert [page.total for page in pages] == [7, 8, 8]
    assert {type(page) for page in pages} == {type(whole)}


async def test_pages_of_plain_lists_end_with_the_most_items_and_those_of_nothing_are_none(
    own: Flavour, serve: Serve
) -> None:
    rows = [role(number) for number in range(7)]
    server, empty = serve(table(rows, total=False)), serve(table([], total=False))
    async with own.client(server.origin) as client:
        pages = await own.items(client.roles.iter("acme", limit=3, max_items=5).pages())
    assert [[item.role_id for item in page] for page in pages] == [["role_0", "role_1", "role_2"], ["role_3", "role_4"]]
    assert len(server.requests) == 2
    async with own.client(empty.origin) as client:
        assert await own.items(client.roles.iter("acme").pages()) == []


async def test_after_an_error_the_iteration_goes_on_where_it_was(own: Flavour, serve: Serve) -> None:
    rows = [event(number) for number in range(5)]
    whole = table(rows, total=True)
    fails = iter([False, True])

    def script(exchange: Exchange) -> None:
        if next(fails, False):
            exchange.send(message(b"{}", 500))
        else:
            whole(exchange)

    server = serve(script)
    async with own.client(server.origin, control=True) as client:
        items = client.events.iter(limit=3)
        with pytest.raises(MemsyAPIError):
            await own.items(items)
        left = await own.items(items)
    assert [item.event_id for item in left] == ["evt_3", "evt_4"]


async def test_pages_after_some_items_are_those_that_were_not_fetched(own: Flavour, serve: Serve) -> None:
    server = serve(table([event(number) for number in range(5)], total=True))
    async with own.client(server.origin, control=True) as client:
        items = client.events.iter(limit=2)
        first = await anext(items) if own.is_async else await own.call(next, items)
        pages = await own.items(items.pages())
        left = await own.items(items)
    assert first.event_id == "evt_0"
    assert [[item.event_id for item in page] for page in pages] == [["evt_2", "evt_3"], ["evt_4"]]
    assert [item.event_id for item in left] == ["evt_1"]
