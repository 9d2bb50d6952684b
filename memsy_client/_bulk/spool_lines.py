"""The lines of a spool, and what they say in the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from .._core import codec
from ..exceptions import MemsyDecodeError, MemsyInputError
from ..models import EventPayload

_VERSION = 1


class Spooled(NamedTuple):
    """An event that an earlier process has left.

    Attributes:
        event: The event.
        sent_at: When it was sent without an answer, in Unix time, or None when it was not.
    """

    event: EventPayload
    sent_at: float | None


def header_of(base_url: str) -> bytes:
    """The first line of a spool for that address."""
    return line_of(memsy_spool=_VERSION, base_url=base_url)


def line_of(**fields: Any) -> bytes:
    return codec.dumps(fields) + b"\n"


def event_line(number: int, event: EventPayload) -> bytes:
    return line_of(n=number, event=event)


def read(path: Path, base_url: str) -> list[Spooled]:
    """What a file has that is not settled; nothing where there is none.

    Raises:
        MemsyInputError: It is damaged, or holds events for another address.
        OSError: It cannot be read.
    """
    try:
        *lines, _ = path.read_bytes().split(b"\n")  # after the last line end there is nothing, or a torn line
    except FileNotFoundError:
        return []
    events: dict[int, EventPayload] = {}
    sent_at: dict[int, float | None] = {}
    for position, line in enumerate(lines, 1):
        try:
            data = codec.loads(line)
            if position == 1:
                _check_header(path, data, base_url)
            else:
                _apply(data, events, sent_at)
        except (MemsyDecodeError, AttributeError, KeyError, TypeError) as error:
            raise MemsyInputError(f"line {position} of the spool {path} is damaged") from error
    return [Spooled(event, sent_at.get(number)) for number, event in events.items()]


def _check_header(path: Path, header: Any, base_url: str) -> None:
    if header["memsy_spool"] != _VERSION:
        raise MemsyInputError(f"the spool {path} is of another version of this package")
    if header["base_url"] != base_url:
        raise MemsyInputError(f"the spool {path} holds events for {header['base_url']}, not {base_url}")


def _apply(data: Any, events: dict[int, EventPayload], sent_at: dict[int, float | None]) -> None:
    """Take one line of a file into account."""
    if "event" in data:
        events[data["n"]] = EventPayload.from_dict(data["event"])
    elif "sent" in data:
        sent_at.update(dict.fromkeys(data["sent"], data["at"]))
    elif "back" in data:
        sent_at.update(dict.fromkeys(data["back"]))
    else:
        for number in data["done"]:
            events.pop(number, None)
