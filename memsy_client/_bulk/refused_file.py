"""The file beside a journal with the events that were refused for good."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..exceptions import MemsyAPIError, MemsyError
from . import files
from .journal_records import is_position, parse, wire_form

if TYPE_CHECKING:
    from ..models import EventPayload


class RefusedFile:
    """The events that were refused for good, with the reasons; each once, whatever ended the run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._indices: set[int] = set()
        self._descriptor = files.open_private(path)
        size = 0
        with path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):  # the last one may have been cut off
                    size += len(line)
                    index = (parse(line) or {}).get("index")
                    if is_position(index):  # pragma: no branch – somebody else has written it
                        self._indices.add(index)
        os.ftruncate(self._descriptor, size)
        os.lseek(self._descriptor, 0, os.SEEK_END)

    def is_there(self) -> bool:
        """Whether it still has its name: who has seen to the events may have removed it. Raises `OSError`."""
        return files.leads_to(self._path, self._descriptor)

    def add(self, first: int, events: Sequence[EventPayload], error: MemsyError) -> None:
        """Add those that are not there yet. Raises `OSError`."""
        reason = {
            "type": type(error).__name__,
            "status_code": error.status_code,
            "error_code": error.error_code if isinstance(error, MemsyAPIError) else None,
            "message": error.message,
        }
        for index, event in enumerate(events, first):
            if index not in self._indices:
                form = wire_form(event)
                record = {"index": index, "event": repr(event) if form is None else form, "error": reason}
                files.write(self._descriptor, json.dumps(record).encode() + b"\n")
                self._indices.add(index)
        files.sync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)
