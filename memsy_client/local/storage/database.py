"""The database: one writer that commits together what waits together, and readers beside it.

A durable write returns once its transaction is on the disk (WAL with synchronous=FULL). Writers that arrive while
another is committing are committed by the next transaction all at once, so that one flush of the disk serves them all.
What can be made again after a power cut (processing, strengths, usage counts) does not wait for the flush.

A second server is refused, by whatever name it opens the file. A file that was removed, moved or replaced while it is
open takes no more writes: what is in it would be lost. Nor does one that something else was written over, as far as
its header tells: the number of pages, the list of free ones, and the version of the schema. The header's counter of
changes stands still while the log is in use, so that a copy with as many pages is not noticed. What another process
writes (the sqlite3 shell, or a checkpoint by a tool that replicates the file) counts as written over, until a restart.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Generic, TypeVar, cast
from urllib.parse import quote

from ..progress import Progress
from ..retrieval import index
from ..retrieval.stem import stemmer_name
from . import digests, indexing, schema, sql_functions
from .file_lock import FileInUseError, FileLock

T = TypeVar("T")

LEAST_SPACE = 1024 * 1024
"""Bytes that have to be free on a disk that is not full."""

CHECKPOINT_PAGES = 4000
"""Pages of the log, 4 KiB each, from which on they are written to the file; what is in the log is on the disk, too."""

PROBE_SIZE = 64 * 1024
"""Bytes that are written to see whether there is room again."""


_OWNER = slice(68, 72)
"""Where in the header the application's id is (sqlite.org/fileformat2.html, 1.3).

Before the log was first written to the file, there is none.
"""

_OURS = schema.APPLICATION_ID.to_bytes(4, "big")


class DatabaseRefused(Exception):
    """A database file cannot be used; the message says why in one line."""


class FileLostError(sqlite3.OperationalError):
    """The database's file was removed, moved, replaced or written over while it was open."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} was removed, moved, replaced or written over; nothing more is stored")


class _Task(Generic[T]):
    """One piece of work that waits for a transaction."""

    def __init__(self, work: Callable[[sqlite3.Connection], T], durable: bool) -> None:
        self.work = work
        self.durable = durable
        self.done = False
        self.value: T | None = None
        self.error: BaseException | None = None

    def run(self, connection: sqlite3.Connection) -> None:
        self.value = self.work(connection)

    def outcome(self) -> T:
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


