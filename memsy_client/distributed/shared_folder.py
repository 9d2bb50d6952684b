"""The folder of the journals, which all workers have to share."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import NamedTuple

from .._bulk import files
from .._core.checks import shown
from ..exceptions import MemsyInputError

_IDENTITY_FILE = "backfill.id"
_IDENTITY = re.compile(r"[0-9a-f]{32}\n")

#: Characters of the name of a partition that are seen in the name of its journal; the end of a path tells most.
_SHOWN_CHARACTERS = 60


class SharedFolder(NamedTuple):
    """A folder as the machine knows it that made the writer.

    Attributes:
        path: Where it is, on every machine.
        identity: What its `backfill.id` holds. A folder of the same name that a worker has to itself holds another, or
            none: its journals would know nothing of what other workers have sent.
    """

    path: Path
    identity: str

    @classmethod
    def make(cls, directory: str | os.PathLike[str]) -> SharedFolder:
        """The folder, which is made when it is not there.

        Raises:
            MemsyInputError: It is none, or cannot be made.
        """
        if not isinstance(directory, str | os.PathLike) or not os.fspath(directory):
            raise MemsyInputError(f"directory has to be the path of a folder or None, not {shown(directory)}")
        if "://" in os.fsdecode(directory):  # of an object store, which knows neither appending nor locks
            raise MemsyInputError(f"directory has to be a folder of a file system, not the address {shown(directory)}")
        path = Path(os.fsdecode(directory)).absolute()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_identity(path)
            return cls(path, _read_identity(path))
        except OSError as error:
            raise MemsyInputError(f"the folder {path} cannot be used: {error.strerror or error}") from None

    def journal_path(self, partition: str) -> Path:
        """Where the journal of a partition is.

        Raises:
            MemsyInputError: This machine has another folder there, or none.
        """
        try:
            identity = _read_identity(self.path)
        except OSError as error:
            raise MemsyInputError(f"the folder {self.path} cannot be used on this machine: {error}") from None
        if identity != self.identity:
            raise MemsyInputError(f"the folder {self.path} is not the writer's: all machines have to share one")
        digest = hashlib.sha256(partition.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", partition)[-_SHOWN_CHARACTERS:].lstrip("-.")
        return self.path / f"{name}-{digest}.journal"


def _write_identity(folder: Path) -> None:
    try:
        descriptor = files.open_private(folder / _IDENTITY_FILE, is_new=True)
    except FileExistsError:
        return
    try:
        files.write(descriptor, f"{secrets.token_hex(16)}\n".encode())
        files.sync(descriptor)
    finally:
        os.close(descriptor)
    files.sync_folder(folder)


def _read_identity(folder: Path) -> str:
    path = folder / _IDENTITY_FILE
    found = path.read_text("ascii", "replace")
    if not _IDENTITY.fullmatch(found):
        raise OSError(f"its {_IDENTITY_FILE} is damaged; without any journal beside it, it may be removed")
    return found.strip()
