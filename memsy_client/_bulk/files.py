"""Files that hold what is a user's own: readable by nobody else, and in use by one process at a time."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

#: Readable and writable by the owner alone.
_PRIVATE = 0o600


class FileInUseError(OSError):
    """Somebody else has the file, in this process or in another."""


def open_private(path: str | os.PathLike[str], *, is_new: bool = False) -> int:
    """The descriptor of a file of the owner's alone (mode 0600, whatever the umask), to read and write.

    It is made when it is not there; with `is_new` it must not be.

    Raises:
        OSError: It cannot be opened or made, or is no ordinary file.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | (os.O_EXCL if is_new else 0)
    descriptor = os.open(path, flags, _PRIVATE)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no ordinary file")
        if sys.platform != "win32" and stat.S_IMODE(found.st_mode) != _PRIVATE:
            os.fchmod(descriptor, _PRIVATE)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def lock(descriptor: int) -> None:
    """Hold the file until the descriptor is closed. The system ends it when its owner dies, however it dies.

    Raises:
        FileInUseError: Somebody else holds it.
        OSError: It cannot be locked.
    """
    try:
        _lock_exclusively(descriptor)
    except (BlockingIOError, PermissionError) as error:
        raise FileInUseError("it is in use") from error


def unlock(descriptor: int) -> None:
    """Let go of the file at once, which a forked child may hold for a moment more: it has a copy of the descriptor.

    Raises:
        OSError: The descriptor is closed.
    """
    _unlock(descriptor)


def leads_to(path: Path, descriptor: int) -> bool:
    """Whether the path still leads to the file: what is written would be lost otherwise.

    Raises:
        OSError: Nobody can tell.
    """
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def write(descriptor: int, data: bytes) -> None:
    """Write all of it.

    Raises:
        OSError: It cannot be written; a part of it may be.
    """
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


#: Sees to it that what was written outlives the machine's own end.
sync = getattr(os, "fdatasync", os.fsync)


def sync_folder(path: Path) -> None:
    """See to it that a file that was made in the folder is still there after a power cut.

    Raises:
        OSError: The folder cannot be opened.
    """
    if sys.platform == "win32":  # which has no way to ask for it
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    #: Beyond what such a file holds: elsewhere the lock would keep its owner from reading, too.
    _LOCKED_BYTE = 2**31 - 2

    def _lock_exclusively(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

    def _unlock(descriptor: int) -> None:
        """Nothing: there are no forks, and closing the file is enough."""
else:
    import fcntl

    def _lock_exclusively(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
