"""The journal of a bulk ingestion: what was sent, and what became of it, so that another run can go on from there.

A file of JSON lines, without contents and without the key:

    {"version": 1, "base_url": "https://api.memsy.io/v1"}
    {"sent": 1, "first": 0, "hashes": ["…", "…"], "time": 1767225600.0}     on the disk before the request leaves
    {"done": 1, "ids": ["…", "…"]}                                          after its answer
    {"done": 1, "error": {"type": …, "status_code": …, "error_code": …}, "state": "failed"}    or instead
    {"found": 0, "hashes": ["…"], "ids": ["…"], "time": 1767225600.0}       what was in doubt, and was looked up

`sent` numbers the requests of all runs; `first` and `found` are positions in the source.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .._transports import forks
from ..exceptions import MemsyAPIError, MemsyError, MemsyInputError
from . import files, lookup
from .journal_history import VERSION, JournalHistory, Plan, ids_and_hashes
from .journal_records import Sent, canonical_text, hash_of, line_of, wire_form
from .outcomes import IngestState
from .refused_file import RefusedFile
from .steps import Flow, OnDisk

if TYPE_CHECKING:
    from ..models import EventPayload
    from .journal import Journal


class UnwritableJournalError(MemsyInputError):
    """The journal cannot be written, so that nothing more may be sent."""


class OpenJournal:
    """A journal while an ingestion uses it. Threads may share it.

    Args:
        journal: What the caller chose.
        base_url: The ingestion's.

    Attributes:
        count: How many events of the source it knows.
        resends: Whether what is in doubt is sent again when it cannot be looked up.
        failure: Why it cannot be written any more, or None.

    Raises:
        MemsyInputError: It cannot be opened, is in use, is of another address, or is damaged.
    """

    def __init__(self, journal: Journal, base_url: str) -> None:
        self._path = Path(journal.path)
        self._file = Path(journal.path).absolute()  # wherever the process goes meanwhile
        self._options = journal
        self.resends = journal.resend_in_doubt
        self.failure: UnwritableJournalError | None = None
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._holders: dict[str, str] | None = None  # the hashes of the events that have an id; read when first needed
        self._refused: RefusedFile | None = None
        self._may_look_up = journal.lookup is not None
        self._descriptor = self._open()
        try:
            self._reader = self._file.open("rb")
            try:
                self._history = self._load({"version": VERSION, "base_url": base_url})
            except BaseException:
                self._reader.close()
                raise
        except BaseException as error:
            os.close(self._descriptor)
            self._descriptor = -1
            if isinstance(error, OSError):
                raise self._refusal(f"cannot be used: {error}") from None  # pragma: no cover – the disk fails
            raise
        self.count = self._history.count
        self._serial = self._history.serial
        self._doubts = self._history.doubts()  # when each event in doubt was first sent
        forks.reset_after_fork(self)

    @property
    def lookup_sender(self) -> Any:
        """What sends the calls of `look_up`, or None."""
        return self._options.lookup and cast(Any, self._options.lookup)._sender

    def plan(self, index: int, event: EventPayload) -> Plan:
        """What is to be done about an event. Each position is asked for once, in order.

        Raises:
            MemsyInputError: It is not the event that earlier runs had there, or the journal has been closed.
        """
        if self._descriptor < 0 and self.failure is not None:
            raise self.failure
        text = canonical_text(event)
        return self._history.plan(index, "" if text is None else hash_of(text))

    def missing_event(self, index: int) -> MemsyInputError:
        """The error of a source that ends too soon."""
        return self._refusal(f"has an event {index}, where the source ends: it has to be the same in every run")

    def send(self, first: int, digests: Sequence[str]) -> Flow[Sent]:
        """Write a request down, before it leaves.

        Raises:
            UnwritableJournalError: That cannot be done.
        """
        with self._lock:
            self._serial += 1
            sent = Sent(self._serial, first, digests, time.time())
        line = {"sent": sent.serial, "first": first, "hashes": digests, "time": sent.time}
        yield OnDisk(partial(self._append, line, is_synced=True))
        return sent

    def acknowledge(self, sent: Sent, event_ids: Sequence[str]) -> None:
        """Write down that the events of a request are stored. Should that fail, `failure` says so."""
        self._try_to_append({"done": sent.serial, "ids": event_ids})
        self._settle(sent.first, sent.digests, event_ids)

    def withdraw(self, sent: Sent) -> None:
        """Write down that a request was not sent after all. Should that fail, `failure` says so."""
        self._try_to_append({"done": sent.serial, "error": {"type": "NothingSentError"}, "state": "failed"})

    def find(self, first: int, digests: Sequence[str], event_ids: Sequence[str]) -> None:
        """Write down that events in doubt are stored. Should that fail, `failure` says so."""
        self._try_to_append({"found": first, "hashes": digests, "ids": event_ids, "time": self._doubts[first]})
        self._settle(first, digests, event_ids)

    def fail(
        self, sent: Sent | None, first: int, events: Sequence[EventPayload], error: MemsyError, state: IngestState
    ) -> Flow[None]:
        """Write down what became of events instead. Should that fail, `failure` says so.

        Args:
            sent: Their request, or None when there was none.
            first: The position of the first.
            events: The events.
            error: The error that their request came to.
            state: What it says of them; those that are `refused` are written to the file for it.
        """
        if state == "refused":
            try:
                yield OnDisk(partial(self._refuse, first, events, error))
            except UnwritableJournalError:
                return
        if sent is None:
            return
        if state == "in_doubt":
            for index in range(first, first + len(events)):
                self._doubts.setdefault(index, sent.time)
        code = error.error_code if isinstance(error, MemsyAPIError) else None
        what = {"type": type(error).__name__, "status_code": error.status_code, "error_code": code}
        self._try_to_append({"done": sent.serial, "error": what, "state": state})

    def look_up(self, first: int, events: Sequence[EventPayload], digests: Sequence[str]) -> Flow[lookup.Findings]:
        """Find out which of some events in doubt are stored."""
        if not self._may_look_up:
            return lookup.Findings(unknown=set(range(first, first + len(events))))
        yield OnDisk(self._load_holders)
        wanted = [
            lookup.Wanted(index, digest, wire_form(event) or {}, self._doubts[index])
            for index, (event, digest) in enumerate(zip(events, digests, strict=True), first)
        ]
        findings = yield from lookup.find(wanted, self._claim, self._options.max_pages, self._options.skew)
        self._may_look_up = self._may_look_up and not findings.is_refused
        return findings

    def close(self) -> None:
        """Let another run have it. A request that is still under way is in doubt then."""
        if self._keep_from_writing(files.unlock):
            self._reader.close()

    def reset(self) -> None:
        """Let go of it in a forked child: it is the parent's, whose lock would otherwise outlive it there."""
        self._lock, self._loading = threading.Lock(), threading.Lock()  # which other threads may have held
        if self._keep_from_writing():
            forks.inherited.append(self._reader)  # which holds no lock, and may be in use in another thread

    def __del__(self) -> None:
        if getattr(self, "_descriptor", -1) >= 0 and hasattr(self, "_reader"):
            self.close()  # one that was never closed

    def _keep_from_writing(self, let_go: Callable[[int], None] = lambda descriptor: None) -> bool:
        """Close what it writes to, after having `let_go` of it; False when that has been done."""
        with self._lock:
            self.failure = self.failure or UnwritableJournalError(f"the journal {self._path} has been closed")
            descriptor, self._descriptor = self._descriptor, -1
            if descriptor >= 0:
                let_go(descriptor)
                os.close(descriptor)
            self._close_refused()
            return descriptor >= 0

    def _close_refused(self) -> None:
        refused, self._refused = self._refused, None
        if refused is not None:
            refused.close()

    def _refusal(self, problem: str) -> MemsyInputError:
        return MemsyInputError(f"the journal {self._path} {problem}")

    # Opening

    def _open(self) -> int:
        try:
            is_new = not self._file.exists()
            descriptor = files.open_private(self._file)
            try:
                files.lock(descriptor)
                if is_new:
                    files.sync_folder(self._file.parent)
            except BaseException:
                os.close(descriptor)
                raise
        except files.FileInUseError:
            raise self._refusal("is in use by another ingestion") from None
        except (OSError, ValueError) as error:  # a path with a NUL
            raise self._refusal(f"cannot be opened: {getattr(error, 'strerror', None) or error}") from None
        return descriptor

    def _load(self, header: dict[str, Any]) -> JournalHistory:
        history = JournalHistory(self._reader, header, self._refusal)
        os.ftruncate(self._descriptor, history.size)  # a line that is cut off must not be the beginning of the next one
        os.lseek(self._descriptor, history.size, os.SEEK_SET)
        if not history.size:
            self._append(header, is_synced=True)
        return history

    # Whose ids are whose

    def _load_holders(self) -> None:
        """Read which event has each id that this journal has."""
        with self._loading:
            if self._holders is not None:
                return
            holders = self._holders = {}  # to which ids that come meanwhile are added
            try:
                with self._file.open("rb") as lines:
                    for event_id, digest in ids_and_hashes(lines):
                        holders.setdefault(event_id, digest)
            except BaseException:  # pragma: no cover – the disk fails, or an interruption
                self._holders = None
                raise

    def _claim(self, event_id: str, event: lookup.Wanted) -> bool:
        """Take the id of a listed event for an event in doubt, unless this journal gives it to another.

        With a `ts` of its own the event is the listed one also where the id was given to an event that differs from it:
        within 60 seconds the service takes equal texts for one, whatever their `ts`, and it has kept this one's.
        """
        with self._lock:
            holders = self._holders
            assert holders is not None
            holder = holders.get(event_id)
            if holder is not None and (holder == event.digest or "ts" not in event.form):
                return False
            holders[event_id] = event.digest
            return True

    def _settle(self, first: int, digests: Sequence[str], event_ids: Sequence[str]) -> None:
        with self._lock:
            for index, (digest, event_id) in enumerate(zip(digests, event_ids, strict=True), first):
                self._doubts.pop(index, None)
                if self._holders is not None:
                    self._holders.setdefault(event_id, digest)

    # Writing

    def _append(self, record: dict[str, Any], *, is_synced: bool = False) -> None:
        """Write a line.

        Raises:
            UnwritableJournalError: It cannot be written, or an earlier one could not: the file may end within a line.
        """
        with self._lock:
            if self.failure is not None:
                raise self.failure
            descriptor = self._descriptor
            try:
                if is_synced and not files.leads_to(self._file, descriptor):  # once a request
                    raise OSError("it has been removed or replaced")
                files.write(descriptor, line_of(record))
            except OSError as error:
                self.failure = self._unwritable(error)
                raise self.failure from None
        if is_synced:  # without the lock, so that an event loop that writes a line does not wait for the disk
            try:
                files.sync(descriptor)
            except OSError as error:
                self.failure = self._unwritable(error)
                raise self.failure from None

    def _try_to_append(self, record: dict[str, Any]) -> None:
        try:
            self._append(record)
        except UnwritableJournalError:
            return  # `failure` has it

    def _unwritable(self, error: OSError) -> UnwritableJournalError:
        problem = error.strerror or str(error)
        return UnwritableJournalError(f"the journal {self._path} cannot be written: {problem}; nothing more is sent")

    def _refuse(self, first: int, events: Sequence[EventPayload], error: MemsyError) -> None:
        """Keep refused events for the user.

        Raises:
            UnwritableJournalError: They cannot be written.
        """
        with self._lock:
            if self.failure is not None:
                raise self.failure  # pragma: no cover – the disk failed meanwhile
            try:
                if self._refused is None or not self._refused.is_there():
                    self._close_refused()
                    self._refused = RefusedFile(self._file.with_name(f"{self._file.name}.refused.jsonl"))
                self._refused.add(first, events, error)
            except OSError as problem:
                self.failure = self._unwritable(problem)
                raise self.failure from None
