"""What earlier runs have left in a journal: which events are settled, and which are in doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Literal, NamedTuple, cast

from ..exceptions import MemsyError, MemsyInputError, error_class
from .journal_records import Sent, are_texts, is_position, line_of, parse, sent_of

#: Of the form of the file.
VERSION = 1


class Plan(NamedTuple):
    """What is to be done about an event.

    Attributes:
        kind: `new`: to be sent; `in_doubt`: to be looked up; `settled`: nothing.
        digest: The hash of its wire form; empty when it has none.
        event_id: Its id, when it is settled that way.
        error: Why it was refused, when it is settled that way.
        time: When the request was sent that settled it, in seconds since 1970.
    """

    kind: Literal["new", "in_doubt", "settled"]
    digest: str
    event_id: str | None = None
    error: MemsyError | None = None
    time: float = 0.0


class _Unsettled(NamedTuple):
    """What earlier runs know of an event that is not settled: when it first may have been stored, or None."""

    digest: str
    sent_at: float | None


class _Segment(NamedTuple):
    """Events that are settled, by the offsets of the lines with their hashes and with what became of them."""

    first: int
    end: int
    hashes: int
    answer: int


class JournalHistory:
    """The lines of a journal as it is when an ingestion opens it. What is settled stays in the file.

    Args:
        lines: The file, at its beginning.
        header: The first line that it has to have.
        refusal: Makes the error that says what is wrong with the file.

    Attributes:
        count: How many events of the source it knows.
        serial: The highest number of a request.
        size: Bytes of its whole lines: what follows was cut off. 0 when not even the header is there.

    Raises:
        MemsyInputError: It is no journal, of another address, or damaged.
    """

    def __init__(self, lines: BinaryIO, header: dict[str, Any], refusal: Callable[[str], MemsyInputError]) -> None:
        self.count = self.serial = self.size = 0
        self._lines = lines
        self._refusal = refusal
        self._segments: list[_Segment] = []
        self._unsettled: dict[int, _Unsettled] = {}
        self._current = 0  # of the segments
        self._answers: tuple[int, list[Plan]] = (-1, [])
        self._load(header)

    def plan(self, index: int, digest: str) -> Plan:
        """What is to be done about the event with that hash. Each position is asked for once, in order.

        Raises:
            MemsyInputError: It is not the event that earlier runs had there.
        """
        known = self._settled(index) or self._unsettled.get(index)
        if known is None:
            return Plan("new", digest)
        if known.digest != digest:
            raise self._refusal(f"has another event {index} than the source: it has to be the same in every run")
        if isinstance(known, Plan):
            return known
        return Plan("new" if known.sent_at is None else "in_doubt", digest)

    def doubts(self) -> dict[int, float]:
        """When each event in doubt was first sent, by position."""
        return {index: known.sent_at for index, known in self._unsettled.items() if known.sent_at is not None}

    def _load(self, header: dict[str, Any]) -> None:
        under_way: dict[int, Sent] = {}
        for number, line in enumerate(self._lines, 1):
            if not line.endswith(b"\n"):
                if number == 1 and not line_of(header).startswith(line):  # the file may be something else
                    raise self._refusal("has a line 1 that no journal begins with")
                break
            record = parse(line)
            if number == 1:
                self._check_header(record, header)
            elif record is None or not self._take(record, self.size, under_way):
                raise self._refusal(f"has a line {number} that is damaged")
            self.size += len(line)
        for sent in under_way.values():
            self._leave(sent, sent.time)
        self._segments.sort()

    def _check_header(self, record: dict[str, Any] | None, header: dict[str, Any]) -> None:
        if record is None or not isinstance(record.get("base_url"), str) or type(record.get("version")) is not int:
            raise self._refusal("has a line 1 that no journal begins with")
        if record["version"] != header["version"]:
            raise self._refusal(f"is of version {record['version']}, which another release has written")
        if record["base_url"] != header["base_url"]:
            raise self._refusal(f"is of {record['base_url']}, not of {header['base_url']}")

    def _take(self, record: dict[str, Any], offset: int, under_way: dict[int, Sent]) -> bool:
        """Take a line in; False when it is none that a journal has."""
        if "sent" in record:
            sent = sent_of(record, "first", offset)
            if sent is None or not is_position(sent.serial):
                return False
            self.serial = max(self.serial, sent.serial)
            self.count = max(self.count, sent.first + len(sent.digests))
            under_way[sent.serial] = sent
            return True
        if "found" in record:
            sent = sent_of(record, "found", offset)
        else:
            serial = record.get("done")
            sent = under_way.pop(serial, None) if isinstance(serial, int) else None
        return sent is not None and self._take_answer(record, sent, offset)

    def _take_answer(self, record: dict[str, Any], sent: Sent, offset: int) -> bool:
        if "found" in record and "ids" not in record:
            return False
        segment = _Segment(sent.first, sent.first + len(sent.digests), sent.offset, offset)
        if "ids" in record:
            self._leave_settled(segment)
            return are_texts(record["ids"]) and len(record["ids"]) == len(sent.digests)
        state, error = record.get("state"), record.get("error")
        if state == "refused" and isinstance(error, dict) and type(error.get("status_code")) is int:
            self._leave_settled(segment)
            return True
        self._leave(sent, sent.time if state == "in_doubt" else None)
        return state in ("failed", "in_doubt")

    def _leave_settled(self, segment: _Segment) -> None:
        self._segments.append(segment)
        for index in range(segment.first, segment.end):
            self._unsettled.pop(index, None)

    def _leave(self, sent: Sent, sent_at: float | None) -> None:
        """Keep events as unsettled. What was in doubt once stays so, from the first time on."""
        for index, digest in enumerate(sent.digests, sent.first):
            earlier = self._unsettled.get(index)
            known = earlier.sent_at if earlier is not None and earlier.sent_at is not None else sent_at
            self._unsettled[index] = _Unsettled(digest, known)

    def _settled(self, index: int) -> Plan | None:
        segments = self._segments
        while self._current < len(segments) and segments[self._current].end <= index:
            self._current += 1
        if self._current == len(segments) or index < segments[self._current].first:
            return None
        if self._answers[0] != self._current:
            self._answers = (self._current, self._read_segment(segments[self._current]))
        return self._answers[1][index - segments[self._current].first]

    def _read_segment(self, segment: _Segment) -> list[Plan]:
        sent, answer = self._read_line(segment.hashes), self._read_line(segment.answer)
        digests: list[str] = sent["hashes"]
        if "ids" in answer:
            pairs = zip(digests, answer["ids"], strict=True)
            return [Plan("settled", digest, event_id, None, sent["time"]) for digest, event_id in pairs]
        status, code = answer["error"]["status_code"], answer["error"].get("error_code")
        error = error_class(status, code)("refused in an earlier run", status, error_code=code)
        return [Plan("settled", digest, None, error, sent["time"]) for digest in digests]

    def _read_line(self, offset: int) -> dict[str, Any]:
        self._lines.seek(offset)
        return cast("dict[str, Any]", parse(self._lines.readline()))


def ids_and_hashes(lines: BinaryIO) -> Iterator[tuple[str, str]]:
    """The ids that a journal has, each with the hash of an event that was given it."""
    hashes: dict[int, list[str]] = {}
    for line in lines:
        record = parse(line) or {}
        if "sent" in record:
            hashes[record["sent"]] = record["hashes"]
        digests = record.get("hashes") if "found" in record else hashes.pop(record.get("done", 0), [])
        yield from zip(record.get("ids") or [], digests or [], strict=False)
