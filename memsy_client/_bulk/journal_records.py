"""The lines of a journal, and what stands in them for an event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .._core import encode

if TYPE_CHECKING:
    from typing import TypeGuard

    from ..models import EventPayload

#: Of the hash of an event: it has to tell a changed source, not to withstand anybody.
_DIGEST_BYTES = 8

#: Kept, because making one takes as long as the rest for a small event.
_canonical = json.JSONEncoder(allow_nan=False, sort_keys=True, separators=(",", ":")).encode


class Sent(NamedTuple):
    """A request that was written down."""

    serial: int
    first: int
    digests: Sequence[str]
    time: float
    offset: int = 0  # of its line


def canonical_text(event: EventPayload) -> str | None:
    """An event's wire form as JSON, whatever the order of its fields; None for what is no JSON object."""
    try:
        form = encode.to_jsonable(event)
        text = _canonical(form)
    except Exception:  # a value of the caller's own may raise anything; sending it says what is wrong
        return None
    return text if isinstance(form, dict) else None


def wire_form(event: EventPayload) -> dict[str, Any] | None:
    """An event as JSON values, by the names on the wire; None for what is no JSON object."""
    text = canonical_text(event)
    return None if text is None else cast("dict[str, Any]", json.loads(text))


def hash_of(text: str) -> str:
    """The hash of an event's wire form as `canonical_text` gives it."""
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def line_of(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def parse(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line.decode())  # which it would look for the encoding of
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def sent_of(record: dict[str, Any], first: str, offset: int) -> Sent | None:
    """The events that a line is about, from the position that it has as `first`; None when it is damaged."""
    sent = Sent(record.get("sent", 0), record.get(first, -1), record.get("hashes", ()), record.get("time", -1), offset)
    is_sound = is_position(sent.first) and are_texts(sent.digests) and _is_time(sent.time)
    return sent if is_sound else None


def is_position(value: object) -> TypeGuard[int]:
    return type(value) is int and value >= 0


def are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_time(value: object) -> bool:
    return type(value) in (int, float) and 0 <= cast(float, value) < 1e11
