"""Events out of files: JSON lines, JSON documents, CSV, and lists of chat messages, each held against the contract."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from .._core import codec, encode
from .._core.json_schema import Check, load_contract
from ..exceptions import MemsyError
from ..local.http.request_schema import compiler
from ..models import EventPayload
from .failures import CommandError
from .operations import field_arguments

FORMATS = ("jsonl", "json", "csv")

#: The fields of an event.
FIELDS = tuple(argument.name for argument in field_arguments(EventPayload))
_TIMES = tuple(argument.name for argument in field_arguments(EventPayload) if argument.type.kind == "time")

_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv"}
#: What a chat message's role makes it; messages of other roles in `_LEFT_OUT` are no part of the conversation.
_KINDS = {"user": "user_message", "assistant": "assistant_message", "tool": "tool_result", "function": "tool_result"}
_LEFT_OUT = {"system", "developer"}

Record = dict[str, Any]


class Entry(NamedTuple):
    """What was found at one place of a file.

    Attributes:
        where: The file and the line, or the item of a list.
        event: The event, or None.
        problem: Why there is none, or None for what is left out on purpose.
    """

    where: str
    event: EventPayload | None
    problem: str | None = None


class _BadRecordError(Exception):
    """A record cannot be an event; the message says why."""


@dataclass(frozen=True)
class Conversion:
    """How records become events.

    Attributes:
        names: What the fields of an event are called in the files. With it, fields that it does not name and that an
            event does not have are passed over.
        defaults: What fields are where a record does not say.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)

    def entries(self, where: str, record: Any) -> Iterator[Entry]:
        """The events of a record: one, or those of the messages or events in it."""
        if isinstance(record, list):
            record = {"messages": record}
        if not isinstance(record, dict):
            yield Entry(where, None, "is not an object")
            return
        several = next((name for name in ("messages", "events") if isinstance(record.get(name), list)), None)
        if several is None:
            yield self._entry(where, record, {})
            return
        around = {name: value for name, value in self._fields(record).items() if name != "kind"}
        for number, inner in enumerate(record[several], 1):
            yield self._entry(f"{where}, {several[:-1]} {number}", inner, around)

    def _entry(self, where: str, record: Any, around: Record) -> Entry:
        try:
            event = self._event(record, around)
        except _BadRecordError as error:
            return Entry(where, None, str(error))
        return Entry(where, event)

    def _event(self, record: Any, around: Record) -> EventPayload | None:
        if not isinstance(record, dict):
            raise _BadRecordError("is not an object")
        data = {**self.defaults, **around, **self._fields(record)}
        if "role" in record and "kind" not in record:
            said = _message(record)
            if said is None:
                return None
            data |= said
        elif not self.names and (unknown := record.keys() - set(FIELDS)):
            name = min(unknown)
            raise _BadRecordError(
                f"{name!r} is not a field of an event; --map FIELD={shlex.quote(name)} says which one it is"
            )
        return _checked(data)

    def _fields(self, record: Record) -> Record:
        """The fields of an event that a record has; empty cells and nulls count as absent."""
        found = {name: _look_up(record, self.names.get(name, name)) for name in FIELDS}
        found = {name: value for name, value in found.items() if value is not None}
        # Foreign ids are often numbers.
        found |= {name: str(found[name]) for name in self.names if type(found.get(name)) is int}
        if isinstance(found.get("metadata"), dict | list):
            found["metadata"] = json.dumps(found["metadata"], ensure_ascii=False)
        return found


class EventFile:
    """A file of events, which can be read more than once, whatever it is."""

    def __init__(self, name: str, file_format: str | None, conversion: Conversion, stack: contextlib.ExitStack) -> None:
        """Open a file, or with `-` standard input.

        Raises:
            CommandError: It cannot be read.
        """
        self.name: str = "standard input" if name == "-" else name
        self._conversion = conversion
        with self._reading():
            self._file = _seekable(stack, sys.stdin.buffer if name == "-" else stack.enter_context(_opened(name)))
            suffix = Path(name).suffix.lower()
            self._format = file_format or _SUFFIXES.get(suffix) or self._guessed(suffix)

    def entries(self) -> Iterator[Entry]:
        """What is in it, from its beginning.

        Raises:
            CommandError: It cannot be read, or not as what it should be.
        """
        with self._reading():
            self._file.seek(0)
            text = io.TextIOWrapper(self._file, "utf-8-sig", errors="surrogateescape", newline="")
            try:
                for where, record in _READERS[self._format](text):
                    if isinstance(record, _BadRecordError):
                        yield Entry(f"{self.name}, {where}", None, str(record))
                    else:
                        yield from self._conversion.entries(f"{self.name}, {where}", record)
            finally:
                text.detach()

    def _guessed(self, suffix: str) -> str:
        """The format, by what it begins with: JSON lines have a whole object in the first line."""
        self._file.seek(0)
        first = next(filter(None, (line.decode("utf-8-sig").strip() for line in self._file)), "")
        if first.startswith("{") and _is_json(first):
            return "jsonl"
        return "json" if suffix == ".json" or first.startswith(("{", "[")) else "csv"

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CommandError(f"{self.name}: {error.strerror}") from error
        except UnicodeDecodeError:
            raise CommandError(f"{self.name}: is not UTF-8 text") from None