class Store:
    """An open database.

    Args:
        path: The file, made when it is not there; None or ":memory:" keeps everything in memory.

    Raises:
        DatabaseRefused: The file cannot be read or written, is in use, is not a database of this server, or was made
            by a newer release.
        ImportError: The stemmer is not installed; the message says what to install.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        # First of all, so that a missing package leaves no empty file behind.
        stemmer_name()
        path = _file(path)
        self._tasks: deque[_Task[Any]] = deque()
        self._writing = threading.RLock()
        self._readers: deque[sqlite3.Connection] = deque()
        self._synchronous = ""
        self._closed = False
        self._failure: str | None = None
        self._log_identity: int | None = None
        self._is_overwritten = False
        # Whether this store may have changed the header since it was last read.
        self._may_have_changed_head = False
        self._lock = None if path is None else _lock(path)
        self.path: Path | None = None if self._lock is None else self._lock.path
        try:
            self._writer = self._open()
        except BaseException:
            self._unlock(discard=True)
            raise
        self._head = b"" if self._lock is None else self._lock.head()

    def close(self) -> None:
        """Close every connection, and let another process have the file."""
        with self._writing:
            # A reader that is still at work is closed when it is done.
            self._closed = True
            self._close_readers()
            self._writer.close()
            self._unlock()

    def _unlock(self, *, discard: bool = False) -> None:
        if self._lock is None:
            return
        if discard and self._lock.is_new and self._lock.is_same():
            self._lock.path.unlink()  # pragma: no cover – a new file that cannot be used
        self._lock.release()
        self._lock = None

    def _close_readers(self) -> None:
        while self._readers:
            self._readers.pop().close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one moment of the database, for reading only."""
        if self.path is None or not self._has_its_file():
            # An in-memory database lives in its one connection, which the writers use too; a lost one in those it has.
            with self._writing:
                yield self._writer
            return
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = self._connect()
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.rollback()
            self._readers.append(connection)
            if self._closed:
                self._close_readers()

    def write(self, work: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> T:
        """Run `work` in a transaction and return what it returned, once it is committed.

        Args:
            work: Gets the connection. It may be committed together with others' work, and is undone on its own when
                it raises.
            durable: Wait until the disk has it.

        Raises:
            sqlite3.Error: The transaction failed; nothing of `work` was stored.
        """
        task = _Task(work, durable)
        self._tasks.append(task)
        with self._writing:
            if not task.done:
                self._commit_waiting()
        return task.outcome()

    def trouble(self) -> str | None:
        """Why nothing can be stored; None when something can, as it was found when something was last stored.

        After a failure, this tries again.
        """
        if not self._has_its_file():
            return "lost: the file was removed, moved or replaced"
        if self._writing.acquire(blocking=False):  # pragma: no branch – another thread stores at that moment
            # Else it is being written to, and the next commit looks.
            try:
                with suppress(FileLostError):
                    self._check_content()
            except OSError as error:
                return f"failing: {error.strerror}"
            finally:
                self._writing.release()
        if self._is_overwritten:
            return "lost: something else was written over the file"
        if self._failure is not None:
            self._try_again()
        if self._failure is not None:
            return f"failing: {self._failure}"
        if self.path is not None and shutil.disk_usage(self.path.parent).free < LEAST_SPACE:
            return "failing: the disk is full"
        return None

    def _try_again(self) -> None:
        def fill(connection: sqlite3.Connection) -> None:
            connection.execute("CREATE TABLE IF NOT EXISTS probe (filling BLOB)")
            connection.execute("INSERT INTO probe VALUES (zeroblob(?))", (PROBE_SIZE,))

        with suppress(sqlite3.Error):
            self.write(fill, durable=False)
            self.write(lambda connection: connection.execute("DROP TABLE probe"), durable=False)

    def _has_its_file(self) -> bool:
        """Whether the file, and the log with what is not yet in it, are where the next start looks for them."""
        lock, found = self._lock, self._identify_log()
        if lock is None:
            return True
        # The log is made by the first connection that uses the file, and stays until the last is closed.
        self._log_identity = self._log_identity or found
        return lock.is_same() and found == self._log_identity

    def _identify_log(self) -> int | None:
        try:
            return None if self.path is None else os.stat(f"{self.path}-wal").st_ino  # noqa: PTH116
        except OSError:
            return None

    def _check_file(self) -> None:
        if not self._has_its_file():
            assert self.path is not None
            raise FileLostError(self.path)

    def _check_content(self) -> None:
        """Check that nobody else has written to the file, as `cp` over it does.

        Raises:
            FileLostError: Somebody has.
            OSError: The file cannot be read.
        """
        if self._lock is None or self.path is None:
            return
        head = self._lock.head()
        if self._may_have_changed_head and head[_OWNER] in (_OURS, self._head[_OWNER]):
            self._head = head
        self._may_have_changed_head = False
        if head != self._head:
            self._is_overwritten = True
        if self._is_overwritten:
            raise FileLostError(self.path)

    def reset(self) -> None:
        """Empty the database."""

        def renew(connection: sqlite3.Connection) -> None:
            schema.drop(connection)
            schema.create(connection)

        self.write(renew)

    def _commit_waiting(self) -> None:
        tasks: list[_Task[Any]] = []
        while self._tasks:
            tasks.append(self._tasks.popleft())
        try:
            self._commit(tasks)
        except BaseException as error:
            for task in tasks:
                task.error = task.error or error
        finally:
            failures = (str(task.error) for task in tasks if isinstance(task.error, sqlite3.OperationalError))
            self._failure = next(failures, None)
            for task in tasks:
                task.done = True

    def _commit(self, tasks: list[_Task[Any]]) -> None:
        self._check_file()
        try:
            self._check_content()
        except OSError as error:
            raise sqlite3.OperationalError(f"{self.path} cannot be read: {error.strerror}") from error
        self._set_synchronous("FULL" if any(task.durable for task in tasks) else "NORMAL")
        connection = self._writer
        connection.execute("BEGIN IMMEDIATE")
        try:
            for task in tasks:
                self._run(task, alone=len(tasks) == 1)
            # It may write the log to the file. Noted before, because a signal handler may raise as it returns.
            self._may_have_changed_head = True
            connection.execute("COMMIT")
        except BaseException:
            # SQLite has already rolled back by itself after some errors, a full disk among them.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        # A header that cannot be read now is read before the next transaction: this one is on the disk.
        with suppress(OSError):
            self._check_content()
        self._check_file()

    def _run(self, task: _Task[Any], *, alone: bool) -> None:
        if alone:
            task.run(self._writer)
            return
        self._writer.execute("SAVEPOINT task")
        try:
            task.run(self._writer)
        except BaseException as error:
            if not self._writer.in_transaction:
                raise  # pragma: no cover – the disk fails
            task.error = error
            self._writer.execute("ROLLBACK TO task")
        self._writer.execute("RELEASE task")

    def _set_synchronous(self, level: str) -> None:
        if level != self._synchronous:
            self._writer.execute(f"PRAGMA synchronous = {level}")
            self._synchronous = level

    def _connect(self) -> sqlite3.Connection:
        # Never a new file in the place of one that is gone.
        target = "file::memory:" if self.path is None else f"file:{quote(os.fsencode(self.path))}?mode=rw"
        # Connections move between threads; a lock or the pool sees to it that only one has it at a time.
        connection = sqlite3.connect(target, isolation_level=None, check_same_thread=False, timeout=10, uri=True)
        try:
            # As many connections as requests at once: a large cache each would add up, and the system caches the file.
            connection.execute("PRAGMA cache_size = -4000")
            sql_functions.register(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _open(self) -> sqlite3.Connection:
        if self.path is None:
            connection = self._connect()
            _prepare(connection, "making the tables")
            return connection
        try:
            connection = self._connect()
            try:
                _check(connection, self.path)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA journal_size_limit = 67108864")
                # A page that many transactions change is written to the file, and the file flushed, once for all.
                connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
                # There is one writer, whose cache outlives its transactions: the pages that each of them changes stay
                # in it, and are not read again for each.
                connection.execute("PRAGMA cache_size = -64000")
                _prepare(connection, f"bringing {self.path} up to date")
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            raise DatabaseRefused(f"{self.path}: cannot be used as a database: {error}") from error
        return connection


def _file(path: str | os.PathLike[str] | None) -> Path | None:
    """The file that a path names, None for memory."""
    if path is None or os.fspath(path) == ":memory:":
        return None
    if not os.fspath(path):
        raise DatabaseRefused("the path of the database is empty")
    # Absolute, so that SQLite reads no `file:` name as a URI, and readers opened later find the same file.
    found = Path(path).absolute()
    if found.is_dir():
        raise DatabaseRefused(f"{found}: is a directory")
    return found


def _prepare(connection: sqlite3.Connection, work: str) -> None:
    """Make the tables in a new database; upgrade an older one, and index it anew where that is needed.

    The transaction also finds out now whether the file can be written at all.
    """
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        schema.create(connection)
    else:
        progress = Progress(work)
        if version < schema.VERSION:
            schema.upgrade(connection, progress)
        if version < schema.FIRST_WITH_THESE_DIGESTS:
            digests.renew(connection)
        if version < schema.FIRST_WITH_STEMMER or not index.is_current(connection):
            indexing.rebuild(connection, progress)
        elif version < schema.FIRST_WITH_STATES:
            index.renew_rows(connection, progress, have_tokens=version < schema.FIRST_WITHOUT_TOKENS)
        # Not before: what renames a table in an upgrade would have its new name followed.
        schema.follow_states(connection)
    connection.execute("COMMIT")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is not ours; an empty one is fine."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != schema.APPLICATION_ID and (application or version or tables):
        raise DatabaseRefused(f"{path}: is a database of another application")
    if version > schema.VERSION:
        raise DatabaseRefused(
            f"{path}: was made by a newer release (its version is {version}, this one reads up to {schema.VERSION})"
        )


def _lock(path: Path) -> FileLock:
    try:
        return FileLock(path)
    except FileInUseError as error:
        raise DatabaseRefused(f"{path}: is in use by another server") from error
    except OSError as error:
        raise DatabaseRefused(f"{path}: cannot be opened: {error.strerror}") from error
