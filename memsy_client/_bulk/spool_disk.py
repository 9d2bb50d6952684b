"""Seeing to it that what a spool has written outlives the machine's own end."""

from __future__ import annotations

import contextlib
import os
import threading
from functools import partial
from pathlib import Path

from .._core.threads import try_start
from .interruptions import run_elsewhere

#: Seconds between two writes to the disk, well within the second that a power cut may cost.
_SYNC_EVERY = 0.5

#: Seconds between two attempts to go on after the disk has failed.
TRY_AGAIN_EVERY = 1.0


class Disk:
    """A thread that writes to the disk what the operating system has of a file, soon after it got it.

    Attributes:
        failure: Why it has ended, or None.
        failed_at: When somebody last found out that the disk still fails, on the monotonic clock.
    """

    def __init__(self) -> None:
        self.failure: OSError | None = None
        self.failed_at = -TRY_AGAIN_EVERY
        self._clean = threading.Lock()  # locked while there is nothing to do; an interruption may break an `Event`
        self._clean.acquire()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def sync_soon(self, path: Path) -> None:
        """Have the file on the disk within a second. Raises `OSError` where it is written at once, and that fails."""
        self._wake()
        if self._thread is None:
            run_elsewhere(partial(self._start, path))
            if self._thread is None:  # Python 3.12 starts none while the interpreter ends
                sync(path)

    def _start(self, path: Path) -> None:
        thread = threading.Thread(target=self._serve, args=(path,), name="memsy-spool", daemon=True)
        if try_start(thread):
            self._thread = thread  # pragma: no cover – in a thread that no measure of coverage follows

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._wake()

    def _wake(self) -> None:
        if self._clean.locked():
            with contextlib.suppress(RuntimeError):  # another thread was faster
                self._clean.release()

    def _serve(self, path: Path) -> None:
        try:
            while self._clean.acquire() and not self._stopped.is_set():
                sync(path)
                self._stopped.wait(_SYNC_EVERY)
        except OSError as error:
            self.failure = error


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)  # by its name: the file may be another by now, which is on the disk already
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
