"""An interruption at any instruction of a call leaves no slot taken, and no connection that another call reads from."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pytest
from echo_server import Echo, asked
from support.flavours import KEY

import memsy_client
from memsy_client import AiohttpTransport, AsyncMemsyClient, MemsyClient, MemsyError

OURS = str(Path(memsy_client.__file__).parent)

pytestmark = [
    # What is interrupted in a finaliser cannot go anywhere, and what is in the middle of being made is not closed.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


class Interrupter:
    """Raises KeyboardInterrupt at one instruction of our own code; `count` says how many there were."""

    def __init__(self, at: int) -> None:
        self._at = at
        self._before = sys.gettrace()  # of a coverage run
        self.count = 0

    def __enter__(self) -> Interrupter:
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.count += 1
            if self.count == self._at:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self._trace


def moments(call: Callable[[], Any], number: int | None) -> list[int]:
    """Instructions at which to interrupt the call: so many of them, or all."""
    with Interrupter(0) as every:
        call()
    assert every.count > 300
    everything = range(1, every.count + 1)
    return list(everything) if number is None else sorted(random.sample(everything, number))


def apart(call: Callable[[], Any]) -> Iterator[Any]:
    """Make a call where, as in each generator, what is being handled is kept apart.

    CPython does not forget an exception that it has handled when it is interrupted as it clears the name of it, where
    no signal handler can come. Of all tests that follow, it would be the context of whatever they raise.
    """
    yield call()


def interrupt_sync(echo: Echo, number: int | None, **options: Any) -> None:
    with MemsyClient(echo.url, KEY, max_connections=1, timeout=5, **options) as client:
        client.search("imports what it needs")
        for at in moments(lambda: client.search("counts"), number):
            try:
                with Interrupter(at):
                    next(apart(lambda at=at: client.search(f"interrupted {at}")))
            except KeyboardInterrupt:
                pass
            assert sys.exc_info() == (None, None, None)
            assert asked(client.search(f"after {at}")) == f"after {at}"
    gc.collect()


def interrupt_async(echo: Echo, number: int | None, make: Callable[[], Any]) -> None:
    loop = asyncio.new_event_loop()
    carrier = loop.run_until_complete(_made(make))
    client = AsyncMemsyClient(echo.url, KEY, max_connections=1, timeout=5, http_client=carrier)

    def search(query: str) -> Any:
        task = loop.create_task(client.search(query))
        try:
            return loop.run_until_complete(task)
        except KeyboardInterrupt:  # as `asyncio.run` does; it may have come while the loop did something else
            task.cancel()
            loop.run_until_complete(asyncio.wait([task]))
            raise

    search("imports what it needs")
    for at in moments(lambda: search("counts"), number):
        try:
            with Interrupter(at):
                search(f"interrupted {at}")
        except (KeyboardInterrupt, MemsyError, RuntimeError):
            pass  # interrupted between a scope and its block, anyio says that the scope is not the current one
        assert asked(search(f"after {at}")) == f"after {at}"


async def _made(make: Callable[[], Any]) -> Any:
    return make()


SOME, ALL = 60, None
CARRIERS: dict[str, Callable[[], Any]] = {"own": lambda: None, "aiohttp": lambda: AiohttpTransport(max_connections=1)}


def test_a_sync_client_goes_on(echo: Echo) -> None:
    interrupt_sync(echo, SOME)


def test_a_sync_client_of_the_callers_goes_on(echo: Echo) -> None:
    with httpx.Client(limits=httpx.Limits(max_connections=1)) as carrier:
        interrupt_sync(echo, SOME, http_client=carrier)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_an_async_client_goes_on(carrier: str) -> None:
    in_process_of_its_own(carrier, SOME)


@pytest.mark.slow
def test_a_sync_client_goes_on_after_an_interruption_at_each_instruction(echo: Echo) -> None:
    interrupt_sync(echo, ALL)


@pytest.mark.slow
@pytest.mark.parametrize("carrier", CARRIERS)
def test_an_async_client_goes_on_after_an_interruption_at_each_instruction(carrier: str) -> None:
    in_process_of_its_own(carrier, ALL)


def in_process_of_its_own(carrier: str, number: int | None) -> None:
    """Coroutines that are cut short anywhere leave the interpreter with much to complain of at its end."""
    command = [sys.executable, __file__, carrier, *([] if number is None else [str(number)])]
    path = os.pathsep.join([*sys.path, str(Path(OURS).parent)])
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=300)
    assert done.stdout.endswith("all went on\n"), done.stderr[-2000:]


if __name__ == "__main__":
    with Echo() as server:
        interrupt_async(server, int(sys.argv[2]) if len(sys.argv) > 2 else None, CARRIERS[sys.argv[1]])
        print("all went on", flush=True)
        os._exit(0)
