"""Finding out whether events in doubt are stored: the calls it takes, and which listed events are ours. No I/O."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from .._core import decode
from .._core.paging import Pages
from .._generated.api.events import events_list
from .._generated.models.event_item_resource import EventItemResource
from .._generated.models.event_list_response import EventListResponse
from ..exceptions import MemsyAPIError, MemsyDecodeError, MemsyError
from .steps import Flow, LookUp

#: How many events the service lists at a time.
_PAGE = 200

#: Two times are the same when they differ by less: services keep micro- or milliseconds.
_PRECISION = datetime.timedelta(milliseconds=1)

Verdict = Literal["stored", "missing", "unknown"]


class Wanted(NamedTuple):
    """An event in doubt.

    Attributes:
        position: Where it is in the source.
        digest: The hash of its wire form.
        form: Its wire form.
        sent_at: When it was first sent, in seconds since 1970.
    """

    position: int
    digest: str
    form: dict[str, Any]
    sent_at: float

    @property
    def conversation(self) -> tuple[str, str]:
        """The actor and the session, as the service keeps them."""
        return _plain(self.form.get("actor_id")), _plain(self.form.get("session_id"))

    @property
    def statement(self) -> tuple[str, str]:
        """The kind and the content, as the service keeps them."""
        return _plain(self.form.get("kind")), _plain(self.form.get("content"))

    def time(self) -> datetime.datetime | None:
        """Its `ts`, or None when it has none. Raises `MemsyDecodeError` for one that is no time."""
        given = self.form.get("ts")
        return None if given is None else decode.time(given)


@dataclass(slots=True)
class Findings:
    """What was found out.

    Attributes:
        event_ids: The ids of those that are stored, by position.
        unknown: The positions of those of which nothing is known.
        is_refused: Whether the client may not list events.
    """

    event_ids: dict[int, str] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    is_refused: bool = False

    def verdict(self, index: int) -> Verdict:
        """Whether the event is stored."""
        if index in self.event_ids:
            return "stored"
        return "unknown" if index in self.unknown else "missing"


#: Takes an id of a listed event for an event in doubt; False when another event of the journal has it.
Claim = Callable[[str, Wanted], bool]


def find(wanted: Sequence[Wanted], claim: Claim, max_pages: int, skew: float) -> Flow[Findings]:
    """The calls that list the events' conversations, and what these say. What fails leaves events unknown."""
    findings = Findings()
    conversations: defaultdict[tuple[str, str], list[Wanted]] = defaultdict(list)
    for event in wanted:
        conversations[event.conversation].append(event)
    for (actor_id, session_id), events in conversations.items():
        search = _Search(events, claim, skew, findings)
        if not findings.is_refused:  # pragma: no branch – refused for an earlier conversation
            yield from search.list(actor_id, session_id, max_pages)
        search.end()
    return findings


class _Entry(NamedTuple):
    event: Wanted
    time: datetime.datetime | None  # its own
    earliest: datetime.datetime  # when the service can have got it


class _Search:
    """The search for events of one conversation."""

    def __init__(self, events: list[Wanted], claim: Claim, skew: float, findings: Findings) -> None:
        self._claim = claim
        self._findings = findings
        self._is_complete = False
        self._undated: set[int] = set()  # of these a listed event may be one, but for its missing `ingested_at`
        entries: list[_Entry] = []
        for event in events:
            earliest = datetime.datetime.fromtimestamp(event.sent_at - skew, datetime.timezone.utc)
            try:
                entries.append(_Entry(event, event.time(), earliest))
            except MemsyDecodeError:
                findings.unknown.add(event.position)
        self._missing: defaultdict[tuple[str, str], list[_Entry]] = defaultdict(list)
        # Of equal events, those that fewer of the listed ones can be come first.
        for entry in sorted(entries, key=lambda entry: entry.time is None):
            self._missing[entry.event.statement].append(entry)
        # Without a `ts` of its own, an event has that of its arrival: nothing that is older can be one of these.
        self._oldest = min((entry.time or entry.earliest for entry in entries), default=None)

    def list(self, actor_id: str, session_id: str, max_pages: int) -> Flow[None]:
        """The pages, the newest first, until each is found or none can be any more."""
        pages: Pages[EventListResponse, EventItemResource] = Pages(
            lambda limit, offset: events_list.request(
                actor_id=actor_id, session_id=session_id, sort="ts_desc", limit=limit, offset=offset
            ),
            lambda page: page.items,
            lambda page: page.total,
            identity=lambda item: item.event_id,
            limit=_PAGE,
            offset=0,
            max_items=None,
        )
        for _ in range(max_pages):
            call = pages.next_call()
            if call is None or not self._missing:
                break
            try:
                page: EventListResponse = yield LookUp(call)
            except MemsyError as error:
                self._findings.is_refused = isinstance(error, MemsyAPIError) and error.status_code in (401, 403)
                return
            for item in pages.accept(page):
                self._consider(item)
            if self._oldest is not None and page.items and page.items[-1].ts < self._oldest - _PRECISION:
                self._is_complete = True
                return
        self._is_complete = pages.next_call() is None

    def end(self) -> None:
        """Say of which events nothing is known."""
        left = {entry.event.position for entries in self._missing.values() for entry in entries}
        self._findings.unknown |= left & self._undated if self._is_complete else left

    def _consider(self, item: EventItemResource) -> None:
        """Take a listed event for the first of those in doubt that it can be."""
        statement = _plain(item.kind), _plain(item.content)
        entries = self._missing.get(statement, ())
        for entry in entries:
            event, time, earliest = entry
            if (_plain(item.actor_id), _plain(item.session_id)) != event.conversation:
                continue
            if time is not None and abs(item.ts - time) >= _PRECISION:
                continue
            if item.ingested_at is None:
                self._undated.add(event.position)
            elif item.ingested_at >= earliest and self._claim(item.event_id, event):
                self._findings.event_ids[event.position] = item.event_id
                self._missing[statement] = [left for left in entries if left is not entry]
                if not self._missing[statement]:
                    del self._missing[statement]
                return


def _plain(text: Any) -> str:
    """A text as the service keeps it: it takes NUL characters out, and trims ids."""
    return str(text or "").replace("\0", "").strip()
