"""What one call costs, and a page of 200 memories, next to plain libraries that do the same.

A plain library does what a careful user would: one shared client, one request, `json.loads`. Ours also check types,
parse dates and make models.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, closing
from typing import Any

import aiohttp
import httpx
import httpx2

from memsy_client import AiohttpTransport, AsyncMemsyClient, MemsyClient

from . import documents
from .group import ASK, HEADERS, KEY, QUERY, print_figures, repeated, repeated_on, without_orjson
from .measure import interleaved, ratio
from .stub_server import SameAnswers, answering

ROUNDS = 15
CALLS = 20
LISTS = 5

AsyncCall = Callable[[], Awaitable[object]]


def measure() -> dict[str, float]:
    with answering(SameAnswers()) as url:
        return {**_searches(url), **_lists(url)}


def _searches(url: str) -> dict[str, float]:
    body = documents.search()
    loop = asyncio.new_event_loop()
    with closing(loop), ExitStack() as stack:
        pools = AsyncExitStack()
        calls = loop.run_until_complete(async_contenders(url, pools, connections=100))
        stack.callback(lambda: loop.run_until_complete(pools.aclose()))
        tasks = {
            "json": repeated(lambda: json.loads(body), CALLS),
            **{name: repeated(call, CALLS) for name, call in _sync_calls(url, stack).items()},
            **{name: repeated_on(loop, call, CALLS) for name, call in calls.items()},
        }
        for name in tasks:
            if "memsy" in name and not name.endswith("_fast"):
                tasks[name] = without_orjson(tasks[name])
        interleaved(tasks, 2)  # warms up
        taken = interleaved(tasks, ROUNDS)
    costs = {f"calls.cost.{name}": ratio(taken, name, "httpx") for name in tasks}
    return costs | {
        "calls.sync": ratio(taken, "memsy", "httpx"),
        "calls.async": ratio(taken, "async_memsy", "async_httpx"),
        "calls.own_httpx": ratio(taken, "memsy_httpx", "httpx"),
        "calls.own_httpx2": ratio(taken, "memsy_httpx2", "httpx2"),
    }


def _sync_calls(url: str, stack: ExitStack) -> dict[str, Callable[[], object]]:
    plain = stack.enter_context(httpx.Client(headers=HEADERS))
    plain2 = stack.enter_context(httpx2.Client(headers=HEADERS))
    ours = stack.enter_context(MemsyClient(url, KEY))
    on_httpx = MemsyClient(url, KEY, http_client=stack.enter_context(httpx.Client()))
    on_httpx2 = MemsyClient(url, KEY, http_client=stack.enter_context(httpx2.Client()))
    return {
        "httpx": lambda: json.loads(plain.post(f"{url}/search", json=ASK).content),
        "httpx2": lambda: json.loads(plain2.post(f"{url}/search", json=ASK).content),
        "memsy": lambda: ours.search(QUERY),
        "memsy_fast": lambda: ours.search(QUERY),
        "memsy_httpx": lambda: on_httpx.search(QUERY),
        "memsy_httpx2": lambda: on_httpx2.search(QUERY),
    }


async def async_contenders(url: str, stack: AsyncExitStack, connections: int) -> dict[str, AsyncCall]:
    """A search by each asynchronous library, and by ours on httpx and on aiohttp."""
    limits = {"max_connections": connections, "max_keepalive_connections": connections}
    plain = await stack.enter_async_context(httpx.AsyncClient(headers=HEADERS, limits=httpx.Limits(**limits)))
    plain2 = await stack.enter_async_context(httpx2.AsyncClient(headers=HEADERS, limits=httpx2.Limits(**limits)))
    session = await stack.enter_async_context(
        aiohttp.ClientSession(headers=HEADERS, connector=aiohttp.TCPConnector(limit=connections))
    )
    ours = await stack.enter_async_context(AsyncMemsyClient(url, KEY, max_connections=connections))
    carrier = AiohttpTransport(max_connections=connections)
    stack.push_async_callback(carrier.aclose)
    carried = await stack.enter_async_context(AsyncMemsyClient(url, KEY, http_client=carrier))

    async def ask(client: Any) -> object:
        return json.loads((await client.post(f"{url}/search", json=ASK)).content)

    async def ask_aiohttp() -> object:
        async with session.post(f"{url}/search", json=ASK) as answer:
            return json.loads(await answer.read())

    return {
        "async_httpx": lambda: ask(plain),
        "async_httpx2": lambda: ask(plain2),
        "async_aiohttp": ask_aiohttp,
        "async_memsy": lambda: ours.search(QUERY),
        "async_memsy_fast": lambda: carried.search(QUERY),
    }


def _lists(url: str) -> dict[str, float]:
    address = f"{url}/console/memories?limit=200"
    with httpx.Client(headers=HEADERS) as plain, MemsyClient(url, KEY) as ours:

        def our_list() -> object:
            return ours.memories.list(limit=200)

        tasks = {
            "httpx": repeated(lambda: json.loads(plain.get(address).content), LISTS),
            "memsy": repeated(without_orjson(our_list), LISTS),
            "memsy_fast": repeated(our_list, LISTS),
        }
        interleaved(tasks, 1)
        taken = interleaved(tasks, ROUNDS)
    return {"calls.list": ratio(taken, "memsy", "httpx"), "calls.list_fast": ratio(taken, "memsy_fast", "httpx")}


if __name__ == "__main__":
    print_figures(measure)
