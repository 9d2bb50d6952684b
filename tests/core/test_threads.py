"""Work in a thread of its own: given up before it begins, or where no thread can be started."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from memsy_client._core.threads import in_thread, run_in_thread


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
