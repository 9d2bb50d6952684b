"""Each error of the service is its own class, in whichever envelope it comes; and it says what one needs to know."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pytest_httpx import HTTPXMock
from support.flavours import OWN, Flavour
from support.operations import ALL, Case
from support.server import Server, answer

import memsy_client.exceptions as errors
from memsy_client import MemsyAPIError, MemsyError

pytestmark = pytest.mark.anyio

Serve = Callable[..., Server]
BASE = "http://memsy.test/v1"

CLASSES: list[tuple[int, str | None, type[MemsyAPIError], dict[str, Any]]] = [
    (400, "org_id_not_allowed", errors.OrgIdNotAllowedError, {}),
    (401, "invalid_key", errors.AuthenticationError, {}),
    (401, None, errors.AuthenticationError, {}),
    (403, "wrong_scope", errors.AuthorizationError, {"required_scope": "write"}),
    (403, "insufficient_scope", errors.AuthorizationError, {"required_scope": "write"}),
    (403, "admin_required", errors.AuthorizationError, {}),
    (403, None, errors.AuthorizationError, {}),
    (
        403,
        "feature_not_available",
        errors.FeatureNotAvailable,
        {"feature": "roles", "current_tier": "free", "upgrade_url": "https://memsy.io/pro"},
    ),
    (403, "seat_required", errors.SeatRequiredError, {}),
    (403, "org_limit_reached", errors.OrgLimitReachedError, {"limit": 3, "current": 3}),
    (403, "key_limit_reached", errors.KeyLimitReachedError, {"limit": 5, "current": 5}),
    (403, "billing_not_enabled", errors.BillingNotEnabledError, {"interest_path": "/interest/pro"}),
    (
        403,
        "usage_limit_exceeded",
        errors.UsageLimitExceeded,
        {"dimension": "events_ingested", "current": 10, "limit": 10, "upgrade_url": "https://memsy.io/pro"},
    ),
    (
        409,
        "seat_limit_reached",
        errors.SeatLimitReachedError,
        {"purchased_seats": 3, "assigned_seats": 2, "pending_invites": 1},
    ),
    (429, "rate_limited", errors.RateLimitExceeded, {}),
    (429, None, errors.RateLimitExceeded, {}),
    (
        429,
        "usage_limit_exceeded",
        errors.UsageLimitExceeded,
        {"dimension": "search_queries", "current": 10, "limit": 10, "upgrade_url": "https://memsy.io/pro"},
    ),
    (404, "not_found", MemsyAPIError, {}),
    (409, "conflict", MemsyAPIError, {}),
    (500, None, MemsyAPIError, {}),
    (501, "not_implemented", MemsyAPIError, {}),
    (520, None, MemsyAPIError, {}),
]


def wrapped(code: str | None, text: str, more: dict[str, Any]) -> dict[str, Any]:
    return {"detail": bare(code, text, more)}


def bare(code: str | None, text: str, more: dict[str, Any]) -> dict[str, Any]:
    return {**({"error": code} if code else {}), "message": text, **more}


def with_detail(code: str | None, text: str, more: dict[str, Any]) -> dict[str, Any]:
    return {**({"error": code} if code else {}), "detail": text, **more}


@pytest.fixture(params=OWN, ids=lambda flavour: flavour.name)
def own(request: pytest.FixtureRequest) -> Flavour:
    """The flavours on their own pools, whose transport httpx's tests can replace."""
    return request.param  # type: ignore[no-any-return]


async def failure(own: Flavour, **options: Any) -> MemsyAPIError:
    async with own.client(BASE, max_retries=0, **options) as client:
        with pytest.raises(MemsyAPIError) as caught:
            await own.call(client.roles.get, "r 1", "acme")
    return caught.value


@pytest.mark.parametrize("envelope", [wrapped, bare, with_detail])
@pytest.mark.parametrize(("status", "code", "kind", "more"), CLASSES, ids=lambda value: getattr(value, "__name__", ""))
async def test_each_error_has_its_class_and_attributes(
    own: Flavour,
    status: int,
    code: str | None,
    kind: type[MemsyAPIError],
    more: dict[str, Any],
    envelope: Any,
    httpx_mock: HTTPXMock,
) -> None:
    body = envelope(code, "What to do.", {**more, "extra": [1]})
    httpx_mock.add_response(status_code=status, json=body, headers={"X-Request-Id": "req_9"})
    error = await failure(own)
    assert type(error) is kind
    assert (error.status_code, error.detail, error.error_code) == (status, "What to do.", code)
    assert {name: getattr(error, name) for name in more} == more
    assert error.details == {**more, "extra": [1]}
    assert (error.operation, error.method, error.path) == ("roles.get", "GET", "/roles/r%201")
    assert error.request_id == "req_9"
    assert error.response is not None
    assert json.loads(error.response.content) == body
    assert [attempt.status_code for attempt in error.attempts] == [status]
    shown = " ".join(filter(None, [str(status), code and f"{code}:", "What to do."]))
    assert str(error) == f"roles.get (GET /roles/r%201): {shown}, request id req_9"


