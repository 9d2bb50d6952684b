"""Whatever interrupts a thread that imports or forks, others import in time, and forks go on."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest
from test_interruptions import Interrupter

from memsy_client._core import lazy


def enter(guard: lazy._ImportGuard) -> None:
    with guard, guard:
        pass


def fork(guard: lazy._ImportGuard) -> None:
    guard.before_fork()
    guard.after_fork()


@pytest.mark.parametrize("work", [enter, fork])
@pytest.mark.parametrize("other", [enter, fork])
def test_an_interruption_at_any_instruction_holds_nobody_up(
    work: Callable[[lazy._ImportGuard], None],
    other: Callable[[lazy._ImportGuard], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lazy, "_LONGEST_IMPORT", 0.005)
    guard = lazy._ImportGuard()
    with Interrupter(0) as every:
        work(guard)
    assert every.count > 20
    for at in range(1, every.count + 1):
        guard = lazy._ImportGuard()
        with pytest.raises(KeyboardInterrupt), Interrupter(at):
            work(guard)
        thread = threading.Thread(target=other, args=(guard,), daemon=True)
        thread.start()
        thread.join(10)
        assert not thread.is_alive(), at


def test_a_thread_that_is_in_it_may_enter_it_again_while_another_forks() -> None:
    guard, forked = lazy._ImportGuard(), threading.Event()

    def fork() -> None:
        guard.before_fork()
        guard.after_fork()
        forked.set()

    with guard:
        threading.Thread(target=fork).start()
        while not guard._forking:
            os.sched_yield()
        with guard:
            pass
        assert not forked.is_set()
    assert forked.wait(5)  # sooner than a fork waits at most


def test_nobody_enters_it_while_another_thread_forks() -> None:
    guard, entered = lazy._ImportGuard(), threading.Event()

    def enter() -> None:
        with guard:
            entered.set()

    guard.before_fork()
    thread = threading.Thread(target=enter)
    thread.start()
    assert not entered.wait(0.02)
    guard.after_fork()
    thread.join(10)
    assert entered.is_set()
