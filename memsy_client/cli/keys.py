"""The API key, which never is an argument, and files for keys that the service gives."""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from .._bulk.files import open_private
from .._core.credentials import Secret
from .failures import CommandError

_VARIABLE = "MEMSY_API_KEY"


@contextlib.contextmanager
def key_in_environment(key_file: str | None) -> Iterator[None]:
    """Have the environment hold the key while a client is made from it.

    It comes from the file, if there is one, else from the environment, else from whoever sits at the terminal.

    Raises:
        CommandError: There is no key.
    """
    before = os.environ.get(_VARIABLE)
    if key_file is None and before:
        yield
        return
    os.environ[_VARIABLE] = read_secret(key_file, "API key", f"set {_VARIABLE}, or give --key-file PATH")
    try:
        yield
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


def read_secret(file: str | None, name: str, otherwise: str = "") -> Secret:
    """The first line of a file (`-` is standard input), or what is typed at the terminal, where it is not shown.

    Args:
        file: The file, or None to ask.
        name: What to ask for.
        otherwise: What the user can do where nobody can be asked.

    Raises:
        CommandError: There is none.
    """
    if file is not None:
        secret = _first_line(file)
    elif sys.stdin is not None and sys.stdin.isatty():
        secret = Secret(getpass.getpass(f"{name}: ").strip())
    else:
        raise CommandError(f"no {name}: {otherwise}")
    if not secret:
        raise CommandError(f"{'standard input' if file == '-' else file or name} is empty")
    return secret


def _first_line(file: str) -> Secret:
    try:
        if file == "-":
            return Secret(sys.stdin.readline().strip())
        with Path(file).open(encoding="utf-8-sig") as opened:
            return Secret(opened.readline().strip())
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    except ValueError:  # the error of a file that is not text quotes it
        raise CommandError(f"{file}: is not text") from None


class SecretLostError(Exception):
    """A secret that is given once could not be written."""


class SecretFile:
    """A new file that only its owner can read, made before there is a secret: one that is shown once must not be lost.

    Without a secret it is removed at the end.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_written = False

    def __enter__(self) -> SecretFile:
        try:
            self._descriptor = open_private(self._path, is_new=True)
        except OSError as error:
            raise CommandError(f"{self._path}: {error.strerror}") from None
        return self

    def write(self, secret: str) -> None:
        """Write the secret and a line feed, to the disk. Raises `SecretLostError`."""
        try:
            os.write(self._descriptor, f"{secret}\n".encode())
            os.fsync(self._descriptor)
        except OSError as error:
            raise SecretLostError(f"{self._path}: {error.strerror}; what should be written there is lost") from None
        self._is_written = True

    def __exit__(self, *exception: object) -> None:
        os.close(self._descriptor)
        if not self._is_written:
            self._path.unlink(missing_ok=True)
