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

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from .._core.checks import MAX_SECONDS, check_number, check_whole_number, shown
from .._core.sender import AsyncSender, SyncSender
from .._generated.client import AsyncControlMethods, ControlMethods
from .._transports import forks
from ..exceptions import MemsyAPIError, MemsyError, MemsyInputError, error_class
from . import files, lookup
from .journal_records import Sent, are_texts, canonical_text, hash_of, is_position, line_of, parse, sent_of, wire_form
from .outcomes import IngestState
from .refused_file import RefusedFile
from .steps import Flow, OnDisk

if TYPE_CHECKING:
    from ..models import EventPayload

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Journal:
    """Where `ingest_many` writes down what it sends, so that it can be run again after whatever ended it.

    The file is readable by its owner alone and holds neither contents nor the key. Events that are refused for good are
    written to `<path>.refused.jsonl`, with their contents.

    Attributes:
        path: The file. It is made when it is not there.
        lookup: A client of the control plane, sync or async as the ingestion is, that finds out whether events in doubt
            are stored; its user needs a seat. Without it, they stay in doubt.
        max_pages: How many pages of 200 events of a conversation are searched for one at most.
        skew: By how many seconds the clocks of this machine and of the service may differ.
        resend_in_doubt: Whether to send again what is in doubt and cannot be looked up: rather twice than never.
    """

    path: str | os.PathLike[str]
    _: KW_ONLY
    lookup: ControlMethods | AsyncControlMethods | None = None
    max_pages: int = 50
    skew: float = 300.0
    resend_in_doubt: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.path, str | os.PathLike) or not os.fspath(self.path):
            raise MemsyInputError(f"a journal takes the path of a file, not {shown(self.path)}")
        if self.lookup is not None and not isinstance(self.lookup, ControlMethods | AsyncControlMethods):
            raise MemsyInputError(f"lookup takes a client of the control plane or None, not {shown(self.lookup)}")
        check_whole_number("max_pages", self.max_pages)
        check_number("skew", self.skew, least=0, most=MAX_SECONDS)

    @classmethod
    def of(cls, journal: Journal | str | os.PathLike[str], sender: SyncSender | AsyncSender) -> Journal:
        """The journal that an ingestion through the sender was given, as itself or as a path.

        Raises:
            MemsyInputError: It is none, or its `lookup` is of the other flavour.
        """
        found = journal if isinstance(journal, Journal) else cls(journal)
        kind = ControlMethods if isinstance(sender, SyncSender) else AsyncControlMethods
        if found.lookup is not None and not isinstance(found.lookup, kind):
            name = kind.__name__.replace("ControlMethods", "MemsyControlClient")
            raise MemsyInputError(f"lookup has to be of the kind of the ingestion: {name}")
        return found


class Plan(NamedTuple):
    """What is to be done about an event.

    Attributes:
        kind: `new`: to be sent; `in_doubt`: to be looked up; `settled`: nothing.
        digest: The hash of its wire form; empty when it has none.
        event_id: Its id, when it is settled that way.
        error: Why it was refused, when it is settled that way.
        time: When the request was sent that settled it, in seconds since 1970.
    """

    kind: Literal["new", "in_doubt", "settled"]
    digest: str
    event_id: str | None = None
    error: MemsyError | None = None
    time: float = 0.0


class _Unsettled(NamedTuple):
    """What earlier runs know of an event that is not settled: when it first may have been stored, or None."""

    digest: str
    sent_at: float | None


