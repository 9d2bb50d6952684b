"""The command `memsy-client`: serve, export and import.

Exit codes: 0 on success, 2 on an error, which is told in one line, 130 on Ctrl-C (which `serve` takes as its end).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import secrets
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, TextIO

from .._version import __version__
from ..local.background import Background
from ..local.http.admin import describe
from ..local.http.names import is_loopback
from ..local.http.recording import ReceivedRequest
from ..local.local_memsy import LOCAL_API_KEY, LocalMemsy
from ..local.storage.database import DatabaseRefused, Store
from ..local.transfer import TransferError, export_lines, import_lines
from .failures import CommandError
from .keys import read_secret

DEFAULT_PORT = 8787
DEFAULT_DATA = Path("memsy.db")
KEPT_REQUESTS = 1000
MEMORY = ":memory:"

LOG_LIMIT = 1024 * 1024
"""Characters of the log that wait for its reader; further lines are left out."""

LOGGED_URL = 1000
"""Characters of a URL that are logged."""

LAST_LINES = 1.0
"""Seconds that a reader of the log gets for its last lines."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    try:
        options = _parser().parse_args(arguments)
        options.run(options)
    except (CommandError, DatabaseRefused, TransferError, ImportError) as error:
        return _report(str(error))
    except sqlite3.Error as error:
        return _report(f"the database failed: {error}")
    except KeyboardInterrupt:
        _report("interrupted")
        return 130
    finally:
        _flush_output()
    return 0


def _report(reason: str) -> int:
    # A reason may quote a file that is read, and line feeds with it.
    print(f"memsy-client: {' '.join(reason.split())}", file=sys.stderr)
    return 2


def _flush_output() -> None:  # pragma: no cover – as a process ends whose output is gone
    """Flush standard output; what it does not take is dropped, which Python would otherwise report at its exit."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        devnull = os.open(os.devnull, os.O_WRONLY)
        with contextlib.suppress(OSError):
            os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)


def _path(text: str) -> Path:
    if not text:
        raise CommandError("the path of a file is empty")
    return Path(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="memsy-client",
        description="A Memsy on this machine, for development and tests.",
        epilog="memsy-client check [--json] [--write] holds any server against the contract.",
    )
    parser.add_argument("--version", action="version", version=f"memsy-client {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    serve = commands.add_parser("serve", help="run a server", description="Run a Memsy server until it is stopped.")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    serve.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="the port; 0 takes a free one (default: %(default)s)"
    )
    storage = serve.add_mutually_exclusive_group()
    storage.add_argument("--data", type=_path, default=DEFAULT_DATA, help="the database file (default: %(default)s)")
    storage.add_argument("--memory", action="store_true", help="keep everything in memory, and lose it at the end")
    serve.add_argument("--org", default="local", help="the organisation that the key opens (default: %(default)s)")
    key = serve.add_mutually_exclusive_group()
    key.add_argument("--key", help="the API key to accept (default: a well-known one, or a new one beyond loopback)")
    key.add_argument("--key-file", metavar="FILE", help="read it from FILE, or with - from standard input")
    serve.add_argument("--seed", help="any text; the same one gives the same ids")
    serve.add_argument(
        "--log-requests", type=_path, metavar="FILE", help="append each request to FILE as a JSON line, without its key"
    )
    serve.set_defaults(run=_serve)
    export = commands.add_parser("export", help="write a database as JSON lines")
    export.add_argument("--data", type=_path, default=DEFAULT_DATA, help="the database file (default: %(default)s)")
    export.add_argument("--output", type=_path, help="the file to write (default: standard output)")
    export.set_defaults(run=_export)
    import_ = commands.add_parser("import", help="make a database from JSON lines")
    import_.add_argument(
        "--data", type=_path, default=DEFAULT_DATA, help="the database file to make (default: %(default)s)"
    )
    import_.add_argument("--input", type=_path, help="the file to read (default: standard input)")
    import_.set_defaults(run=_import)
    return parser


def _serve(options: argparse.Namespace) -> None:
    try:
        from ..local.http import listener  # noqa: F401 - to say what is missing before a file is made
    except ImportError as error:  # pragma: no cover – the packages are an extra
        raise CommandError(f"serving needs more packages: pip install 'memsy-client[local]' ({error})") from error
    loopback = is_loopback(options.host)
    for name in ("host", "org"):
        if not getattr(options, name).strip():
            raise CommandError(f"--{name} is empty")
    key = read_secret(options.key_file, "API key") if options.key_file is not None else options.key
    if key is None:
        key = LOCAL_API_KEY if loopback else f"msy_{secrets.token_hex(32)}"
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    out = _Output(sys.stdout)
    with _logging_to_stderr(), _request_log(options.log_requests, out) as log:
        with _started(options, key) as memsy:
            memsy.engine.on_request = log
            _announce(out, memsy, options, loopback=loopback)
            while not stopped.is_set():
                stopped.wait(0.5)  # on some systems a signal does not interrupt a wait without a timeout
        memsy.engine.flush(LAST_LINES)
    out.print("stopped")
    out.flush()


class _Output:
    """A stream that a thread of its own writes: a reader that does not read must not hold up the server."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lines = Background(
            "memsy-output", self._write, LOG_LIMIT, len, lambda number: f"# {number} lines left out\n"
        )

    def print(self, line: str) -> None:
        """Write a line as soon as there is a reader; returns at once."""
        self._lines.put(f"{line}\n")

    def flush(self) -> None:
        """Let the reader have the last lines, if it reads."""
        self._lines.flush(LAST_LINES)

    def _write(self, text: str) -> None:
        if self._stream is None:  # pragma: no cover – a process without output
            return
        # The reader of the log may be gone, or the disk full; the server goes on.
        with contextlib.suppress(OSError, ValueError):
            data = text.encode(self._stream.encoding or "utf-8", "backslashreplace")
            try:
                descriptor = self._stream.fileno()
            except OSError:  # pragma: no cover – a stream without a descriptor
                self._stream.write(text)
                self._stream.flush()
                return
            # Past the stream's own buffer, whose lock would be waited for at the exit of the process.
            while data:
                data = data[os.write(descriptor, data) :]


