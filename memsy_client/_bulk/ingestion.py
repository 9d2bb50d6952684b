"""Ingesting any number of events synchronously: each batch is delivered in a thread of its own."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from .._core.sender import SyncSender, run_flow
from .._core.threads import in_thread, wait_for
from .batch import Batch
from .outcomes import IngestOutcome, IngestProgress
from .steps import LookUp, NothingSentError, OnDisk
from .stopping import StoppableSender, StoppedError
from .window import GRACE, Read, Start, Wait, Window

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..models import EventPayload
    from .journal import Journal
    from .open_journal import OpenJournal
    from .paced_senders import BatchPace
    from .pacing import Pacer

#: Seconds after which a wait looks for signals: Python may notice one that comes just before a wait only after it.
_LOOK_FOR_SIGNALS = 0.5


class Ingestion(Window, Iterator[IngestOutcome]):
    """An ingestion: iterate over it to send the events and to learn what became of each, in order.

    Requests go on between two steps of the iteration. They end with it: use `with`, or call `close`, where it may end
    early. An exception of the events' source is raised after the outcomes of the events before it. After any
    interruption, `unreported` has the outcomes that were not given yet.

    Attributes:
        acknowledged: How many events the service has stored so far.
        failed: How many it has not, or may not have.
    """

    def __init__(
        self,
        sender: SyncSender,
        events: Iterable[EventPayload],
        batch_size: int,
        concurrency: int | Literal["auto"],
        max_concurrency: int,
        on_progress: Callable[[IngestProgress], None] | None,
        journal: Journal | str | os.PathLike[str] | None,
        pacers: MutableMapping[int, Pacer],
    ) -> None:
        super().__init__(sender, events, batch_size, concurrency, max_concurrency, on_progress, journal, pacers)
        self._sender = sender
        self._events = iter(events)
        self._process = os.getpid()
        self._stopped = threading.Event()
        self._requests: dict[Future[None], Batch] = {}

    def __next__(self) -> IngestOutcome:
        if not self._known:
            if self._process != os.getpid():
                self._end_inherited()
            try:
                run_flow(self._advance(keeps_going=True), self._perform)
            except BaseException:
                self._interrupt(GRACE)
                raise
        outcome = self._next()
        if outcome is None:
            raise StopIteration
        return outcome

    def close(self) -> None:
        """Send nothing more, wait for the requests that are under way, and let go of the journal.

        `unreported` then has the outcomes that were not given yet; nothing more of the source is read.
        """
        self._close(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # An interruption, such as Ctrl-C, does not wait for a request that hangs.
        self._close(None if kind is None or issubclass(kind, Exception) else GRACE)

    def __del__(self) -> None:
        if not hasattr(self, "_requests") or sys.is_finalizing():
            return
        if self._process != os.getpid():
            self._end_inherited()  # pragma: no cover – in a forked child, as it ends
        self._close(GRACE)

    def _close(self, seconds: float | None) -> None:
        try:
            self._interrupt(seconds)
        finally:
            self._end_reading()
            self._events = iter(())  # so that a generator ends now, and lets go of what it holds

    def _interrupt(self, seconds: float | None) -> None:
        """End what is under way: waits and retries at once, requests after so many seconds at most."""
        self._stopped.set()
        try:
            wait(self._requests, seconds)
        finally:
            self._stopped = threading.Event()
            self._requests.clear()
            self._end_window()

    def _end_inherited(self) -> None:
        """End what was under way when this process was forked, whose threads are its parent's."""
        self._process = os.getpid()
        self._requests.clear()
        self._end_window()

    def _perform(self, step: Read | Start | Wait | OnDisk) -> Any:
        if isinstance(step, Read):
            return self._read(step.events)
        if isinstance(step, Start):
            return self._start(step.batch)
        if isinstance(step, Wait):
            return self._wait_for_any()
        return step.work()

    def _read(self, count: int) -> None:
        try:
            for event in self._events:
                self._waiting.append(event)
                count -= 1
                if not count:
                    return
        except Exception as error:
            self._end_of_source(error)
        else:
            self._end_of_source()

    def _start(self, batch: Batch) -> None:
        pace = None if self._pace is None else self._pace.of_batch()
        driver = _Driver(self._sender, self._run.journal, self._stopped, pace)
        request = in_thread(partial(run_flow, batch.deliver(), driver))
        self._requests[request] = batch
        if request.done() and not isinstance(request.exception(), Exception):
            request.result()  # perhaps it ran in this thread, and was interrupted here

    def _wait_for_any(self) -> list[Batch]:
        done: set[Future[None]] = set()
        while self._requests and not done:
            done = wait_for(self._requests, _LOOK_FOR_SIGNALS, FIRST_COMPLETED)
        finished = [request for request in self._requests if request in done]
        for request in finished:
            request.result()
        return [self._requests.pop(request) for request in finished]


class _Driver:
    """Performs the steps of a batch's delivery, in a thread that may outlive the ingestion."""

    def __init__(
        self, sender: SyncSender, journal: OpenJournal | None, stopped: threading.Event, pace: BatchPace | None
    ) -> None:
        self._sender = StoppableSender.of(sender, stopped) if pace is None else pace.sender(sender, stopped)
        lookup = None if journal is None else journal.lookup_sender
        self._lookup = None if lookup is None else StoppableSender.of(lookup, stopped)

    def __call__(self, step: Any) -> Any:
        if isinstance(step, LookUp):
            assert self._lookup is not None
            return self._lookup.send(step.call)
        if isinstance(step, OnDisk):
            self._sender.prepare()
            return step.work()
        try:
            return self._sender.send(step)
        except StoppedError:
            raise NothingSentError from None
