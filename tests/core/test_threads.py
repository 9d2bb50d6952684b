"""Work in a thread of its own: given up before it begins, where no thread can be started, or interrupted."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from _thread import start_new_thread
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

import pytest

from memsy_client import AsyncMemsyClient, MemsyConnectionError
from memsy_client._bulk import interruptions
from memsy_client._core.foreign import pass_foreign
from memsy_client._core.threads import in_thread, run_in_thread, wait_for


def test_what_is_cancelled_before_it_begins_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    started: list[Callable[[], None]] = []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: started.append(thread.run))
    future = in_thread(lambda: begun.append(1))
    assert future.cancel()
    started[0]()
    assert begun == []


def test_where_no_thread_can_be_started_it_runs_in_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert run_in_thread(threading.get_ident, None) == threading.get_ident()


class TimeLimitError(Exception):
    """What a task queue's signal handler raises."""


class TimeLimitAsRuntimeError(RuntimeError):
    """What one raises that its author has not thought about."""


class Interrupter:
    """A signal's handler, called as it is at one of the moments within Python's own `threading`."""

    def __init__(self, moment: tuple[str, str], error: type[BaseException]) -> None:
        self._moment = moment
        self._error = error

    def __call__(self, *_: Any) -> None:
        raise self._error

    def look(self, frame: FrameType, what: str, argument: Any) -> None:
        if (frame.f_code.co_name, what) == self._moment and frame.f_code.co_filename == threading.__file__:
            sys.setprofile(None)
            self() if self._error is not KeyboardInterrupt else signal.default_int_handler(signal.SIGINT, None)


@pytest.fixture
def interrupt() -> Iterator[Callable[[Interrupter], None]]:
    before, interval = signal.getsignal(signal.SIGUSR1), sys.getswitchinterval()
    sys.setswitchinterval(10)  # so that who starts a thread comes to wait for it

    def begin(interrupter: Interrupter) -> None:
        signal.signal(signal.SIGUSR1, interrupter)
        sys.setprofile(interrupter.look)

    yield begin
    sys.setprofile(None)
    sys.setswitchinterval(interval)
    signal.signal(signal.SIGUSR1, before)


#: At which `Condition.wait` has no lock, and its `with` block none to release: it raises a RuntimeError.
WITHOUT_LOCK = [("_release_save", "c_return"), ("_acquire_restore", "call")]
ERRORS = [TimeLimitError, TimeLimitAsRuntimeError, KeyboardInterrupt]

only_main_thread = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="only that handles signals"
)


@only_main_thread
@pytest.mark.parametrize("moment", [*WITHOUT_LOCK, ("_acquire_restore", "c_return")], ids=" ".join)
@pytest.mark.parametrize("error", ERRORS)
def test_an_interruption_while_a_thread_starts_comes_out(
    moment: tuple[str, str], error: type[BaseException], interrupt: Callable[[Interrupter], None]
) -> None:
    threads: list[int] = []
    may_end = threading.Event()
    begun = threading.Event()

    def work() -> None:
        threads.append(threading.get_ident())
        begun.set()
        may_end.wait(10)

    interrupt(Interrupter(moment, error))
    with pytest.raises(error) as caught:
        in_thread(work)
    assert type(caught.value) is error
    assert begun.wait(10)
    may_end.set()
    assert threads != [threading.get_ident()]
    assert len(threads) == 1


@only_main_thread
def test_an_interruption_just_after_a_thread_has_started_comes_out(
    monkeypatch: pytest.MonkeyPatch, interrupt: Callable[[Interrupter], None]
) -> None:
    ran = threading.Semaphore(0)
    interrupter = Interrupter(("", ""), TimeLimitAsRuntimeError)

    def start(work: Callable[[], None], arguments: tuple[()]) -> None:
        start_new_thread(work, arguments)
        interrupter()

    monkeypatch.setattr(interruptions, "start_new_thread", start)
    interrupt(interrupter)
    with pytest.raises(TimeLimitAsRuntimeError):
        interruptions.run_elsewhere(ran.release)
    assert ran.acquire(timeout=10)
    assert not ran.acquire(blocking=False), "it ran a second time"


def interrupted() -> None:
    try:
        raise KeyError("of a handler")
    except KeyError:
        raise KeyboardInterrupt  # noqa: B904 - as a handler that does not think of it


def fail() -> None:
    try:
        try:
            interrupted()
        except KeyboardInterrupt as interruption:
            raise RuntimeError("made of it by a library") from interruption
    except RuntimeError as error:
        pass_foreign(error)


def test_what_passes_through_keeps_what_it_came_of() -> None:
    with pytest.raises(KeyboardInterrupt) as caught:
        fail()
    assert type(caught.value.__context__) is KeyError
    assert not caught.value.__suppress_context__


@only_main_thread
@pytest.mark.parametrize("moment", WITHOUT_LOCK, ids=" ".join)
@pytest.mark.parametrize("error", ERRORS)
def test_an_interruption_while_a_thread_is_waited_for_comes_out(
    moment: tuple[str, str], error: type[BaseException], interrupt: Callable[[Interrupter], None]
) -> None:
    may_end = threading.Event()
    future = in_thread(lambda: may_end.wait(10))
    interrupt(Interrupter(moment, error))
    with pytest.raises(error) as caught:
        wait_for([future], 0.001)
    may_end.set()
    assert type(caught.value) is error


def test_where_no_thread_can_be_started_during_the_handling_of_an_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert run_in_thread(threading.get_ident, None) == threading.get_ident()


@only_main_thread
@pytest.mark.parametrize("moment", WITHOUT_LOCK, ids=" ".join)
@pytest.mark.parametrize("error", [TimeLimitError, TimeLimitAsRuntimeError])
def test_an_interruption_while_an_event_loop_starts_the_thread_for_a_hosts_name_comes_out(
    moment: tuple[str, str], error: type[BaseException], interrupt: Callable[[Interrupter], None]
) -> None:
    async def call() -> None:
        async with AsyncMemsyClient("http://localhost:1/v1", "msy_topsecret") as client:
            with pytest.raises(MemsyConnectionError):
                await client.health()  # imports what it needs
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))  # which has no thread yet
            interrupt(Interrupter(moment, error))
            await client.health()

    with pytest.raises(error) as caught:
        asyncio.run(call())
    assert type(caught.value) is error