class _LogHandler(logging.Handler):
    def __init__(self, output: _Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        self._output.print(self.format(record))


@contextlib.contextmanager
def _logging_to_stderr() -> Iterator[None]:
    """Write what is logged to standard error without waiting for it, unless the process has a way of its own."""
    root = logging.getLogger()
    if root.handlers:  # pragma: no cover – a process that logs in its own way
        yield
        return
    output = _Output(sys.stderr)
    handler = _LogHandler(output)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        output.flush()


@contextlib.contextmanager
def _started(options: argparse.Namespace, key: str) -> Iterator[LocalMemsy]:
    path = None if options.memory else options.data
    try:
        memsy = LocalMemsy(
            path,
            org=options.org,
            api_key=key,
            seed=options.seed,
            host=options.host,
            port=options.port,
            kept_requests=KEPT_REQUESTS,
        )
    except ValueError as error:
        raise CommandError(str(error)) from error
    with contextlib.closing(memsy):
        try:
            memsy.start()
        except (OSError, OverflowError) as error:
            reason = error.strerror or error if isinstance(error, OSError) else error
            raise CommandError(f"cannot listen on {options.host} port {options.port}: {reason}") from error
        yield memsy


def _announce(out: _Output, memsy: LocalMemsy, options: argparse.Namespace, *, loopback: bool) -> None:
    in_memory = options.memory or str(options.data) == MEMORY
    out.print(f"# Memsy {__version__} on this machine, data in {'memory' if in_memory else options.data}")
    for name, value in memsy.environment.items():
        out.print(f"export {name}={value}")
    if not loopback:  # pragma: no cover – in tests of processes
        out.print(
            f"# Listening beyond this machine, on {options.host}: whoever reaches it and has the key can read it all."
        )
    out.print("# Stop with Ctrl-C.")


@contextlib.contextmanager
def _request_log(path: Path | None, out: _Output) -> Iterator[Callable[[ReceivedRequest], None]]:
    """What is called with each request: it prints a line, and writes one to the file, if there is one."""
    if path is None:
        yield lambda received: out.print(_log_line(received))
        return
    try:
        # A line is written at once: whoever reads the log while the server runs sees no half of one.
        file = path.open("a", encoding="utf-8", newline="\n", buffering=1)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error

    def log(received: ReceivedRequest) -> None:
        out.print(_log_line(received))
        with contextlib.suppress(OSError):  # the disk may be full; the server goes on
            file.write(json.dumps(describe(received)) + "\n")

    with file:
        yield log


def _log_line(received: ReceivedRequest) -> str:
    answer = "dropped" if received.status is None else received.status
    # Escaped, so that a path cannot write control characters to the terminal.
    url = received.url[:LOGGED_URL].encode("unicode_escape").decode("ascii")
    shown = url if len(received.url) <= LOGGED_URL else f"{url}..."
    return f"{received.method} {shown} {answer} {received.seconds * 1000:.1f} ms"


def _export(options: argparse.Namespace) -> None:
    if not options.data.exists():
        raise CommandError(f"{options.data}: there is no such file")
    if options.output is not None and _belongs_to(options.output, options.data):
        raise CommandError(f"{options.output}: is the database itself or one of its own files; export to another one")
    with contextlib.closing(Store(options.data)) as store:
        if options.output is None:
            _write_to_stdout(export_lines(store))
        else:
            _write(options.output, export_lines(store))


def _belongs_to(output: Path, data: Path) -> bool:
    for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
        own = data.with_name(data.name + suffix)
        if output.exists() and own.exists():
            if output.samefile(own):
                return True
        elif output.resolve() == own.resolve():
            return True
    return False


def _write_to_stdout(lines: Iterable[str]) -> None:
    try:
        sys.stdout.writelines(lines)
        sys.stdout.flush()
    except BrokenPipeError:
        # As with `| head`: the reader has seen enough.
        return
    except OSError as error:  # pragma: no cover – in tests of processes, whose output is full
        raise CommandError(f"standard output: {error.strerror}") from error


def _write(path: Path, lines: Iterable[str]) -> None:
    """Write a temporary file first, so that an existing one is replaced by a complete one or stays as it is."""
    # What exists and is not a regular file (a device, a pipe) can only be written directly.
    beside = path if path.exists() and not path.is_file() else path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
        if beside != path:  # pragma: no branch – a device or a pipe
            beside.replace(path)
    except OSError as error:  # pragma: no cover – the disk is full
        raise CommandError(f"{path}: {error.strerror}") from error
    finally:
        if beside != path:  # pragma: no branch – as above
            with contextlib.suppress(OSError):  # it has become the file itself, or could not be written
                beside.unlink()


def _import(options: argparse.Namespace) -> None:
    if str(options.data) == MEMORY:
        raise CommandError("an import needs a file to go into")
    with _input_lines(options.input) as lines:
        is_new = not options.data.exists()
        try:
            with contextlib.closing(Store(options.data)) as store:
                rows = import_lines(store, lines)
        except DatabaseRefused:
            # It has made no file, or another server has just made it.
            raise
        except BaseException:
            with _no_interrupt():
                if is_new:
                    # Nothing was imported: leave no empty database behind.
                    options.data.unlink(missing_ok=True)
            raise
    print(f"{rows} rows imported into {options.data}", file=sys.stderr)


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Let an impatient second Ctrl-C not leave behind what the first one began to remove."""
    if threading.current_thread() is not threading.main_thread():  # pragma: no cover – an import within another program
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _input_lines(path: Path | None) -> Iterator[IO[str]]:
    name = "standard input" if path is None else path
    try:
        if path is None:
            yield sys.stdin
        else:
            with path.open(encoding="utf-8", newline="\n") as file:
                yield file
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{name}: is not UTF-8 text") from error
