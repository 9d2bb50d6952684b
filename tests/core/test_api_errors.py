"""What an error makes of a response, and what it says of an address: exactly, and without a connection."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import Any

import pytest

from memsy_client import (
    AuthenticationError,
    AuthorizationError,
    Headers,
    MemsyAPIError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    OrgLimitReachedError,
    RateLimitExceeded,
    Response,
    SeatRequiredError,
    UsageLimitExceeded,
)
from memsy_client._core.api_errors import api_error, name_address, retry_after


def error_of(body: Any, status: int = 500, **headers: str) -> MemsyAPIError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return api_error(
        Response(status, Headers({name.replace("_", "-"): text for name, text in headers.items()}), content)
    )


def test_all_of_a_response_is_in_its_error() -> None:
    body = {"error": "org_limit_reached", "message": "Three.", "detail": {"limit": 3, "current": 4}, "hint": [1]}
    error = error_of(body, 403, Retry_After="7")
    assert type(error) is OrgLimitReachedError
    assert (error.message, error.status_code, error.detail) == ("Three.", 403, "Three.")
    assert (error.error_code, error.retry_after, error.errors) == ("org_limit_reached", 7.0, [])
    assert (error.limit, error.current) == (3, 4)
    assert error.details == {"limit": 3, "current": 4, "hint": [1]}
    assert error.response is not None
    assert error.response.status_code == 403


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, {"message": "Forbidden"}, AuthenticationError),
        (401, {"message": "Forbidden"}, AuthenticationError),
        (400, {"message": "Forbidden"}, MemsyAPIError),
        (403, {"message": "Forbidden", "x": 1}, AuthorizationError),
        (403, {"detail": {"error": "seat_required"}}, SeatRequiredError),
        (403, {"error": "seat_required", "detail": {"error": "unknown"}}, AuthorizationError),
        (403, {"error": ["seat_required"]}, AuthorizationError),
        (429, {"message": "The QUOTA is spent"}, UsageLimitExceeded),
        (429, {"message": "Slow down"}, RateLimitExceeded),
        (403, {"message": "The quota is spent"}, AuthorizationError),
        (429, {"error": "usage_limit_exceeded"}, UsageLimitExceeded),
        (429, {"error": "another"}, RateLimitExceeded),
        (404, {"error": "seat_required"}, MemsyAPIError),
    ],
)
def test_its_class(status: int, body: dict[str, Any], kind: type[MemsyAPIError]) -> None:
    assert type(error_of(body, status)) is kind


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"detail": {"message": "1", "detail": "2", "error": "5"}, "message": "3", "error": "6"}, "1"),
        ({"detail": {"detail": "2", "error": "5"}, "message": "3", "error": "6"}, "2"),
        ({"detail": {"error": "5"}, "message": "3", "error": "6"}, "3"),
        ({"detail": "4", "error": "6"}, "4"),
        ({"detail": {"error": "5"}, "error": "6"}, "5"),
        ({"detail": {"message": ""}, "error": "6"}, "6"),
        ({"detail": {"message": 1}, "error": "6"}, "6"),
        (b" a \n b ", "a b"),
        (b"a" * 300, "a" * 200),
        (b"", "Internal Server Error"),
    ],
)
def test_its_detail_is_the_first_text_there_is(body: Any, detail: str) -> None:
    assert error_of(body).detail == detail


def test_the_detail_of_what_has_no_text() -> None:
    assert error_of(b"", 599).detail == "unknown status"
    assert error_of(b"", 300).detail == "redirects are not followed (to nowhere)"
    assert error_of(b"moved", 399, location="http://a.test/").detail == "redirects are not followed (to http://a.test/)"
    assert error_of(b"", 400).detail == "Bad Request"
    assert error_of(b"", 299).detail == "unknown status"


def test_a_422_is_told_item_by_item() -> None:
    items = [{"loc": ["body", 0, None, "kind"], "msg": "no kind"}, {"loc": "x", "msg": 5}, {"msg": "odd"}, "text", {}]
    error = error_of({"detail": items}, 422)
    assert error.detail == "body.0.kind: no kind; request: invalid; request: odd; request: invalid"
    assert error.errors == [items[0], items[1], items[2], items[4]]
    assert error_of({"detail": ["text"]}, 422).errors == []
    assert error_of({"detail": ["text"]}, 422).detail == '{"detail": ["text"]}'


@pytest.mark.parametrize(
    ("detail", "scope"),
    [
        ({"scope": "write"}, "write"),
        ({"scope": "write", "required_scope": "admin"}, "admin"),
        ({"scope": "write", "required_scope": ""}, "write"),
        ({}, None),
    ],
)
def test_the_scope_has_an_older_name(detail: dict[str, Any], scope: str | None) -> None:
    error = error_of({"detail": detail}, 403)
    assert isinstance(error, AuthorizationError)
    assert error.required_scope == scope


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        (" 2.5 ", 2.5),
        ("2.", 2.0),
        ("1e2", 100.0),
        ("1E+2", 100.0),
        ("0", 0.0),
        ("1" * 18, float("1" * 18)),
        ("1" * 19, None),
        ("1e100", None),
        ("1e-2", None),
        (".5", None),
        ("-1", None),
        ("", None),
        ("soon", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 99 Jan 1970 00:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 +9999999999", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert retry_after(Headers({"Retry-After": text})) == seconds
    assert error_of(b"", 429, Retry_After=text).retry_after == seconds


def test_retry_after_as_a_date_is_what_is_left_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    assert retry_after(Headers({"Retry-After": formatdate(1_000_000_090, usegmt=True)})) == 90
    assert retry_after(Headers({"Retry-After": "Sun, 09 Sep 2001 03:48:10 +0200"})) == 90
    assert retry_after(Headers()) is None


def test_a_date_without_a_zone_is_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        found = retry_after(Headers({"Retry-After": "Sun Sep  9 01:48:10 2001"}))
    time.tzset()
    assert found == 90


CORE, CONTROL, BOTH = ("core",), ("control",), ("core", "control")


def named(error: MemsyError, url: str, path: str = "/orgs", planes: tuple[str, ...] = CORE) -> str:
    error.args = (error.message, "kept")
    name_address(error, planes, url, path)
    assert error.args == (error.message, "kept")
    return error.message


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("cannot connect", "cannot connect to http://a.test:8000"),
        ("here it cannot connect: refused", "here it cannot connect to http://a.test:8000: refused"),
        (
            "cannot connect: it cannot connect",
            "cannot connect to http://a.test:8000: it cannot connect",
        ),
        ("no free connection", "no free connection, nothing sent to http://a.test:8000"),
    ],
)
def test_what_was_not_sent_says_where_to(message: str, told: str) -> None:
    assert named(MemsyConnectionError(message, unsent=True), "http://a.test:8000/v1/orgs?x=1") == told
    assert named(MemsyConnectionError(message), "http://a.test:8000/v1/orgs?x=1") == message


NOT_FOUND = {"detail": "Not Found"}


@pytest.mark.parametrize(
    ("base_url", "planes", "told"),
    [
        ("http://a.test/v1", CORE, None),
        ("http://a.test/api", BOTH, None),
        ("http://a.test/v1", (), None),
        ("http://a.test/x", ("other",), None),
        ("http://a.test", CORE, "http://a.test does not end in /v1: try base_url=http://a.test/v1"),
        (
            "http://a.test/x",
            BOTH,
            "http://a.test/x does not end in /v1 or /api: try base_url=http://a.test/x/v1 or http://a.test/x/api",
        ),
        (
            "http://a.test/v1",
            CONTROL,
            "http://a.test/v1 is the core plane's, and this call of the control plane: try base_url=http://a.test/api",
        ),
        (
            "http://a.test/api",
            ("core", "other"),
            "http://a.test/api is the control plane's, and this call of the core or other plane: "
            "try base_url=http://a.test/v1",
        ),
    ],
)
def test_a_404_of_no_such_path_says_which_base_url_to_try(
    base_url: str, planes: tuple[str, ...], told: str | None
) -> None:
    for query in ("", "?a=/orgs?b"):
        message = named(error_of(NOT_FOUND, 404), f"{base_url}/orgs{query}", planes=planes)
        assert message == (f"Not Found; {told}" if told else "Not Found")


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        (error_of(NOT_FOUND, 404), True),
        (error_of(b"<h1> Not  here</h1>", 404), True),
        (error_of(b"", 404), True),
        (error_of({"detail": "Org not found"}, 404), False),
        (error_of(NOT_FOUND, 405), False),
        (MemsyAPIError("made", 404, "by hand"), False),
        (MemsyAPIError("made", 404, "Not Found"), True),
        (MemsyDecodeError("is not JSON"), False),
    ],
)
def test_which_404_is_doubted(error: MemsyError, is_told: bool) -> None:
    before = error.message
    assert (named(error, "http://a.test/orgs") != before) is is_told