@pytest.mark.parametrize(("status", "code", "kind", "more"), CLASSES, ids=lambda value: getattr(value, "__name__", ""))
async def test_attributes_of_another_type_are_none(
    own: Flavour, status: int, code: str | None, kind: type[MemsyAPIError], more: dict[str, Any], httpx_mock: HTTPXMock
) -> None:
    for value in ({"a": 1}, True, 1.5, None):
        httpx_mock.add_response(status_code=status, json=wrapped(code, "", dict.fromkeys(more, value)))
        error = await failure(own)
        assert type(error) is kind
        assert [getattr(error, name) for name in more] == [None] * len(more)
        assert error.detail


@pytest.mark.parametrize(
    ("status", "content", "kind", "detail"),
    [
        (401, b'{"detail": "Not authenticated"}', errors.AuthenticationError, "Not authenticated"),
        (403, b'{"message": "Forbidden"}', errors.AuthenticationError, "Forbidden"),
        (403, b'{"message": "Forbidden", "x": 1}', errors.AuthorizationError, "Forbidden"),
        (403, b'{"detail": "Forbidden"}', errors.AuthorizationError, "Forbidden"),
        (403, b"Forbidden", errors.AuthorizationError, "Forbidden"),
        (429, b'{"message": "Too Many Requests"}', errors.RateLimitExceeded, "Too Many Requests"),
        (502, b"<html>\r\n <body>Bad   Gateway</body></html>", MemsyAPIError, "<html> <body>Bad Gateway</body></html>"),
        (503, b"", MemsyAPIError, "Service Unavailable"),
        (599, b"", MemsyAPIError, "unknown status"),
        (500, b"\xff\xfe\x00", MemsyAPIError, "��\0"),
        (500, b"[1, 2]", MemsyAPIError, "[1, 2]"),
        (500, b"null", MemsyAPIError, "null"),
        (500, b'{"detail": null}', MemsyAPIError, '{"detail": null}'),
        (500, b'{"detail": []}', MemsyAPIError, '{"detail": []}'),
        (500, b'{"detail": {}}', MemsyAPIError, '{"detail": {}}'),
        (500, b'{"detail": {"error": 5, "message": [1]}}', MemsyAPIError, '{"detail": {"error": 5, "message": [1]}}'),
        (500, b'{"error": "boom"}', MemsyAPIError, "boom"),
        (500, b"[" * 100_000, MemsyAPIError, "[" * 200),
        (500, b'{"detail": ' + b"9" * 5_000 + b"}", MemsyAPIError, '{"detail": ' + "9" * 189),
    ],
)
async def test_any_body_of_an_error_tells_something(
    own: Flavour, status: int, content: bytes, kind: type[MemsyAPIError], detail: str, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=status, content=content)
    error = await failure(own)
    assert type(error) is kind
    assert error.detail == detail
    assert error.details == {} or isinstance(json.loads(content), dict)
    assert "\n" not in str(error)


async def test_a_422_names_each_field(own: Flavour, httpx_mock: HTTPXMock) -> None:
    items = [
        {"loc": ["body", "events", 0, "kind"], "msg": "not a kind", "type": "enum"},
        {"loc": ["query", "limit"], "msg": "too large", "type": "less_than"},
    ]
    httpx_mock.add_response(status_code=422, json={"detail": items})
    error = await failure(own)
    assert error.detail == "body.events.0.kind: not a kind; query.limit: too large"
    assert error.errors == items


@pytest.mark.parametrize("items", [[1, "a", None], [{}], [{"loc": 5, "msg": None}], [{"msg": {"a": "b\nc"}}], [[[]]]])
async def test_a_422_of_another_shape_is_no_exception(own: Flavour, items: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=422, json={"detail": items})
    error = await failure(own)
    assert error.detail
    assert "\n" not in str(error)


