"""The exchange of a call, step by step: what it asks its driver to do, and what it makes of how that went."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import pytest
from support.fake_time import FakeTime

from memsy_client import (
    Attempt,
    Headers,
    MemsyAPIError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyInputError,
    MemsyTimeoutError,
    RateLimitExceeded,
    Request,
    RequestEvent,
    Response,
    ResponseEvent,
    RetryPolicy,
    Timeout,
)
from memsy_client._core.exchange import Carrier, Prepare, Send, Sleep, exchange
from memsy_client._core.operation import Call, Operation
from memsy_client._core.settings import Settings
from memsy_client._core.transport import Limits, ResponseTooLargeError, TransportError

OPERATION: Operation[Any] = Operation("roles.list", "GET", "/roles", lambda value: value, repeatable=True)
CALL: Call[Any] = Call(OPERATION, "/roles", "", [], None)
KEY = "msy_topsecret"
REQUEST = Request("GET", "http://memsy.test/v1/roles", [("Authorization", f"Bearer {KEY}")])
SETTINGS = Settings(Timeout(1, 2, 3, 4, 5), None, RetryPolicy(), {}, 77, None, None)
OK = Response(200, Headers({"X-Request-Id": "req_1"}), b"[]")


class Driven:
    """An exchange that has come to its first step."""

    def __init__(
        self, settings: Settings, *, prepare: Callable[[], object] | None = None, is_strict: bool = True, **more: Any
    ) -> None:
        carrier = Carrier(lambda: prepare, is_strict)
        self._flow: Generator[Any, Any, Any] = exchange(CALL, REQUEST, settings, carrier, **more)
        self.step = next(self._flow)

    def goes_on(self, result: object = None) -> Any:
        """The next step after one that gave this."""
        self.step = self._flow.send(result)
        return self.step

    def fails(self, failure: BaseException) -> Any:
        """The next step after one that raised this."""
        self.step = self._flow.throw(failure)
        return self.step

    def ends(self, result: object = None) -> Any:
        """What the call comes to after a step that gave this."""
        with pytest.raises(StopIteration) as end:
            self._flow.send(result)
        return end.value.value

    def ends_in(self, kind: type[MemsyError], how: BaseException | Response | None) -> Any:
        """The error that the call ends in, of exactly that class."""
        with pytest.raises(kind) as caught:
            self._flow.throw(how) if isinstance(how, BaseException) else self._flow.send(how)
        assert type(caught.value) is kind
        return caught.value


def options(**changes: Any) -> Settings:
    return replace(SETTINGS, **changes)


def test_it_sends_and_gives_the_response_with_what_it_took(fake_time: FakeTime) -> None:
    driven = Driven(SETTINGS)
    assert driven.step == Send(REQUEST, Limits(1, 2, 3, 4, 5, 77))
    fake_time.now += 0.5
    raw = driven.ends(OK)
    assert (raw.status_code, raw.content, raw.elapsed) == (200, b"[]", 0.5)
    assert raw.attempts == (Attempt(200, None, 0.5, 0.0),)


def test_a_wait_is_part_of_the_call_and_of_the_attempt_before_it(fake_time: FakeTime) -> None:
    driven = Driven(SETTINGS)
    fake_time.now += 2
    assert driven.goes_on(Response(429, Headers(), b"")) == Sleep(1.0)
    fake_time.now += 1
    assert driven.goes_on() == Send(REQUEST, Limits(1, 2, 3, 4, 5, 77))
    fake_time.now += 4
    raw = driven.ends(OK)
    assert raw.elapsed == 7
    assert raw.attempts == (Attempt(429, None, 2, 1.0), Attempt(200, None, 4, 0.0))


@pytest.mark.parametrize(("total", "deadline", "expected"), [(5, 9, 5), (5, 4, 4), (None, 9, 9), (5, None, 5)])
def test_no_phase_outlasts_the_deadline(
    total: float | None, deadline: float | None, expected: float, fake_time: FakeTime
) -> None:
    driven = Driven(options(timeout=Timeout(total=total), deadline=deadline))
    assert driven.step.limits == Limits(None, None, None, None, expected, 77)


def test_without_any_limit_there_is_none(fake_time: FakeTime) -> None:
    assert Driven(options(timeout=Timeout())).step.limits.total is None


def test_what_is_prepared_counts_against_the_deadline_alone(fake_time: FakeTime) -> None:
    def work() -> None: ...

    driven = Driven(options(deadline=10), prepare=work)
    assert driven.step == Prepare(work, 10)
    fake_time.now += 7
    assert driven.goes_on() == Send(REQUEST, Limits(1, 2, 3, 4, 3, 77))
    fake_time.now += 2
    raw = driven.ends(OK)
    assert raw.attempts == (Attempt(200, None, 2, 0.0),)
    assert raw.elapsed == 9
    assert Driven(SETTINGS, prepare=work).step == Prepare(work, None)


def test_what_cannot_be_prepared_in_time_is_unsent(fake_time: FakeTime) -> None:
    driven = Driven(options(deadline=10), prepare=lambda: None)
    fake_time.now += 10
    error = driven.ends_in(MemsyTimeoutError, TimeoutError())
    assert error.unsent
    assert error.message == "the call's deadline of 10 s ran out, nothing sent to http://memsy.test"
    assert error.attempts == (Attempt(None, "MemsyTimeoutError: the call's deadline of 10 s ran out", 10, 0.0),)
    early = Driven(options(deadline=10), prepare=lambda: None).ends_in(MemsyTimeoutError, TimeoutError())
    assert early.unsent
    assert early.message == "timed out before the request, nothing sent to http://memsy.test"


def test_nothing_is_sent_where_preparing_has_taken_all_the_time(fake_time: FakeTime) -> None:
    driven = Driven(options(deadline=10), prepare=lambda: None)
    fake_time.now += 10
    error = driven.ends_in(MemsyTimeoutError, None)
    assert error.unsent
    assert error.message.startswith("the call's deadline of 10 s ran out")


def test_what_cannot_be_prepared_is_an_unsent_connection_error() -> None:
    error = Driven(SETTINGS, prepare=lambda: None).ends_in(MemsyConnectionError, ImportError("no module named x"))
    assert error.unsent
    assert error.message == "cannot connect to http://memsy.test: no module named x"
    assert isinstance(error.__cause__, ImportError)
    own = Driven(SETTINGS, prepare=lambda: None).ends_in(MemsyConnectionError, TransportError("as it was"))
    assert (own.message, own.unsent) == ("as it was", False)


@pytest.mark.parametrize("failure", [RecursionError("deep"), MemoryError("full")])
def test_what_is_not_a_failure_of_the_call_passes_while_it_prepares(failure: Exception) -> None:
    driven = Driven(SETTINGS, prepare=lambda: None)
    with pytest.raises(type(failure)) as caught:
        driven.fails(failure)
    assert caught.value is failure
    late = TimeoutError()
    late.__context__ = type(failure)("of this call")
    with pytest.raises(type(failure)):
        Driven(SETTINGS, prepare=lambda: None).fails(late)


@pytest.mark.parametrize(
    ("failure", "kind", "message", "unsent"),
    [
        (TransportError("lost"), MemsyConnectionError, "lost", False),
        (TransportError("gone", unsent=True), MemsyConnectionError, "gone, nothing sent to http://memsy.test", True),
        (TransportError("late", timed_out=True), MemsyTimeoutError, "late", False),
        (
            TransportError("late", timed_out=True, unsent=True),
            MemsyTimeoutError,
            "late, nothing sent to http://memsy.test",
            True,
        ),
        (TransportError(f"saw {KEY}"), MemsyConnectionError, "saw …", False),
    ],
)
def test_a_failure_of_the_transport(failure: TransportError, kind: Any, message: str, unsent: bool) -> None:
    error = Driven(SETTINGS).ends_in(kind, failure)
    assert (error.message, error.unsent) == (message, unsent)
    assert error.operation == "roles.list"
    assert error.status_code is None
    assert [attempt.status_code for attempt in error.attempts] == [None]


def test_the_deadline_is_named_only_where_it_ran_out(fake_time: FakeTime) -> None:
    driven = Driven(options(deadline=10.5))
    fake_time.now += 10.5
    late = TransportError("late", timed_out=True)
    assert driven.ends_in(MemsyTimeoutError, late).message == "the call's deadline of 10.5 s ran out"
    driven = Driven(options(deadline=10.5))
    fake_time.now += 10
    assert driven.ends_in(MemsyTimeoutError, late).message == "late"
    driven = Driven(options(deadline=10.5))
    fake_time.now += 11
    assert driven.ends_in(MemsyConnectionError, TransportError("lost")).message == "lost"


def test_a_transport_that_does_not_keep_to_the_protocol(fake_time: FakeTime) -> None:
    error = Driven(SETTINGS, is_strict=False).ends_in(MemsyConnectionError, ValueError(f"odd {KEY}"))
    assert error.message == "the transport failed (ValueError: odd …)"
    assert not error.unsent
    assert isinstance(error.__cause__, ValueError)
    assert str(error.__cause__) == "odd …"
    with pytest.raises(ValueError, match="odd"):
        Driven(SETTINGS, is_strict=True).fails(ValueError("odd"))
    with pytest.raises(MemoryError):
        Driven(SETTINGS, is_strict=False).fails(MemoryError())


def test_one_of_our_errors_stays_itself_and_keeps_its_cause() -> None:
    failure = MemsyConnectionError("own")
    failure.__cause__ = OSError("deep")
    error = Driven(SETTINGS).ends_in(MemsyConnectionError, failure)
    assert error is failure
    assert isinstance(error.__cause__, OSError)
    assert error.__cause__ is not failure


def test_the_cause_of_a_transports_error_is_what_it_came_of() -> None:
    failure = TransportError("lost")
    failure.__cause__ = ConnectionResetError(104, "reset")
    error = Driven(SETTINGS).ends_in(MemsyConnectionError, failure)
    assert type(error.__cause__) is ConnectionResetError
    bare = Driven(SETTINGS).ends_in(MemsyConnectionError, TransportError("lost"))
    assert type(bare.__cause__) is TransportError


def test_no_traceback_of_a_transport_is_left() -> None:
    def raised(error: Exception, cause: Exception | None = None) -> Exception:
        try:
            raise error from cause
        except Exception as caught:
            return caught

    deep, failure = raised(OSError("deep")), TransportError("lost")
    raised(failure, deep)
    failure.__context__ = raised(ValueError("beside"), raised(KeyError("below")))
    Driven(SETTINGS).ends_in(MemsyConnectionError, failure)
    assert deep.__traceback__ is None
    assert failure.__context__.__traceback__ is None
    assert failure.__context__.__cause__ is not None
    assert failure.__context__.__cause__.__traceback__ is None


def test_a_response_whose_body_is_unusable() -> None:
    found = Response(200, Headers({"X-Request-Id": "req_2"}), b"")
    error = Driven(SETTINGS).ends_in(MemsyDecodeError, ResponseTooLargeError(found))
    assert error.message == "is over the 77 bytes that a response may weigh"
    assert (error.status_code, error.request_id, error.response) == (200, "req_2", found)
    assert [attempt[:2] for attempt in error.attempts] == [(200, None)]
    unknown = Driven(SETTINGS).ends_in(MemsyDecodeError, ResponseTooLargeError())
    assert (unknown.status_code, unknown.response) == (None, None)
    assert unknown.attempts[0].error == "MemsyDecodeError: is over the 77 bytes that a response may weigh"


@pytest.mark.parametrize("failure", [ResponseTooLargeError, lambda found: TransportError("broken", response=found)])
def test_a_status_means_what_it_does_whatever_its_body(failure: Any) -> None:
    refused = Response(429, Headers({"Retry-After": "9", "X-Echo": KEY}), b"")
    driven = Driven(SETTINGS)
    assert driven.fails(failure(refused)) == Sleep(9.0)
    driven.goes_on()
    error = Driven(options(retry=RetryPolicy(0))).ends_in(RateLimitExceeded, failure(refused))
    assert (error.status_code, error.retry_after) == (429, 9.0)
    assert error.response is not None
    assert error.response.headers["X-Echo"] == "…"
    assert [attempt[:2] for attempt in error.attempts] == [(429, None)]


def test_a_success_whose_body_is_broken_is_lost() -> None:
    error = Driven(SETTINGS).ends_in(MemsyConnectionError, TransportError("broken", response=OK))
    assert (error.status_code, error.message) == (None, "broken")
    assert error.attempts[0].error == "MemsyConnectionError: broken"


@pytest.mark.parametrize(("status", "is_success"), [(199, False), (200, True), (299, True), (300, False)])
def test_a_success_is_two_hundred_and_something(status: int, is_success: bool) -> None:
    driven, response = Driven(SETTINGS), Response(status, Headers(), b"[]")
    if is_success:
        assert driven.ends(response).status_code == status
    else:
        with pytest.raises(MemsyError, match=f"^roles.list \\(GET /roles\\): {status} "):
            driven.goes_on(response)


def test_everyone_is_told_each_attempt(fake_time: FakeTime) -> None:
    before: list[RequestEvent] = []
    after: list[ResponseEvent] = []
    told: list[tuple[ResponseEvent, Headers | None]] = []
    settings = options(on_request=before.append, on_response=after.append, retry=RetryPolicy(connection_errors=True))
    driven = Driven(settings, on_attempt=lambda event, headers: told.append((event, headers)))
    fake_time.now += 3
    assert driven.fails(TransportError("lost")) == Sleep(1.0)
    driven.goes_on()
    fake_time.now += 2
    driven.ends(replace(OK, headers=Headers({"X-Request-Id": f"r {KEY}"})))
    assert before == [RequestEvent("roles.list", "GET", "/roles", 1), RequestEvent("roles.list", "GET", "/roles", 2)]
    assert after == [
        ResponseEvent("roles.list", "GET", "/roles", 1, None, "MemsyConnectionError: lost", None, 3),
        ResponseEvent("roles.list", "GET", "/roles", 2, 200, None, "r …", 2),
    ]
    assert [event for event, _ in told] == after
    assert [headers and dict(headers) for _, headers in told] == [None, {"x-request-id": f"r {KEY}"}]


@pytest.mark.parametrize("is_listening", [True, False])
def test_who_listens_is_told_where_nothing_is_logged(is_listening: bool) -> None:
    told: list[ResponseEvent] = []
    hooks = {} if is_listening else {"on_response": told.append}
    listener = (lambda event, _: told.append(event)) if is_listening else None
    Driven(options(**hooks), on_attempt=listener).ends(OK)
    assert [event.status_code for event in told] == [200]


def test_a_wait_longer_than_it_should_be_ends_the_call_at_its_deadline(fake_time: FakeTime) -> None:
    driven = Driven(options(deadline=10))
    assert driven.goes_on(Response(429, Headers({"Retry-After": "2"}), b"")) == Sleep(2.0)
    fake_time.now += 10
    error = driven.ends_in(RateLimitExceeded, None)
    assert error.attempts == (Attempt(429, None, 0, 2.0),)


def test_an_error_knows_its_response() -> None:
    refused = Response(500, Headers({"X-Request-Id": "req_5"}), b'{"detail": "down"}')
    error = Driven(SETTINGS).ends_in(MemsyAPIError, refused)
    assert (error.status_code, error.request_id, error.response) == (500, "req_5", refused)


def test_a_cause_is_looked_up_only_behind_our_own_error() -> None:
    failure = ValueError("odd")
    failure.__cause__ = OSError("deep")
    error = Driven(SETTINGS, is_strict=False).ends_in(MemsyConnectionError, failure)
    assert type(error.__cause__) is ValueError
    assert type(error.__cause__.__cause__) is OSError


def test_no_time_is_left_to_prepare_after_the_deadline(fake_time: FakeTime) -> None:
    settings = options(deadline=10, on_request=lambda event: fake_time.sleep(11))
    assert Driven(settings, prepare=lambda: None).step.seconds == 0.0
    assert Driven(settings).step.limits.total == 0.0
    assert Driven(replace(settings, timeout=Timeout())).step.limits.total == 0.0


Steps = Generator[Request, Response, Response]


def untouched(request: Request) -> Steps:
    return (yield request)


def unsendable(request: Request) -> Steps:
    return (yield Request("G T", request.url, []))


def forgetful(request: Request) -> Any:
    yield request


def test_a_middleware_is_part_of_an_attempt(fake_time: FakeTime) -> None:
    driven = Driven(options(middleware=[untouched]))
    fake_time.now += 3
    raw = driven.ends(OK)
    assert raw.attempts == (Attempt(200, None, 3, 0.0),)
    lost = Driven(options(middleware=[untouched])).ends_in(MemsyConnectionError, TransportError("lost"))
    assert lost.message == "lost"
    assert isinstance(lost.__cause__, TransportError)


def test_a_middleware_that_answers_itself_takes_its_own_time(fake_time: FakeTime) -> None:
    def slow(request: Request) -> Any:
        fake_time.now += 2
        yield from ()
        return replace(OK, status_code=500, content=KEY.encode())

    with pytest.raises(MemsyAPIError) as caught:
        Driven(options(middleware=[slow]))
    assert caught.value.attempts == (Attempt(500, None, 2, 0.0),)
    assert caught.value.detail == "…"


def test_a_middleware_that_asks_for_what_cannot_be_sent() -> None:
    is_wrong = iter([untouched, unsendable])

    def sometimes(request: Request) -> Steps:
        return next(is_wrong)(request)

    driven = Driven(options(middleware=[sometimes]))
    assert driven.goes_on(Response(429, Headers(), b"")) == Sleep(1.0)
    error = driven.ends_in(MemsyInputError, None)
    assert error.message == "a middleware made a request that cannot be sent: 'G T' is not an HTTP method"
    assert (error.operation, error.status_code) == ("roles.list", None)
    assert [attempt.status_code for attempt in error.attempts] == [429]
    assert error.__suppress_context__


def test_a_middleware_that_loses_the_response(fake_time: FakeTime) -> None:
    error = Driven(options(middleware=[forgetful])).ends_in(MemsyDecodeError, replace(OK, content=KEY.encode()))
    assert str(error).startswith("roles.list (GET /roles): unusable 200 response: the middleware forgetful ")
    assert (error.status_code, error.request_id) == (200, "req_1")
    assert [attempt.status_code for attempt in error.attempts] == [200]
    assert error.response is not None
    assert error.response.content == "…".encode()


def test_a_middleware_ends_with_its_attempt() -> None:
    ended: list[str] = []

    def noting(request: Request) -> Steps:
        try:
            return (yield Request("GET", request.url, [("Authorization", "Bearer msy_another")]))
        finally:
            ended.append("ended")

    lost = Driven(options(middleware=[noting])).ends_in(MemsyConnectionError, TransportError(f"{KEY} msy_another"))
    assert lost.message == "… …"
    assert ended == ["ended"]
    with pytest.raises(MemoryError):
        Driven(options(middleware=[noting])).fails(MemoryError())
    assert ended == ["ended"] * 2


def test_waits_grow_until_no_retry_is_left() -> None:
    driven = Driven(SETTINGS)
    busy = Response(429, Headers(), b"")
    for seconds in (1.0, 2.0, 4.0):
        assert driven.goes_on(busy) == Sleep(seconds)
        assert isinstance(driven.goes_on(), Send)
    assert len(driven.ends_in(RateLimitExceeded, busy).attempts) == 4


def test_the_response_is_that_of_the_call_and_its_error_shows_no_key() -> None:
    raw = Driven(SETTINGS).ends(replace(OK, content=b'["x"]'))
    assert raw.parse() == ["x"]
    with pytest.raises(MemsyDecodeError) as caught:
        Driven(SETTINGS).ends(replace(OK, content=KEY.encode())).parse()
    assert caught.value.operation == "roles.list"
    assert caught.value.response is not None
    assert caught.value.response.content == "…".encode()


def test_a_404_of_a_wrong_address_says_which_one_to_try() -> None:
    call = replace(CALL, operation=replace(OPERATION, planes=("core",)))
    request = replace(REQUEST, url="http://memsy.test/api/roles")
    flow = exchange(call, request, SETTINGS, Carrier(lambda: None, is_strict=True))
    next(flow)
    with pytest.raises(MemsyAPIError, match=r"try base_url=http://memsy\.test/v1$"):
        flow.send(Response(404, Headers(), b'{"detail": "Not Found"}'))


def test_what_gives_the_key_makes_the_attempts(fake_time: FakeTime) -> None:
    asked: list[Any] = []

    class Source:
        def __init__(self, deadline: float) -> None:
            asked.append(deadline)

        def attempt(self, attempts: Any, send: Any, request: Request) -> Any:
            asked.append(list(attempts))
            return (yield from send(replace(request, headers=[("Authorization", "Bearer msy_given")])))

    driven = Driven(options(deadline=10), key_source=Source)
    assert driven.step.request.headers == [("Authorization", "Bearer msy_given")]
    assert driven.goes_on(Response(429, Headers(), b"")) == Sleep(1.0)
    driven.goes_on()
    driven.ends(OK)
    assert asked == [fake_time.now + 10, [], [Attempt(429, None, 0.0, 1.0)]]


def test_an_attempt_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "memsy_client"):
        Driven(SETTINGS).ends(OK)
    assert caplog.messages[0].startswith("GET /roles: 200 in ")


@pytest.mark.parametrize("middleware", [[], [untouched]])
def test_whoever_is_told_knows_the_response_of_a_failure_too(middleware: Any) -> None:
    told: list[Any] = []
    refused = Response(500, Headers({"X-Request-Id": "req_7"}), b"")
    ways = [(refused, MemsyAPIError), (TransportError("broken", response=refused), MemsyAPIError)]
    for how, kind in [*ways, (ResponseTooLargeError(OK), MemsyDecodeError)]:
        settings = options(middleware=middleware)
        driven = Driven(settings, on_attempt=lambda event, headers: told.append((event.request_id, headers)))
        driven.ends_in(kind, how)
    assert [request_id for request_id, _ in told] == ["req_7", "req_7", "req_1"]
    assert [headers["x-request-id"] for _, headers in told] == ["req_7", "req_7", "req_1"]


def test_what_a_middleware_makes_of_a_request_is_sent() -> None:
    def renamed(request: Request) -> Steps:
        return (yield replace(request, method="HEAD"))

    assert Driven(options(middleware=[renamed])).step.request.method == "HEAD"


def test_a_middleware_that_loses_a_response_is_told_what_is_wrong() -> None:
    error = Driven(options(middleware=[forgetful])).ends_in(MemsyDecodeError, OK)
    assert error.message == "returned a NoneType, not a Response"
    assert error.location == "the middleware forgetful"
