"""A signal handler that raises, wherever the interpreter may run one, keeps no background writer from going on.

That is when a call returns, and when a function begins. In a process of its own: a thread that is interrupted while it
starts another leaves something behind in Python's own list of threads.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from support.server import Server, hang
from writers import Service, event

import memsy_client
from memsy_client import IngestOutcome, MemsyClient, MemsyClosedError

OURS = str(Path(memsy_client.__file__).parent)


def interrupt() -> None:
    raise KeyboardInterrupt


class Interrupter:
    """Has a handler called at one of the moments at which a signal's may run; `count` says how many passed.

    Of these there are others, in what we call: they are as good as those at which it returns.
    """

    def __init__(self, at: int, handler: Callable[[], object] = interrupt) -> None:
        self._at = at
        self._handler = handler
        self.count = 0

    def __enter__(self) -> Interrupter:
        sys.setprofile(self._look)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _look(self, frame: FrameType, what: str, argument: Any) -> None:
        is_ours = frame.f_code.co_filename.startswith(OURS) or frame.f_code.co_filename == threading.__file__
        if is_ours and what in ("call", "c_return") and argument is not sys.setprofile:
            self.count += 1
            if self.count == self._at:
                sys.setprofile(None)
                self._handler()


class Case:
    """Interrupts what a writer does at each moment, and holds what has to hold.

    Args:
        act: What is interrupted, given the writer.
        prepare: What comes before.
        handler: Handles the interruption, given the writer; by default it raises.
        hangs: Whether the server does, instead of acknowledging.
        options: The writer's.
    """

    def __init__(
        self,
        act: Callable[[Any], object],
        prepare: Callable[[Any], object] = lambda writer: None,
        *,
        handler: Callable[[Any], object] = lambda writer: interrupt(),
        hangs: bool = False,
        **options: Any,
    ) -> None:
        self._act, self._prepare, self._handler, self._hangs, self._options = act, prepare, handler, hangs, options

    def run(self, client: MemsyClient, services: list[Callable[[Any], None]], every: int) -> int:
        """Interrupt it at every so manieth moment; gives how many there were."""
        at = random.randint(1, every)
        while (count := self._interrupt(client, services, at)) == at:
            at += every
        return count

    def _interrupt(self, client: MemsyClient, services: list[Callable[[Any], None]], at: int) -> int:
        service, outcomes = Service(), []
        services[:] = [hang if self._hangs else service]
        with tempfile.TemporaryDirectory() as folder:
            options = {"max_delay": 0.0, "on_outcome": outcomes.append, **self._options}
            if options.get("spool"):
                options["spool"] = f"{folder}/spool"
            writer = client.background(**options)
            self._prepare(writer)
            interrupter = Interrupter(at, partial(self._handler, writer))
            try:
                with interrupter:
                    self._act(writer)
            except KeyboardInterrupt:
                # While the exception is there, its frames are, and what they hold.
                self._check(writer, service, outcomes)
            else:  # or it was one in a finaliser, which goes nowhere
                self._check(writer, service, outcomes)
            return interrupter.count

    def _check(self, writer: Any, service: Service, outcomes: list[IngestOutcome]) -> None:
        began = time.monotonic()
        writer.close(0 if self._hangs else 20)
        assert time.monotonic() - began < 15
        stats = writer.stats
        assert stats.queued == 0
        if not self._hangs:
            seen = [text for request in service.seen for text in request]
            assert len(seen) == len(set(seen)) == stats.acknowledged
            assert stats.failed == stats.in_doubt == 0
            assert len(outcomes) == stats.acknowledged + stats.dropped


def add(*texts: str) -> Callable[[Any], None]:
    def act(writer: Any) -> None:
        for text in texts:
            writer.add(event(text))

    return act


def unless_closed(act: Callable[[Any], None]) -> Callable[[Any], None]:
    def act_unless_closed(writer: Any) -> None:
        with contextlib.suppress(MemsyClosedError):
            act(writer)

    return act_unless_closed


def added_and_under_way(writer: Any) -> None:
    writer.add(event("a"))
    writer.flush(0)


CASES = {
    "the first event": Case(add("a")),
    "a later event": Case(add("b"), add("a")),
    "a spool": Case(add("b"), add("a"), spool=True, max_delay=1000),
    "dropping": Case(add("c"), add("a", "b"), max_queue=2, when_full="drop_oldest", max_delay=1000),
    "dropping with a spool": Case(add("c"), add("a"), max_queue=1, when_full="drop_oldest", spool=True),
    "waiting for room": Case(add("b"), add("a"), max_queue=1),
    "flush": Case(lambda writer: writer.flush(20), add("a"), max_delay=1000),
    "a handler that adds": Case(add("c"), add("a"), handler=add("b"), max_delay=1000),
    "a handler that flushes": Case(add("b"), add("a"), handler=lambda writer: writer.flush(20), max_delay=1000),
    "a handler that closes": Case(
        unless_closed(add("b")), add("a"), handler=lambda writer: writer.close(20), max_delay=1000
    ),
    "stats": Case(lambda writer: writer.stats, add("a")),
    "close": Case(lambda writer: writer.close(20), add("a"), max_delay=1000),
    "close with a spool": Case(lambda writer: writer.close(20), add("a"), spool=True),
    "close with something left": Case(lambda writer: writer.close(0), added_and_under_way, hangs=True),
}


def moments(every: int) -> None:
    """Interrupt each case at every so manieth moment."""
    services: list[Callable[[Any], None]] = []
    answer = lambda exchange: services[0](exchange)  # noqa: E731
    with Server([answer], records=False) as server, MemsyClient(server.origin, "k") as client:
        for name, case in CASES.items():
            print(name, case.run(client, services, every), flush=True)


def committed_is_sent_without_another_call() -> None:
    """Nobody who adds has to come again for an event whose `add` was interrupted after it was taken."""
    service = Service()
    with Server([service], records=False) as server, MemsyClient(server.origin, "k") as client:
        writer = client.background(max_delay=0.0)
        writer.add(event("first"))
        at, is_interrupted, interrupted = 0, True, set()
        while is_interrupted:
            at += 1
            interrupter = Interrupter(at)
            try:
                with interrupter:
                    writer.add(event(f"{at}"))
            except KeyboardInterrupt:
                interrupted.add(f"{at}")
            is_interrupted = interrupter.count == at
            ends = time.monotonic() + 20
            while writer.stats.queued:
                assert time.monotonic() < ends, at
        assert interrupted & {text for request in service.seen for text in request}, "some were taken"


def real_signals(spool: str | None) -> None:
    """A timer interrupts what goes on as fast as it can."""

    signal.signal(signal.SIGALRM, lambda *_: interrupt())
    service, added, number, hits = Service(), set(), 0, 0
    with Server([service], records=False) as server, MemsyClient(server.origin, "k") as client:
        writer = client.background(max_delay=0.002, spool=spool)
        while hits < 200:
            try:
                signal.setitimer(signal.ITIMER_REAL, random.uniform(2e-5, 4e-4))
                for _ in range(200):  # it may be ignored in a finaliser
                    number += 1
                    writer.add(event(f"{number}", f"s{number % 7}"))
                    added.add(f"{number}")
            except KeyboardInterrupt:
                hits += 1
        assert writer.flush(20)
        writer.close(20)
    seen = [text for request in service.seen for text in request]
    assert len(seen) == len(set(seen)) == writer.stats.acknowledged
    assert added <= set(seen)
    for session in range(7):
        arrived = [int(text) for text in seen if int(text) % 7 == session]
        assert arrived == sorted(arrived)


needs_a_timer = pytest.mark.skipif(sys.platform == "win32", reason="needs a timer that interrupts")


@needs_a_timer
@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_a_writer_goes_on_whatever_was_interrupted(every: int) -> None:
    path = os.pathsep.join([*sys.path, str(Path(OURS).parent)])
    ran = subprocess.run(
        [sys.executable, __file__, f"{every}"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.stdout.endswith("all went on\n"), ran.stdout + ran.stderr[-3000:]
    counts = dict(line.rsplit(" ", 1) for line in ran.stdout.splitlines()[: len(CASES)])
    assert counts.keys() == CASES.keys()
    assert all(int(number) > 10 for number in counts.values()), counts


if __name__ == "__main__":
    import faulthandler

    faulthandler.dump_traceback_later(100, exit=True)
    moments(int(sys.argv[1]))
    committed_is_sent_without_another_call()
    with tempfile.TemporaryDirectory() as folder:
        real_signals(None)
        real_signals(f"{folder}/spool")
    print("all went on", flush=True)
    os._exit(0)