class _Segment(NamedTuple):
    """Events that are settled, by the offsets of the lines with their hashes and with what became of them."""

    first: int
    end: int
    hashes: int
    answer: int


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
        self._options = journal
        self.count = 0
        self.resends = journal.resend_in_doubt
        self.failure: UnwritableJournalError | None = None
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._serial = 0
        self._segments: list[_Segment] = []
        self._unsettled: dict[int, _Unsettled] = {}
        self._doubts: dict[int, float] = {}  # when each event in doubt was first sent
        self._holders: dict[str, str] | None = None  # the hashes of the events that have an id; read when first needed
        self._current = 0  # of the segments
        self._answers: tuple[int, list[Plan]] = (-1, [])
        self._refused: RefusedFile | None = None
        self._may_look_up = journal.lookup is not None
        self._descriptor = self._open()
        try:
            self._reader = self._path.open("rb")
            try:
                self._load(base_url)
            except BaseException:
                self._reader.close()
                raise
        except BaseException as error:
            os.close(self._descriptor)
            self._descriptor = -1
            if isinstance(error, OSError):
                raise self._refusal(f"cannot be used: {error}") from None  # pragma: no cover – the disk fails
            raise
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
        digest = "" if text is None else hash_of(text)
        known = self._settled(index) or self._unsettled.get(index)
        if known is None:
            return Plan("new", digest)
        if known.digest != digest:
            raise self._refusal(f"has another event {index} than the source: it has to be the same in every run")
        if isinstance(known, Plan):
            return known
        return Plan("new" if known.sent_at is None else "in_doubt", digest)

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
            self.close()  # pragma: no cover – one that was never closed

    def _keep_from_writing(self, let_go: Callable[[int], None] = lambda descriptor: None) -> bool:
        """Close what it writes to, after having `let_go` of it; False when that has been done."""
        with self._lock:
            self.failure = self.failure or UnwritableJournalError(f"the journal {self._path} has been closed")
            descriptor, self._descriptor = self._descriptor, -1
            if descriptor >= 0:
                let_go(descriptor)
                os.close(descriptor)
            refused, self._refused = self._refused, None
            if refused is not None:
                refused.close()
            return descriptor >= 0

    def _refusal(self, problem: str) -> MemsyInputError:
        return MemsyInputError(f"the journal {self._path} {problem}")

    # Opening

    def _open(self) -> int:
        try:
            is_new = not self._path.exists()
            descriptor = files.open_private(self._path)
            try:
                files.lock(descriptor)
                if is_new:
                    files.sync_folder(self._path.absolute().parent)
            except BaseException:
                os.close(descriptor)
                raise
        except files.FileInUseError:
            raise self._refusal("is in use by another ingestion") from None
        except (OSError, ValueError) as error:  # a path with a NUL
            raise self._refusal(f"cannot be opened: {getattr(error, 'strerror', None) or error}") from None
        return descriptor

    def _load(self, base_url: str) -> None:
        header = {"version": _VERSION, "base_url": base_url}
        offset = number = 0
        under_way: dict[int, Sent] = {}
        for number, line in enumerate(self._reader, 1):
            if not line.endswith(b"\n"):
                number -= 1
                self._check_torn(line, header, number)
                break
            record = parse(line)
            if number == 1:
                self._check_header(record, header)
            elif record is None or not self._take(record, offset, under_way):
                raise self._refusal(f"has a line {number} that is damaged")
            offset += len(line)
        for sent in under_way.values():
            self._leave(sent, sent.time)
        self._segments.sort()
        self._doubts = {index: known.sent_at for index, known in self._unsettled.items() if known.sent_at is not None}
        os.ftruncate(self._descriptor, offset)  # a line that is cut off must not be the beginning of the next one
        os.lseek(self._descriptor, offset, os.SEEK_SET)
        if not number:
            self._append(header, is_synced=True)

    def _check_torn(self, line: bytes, header: dict[str, Any], number: int) -> None:
        """Refuse to overwrite a file that is something else."""
        if not number and not line_of(header).startswith(line):
            raise self._refusal("has a line 1 that no journal begins with")

    def _check_header(self, record: dict[str, Any] | None, header: dict[str, Any]) -> None:
        if record is None or not isinstance(record.get("base_url"), str) or type(record.get("version")) is not int:
            raise self._refusal("has a line 1 that no journal begins with")
        if record["version"] != _VERSION:
            raise self._refusal(f"is of version {record['version']}, which another release has written")
        if record["base_url"] != header["base_url"]:
            raise self._refusal(f"is of {record['base_url']}, not of {header['base_url']}")

    def _take(self, record: dict[str, Any], offset: int, under_way: dict[int, Sent]) -> bool:
        """Take a line in; False when it is none that a journal has."""
        if "sent" in record:
            sent = sent_of(record, "first", offset)
            if sent is None or not is_position(sent.serial):
                return False
            self._serial = max(self._serial, sent.serial)
            self.count = max(self.count, sent.first + len(sent.digests))
            under_way[sent.serial] = sent
            return True
        if "found" in record:
            sent = sent_of(record, "found", offset)
        else:
            serial = record.get("done")
            sent = under_way.pop(serial, None) if isinstance(serial, int) else None
        return sent is not None and self._take_answer(record, sent, offset)

    def _take_answer(self, record: dict[str, Any], sent: Sent, offset: int) -> bool:
        if "found" in record and "ids" not in record:
            return False
        segment = _Segment(sent.first, sent.first + len(sent.digests), sent.offset, offset)
        if "ids" in record:
            self._leave_settled(segment)
            return are_texts(record["ids"]) and len(record["ids"]) == len(sent.digests)
        state, error = record.get("state"), record.get("error")
        if state == "refused" and isinstance(error, dict) and type(error.get("status_code")) is int:
            self._leave_settled(segment)
            return True
        self._leave(sent, sent.time if state == "in_doubt" else None)
        return state in ("failed", "in_doubt")

    def _leave_settled(self, segment: _Segment) -> None:
        self._segments.append(segment)
        for index in range(segment.first, segment.end):
            self._unsettled.pop(index, None)

    def _leave(self, sent: Sent, sent_at: float | None) -> None:
        """Keep events as unsettled. What was in doubt once stays so, from the first time on."""
        for index, digest in enumerate(sent.digests, sent.first):
            earlier = self._unsettled.get(index)
            known = earlier.sent_at if earlier is not None and earlier.sent_at is not None else sent_at
            self._unsettled[index] = _Unsettled(digest, known)

    # What earlier runs settled

    def _settled(self, index: int) -> Plan | None:
        segments = self._segments
        while self._current < len(segments) and segments[self._current].end <= index:
            self._current += 1
        if self._current == len(segments) or index < segments[self._current].first:
            return None
        if self._answers[0] != self._current:
            self._answers = (self._current, self._read_segment(segments[self._current]))
        return self._answers[1][index - segments[self._current].first]

    def _read_segment(self, segment: _Segment) -> list[Plan]:
        sent, answer = self._read_line(segment.hashes), self._read_line(segment.answer)
        digests: list[str] = sent["hashes"]
        if "ids" in answer:
            pairs = zip(digests, answer["ids"], strict=True)
            return [Plan("settled", digest, event_id, None, sent["time"]) for digest, event_id in pairs]
        status, code = answer["error"]["status_code"], answer["error"].get("error_code")
        error = error_class(status, code)("refused in an earlier run", status, error_code=code)
        return [Plan("settled", digest, None, error, sent["time"]) for digest in digests]

    def _read_line(self, offset: int) -> dict[str, Any]:
        self._reader.seek(offset)
        return cast("dict[str, Any]", json.loads(self._reader.readline()))

    # Whose ids are whose

    def _load_holders(self) -> None:
        """Read which event has each id that this journal has."""
        with self._loading:
            if self._holders is not None:
                return
            holders = self._holders = {}  # to which ids that come meanwhile are added
            try:
                for digest, event_id in self._pairs():
                    holders.setdefault(event_id, digest)
            except BaseException:  # pragma: no cover – the disk fails, or an interruption
                self._holders = None
                raise

    def _pairs(self) -> Iterator[tuple[str, str]]:
        hashes: dict[int, list[str]] = {}
        with self._path.open("rb") as lines:
            for line in lines:
                record = parse(line) or {}
                if "sent" in record:
                    hashes[record["sent"]] = record["hashes"]
                digests = record.get("hashes") if "found" in record else hashes.pop(record.get("done", 0), [])
                yield from zip(digests or [], record.get("ids") or [], strict=False)

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
                files.write(descriptor, line_of(record))
            except OSError as error:
                self.failure = self._unwritable(error)
                raise self.failure from None
        if is_synced:  # without the lock, so that an event loop that writes a line does not wait for the disk
            try:
                files.sync(descriptor)
            except OSError as error:  # pragma: no cover – the disk fails
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
                if self._refused is None:
                    self._refused = RefusedFile(self._path.with_name(f"{self._path.name}.refused.jsonl"))
                self._refused.add(first, events, error)
            except OSError as problem:
                self.failure = self._unwritable(problem)
                raise self.failure from None
