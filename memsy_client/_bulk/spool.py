"""The file in which a background writer keeps what has no outcome, so that the end of its process loses nothing.

JSON lines, readable by the owner alone: a header, then events (`n`, `event`) and what became of them: `sent` (their
numbers, and when), written before the request leaves; `back`, when they wait again; `done`. The operating system has a
line when its method returns, the disk within a second.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, takewhile
from pathlib import Path
from typing import Any, NamedTuple

from .._core import codec
from ..exceptions import MemsyDecodeError, MemsyError, MemsyInputError
from ..models import EventPayload
from .delivery import Entry
from .files import FileInUseError, lock, open_private, sync_folder, unlock, write

_VERSION = 1

#: Seconds between two writes to the disk, well within the second that a power cut may cost.
_SYNC_EVERY = 0.5

#: Bytes by which the file grows before what is settled is taken out; with nothing unsettled it is emptied anyway.
_LARGEST_GROWTH = 16 * 1024 * 1024


class Spooled(NamedTuple):
    """An event that an earlier process has left.

    Attributes:
        event: The event.
        sent_at: When it was sent without an answer, in Unix time, or None when it was not.
    """

    event: EventPayload
    sent_at: float | None


class Spool:
    """The file of one process: the path itself, or the first of `path.1`, `path.2`, … that no other process holds.

    What other processes have left in those that nobody holds any more is taken over.

    Args:
        path: Where.
        base_url: Where the events go; those that were meant for elsewhere are refused.

    Attributes:
        found: What earlier processes have left. The file has it under the numbers from 0.

    Raises:
        MemsyInputError: It cannot be read or written, is damaged, or is of another address.
    """

    def __init__(self, path: Path, base_url: str) -> None:
        self._base_url = base_url
        self._header = codec.dumps({"memsy_spool": _VERSION, "base_url": base_url}) + b"\n"
        self._file: int | None = None
        self._locks: list[int] = []
        self._size = self._rewritten_size = 0
        self._sent_at: dict[int, float | None] = {}  # of each event that is not settled
        self._disk = _Disk()
        try:
            self.found = self._take_over(Path(os.path.realpath(path)))
        except (OSError, ValueError) as error:  # a path with a NUL
            self.forget()
            problem = getattr(error, "strerror", None) or error
            raise MemsyInputError(f"the spool {path} cannot be used: {problem}") from error
        except MemsyError:
            self.forget()
            raise
        # Those that an earlier process has sent: whatever comes of sending them again, they may be stored.
        self._doubts = {number for number, at in self._sent_at.items() if at is not None}

    def append(self, number: int, event: EventPayload) -> None:
        """Keep an event. Raises `MemsyError` when it cannot be written, and then nothing of it is."""
        self._write(_event_line(number, event))
        self._sent_at[number] = None

    def mark_sent(self, numbers: Sequence[int], now: float) -> None:
        """Note that these events leave now, in Unix time. Raises `MemsyError` when it cannot be written."""
        if certain := [number for number in numbers if number not in self._doubts]:
            self._write(_line(sent=certain, at=now))
            self._sent_at.update(dict.fromkeys(certain, now))

    def mark_back(self, numbers: Sequence[int]) -> None:
        """Note that these events wait again. Raises `MemsyError` when it cannot be written."""
        if certain := [number for number in numbers if number not in self._doubts]:
            self._write(_line(back=certain))
            self._sent_at.update(dict.fromkeys(certain))

    def mark_done(self, numbers: Sequence[int], entries: Callable[[], Iterable[Entry]]) -> None:
        """Note that these events are settled.

        Args:
            numbers: Their numbers.
            entries: Gives all events that may not be settled, for when the file has grown too large.

        Raises:
            MemsyError: It cannot be written.
        """
        for number in numbers:
            self._sent_at.pop(number, None)
        if not self._sent_at:
            self._empty()
            return
        self._write(_line(done=numbers))
        if self._size > 2 * self._rewritten_size + _LARGEST_GROWTH:
            # In the order in which they were added: another process sends those of a session in the order of the file.
            unsettled = sorted(entries(), key=lambda entry: entry.number)
            left = {entry.number: entry.event for entry in unsettled if entry.number in self._sent_at}
            with _told_by_us():
                self._rewrite(left)

    def close(self) -> None:
        """Let another process have the file, with what is left in it, which is on the disk then.

        Raises:
            MemsyError: It is not: the disk has failed.
        """
        self._disk.stop()
        try:
            if self._file is not None:  # pragma: no branch – closed meanwhile
                with _told_by_us():
                    os.fsync(self._file)
        finally:
            for descriptor in self._locks:
                unlock(descriptor)
            self.forget()

    def forget(self) -> None:
        """Let go of the file without touching it, nor any lock: in a forked child it is still the parent's."""
        for descriptor in [self._file, *self._locks]:
            if descriptor is not None:
                os.close(descriptor)
        self._file = None
        self._locks = []

    def _take_over(self, given: Path) -> list[Spooled]:
        self._path = next(path for path in _names(given) if self._can_hold(path))
        others = [path for path in takewhile(Path.exists, _names(given)) if self._can_hold(path)]
        found = [spooled for path in [self._path, *others] for spooled in self._read(path)]
        self._sent_at = dict(enumerate(spooled.sent_at for spooled in found))
        self._rewrite(dict(enumerate(spooled.event for spooled in found)))
        for path in others:
            os.truncate(path, 0)
        while len(self._locks) > 1:
            os.close(self._locks.pop())
        return found

    def _can_hold(self, path: Path) -> bool:
        """Whether no other process holds the file; from then on this one does, until the lock is closed.

        The lock is a file of its own, which is never replaced nor removed: so nobody holds one that has lost its name.
        """
        descriptor = open_private(f"{path}.lock")
        try:
            lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, FileInUseError):
                return False
            raise  # pragma: no cover – the disk fails
        self._locks.append(descriptor)
        return True

    def _read(self, path: Path) -> list[Spooled]:
        try:
            *lines, _ = path.read_bytes().split(b"\n")  # after the last line end there is nothing, or a torn line
        except FileNotFoundError:
            return []
        events: dict[int, EventPayload] = {}
        sent_at: dict[int, float | None] = {}
        for position, line in enumerate(lines, 1):
            try:
                data = codec.loads(line)
                if position == 1:
                    self._check_header(path, data)
                else:
                    _apply(data, events, sent_at)
            except (MemsyDecodeError, AttributeError, KeyError, TypeError) as error:
                raise MemsyInputError(f"line {position} of the spool {path} is damaged") from error
        return [Spooled(event, sent_at.get(number)) for number, event in events.items()]

    def _check_header(self, path: Path, header: Any) -> None:
        if header["memsy_spool"] != _VERSION:
            raise MemsyInputError(f"the spool {path} is of another version of this package")
        if header["base_url"] != self._base_url:
            raise MemsyInputError(f"the spool {path} holds events for {header['base_url']}, not {self._base_url}")

    def _rewrite(self, events: dict[int, EventPayload]) -> None:
        """Write the file anew, with these events alone; it is there as a whole or not at all."""
        lines = [self._header, *(_event_line(number, event) for number, event in events.items())]
        lines += [_line(sent=[number], at=at) for number, at in self._sent_at.items() if at is not None]
        new = Path(f"{self._path}.new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(descriptor)
        if self._file is not None:
            os.close(self._file)
            self._file = None
        new.replace(self._path)
        sync_folder(self._path.parent)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        self._size = self._rewritten_size = sum(map(len, lines))

    def _write(self, line: bytes) -> None:
        if self._file is None:
            raise MemsyError("the spool is closed")  # pragma: no cover – as the process ends
        with _told_by_us():
            try:
                write(self._file, line)
                self._disk.sync_soon(self._path)
            except OSError:
                os.ftruncate(self._file, self._size)  # so that no line is a part of one, but the last
                raise
        self._size += len(line)

    def _empty(self) -> None:
        if self._file is not None:  # pragma: no branch – closed meanwhile
            with _told_by_us():
                os.ftruncate(self._file, len(self._header))
                self._size = self._rewritten_size = len(self._header)
                self._disk.sync_soon(self._path)


@contextlib.contextmanager
def _told_by_us() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MemsyError(f"the spool cannot be written: {error.strerror or error}") from error


class _Disk:
    """A thread that writes to the disk what the operating system has of a file, soon after it got it."""

    def __init__(self) -> None:
        self._dirty = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: OSError | None = None

    def sync_soon(self, path: Path) -> None:
        """Have the file on the disk within a second. Raises `OSError` when that has failed before."""
        if self._failure is not None:
            raise self._failure
        if not self._dirty.is_set():
            self._dirty.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, args=(path,), name="memsy-spool", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # pragma: no cover – Python 3.12 starts none while the interpreter ends
                self._thread = None
                _sync(path)

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._dirty.set()

    def _serve(self, path: Path) -> None:
        try:
            while self._dirty.wait() and not self._stopped.is_set():
                self._dirty.clear()
                _sync(path)
                self._stopped.wait(_SYNC_EVERY)
        except OSError as error:
            self._failure = error


def _names(given: Path) -> Iterator[Path]:
    yield given
    for number in count(1):  # pragma: no branch – without an end
        yield Path(f"{given}.{number}")


def _line(**fields: Any) -> bytes:
    return codec.dumps(fields) + b"\n"


def _event_line(number: int, event: EventPayload) -> bytes:
    return _line(n=number, event=event)


def _apply(data: Any, events: dict[int, EventPayload], sent_at: dict[int, float | None]) -> None:
    """Take one line of a file into account."""
    if "event" in data:
        events[data["n"]] = EventPayload.from_dict(data["event"])
    elif "sent" in data:
        sent_at.update(dict.fromkeys(data["sent"], data["at"]))
    elif "back" in data:
        sent_at.update(dict.fromkeys(data["back"]))
    else:
        for number in data["done"]:
            events.pop(number, None)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)  # by its name: the file may be another by now, which is on the disk already
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
