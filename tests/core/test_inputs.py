"""What a caller passes becomes the right bytes, or a `MemsyInputError` before anything leaves."""

from __future__ import annotations

import contextlib
import datetime
import enum
import functools
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support.flavours import OWN, Flavour

from memsy_client import (
    EventPayload,
    Headers,
    MemsyDecodeError,
    MemsyInputError,
    Request,
    Response,
    RetryBudget,
    RetryPolicy,
    Timeout,
)
from memsy_client._core.transport import Limits

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)]


class Recorder:
    """Answers every request alike, and keeps it."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def send(self, request: Request, limits: Limits) -> Response:
        self.sent.append(request)
        return Response(200, Headers(), b'{"results": [], "event_ids": [], "items": [], "total": 0, "data": []}')

    def close(self) -> None:
        pass


class AsyncRecorder(Recorder):
    async def send(self, request: Request, limits: Limits) -> Response:  # type: ignore[override]
        return super().send(request, limits)

    async def aclose(self) -> None:
        pass


async def sent(own: Flavour, call: Callable[[Any], Any], *, control: bool = False, **options: Any) -> Request:
    """The request that a call of a client comes to; none of a call that is refused."""
    recorder = AsyncRecorder() if own.is_async else Recorder()
    async with own.client("http://memsy.test", control=control, http_client=recorder, **options) as client:
        try:
            with contextlib.suppress(MemsyDecodeError):  # what comes back does not matter
                await own.call(lambda: call(client))
        except MemsyInputError:
            assert not recorder.sent
            raise
    return recorder.sent[0]


async def query(own: Flavour, **values: Any) -> dict[str, list[str]]:
    request = await sent(own, lambda client: client.request("GET", "/x", query=values, json=None))
    return parse_qs(urlsplit(request.url).query)


HUGE = 10**5000
NAN, INFINITY = float("nan"), float("inf")


class Level(int, enum.Enum):
    TEN = 10


class Share(float, enum.Enum):
    HALF = 0.5
    NONE = float("nan")


class Sort(str, enum.Enum):
    NEWEST = "ts_desc"


class IntLevel(enum.IntEnum):
    TEN = 10


@pytest.mark.parametrize(
    ("value", "text"),
    [(Level.TEN, "10"), (IntLevel.TEN, "10"), (Share.HALF, "0.5"), (Sort.NEWEST, "ts_desc"), (2**63, f"{2**63}")],
)
async def test_an_enum_of_numbers_or_texts_travels_as_its_value(own: Flavour, value: Any, text: str) -> None:
    assert await query(own, a=value, b=[value]) == {"a": [text], "b": [text]}
    request = await sent(own, lambda client: client.request("POST", "/x", json={"a": value}, headers={"X-A": value}))
    assert json.loads(request.body or b"") == {"a": value.value if isinstance(value, enum.Enum) else value}
    assert dict(request.headers)["X-A"] == text
    request = await sent(own, lambda client: client.with_options(headers={"X-A": value}).search("x"))
    assert dict(request.headers)["X-A"] == text
    if not isinstance(value, float):
        assert (await sent(own, lambda client: client.orgs.get(value))).url == f"http://memsy.test/orgs/{text}"


#: With names of their own: pytest cannot print the first two either.
UNUSABLE = {
    "huge": HUGE,
    "-huge": -HUGE,
    "nan": NAN,
    "infinity": INFINITY,
    "-infinity": -INFINITY,
    "nan enum": Share.NONE,
}


@pytest.mark.parametrize("value", UNUSABLE.values(), ids=UNUSABLE)
async def test_a_number_that_cannot_travel_is_refused_wherever_it_stands(own: Flavour, value: Any) -> None:
    calls: list[Callable[[Any], Any]] = [
        lambda client: client.request("GET", "/x", query={"a": value}),
        lambda client: client.request("GET", "/x", query={"a": [value]}),
        lambda client: client.request("POST", "/x", json={"a": [value]}),
        lambda client: client.request("GET", "/x", headers={"X-A": value}),
        lambda client: client.search("x", threshold=value),
        lambda client: client.search("x", limit=value),
        lambda client: client.memories.list(limit=value),
        lambda client: client.memories.list(offset=value),
        lambda client: client.orgs.get(value),
        lambda client: client.with_options(headers={"X-A": value}),
    ]
    for call in calls:
        with pytest.raises(MemsyInputError):
            await sent(own, call)


@pytest.mark.parametrize("value", [True, False, "10", None, 1j, [1]])
async def test_what_is_not_a_number_is_refused_where_the_contract_has_one(own: Flavour, value: Any) -> None:
    for call in (
        lambda client: client.memories.list(limit=value),
        lambda client: client.memories.list(offset=value),
        lambda client: client.search("x", limit=value),
        lambda client: client.search("x", threshold=value),
    ):
        if value is None:
            continue  # which leaves it out
        with pytest.raises(MemsyInputError, match=r"limit|offset|threshold"):
            await sent(own, call)
    for name in ("limit", "offset"):
        with pytest.raises(MemsyInputError, match=name):
            await sent(own, lambda client, name=name: own.items(client.memories.iter(**{name: value})))


class Unprintable:
    def __repr__(self) -> str:
        raise ValueError("no")


OPTIONS = {
    **UNUSABLE,
    "true": True,
    "unprintable": Unprintable(),
    "long": "a" * 100_000,
    "34 days": 3e6,
    "10**400": 10**400,
}


@pytest.mark.parametrize("value", OPTIONS.values(), ids=OPTIONS)
async def test_an_option_that_is_not_a_usable_number_is_refused_in_a_short_line(own: Flavour, value: Any) -> None:
    kind = own.kind()
    client: Any = kind("http://memsy.test", "msy_key")
    for make in (
        lambda: Timeout(connect=value),
        lambda: Timeout(total=value),
        lambda: kind("http://memsy.test", "msy_key", timeout=value),
        lambda: kind("http://memsy.test", "msy_key", retry_backoff=value),
        lambda: client.with_options(deadline=value),
        lambda: RetryPolicy(backoff=value),
        lambda: RetryPolicy(jitter=value),
        lambda: RetryPolicy(max_wait=value),
        lambda: RetryPolicy(statuses=[value]),
        lambda: RetryBudget(value if value != 3e6 else True),
        lambda: RetryBudget(per_seconds=value),
    ):
        with pytest.raises(MemsyInputError) as caught:
            make()
        assert len(str(caught.value)) < 200


async def test_the_longest_time_outs_are_taken(own: Flavour) -> None:
    async with own.client("http://127.0.0.1:9", timeout=2_000_000, deadline=2_000_000.0) as client:
        with pytest.raises(Exception, match="cannot connect"):
            await own.call(client.health)


async def test_a_hook_that_would_have_to_be_awaited_is_refused(own: Flavour) -> None:
    async def hook(event: object) -> None: ...

    class Hook:
        async def __call__(self, event: object) -> None: ...

        async def method(self, event: object) -> None: ...

    for one in (hook, Hook(), Hook().method, functools.partial(hook)):
        for name in ("on_request", "on_response"):
            with pytest.raises(MemsyInputError, match=f"{name} .*async"):
                await sent(own, lambda client: client.health(), **{name: one})
            with pytest.raises(MemsyInputError, match=f"{name} .*async"):
                await sent(own, lambda client, name=name, one=one: client.with_options(**{name: one}))


class Broken(datetime.tzinfo):
    def __init__(self, result: Any) -> None:
        self._result = result

    def utcoffset(self, moment: object) -> Any:
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


BROKEN = [LookupError("no such zone"), datetime.timedelta(days=3), "+01:00", NotImplementedError()]
NAIVE = datetime.datetime(2026, 1, 31, 9, 30)


def with_a_time(value: Any) -> list[Callable[[Any], Any]]:
    """Calls of both planes that hold a time."""
    return [
        lambda client: client.ingest([EventPayload("ana", "s", "app_event", "x", ts=value)]),
        lambda client: client.ingest(iter([EventPayload("ana", "s", "app_event", "x", ts=value)])),
    ]


def of_control_with_a_time(value: Any) -> list[Callable[[Any], Any]]:
    return [
        lambda client: client.keys.create("name", expires_at=value),
        lambda client: client.usage.timeseries(period_start=value),
        lambda client: client.usage.timeseries(period_end=value),
    ]


@pytest.mark.parametrize(
    "value",
    [
        *(NAIVE.replace(tzinfo=Broken(result)) for result in BROKEN),
        NAIVE,
        "2026-01-31T09:30",
        "2026-01-31T09:30:00",
        "2026-01-31 09:30:00.123456",
        "2026-01-31t09:30:00,5",
        "20260131T0930",
        "2026-W05-6T09:30",
        " 2026-01-31T09 ",
        "2026-01-31T09",
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_a_time_without_a_usable_offset_is_refused(own: Flavour, value: Any) -> None:
    for call in with_a_time(value):
        with pytest.raises(MemsyInputError, match=r"time zone|offset"):
            await sent(own, call)
    for call in of_control_with_a_time(value):
        with pytest.raises(MemsyInputError, match=r"time zone|offset"):
            await sent(own, call, control=True)
    if not isinstance(value, str):
        with pytest.raises(MemsyInputError):
            await query(own, a=value)
        with pytest.raises(MemsyInputError):
            await sent(own, lambda client: client.request("POST", "/x", json={"a": [value]}))


ZONE = datetime.timezone(datetime.timedelta(hours=-5))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NAIVE.replace(tzinfo=ZONE), "2026-01-31T09:30:00-05:00"),
        ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00Z"),
        ("2026-01-31t09:30z", "2026-01-31t09:30z"),
        ("2026-01-31T09:30:00.123-05", "2026-01-31T09:30:00.123-05"),
        ("2026-01-31 09:30+0545", "2026-01-31 09:30+0545"),
        ("2026-01-31", "2026-01-31"),
        (datetime.date(2026, 1, 31), "2026-01-31"),
        ("yesterday", "yesterday"),  # the service says what is wrong with that
    ],
)
async def test_a_time_with_an_offset_and_a_day_travel_as_they_are(own: Flavour, value: Any, text: str) -> None:
    for call in with_a_time(value):
        assert json.loads((await sent(own, call)).body or b"")["events"][0]["ts"] == text
    for call in of_control_with_a_time(value)[1:]:
        request = await sent(own, call, control=True)
        assert text in [value for values in parse_qs(urlsplit(request.url).query).values() for value in values]


async def test_a_text_that_looks_like_a_time_is_no_time_elsewhere(own: Flavour) -> None:
    text = "2026-01-31T09:30"
    event = EventPayload(text, text, "app_event", text, metadata=text)
    body = json.loads((await sent(own, lambda client: client.ingest([event]))).body or b"")
    assert {body["events"][0][name] for name in ("actor_id", "session_id", "content", "metadata")} == {text}
    assert await query(own, a=text) == {"a": [text]}