async def test_a_message_of_many_lines_is_shown_as_one(own: Flavour, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=500, json={"detail": "first\r\nsecond\u2028third"})
    error = await failure(own)
    assert error.detail == "first\r\nsecond\u2028third"
    assert str(error) == "roles.get (GET /roles/r%201): 500 first second third"


@pytest.mark.parametrize("case", ALL, ids=str)
async def test_every_operation_raises_the_error_of_its_answer(own: Flavour, case: Case, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=403, json=wrapped("admin_required", "Ask an admin.", {}))
    args, named = case.arguments()
    async with own.client(BASE, control=case.control) as client:
        with pytest.raises(errors.AuthorizationError) as caught:
            await own.call(case.method(client), *args, **named)
    assert caught.value.operation == case.operation.name
    assert caught.value.error_code == "admin_required"


@pytest.mark.parametrize("failing", [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.ReadError])
async def test_failures_of_the_transport_are_connection_errors(
    own: Flavour, failing: type[httpx.TransportError], httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_exception(failing("it broke"))
    async with own.client(BASE) as client:
        with pytest.raises(errors.MemsyConnectionError) as caught:
            await own.call(client.health)
    error = caught.value
    assert isinstance(error, errors.MemsyTimeoutError) == issubclass(failing, httpx.TimeoutException)
    assert error.unsent == (failing in (httpx.ConnectError, httpx.ConnectTimeout))
    assert error.operation == "health"
    assert len(httpx_mock.get_requests()) == 1


async def test_an_error_survives_pickling_and_copying(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    body = wrapped("usage_limit_exceeded", "Spent.", {"dimension": "llm_tokens", "current": 5, "limit": 5})
    server = serve(answer(body, 429, {"Retry-After": "2", "X-Request-Id": "req_1"}))
    async with flavour.client(server.origin, max_retries=1) as client:
        with pytest.raises(errors.UsageLimitExceeded) as caught:
            await flavour.call(client.search, "Lisbon?")
    for twin in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value), copy.deepcopy(caught.value)):
        assert type(twin) is errors.UsageLimitExceeded
        assert str(twin) == str(caught.value)
        assert twin.args == caught.value.args
        for name, value in vars(caught.value).items():
            assert getattr(twin, name) == value
    assert [attempt.wait for attempt in caught.value.attempts] == [2.0, 0.0]
    assert caught.value.retry_after == 2.0
    assert isinstance(caught.value, MemsyError)
    assert str(caught.value) == (
        "search (POST /search): 429 usage_limit_exceeded: Spent., after 2 attempts, request id req_1"
    )


async def test_what_detail_holds_is_laid_over_what_stands_beside_it(own: Flavour, httpx_mock: HTTPXMock) -> None:
    body = {"error": "seat_required", "message": "No.", "hint": 1, "detail": {"message": "Ask for a seat.", "hint": 2}}
    httpx_mock.add_response(status_code=403, json=body)
    error = await failure(own)
    assert type(error) is errors.SeatRequiredError
    assert (error.error_code, error.detail, error.details) == ("seat_required", "Ask for a seat.", {"hint": 2})


@pytest.mark.parametrize("unset", [{}, {"required_scope": None}, {"required_scope": ""}])
async def test_the_required_scope_also_comes_as_scope(
    own: Flavour, unset: dict[str, Any], httpx_mock: HTTPXMock
) -> None:
    detail = {"error": "insufficient_scope", "scope": "write", **unset}
    httpx_mock.add_response(status_code=403, json={"detail": detail})
    error = await failure(own)
    assert isinstance(error, errors.AuthorizationError)
    assert error.required_scope == "write"


@pytest.mark.parametrize("body", [{"detail": "Monthly QUOTA exceeded"}, {"error": "rate_limited", "message": "quota"}])
async def test_a_429_that_speaks_of_a_quota_is_a_usage_limit(
    own: Flavour, body: dict[str, Any], httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=429, json=body)
    assert type(await failure(own)) is errors.UsageLimitExceeded


async def test_the_text_of_what_detail_holds_comes_before_one_that_stands_beside_it(
    own: Flavour, httpx_mock: HTTPXMock
) -> None:
    body = {"message": "Forbidden", "detail": {"error": "admin_required", "detail": "Only admins."}}
    httpx_mock.add_response(status_code=403, json=body)
    error = await failure(own)
    assert (error.error_code, error.detail) == ("admin_required", "Only admins.")
