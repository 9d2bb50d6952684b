"""The file in which a background writer keeps what has no outcome, so that the end of its process loses nothing.

JSON lines, readable by the owner alone: a header, then events (`n`, `event`) and what became of them: `sent` (their
numbers, and when), written before the request leaves; `back`, when they wait again; `done`. The operating system has a
line when its method returns, the disk within a second. What cannot be written for a while, because the disk is full or
fails, is made up for as soon as it can.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path

from .._core.hooks import logger
from ..exceptions import MemsyError, MemsyInputError
from ..models import EventPayload
from .delivery import Entry, UnwritableSpoolError
from .files import FileInUseError, leads_to, lock, open_private, sync_folder, unlock, write
from .spool_disk import TRY_AGAIN_EVERY, Disk
from .spool_lines import Spooled, event_line, header_of, line_of, read

#: Bytes by which the file grows before what is settled is taken out; with nothing unsettled it is emptied anyway.
_LARGEST_GROWTH = 16 * 1024 * 1024


class Spool:
    """The file of one process: the path itself, or the first of `path.1`, `path.2`, … that no other process holds.

    What other processes have left in those that nobody holds any more is taken over. With nothing left in it, it is
    removed in the end.

    Args:
        path: Where.
        base_url: Where the events go; those that were meant for elsewhere are refused.
        entries: Gives all events that may not be settled, for when the file has to be written anew.

    Attributes:
        found: What earlier processes have left. The file has it under the numbers from 0.

    Raises:
        MemsyInputError: It cannot be read or written, is damaged, or is of another address.
    """

    def __init__(self, path: Path, base_url: str, entries: Callable[[], Iterable[Entry]]) -> None:
        self._base_url = base_url
        self._entries = entries
        self._header = header_of(base_url)
        self._file: int | None = None
        self._locks: list[int] = []
        self._size = self._rewritten_size = 0
        self._sent_at: dict[int, float | None] = {}  # of each event that is not settled
        self._unconfirmed: list[int] = []  # the numbers of those that may not have been added
        self._owed: list[int] = []  # the numbers of those that are, which the file does not say yet
        self._is_failing = False
        self._disk = Disk()
        try:
            self.found = self._take_over(Path(os.path.realpath(path)))
        except (OSError, ValueError) as error:  # a path with a NUL
            self.forget()
            problem = getattr(error, "strerror", None) or error
            raise MemsyInputError(f"the spool {path} cannot be used: {problem}") from error
        except BaseException:
            self.forget()
            raise
        # Those that an earlier process has sent: whatever comes of sending them again, they may be stored.
        self._doubts = {number for number, at in self._sent_at.items() if at is not None}

    def append(self, number: int, event: EventPayload) -> None:
        """Keep an event. Raises `UnwritableSpoolError` when it cannot be written, and then nothing of it is."""
        self._unconfirmed.append(number)
        try:
            self._write(event_line(number, event))
        except UnwritableSpoolError:
            self._unconfirmed.remove(number)
            raise
        self._sent_at[number] = None

    def confirm(self, added: Collection[int]) -> None:
        """Settle what is kept and was not added: an interruption came between."""
        unconfirmed, self._unconfirmed = self._unconfirmed, []
        lost = [number for number in unconfirmed if number not in added]
        if lost:  # pragma: no cover – tested in a process of its own
            self.mark_done(lost)

    def mark_sent(self, numbers: Sequence[int], now: float) -> UnwritableSpoolError | None:
        """Note that these events leave now, in Unix time; gives why they must not, as nobody would know of it."""
        if certain := [number for number in numbers if number not in self._doubts]:
            try:
                self._write(line_of(sent=certain, at=now))
            except UnwritableSpoolError as error:
                return error
            self._sent_at.update(dict.fromkeys(certain, now))
        return None

    def mark_back(self, numbers: Sequence[int]) -> None:
        """Note that these events wait again. If it cannot be written, whoever takes them over is the more careful."""
        if certain := [number for number in numbers if self._sent_at[number] and number not in self._doubts]:
            with self._logged():
                self._write(line_of(back=certain))
                self._sent_at.update(dict.fromkeys(certain))

    def mark_done(self, numbers: Sequence[int]) -> None:
        """Note that these events are settled, now or as soon as it can be written."""
        for number in numbers:
            self._sent_at.pop(number, None)
        self._owed += numbers
        with self._logged():
            if not self._sent_at:
                self._empty()
            elif self._size > 2 * self._rewritten_size + _LARGEST_GROWTH:
                self._rewritten_size = self._size  # should it fail, it is tried again when that has doubled
                self._write_anew()
            else:
                self._write(b"")

    def close(self) -> None:
        """Let another process have the file, with what is left in it, which is on the disk then.

        Raises:
            MemsyError: It is not: the disk has failed.
        """
        self._disk.stop()
        try:
            if self._file is not None:  # pragma: no branch – closed meanwhile
                if self._sent_at:
                    self._write(b"")
                with _told_by_us():
                    if self._sent_at:
                        os.fsync(self._file)
                    else:
                        _remove(self._path)
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
        others = [path for path in _written(given) if path != self._path and self._can_hold(path)]
        found = [spooled for path in [self._path, *others] for spooled in read(path, self._base_url)]
        self._sent_at = dict(enumerate(spooled.sent_at for spooled in found))
        self._rewrite(dict(enumerate(spooled.event for spooled in found)))
        for path in others:
            _remove(path)
        while len(self._locks) > 1:
            os.close(self._locks.pop())
        return found

    def _can_hold(self, path: Path) -> bool:
        """Whether no other process holds the file; from then on this one does, until the lock is closed.

        The lock is a file of its own, which is never replaced, and removed only by who holds it.
        """
        name = _lock_of(path)
        while True:
            descriptor = open_private(name)
            try:
                lock(descriptor)
                if leads_to(name, descriptor):
                    self._locks.append(descriptor)
                    return True
            except FileInUseError:
                os.close(descriptor)
                return False
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)  # another process has removed it meanwhile

    def _rewrite(self, events: dict[int, EventPayload]) -> None:
        """Write the file anew, with these events alone; it is there as a whole or not at all."""
        lines = [self._header, *(event_line(number, event) for number, event in events.items())]
        lines += [line_of(sent=[number], at=at) for number, at in self._sent_at.items() if at is not None]
        new = Path(f"{self._path}.new")
        new.unlink(missing_ok=True)
        descriptor = open_private(new, is_new=True)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(descriptor)
        if self._file is not None:  # some systems do not replace a file that is open
            os.close(self._file)
            self._file = None
        try:
            new.replace(self._path)
            sync_folder(self._path.parent)
            self._owed.clear()
        finally:
            self._open()

    def _open(self) -> None:
        try:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            self._size = self._rewritten_size = os.fstat(self._file).st_size
        except OSError as error:
            self._disk.failure = error
            raise

    def _write_anew(self) -> None:
        """Take out of the file what is settled."""
        # In the order in which they were added: another process sends those of a session in the order of the file.
        unsettled = sorted(self._entries(), key=lambda entry: entry.number)
        with _told_by_us():
            self._rewrite({entry.number: entry.event for entry in unsettled if entry.number in self._sent_at})

    def _write(self, line: bytes) -> None:
        """Write a line, after what is owed. Raises `UnwritableSpoolError`, and then the file is as it was."""
        if self._disk.failure is not None:
            self._replace_disk(self._disk.failure)
        if self._file is None:
            raise MemsyError("the spool is closed")  # pragma: no cover – as the process ends
        data = (line_of(done=self._owed) if self._owed else b"") + line
        if not data:
            return
        with _told_by_us():
            self._size = os.fstat(self._file).st_size  # an interruption may have kept us from counting
            try:
                write(self._file, data)
                self._disk.sync_soon(self._path)
            except BaseException:
                self._truncate(self._size)  # so that no line is a part of one, but the last
                raise
        self._owed.clear()

    def _truncate(self, size: int) -> None:
        assert self._file is not None
        try:
            os.ftruncate(self._file, size)
        except OSError as error:
            self._disk.failure = error  # so that it is written anew before anything is added
            raise

    def _replace_disk(self, failure: OSError) -> None:
        """Write all anew that a disk may have lost when it failed. Raises `UnwritableSpoolError` while it fails."""
        now = time.monotonic()
        if now - self._disk.failed_at < TRY_AGAIN_EVERY:
            raise _unwritable(failure)
        self._disk.failed_at = now
        self._write_anew()
        self._disk = Disk()

    def _empty(self) -> None:
        if self._file is not None:  # pragma: no branch – closed meanwhile
            with _told_by_us():
                self._truncate(len(self._header))
                self._size = self._rewritten_size = len(self._header)
                self._owed.clear()
                self._disk.sync_soon(self._path)

    @contextlib.contextmanager
    def _logged(self) -> Iterator[None]:
        """Log what cannot be written, once until something can."""
        try:
            yield
        except UnwritableSpoolError as error:
            if not self._is_failing:
                logger.warning("%s; what it does not say now may be sent once more by another process", error)
            self._is_failing = True
        else:
            self._is_failing = False


def _unwritable(error: OSError) -> UnwritableSpoolError:
    return UnwritableSpoolError(f"the spool cannot be written: {error.strerror or error}")


@contextlib.contextmanager
def _told_by_us() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unwritable(error) from error


def _names(given: Path) -> Iterator[Path]:
    yield given
    for number in count(1):  # pragma: no branch – without an end
        yield Path(f"{given}.{number}")


def _written(given: Path) -> list[Path]:
    """The files that are there under the path's names."""
    numbered = re.compile(re.escape(given.name) + r"(?:\.([1-9][0-9]*))?")
    found = [(int(match[1] or 0), path) for path in given.parent.iterdir() if (match := numbered.fullmatch(path.name))]
    return [path for _, path in sorted(found)]


def _lock_of(path: Path) -> Path:
    return Path(f"{path}.lock")


def _remove(path: Path) -> None:
    """Take away a file that has nothing in it any more, and its lock, by who holds that."""
    if sys.platform == "win32":  # which keeps what is open
        os.truncate(path, 0)
        return
    path.unlink(missing_ok=True)
    _lock_of(path).unlink(missing_ok=True)
