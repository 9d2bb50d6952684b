"""`make soak`: tasks and threads on each carrier against a server that fails one call in ten, and nothing is left.

Each round gives every carrier a slice of time, with cancellations, forks and signals. After a slice no socket,
descriptor, task or thread is left; after a round every acknowledged event is found, none twice, and nothing that was
refused; memory does not grow from round to round. What each caller does is drawn from the seed that is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import gc
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from faults import CALLERS, MAX_RESPONSE_BYTES, mute_at
from soak_callers import Alarm, Caller, async_follow, follow
from support.flavours import EACH_TRANSPORT, Flavour

from memsy_client import MemsyClient, MemsyControlClient
from memsy_client.local import LOCAL_API_KEY

THREADS, TASKS = 16, 64
#: What runs at once: threads on the one, tasks on the other.
SLICES = [("sync", "async"), ("sync-httpx", "async-httpx"), ("sync", "async-aiohttp")]
FLAVOURS = {flavour.name: flavour for flavour in EACH_TRANSPORT}
HOST = "memsy.example"
_OPTIONS: dict[str, Any] = {
    "api_key": LOCAL_API_KEY,
    "max_response_bytes": MAX_RESPONSE_BYTES,
    "timeout": 60.0,
}
#: Blocks of memory that a round may leave behind: caches fill up, and nothing grows with the number of calls.
BLOCKS = 2_000


class SoakError(Exception):
    """Something that must not happen."""


class Target:
    """The server, in a process of its own."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("soak_server.py")
        self._process = subprocess.Popen(
            [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def tell(self, command: str) -> None:
        """Have it carry out a command."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(command, file=self._process.stdin, flush=True)
        if self._process.stdout.readline() != "done\n":
            raise SoakError(f"the server did not {command}")

    def __enter__(self) -> Target:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


@contextlib.contextmanager
def sometimes_silent(port: int, chance: random.Random) -> Iterator[None]:
    """Have the host's name stand for the server, now and then behind an address that is silent."""
    resolve = socket.getaddrinfo

    def resolved(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in (HOST, HOST.encode()):
            return resolve(host, *args, **kwargs)
        addresses = ["127.0.0.1"] if chance.randrange(10) else [silent, "127.0.0.1"]
        return [entry for address in addresses for entry in resolve(address, *args, **kwargs)]

    with mute_at(port) as silent, mock.patch("socket.getaddrinfo", resolved):
        yield


class Slice:
    """Threads on one carrier and tasks on another, for some seconds."""

    def __init__(self, name: str, carriers: tuple[str, str], port: int, seconds: float, seed: str) -> None:
        self._threads_on, self._tasks_on = (FLAVOURS[carrier] for carrier in carriers)
        self.callers: list[Caller] = []
        self.counts: Counter[str] = Counter()
        self._name = name
        self._seed = seed
        self._port = port
        self._ends = time.monotonic() + seconds
        self._failures: list[str] = []
        self._chance = random.Random(f"{seed} {name} forks")

    def run(self) -> None:
        """Raises `SoakError`."""
        started = threading.Barrier(2)
        in_loop = threading.Thread(target=self._guarded, args=(lambda: asyncio.run(self._tasks(started)),))
        in_loop.start()
        self._threads(started)
        in_loop.join()
        for caller in self.callers:
            self.counts += caller.counts
        if self._failures:
            raise SoakError(self._failures[0])

    def _caller(self, client: Any, flavour: Flavour, name: str) -> Caller:
        name = f"{self._name}{name}".replace("-", "")
        caller = Caller(client, flavour.name, name, self._seed, is_async=flavour.is_async)
        self.callers.append(caller)
        return caller

    def _is_over(self) -> bool:
        return bool(self._failures) or time.monotonic() >= self._ends

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException:
            self._failures.append(traceback.format_exc())

    # The tasks, in a loop of a thread of its own.

    async def _tasks(self, started: threading.Barrier) -> None:
        async with self._tasks_on.client(f"http://{HOST}:{self._port}/v1", **_OPTIONS) as client:
            self._async_client = client
            await client.health()
            started.wait(60)
            callers = [self._caller(client, self._tasks_on, f"task{number}") for number in range(TASKS)]
            await asyncio.gather(*map(self._work_async, callers))
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if left:
            raise SoakError(f"tasks are left: {left}")

    async def _work_async(self, caller: Caller) -> None:
        try:
            while not self._is_over():
                await async_follow(caller.turn(), caller.chance)
        except Exception:
            self._failures.append(f"{caller.name}: {traceback.format_exc()}")

    # The threads, of which the main one is the last: signals reach it, and it forks.

    def _threads(self, started: threading.Barrier) -> None:
        with contextlib.ExitStack() as stack:
            options, host = dict(_OPTIONS), HOST
            if self._threads_on.http_client is not None:
                host = "127.0.0.1"  # a silent address would take all the time to connect
                options["http_client"] = stack.enter_context(self._threads_on.http_client())
            client = stack.enter_context(MemsyClient(f"http://{host}:{self._port}/v1", **options))
            client.health()
            started.wait(60)
            *others, last = [self._caller(client, self._threads_on, f"thread{number}") for number in range(THREADS)]
            threads = [
                threading.Thread(target=self._guarded, args=(lambda caller=caller: self._work(caller),))
                for caller in others
            ]
            for thread in threads:
                thread.start()
            self._guarded(lambda: self._work_and_fork(last, client))
            for thread in threads:
                thread.join()

    def _work(self, caller: Caller) -> None:
        while not self._is_over():
            follow(caller.turn(), lambda step: step.call())

    def _work_and_fork(self, caller: Caller, client: Any) -> None:
        alarm = Alarm(caller.chance)
        while not self._is_over():
            follow(caller.turn(), alarm.perform)
            if not self._chance.randrange(20):
                self._fork(client)

    def _fork(self, client: Any) -> None:
        """Have a child use both clients."""
        self.counts["forks"] += 1
        source, target = os.pipe()
        number = self.counts["forks"]
        child = os.fork()
        if child == 0:
            status = 1
            try:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(120)
                os.close(source)
                known = self._in_child(client, number)
                with os.fdopen(target, "w") as pipe:
                    json.dump(known, pipe)
                status = 0
            except BaseException:
                os.write(2, traceback.format_exc().encode())
            finally:
                os._exit(status)
        os.close(target)
        with os.fdopen(source) as pipe:
            text = pipe.read()
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            raise SoakError("a forked child failed")
        known = Caller(None, "sync", f"child{number}", "", is_async=False)
        known.acknowledged, refused = json.loads(text)
        known.refused.update(refused)
        self.callers.append(known)

    def _in_child(self, client: Any, number: int) -> tuple[dict[str, str], list[str]]:
        self.callers.clear()
        ours = self._caller(client, self._threads_on, f"child{number}thread")
        theirs = self._caller(self._async_client, self._tasks_on, f"child{number}task")

        async def turns() -> None:
            for _ in range(3):
                await async_follow(theirs.turn(), theirs.chance)

        for flavour, work in (
            (self._threads_on, lambda: [follow(ours.turn(), lambda step: step.call()) for _ in range(3)]),
            (self._tasks_on, lambda: asyncio.run(turns())),
        ):
            try:
                work()
            except AssertionError as error:
                if flavour.name not in CALLERS or "belongs to the parent process" not in str(error):
                    raise
        acknowledged = {**ours.acknowledged, **theirs.acknowledged}
        return acknowledged, [*ours.refused, *theirs.refused]


def open_files() -> list[str]:
    """What this process has open."""
    found = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - iterating over a Path opens one more
        with contextlib.suppress(OSError):
            found.append(os.readlink(f"/proc/self/fd/{name}"))  # noqa: PTH115 - no Path is needed
    return sorted(kind for kind in found if "/fd" not in kind)


def check_nothing_left(target: Target, threads: set[threading.Thread], files: list[str]) -> None:
    """No thread, socket or file that was not there before. Raises `SoakError`."""
    for thread in set(threading.enumerate()) - threads:
        thread.join(60)  # what a caller's own client left to itself ends with its time-outs
        if thread.is_alive():
            raise SoakError(f"a thread is left: {thread}")
    gc.collect()
    target.tell("wait until all connections are closed")
    if open_files() != files:
        raise SoakError(f"files are open: {open_files()}, and were {files}")


def check_events(port: int, callers: list[Caller]) -> int:
    """Every acknowledged event is there, under its id, once, and none that was refused. Raises `SoakError`."""
    acknowledged = {content: given for caller in callers for content, given in caller.acknowledged.items()}
    refused = {content for caller in callers for content in caller.refused}
    stored: dict[str, str] = {}
    with MemsyControlClient(f"http://127.0.0.1:{port}/api", LOCAL_API_KEY) as control:
        for event in control.events.iter(limit=200):
            if event.content in stored:
                raise SoakError(f"stored twice: {event.content}")
            stored[event.content] = event.event_id
    for content, given in acknowledged.items():
        if stored.get(content) != given:
            raise SoakError(f"{content} was acknowledged as {given}, and is stored as {stored.get(content)}")
    if refused & stored.keys():
        raise SoakError(f"refused, and stored: {(refused & stored.keys()).pop()}")
    return len(acknowledged)


def soak(seconds: float, seed: str) -> Counter[str]:
    """Raises `SoakError`."""
    rounds = max(3, round(seconds / 60))
    slice_seconds = seconds / rounds / len(SLICES) * 0.8
    total: Counter[str] = Counter()
    with Target() as target, sometimes_silent(target.port, random.Random(seed)):
        threads, files, blocks = set(threading.enumerate()), open_files(), 0
        for number in range(rounds):
            callers: list[Caller] = []
            for carriers in SLICES:
                faulthandler.dump_traceback_later(slice_seconds + 300, exit=True)
                part = Slice(f"r{number}{carriers[1]}", carriers, target.port, slice_seconds, seed)
                part.run()
                check_nothing_left(target, threads, files)
                callers += part.callers
                total += part.counts
                print(f"round {number + 1} of {rounds}, {' + '.join(carriers)}: {told(part.counts)}", flush=True)
            target.tell("process all events")
            total["events"] += check_events(target.port, callers)
            target.tell("start afresh")
            del callers, part
            gc.collect()
            before, blocks = blocks, sys.getallocatedblocks()
            print(f"round {number + 1}: every acknowledged event is found, {blocks:,} blocks of memory", flush=True)
            if number > 1 and blocks - before > BLOCKS:
                raise SoakError(f"{blocks - before} blocks of memory are left by one round")
    faulthandler.cancel_dump_traceback_later()
    return total


def told(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", default=str(random.randrange(10**6)))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    try:
        total = soak(options.seconds, options.seed)
    except SoakError as error:
        print(f"FAILED with seed {options.seed}: {error}", flush=True)
        return 1
    print(f"all is well: {told(total)}; nothing is left")
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.exit(code)
