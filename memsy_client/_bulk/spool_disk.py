"""Seeing to it that what a spool has written outlives the machine's own end."""

from __future__ import annotations

import os
import threading
from pathlib import Path

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
        self._dirty = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def sync_soon(self, path: Path) -> None:
        """Have the file on the disk within a second. Raises `OSError` where it is written at once, and that fails."""
        if not self._dirty.is_set():
            self._dirty.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, args=(path,), name="memsy-spool", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # pragma: no cover – Python 3.12 starts none while the interpreter ends
                self._thread = None
                sync(path)

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._dirty.set()

    def _serve(self, path: Path) -> None:
        try:
            while self._dirty.wait() and not self._stopped.is_set():
                self._dirty.clear()
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
