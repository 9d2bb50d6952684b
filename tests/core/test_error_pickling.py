"""Every exception travels between processes with all that it knows."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from memsy_client import exceptions
from memsy_client._core.messages import Headers, Response
from memsy_client.exceptions import Attempt, MemsyAPIError, MemsyDecodeError, MemsyError

CLASSES = [
    kind
    for name in exceptions.__all__
    if isinstance(kind := getattr(exceptions, name), type) and issubclass(kind, MemsyError)
]
RESPONSE = Response(429, Headers.of([("X-A", "1"), ("x-a", "2")]), b"{}", 0.5)


def made(kind: type[MemsyError]) -> MemsyError:
    """One with everything on it."""
    if issubclass(kind, MemsyAPIError):
        details = {name: 5 if type_ is int else "text" for name, type_ in kind.fields.items()}
        error: Any = kind("m", 429, "d", "c", RESPONSE, details=details, errors=[{"loc": []}])
    elif issubclass(kind, MemsyDecodeError):
        error = kind("is missing", response=RESPONSE).prepend_location(0).prepend_location("items")
    elif issubclass(kind, exceptions.MemsyConnectionError):
        error = kind("lost", unsent=True)
    elif issubclass(kind, exceptions.MemsyProcessingTimeout):
        error = kind(1.5, ("a",), (), ("b", "c"))
    else:
        error = kind("wrong")
    error.operation, error.method, error.path = "orgs.list", "GET", "/orgs"
    error.status_code, error.request_id, error.retry_after = 429, "req_1", 1.5
    error.attempts = (Attempt(None, "lost", 0.1, 1.0), Attempt(429, None, 0.2))
    return error  # type: ignore[no-any-return]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_an_exception_pickles_with_everything_on_it(kind: type[MemsyError], protocol: int) -> None:
    error = made(kind)
    for twin in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is kind
        assert vars(twin) == vars(error)
        assert twin.args == error.args
        assert (str(twin), repr(twin)) == (str(error), repr(error))
    twin = pickle.loads(pickle.dumps(error, protocol))
    if isinstance(twin, MemsyAPIError | MemsyDecodeError):
        assert twin.response is not None
        assert twin.response.headers["X-A"] == "1, 2"


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_an_exception_says_one_useful_line(kind: type[MemsyError]) -> None:
    text = str(made(kind))
    assert text.startswith("orgs.list (GET /orgs): ")
    assert text.endswith(", after 2 attempts, request id req_1")
    assert "\n" not in text


def test_an_exception_made_by_hand_says_its_message() -> None:
    assert str(MemsyError("wrong")) == "wrong"
    assert str(exceptions.RateLimitExceeded("Slow down.", status_code=429)) == "429 Slow down."


def test_documented_bases_catch_what_they_should() -> None:
    assert all(issubclass(kind, MemsyError) for kind in CLASSES)
    assert issubclass(exceptions.MemsyTimeoutError, exceptions.MemsyConnectionError)
    documented = {
        "AuthenticationError AuthorizationError FeatureNotAvailable OrgIdNotAllowedError SeatRequiredError",
        "OrgLimitReachedError KeyLimitReachedError BillingNotEnabledError SeatLimitReachedError RateLimitExceeded",
        "UsageLimitExceeded",
    }
    for name in " ".join(documented).split():
        assert getattr(exceptions, name).__bases__ == (MemsyAPIError,)
