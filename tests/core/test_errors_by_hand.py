"""Errors that a program makes itself, for its own tests: arguments by position, with the defaults of the status."""

from __future__ import annotations

import pytest

from memsy_client import (
    Attempt,
    AuthorizationError,
    FeatureNotAvailable,
    Headers,
    MemsyAPIError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyProcessingTimeout,
    MemsyTimeoutError,
    OrgLimitReachedError,
    RateLimitExceeded,
    Response,
    SeatLimitReachedError,
    SeatRequiredError,
    UsageLimitExceeded,
)
from memsy_client.exceptions import error_class

RESPONSE = Response(418, Headers(), b"")


def test_the_arguments_of_every_error_of_the_service_go_by_position():
    error = MemsyAPIError("broken", 418, "a teapot", "teapot", RESPONSE)
    assert (error.message, error.status_code, error.detail) == ("broken", 418, "a teapot")
    assert (error.error_code, error.response) == ("teapot", RESPONSE)
    assert str(error) == "418 teapot: broken"


def test_only_message_and_status_are_needed():
    error = MemsyAPIError("broken", 500)
    assert (error.detail, error.error_code, error.response, error.errors, error.details) == ("", None, None, [], {})
    assert str(error) == "500 broken"
    with pytest.raises(TypeError, match=r"^MemsyAPIError needs a status_code$"):
        MemsyAPIError("broken")


@pytest.mark.parametrize(
    ("kind", "own", "status_code"),
    [
        (AuthorizationError, {"required_scope": "write"}, 403),
        (FeatureNotAvailable, {"feature": "teams", "current_tier": "free", "upgrade_url": "https://a.test"}, 403),
        (OrgLimitReachedError, {"limit": 1, "current": 2}, 403),
        (SeatLimitReachedError, {"purchased_seats": 3, "assigned_seats": 2, "pending_invites": 1}, 409),
        (RateLimitExceeded, {"retry_after": 2.5}, 429),
        (
            UsageLimitExceeded,
            {"dimension": "api_calls", "current": 5, "limit": 4, "upgrade_url": "https://a.test"},
            429,
        ),
    ],
)
def test_own_fields_go_by_position_and_by_name_and_the_status_by_default(kind, own, status_code):
    by_name = kind("no", **own)
    by_position = kind("no", status_code, "detail", "code", None, *own.values())
    for error in (by_name, by_position):
        assert error.status_code == status_code
        assert {name: getattr(error, name) for name in own} == own
    assert kind("no").status_code == status_code
    assert all(getattr(kind("no"), name) is None for name in own)


def test_an_argument_that_an_error_does_not_have_is_refused():
    with pytest.raises(TypeError, match=r"^RateLimitExceeded has no colour$"):
        RateLimitExceeded("no", colour="red")
    with pytest.raises(TypeError, match=r"^OrgLimitReachedError has no (colour, size|size, colour)$"):
        OrgLimitReachedError("no", colour="red", size=1)
    with pytest.raises(TypeError, match=r"^RateLimitExceeded has 1 own field\(s\), not 2$"):
        RateLimitExceeded("no", 429, "", None, None, 1.0, 2.0)


@pytest.mark.parametrize("kind", [UsageLimitExceeded, RateLimitExceeded, AuthorizationError])
def test_every_error_may_be_told_how_long_to_wait(kind):
    assert kind("no", retry_after=3.0).retry_after == 3.0
    assert kind("no").retry_after is None


def test_own_fields_are_also_found_among_the_details_where_they_are_of_their_type():
    error = OrgLimitReachedError("no", details={"limit": 3, "current": True, "more": 1})
    assert (error.limit, error.current, error.details) == (3, None, {"limit": 3, "current": True, "more": 1})
    assert OrgLimitReachedError("no", 403, "", None, None, 5, details={"limit": 3}).limit == 5
    items = [{"loc": []}]
    assert MemsyAPIError("no", 422, errors=items).errors is items


def test_what_an_error_says_of_its_call():
    error = MemsyError("it broke\n  badly")
    assert str(error) == "it broke badly"
    assert error.args == ("it broke\n  badly",)
    error.operation = "ingest_many"
    assert str(error) == "ingest_many: it broke badly"
    error.operation, error.method, error.path = "roles.list", "GET", "/roles"
    error.attempts = (Attempt(None, "lost", 0.1),)
    assert str(error) == "roles.list (GET /roles): it broke badly"
    error.attempts *= 2
    error.request_id = "req_1"
    assert str(error) == "roles.list (GET /roles): it broke badly, after 2 attempts, request id req_1"
    error.operation = None
    assert str(error) == "it broke badly, after 2 attempts, request id req_1"


def test_where_in_the_json_an_error_is():
    error = MemsyDecodeError("is missing", response=RESPONSE)
    assert (str(error), error.location, error.response) == ("the body is missing", "", RESPONSE)
    assert error.prepend_location("b") is error
    assert error.prepend_location(0).location == "[0].b"
    assert error.prepend_location(1).location == "[1][0].b"
    assert error.prepend_location("a").location == "a[1][0].b"
    assert str(error) == "a[1][0].b is missing"
    error.status_code = 200
    assert str(error) == "unusable 200 response: a[1][0].b is missing"
    assert MemsyDecodeError("is missing").response is None


def test_whether_a_request_left():
    for kind in (MemsyConnectionError, MemsyTimeoutError):
        assert kind("lost").unsent is False
        error = kind("lost", unsent=True)
        assert (error.unsent, str(error)) == (True, "lost")


def test_what_is_still_pending():
    error = MemsyProcessingTimeout(2.5, ("a", "b", "c"), ("d",), ("e", "f"))
    assert str(error) == "wait_until_processed: 2 of 6 events are still pending after 2.5 s"
    assert (error.completed_ids, error.failed_ids, error.pending_ids) == (("a", "b", "c"), ("d",), ("e", "f"))


def test_a_code_and_a_message_are_told_after_the_status():
    assert str(MemsyAPIError("", 500)) == "500"
    assert str(MemsyAPIError("broken", 500, error_code="")) == "500 broken"
    assert str(MemsyAPIError("broken", 500, error_code="teapot")) == "500 teapot: broken"


@pytest.mark.parametrize(
    ("status_code", "code", "kind"),
    [
        (403, "seat_required", SeatRequiredError),
        (403, "another", AuthorizationError),
        (403, None, AuthorizationError),
        (404, "seat_required", MemsyAPIError),
        (429, "another", RateLimitExceeded),
        (500, None, MemsyAPIError),
    ],
)
def test_the_class_of_a_status_and_a_code(status_code, code, kind):
    assert error_class(status_code, code) is kind
