"""Errors that a program makes itself, for its own tests: arguments by position, with the defaults of the status."""

from __future__ import annotations

import pytest

from memsy_client import (
    AuthorizationError,
    FeatureNotAvailable,
    Headers,
    MemsyAPIError,
    OrgLimitReachedError,
    RateLimitExceeded,
    Response,
    SeatLimitReachedError,
    UsageLimitExceeded,
)

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
    with pytest.raises(TypeError, match="status_code"):
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
    with pytest.raises(TypeError, match="colour"):
        RateLimitExceeded("no", colour="red")
    with pytest.raises(TypeError, match="1 own field"):
        RateLimitExceeded("no", 429, "", None, None, 1.0, 2.0)


@pytest.mark.parametrize("kind", [UsageLimitExceeded, RateLimitExceeded, AuthorizationError])
def test_every_error_may_be_told_how_long_to_wait(kind):
    assert kind("no", retry_after=3.0).retry_after == 3.0
    assert kind("no").retry_after is None
