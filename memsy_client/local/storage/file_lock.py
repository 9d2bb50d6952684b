"""One server a file, by whatever name each opens it, and whether the file is still the one that was opened."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

_Identity = tuple[int, int]
"""The device and the number of a file there, which a rename does not change."""

# The file itself, so that a link to it is no way around. Elsewhere such a lock would meet SQLite's own.
_LOCKS_THE_FILE = sys.platform.startswith("linux")

HEAD_SIZE = 100
"""Bytes of the header of an SQLite file, which have its size, its schema's version and a counter of its changes."""

_held: set[_Identity] = set()
_holding = threading.Lock()


class FileInUseError(Exception):
    """Another server has the file."""


class FileLock:
    """Holds a database file, which is made when it is not there, from construction until `release`.

    The system takes the lock away when its owner dies, however it dies.

    Args:
        path: The file, or a link to it.

    Attributes:
        path: The file itself.
        is_new: Whether the file was made here.

    Raises:
        FileInUseError: Another server has it.
        OSError: It cannot be opened for writing.
    """

    def __init__(self, path: Path) -> None:
        self._given = path
        self.path: Path = Path(os.path.realpath(path))
        self.is_new: bool = False
        with _holding:
            # Not even opened when it is held: closing it again would take SQLite's locks away from this process.
            if self.path.exists() and _identity(self.path) in _held:
                raise FileInUseError
            self._descriptor = self._open()
            self._identity = _identity(self.path)
            _held.add(self._identity)

    def release(self) -> None:
        """Let another server have the file."""
        with _holding:
            _held.discard(self._identity)
            os.close(self._descriptor)

    def is_same(self) -> bool:
        """Whether the path that was given still leads to the file."""
        try:
            return _identity(self._given) == self._identity
        except OSError:
            return False

    def head(self) -> bytes:
        """The header of the database, as it is in the file; empty where the lock is on another file."""
        if not _LOCKS_THE_FILE:  # pragma: no cover – Windows
            return b""
        return os.pread(self._descriptor, HEAD_SIZE, 0)

    def _open(self) -> int:
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
            self.is_new = True
        except FileExistsError:
            descriptor = os.open(self.path, os.O_RDWR)
        if not _LOCKS_THE_FILE:  # pragma: no cover – Windows
            os.close(descriptor)
            descriptor = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock_exclusively(descriptor)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, (BlockingIOError, PermissionError)):
                raise FileInUseError from error
            raise  # pragma: no cover – the disk fails
        return descriptor


def _identity(path: Path) -> _Identity:
    found = path.stat()
    return found.st_dev, found.st_ino


if sys.platform == "win32":
    import msvcrt

    def _lock_exclusively(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock_exclusively(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