def _opened(name: str) -> IO[bytes]:
    return Path(name).open("rb")


def _seekable(stack: contextlib.ExitStack, file: IO[bytes]) -> IO[bytes]:
    if file.seekable():
        return file
    copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed with the stack
    shutil.copyfileobj(file, copy)
    return copy


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _json_lines(file: IO[str]) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            yield f"line {number}", _parsed(line)


def _json_document(file: IO[str]) -> Iterator[tuple[str, Any]]:
    document = _parsed(file.read())
    if isinstance(document, list):
        yield from ((f"item {number}", record) for number, record in enumerate(document, 1))
    else:
        yield "the document", document


def _csv(file: IO[str]) -> Iterator[tuple[str, Any]]:
    header = file.readline()
    separator = max(",;\t", key=header.count)
    try:
        names = next(csv.reader([header], delimiter=separator, strict=True), [])
    except csv.Error as error:
        yield "line 1", _BadRecordError(f"is not CSV: {error}")
        return
    rows = csv.reader(file, delimiter=separator, strict=True)
    while True:
        where = f"line {rows.line_num + 2}"  # where the row begins, below the names
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield where, _BadRecordError(f"is not CSV: {error}")
            continue
        if row is None:
            return
        if row:
            yield where, _cells(names, row)


def _cells(names: Sequence[str], row: Sequence[str]) -> Any:
    if not all(map(_is_utf8, row)):
        return _BadRecordError("is not UTF-8 text")
    if len(row) > len(names):
        return _BadRecordError(f"has {len(row)} cells, and the first line {len(names)}")
    return {name: cell for name, cell in zip(names, row, strict=False) if cell}


_READERS: Mapping[str, Callable[[IO[str]], Iterator[tuple[str, Any]]]] = {
    "jsonl": _json_lines,
    "json": _json_document,
    "csv": _csv,
}


def _parsed(text: str) -> Any:
    if not _is_utf8(text):
        return _BadRecordError("is not UTF-8 text")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        return _BadRecordError(f"is not JSON: {error}")


def _refuse_constant(name: str) -> None:
    """NaN and the infinities, which Python reads and the service does not."""
    raise ValueError(f"it has no {name}")


def _is_utf8(text: str) -> bool:
    """Whether no byte of it had to be escaped to read it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _look_up(record: Record, name: str) -> Any:
    """The field of that name; with dots, the field of an object in it."""
    if name in record:
        return record[name]
    outer, dot, inner = name.partition(".")
    nested = record.get(outer)
    return _look_up(nested, inner) if dot and isinstance(nested, dict) else None


def _message(record: Record) -> Record | None:
    """What a chat message makes of an event; None for one that nobody said."""
    role = record["role"]
    if role in _LEFT_OUT:
        return None
    if role not in _KINDS:
        raise _BadRecordError(f"the role {role!r} is not one of {', '.join([*_KINDS, *sorted(_LEFT_OUT)])}")
    content = record.get("content")
    if isinstance(content, list):  # parts, of which an image or a sound has no text
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "\n".join(text for text in texts if isinstance(text, str))
        if texts and not content:
            return None
    if not content and role == "assistant":
        return None  # it called tools, and said nothing
    return {"kind": _KINDS[role], "content": content}


def _checked(data: Record) -> EventPayload:
    """The event of these fields. Raises `_BadRecordError` for what the service would refuse."""
    violations = _check()(data, [])
    if violations:
        raise _BadRecordError("; ".join(f"{found['loc'][-1]}: {found['msg']}" for found in violations))
    try:
        for name in _TIMES:
            encode.time(name, data.get(name))
        codec.dumps(data)
        return EventPayload.from_dict(data)
    except MemsyError as error:
        raise _BadRecordError(error.message) from error


@functools.cache
def _check() -> Check:
    """The contract's check of an event."""
    schemas = load_contract()["components"]["schemas"]
    return compiler(schemas).compile(schemas["EventPayload"])
