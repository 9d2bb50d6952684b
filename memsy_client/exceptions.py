"""Every exception that a call can raise, and the one table that picks it.

    MemsyError
    ├── MemsyInputError               what was asked cannot be sent; nothing was sent
    ├── MemsyClosedError              the client was used after `close()`
    ├── MemsyQueueFull                a background writer holds as many events as it may
    ├── MemsyConnectionError          cannot connect, connection lost
    │   └── MemsyTimeoutError         a time-out or the call's deadline ran out
    ├── MemsyProcessingTimeout        events are still pending after the time to wait for them
    ├── MemsyDecodeError              data that is not what the contract promises
    └── MemsyAPIError                 any response that is not 2xx
        ├── AuthenticationError       401; also the gateway's bare 403
        ├── AuthorizationError        403 otherwise
        ├── FeatureNotAvailable       403 feature_not_available
        ├── OrgIdNotAllowedError      400 org_id_not_allowed
        ├── SeatRequiredError         403 seat_required
        ├── OrgLimitReachedError      403 org_limit_reached
        ├── KeyLimitReachedError      403 key_limit_reached
        ├── BillingNotEnabledError    403 billing_not_enabled
        ├── SeatLimitReachedError     409 seat_limit_reached
        ├── RateLimitExceeded         429
        └── UsageLimitExceeded        429 or 403 usage_limit_exceeded, or a 429 whose text speaks of a quota

A new error of the service is one class here and one row in `_TABLE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from ._core.messages import Response

__all__ = [
    "Attempt",
    "AuthenticationError",
    "AuthorizationError",
    "BillingNotEnabledError",
    "FeatureNotAvailable",
    "KeyLimitReachedError",
    "MemsyAPIError",
    "MemsyClosedError",
    "MemsyConnectionError",
    "MemsyDecodeError",
    "MemsyError",
    "MemsyInputError",
    "MemsyProcessingTimeout",
    "MemsyQueueFull",
    "MemsyTimeoutError",
    "OrgIdNotAllowedError",
    "OrgLimitReachedError",
    "RateLimitExceeded",
    "SeatLimitReachedError",
    "SeatRequiredError",
    "UsageLimitExceeded",
]


class Attempt(NamedTuple):
    """One try of a call.

    Attributes:
        status_code: The HTTP status of the response, or None when there was none.
        error: What went wrong instead of a response, as text, or None.
        elapsed: Seconds the try took.
        wait: Seconds waited after it before the next try; 0.0 for the last one.
    """

    status_code: int | None
    error: str | None
    elapsed: float
    wait: float = 0.0


class MemsyError(Exception):
    """The base of every exception that this package raises.

    Attributes:
        message: What went wrong, in one line.
        operation: The client method, such as `roles.list`, or None when no call was under way.
        method: The HTTP method, or None.
        path: The path under the base URL, percent-encoded, or None; with `{placeholders}` when an argument was refused.
        status_code: The HTTP status, or None when there was no response.
        request_id: The response's `x-request-id`, which support asks for, or None.
        retry_after: Seconds to wait before trying again: as the service asked, or the next wait where it is longer than
            the policy or the deadline allows; or None.
        attempts: What was tried, oldest first; empty when nothing was sent.
    """

    message: str
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status_code: int | None = None
    request_id: str | None = None
    retry_after: float | None = None
    attempts: tuple[Attempt, ...] = ()

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        request = f" ({self.method} {self.path})" if self.method else ""  # what takes many calls has no one request
        where = f"{self.operation}{request}: " if self.operation else ""
        notes = [self._summary()]
        if len(self.attempts) > 1:
            notes.append(f"after {len(self.attempts)} attempts")
        if self.request_id:
            notes.append(f"request id {self.request_id}")
        return " ".join((where + ", ".join(notes)).split())  # what the service says may have line breaks

    def _summary(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception's own reduce calls the class with `args` alone, which keyword-only arguments do not survive.
        return _revive, (type(self), self.args, self.__dict__)


def _revive(kind: type[MemsyError], args: tuple[Any, ...], state: dict[str, Any]) -> MemsyError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class MemsyInputError(MemsyError):
    """What was asked cannot be sent: a bad base URL, key, id, argument or option.

    Nothing was sent; or, where a function for the key failed only after a 401, nothing that the service accepted.
    """


class MemsyClosedError(MemsyError):
    """The client was used after it had been closed. Nothing was sent."""


class MemsyQueueFull(MemsyError):
    """A background writer holds as many events as it may. This one was not added, or dropped for a newer one."""


class MemsyConnectionError(MemsyError):
    """No response: the connection could not be made, or was lost.

    Attributes:
        unsent: True when the request provably never left this machine, so that repeating it is safe.
    """

    def __init__(self, message: str, *, unsent: bool = False) -> None:
        super().__init__(message)
        self.unsent = unsent


class MemsyTimeoutError(MemsyConnectionError):
    """No response in time: one of the time-outs, or the call's deadline, ran out."""


class MemsyProcessingTimeout(MemsyError):
    """Events are still pending after the time to wait for them.

    Attributes:
        completed_ids: Those that completed.
        failed_ids: Those whose processing failed.
        pending_ids: Those that are still pending.
    """

    def __init__(
        self, seconds: float, completed_ids: tuple[str, ...], failed_ids: tuple[str, ...], pending_ids: tuple[str, ...]
    ) -> None:
        count = len(completed_ids) + len(failed_ids) + len(pending_ids)
        super().__init__(f"{len(pending_ids)} of {count} events are still pending after {seconds:g} s")
        self.operation: str | None = "wait_until_processed"
        self.completed_ids = completed_ids
        self.failed_ids = failed_ids
        self.pending_ids = pending_ids


class MemsyDecodeError(MemsyError):
    """Data that is not what the contract promises: not JSON, of another shape, or empty where a body is expected.

    Raised for a response of the service, also one that a middleware made unusable, and by `from_dict` of a model for
    what it was given.

    Attributes:
        location: Where in the JSON it went wrong, such as `results[3].score`; empty for the document itself.
        response: The response, or None when the data did not come from one.
    """

    def __init__(self, problem: str, *, response: Response | None = None) -> None:
        super().__init__(problem)
        self.location: str = ""
        self.response = response

    def prepend_location(self, step: str | int) -> MemsyDecodeError:
        """Put a field's name or an item's index before the location; returns the error itself."""
        first = f"[{step}]" if isinstance(step, int) else step
        joint = "." if self.location and not self.location.startswith("[") else ""
        self.location = f"{first}{joint}{self.location}"
        return self

    def _summary(self) -> str:
        status = f"unusable {self.status_code} response: " if self.status_code else ""
        return f"{status}{self.location or 'the body'} {self.message}"


class MemsyAPIError(MemsyError):
    """The service responded with a status that is not 2xx.

    A class that has attributes of its own (`fields`) takes them as further arguments, in their order or by name.

    Attributes:
        status_code: The HTTP status.
        detail: The service's explanation as text, or the start of a body that is not JSON.
        error_code: The service's code, such as `admin_required`, or None.
        response: The response itself, or None for an error that was built by hand.
        details: Everything else that the error object carried.
        errors: The items of a 422, each with `loc`, `msg` and `type`; else empty.
    """

    status_code: int  # there always is one
    #: The attributes that a subclass adds, each with the type that the service's value has to be of.
    fields: ClassVar[Mapping[str, type[Any]]] = {}
    #: The status that an error built by hand has by default, as `_TABLE` says.
    default_status: ClassVar[int | None] = None

    def __init__(
        self,
        message: str,
        status_code: int | None = None,
        detail: str = "",
        error_code: str | None = None,
        response: Response | None = None,
        *own: Any,
        details: Mapping[str, Any] | None = None,
        errors: list[dict[str, Any]] | None = None,
        retry_after: float | None = None,
        **own_by_name: Any,
    ) -> None:
        super().__init__(message)
        status_code = self.default_status if status_code is None else status_code
        if status_code is None:
            raise TypeError(f"{type(self).__name__} needs a status_code")
        if len(own) > len(self.fields):
            raise TypeError(f"{type(self).__name__} has {len(self.fields)} own field(s), not {len(own)}")
        values = dict(zip(self.fields, own, strict=False)) | own_by_name
        if values.keys() - self.fields.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(values.keys() - self.fields.keys())}")
        self.detail = detail
        self.status_code = status_code  # pyright: ignore[reportIncompatibleVariableOverride] # never None here
        self.error_code = error_code
        self.response = response
        self.details: dict[str, Any] = dict(details or {})
        self.errors: list[dict[str, Any]] = errors or []
        for name, kind in self.fields.items():
            found = self.details.get(name)
            setattr(self, name, values.get(name, found if type(found) is kind else None))
        self.retry_after: float | None = self.retry_after if retry_after is None else retry_after

    def _summary(self) -> str:
        code = self.error_code and f"{self.error_code}:"
        return " ".join(filter(None, [str(self.status_code), code, self.message]))


class AuthenticationError(MemsyAPIError):
    """401: the key is missing, wrong, expired or revoked; also the gateway's bare 403 `{"message": "Forbidden"}`."""


class AuthorizationError(MemsyAPIError):
    """403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`, `admin_required`, …).

    Attributes:
        required_scope: The scope that the operation needs, or None.
    """

    fields: ClassVar[Mapping[str, type[Any]]] = {"required_scope": str}
    required_scope: str | None


class FeatureNotAvailable(MemsyAPIError):
    """403 `feature_not_available`: the plan does not include the feature.

    Attributes:
        feature: The feature asked for, or None.
        current_tier: The organisation's tier, or None.
        upgrade_url: Where to change the plan, or None.
    """

    fields: ClassVar[Mapping[str, type[Any]]] = {"feature": str, "current_tier": str, "upgrade_url": str}
    feature: str | None
    current_tier: str | None
    upgrade_url: str | None


class OrgIdNotAllowedError(MemsyAPIError):
    """400 `org_id_not_allowed`: the body named an organisation; it is derived from the key."""


class SeatRequiredError(MemsyAPIError):
    """403 `seat_required`: the key's user has no seat."""


class OrgLimitReachedError(MemsyAPIError):
    """403 `org_limit_reached`.

    Attributes:
        limit: How many organisations the plan allows, or None.
        current: How many there are, or None.
    """

    fields: ClassVar[Mapping[str, type[Any]]] = {"limit": int, "current": int}
    limit: int | None
    current: int | None


class KeyLimitReachedError(MemsyAPIError):
    """403 `key_limit_reached`.

    Attributes:
        limit: How many keys the plan allows, or None.
        current: How many there are, or None.
    """

    fields: ClassVar[Mapping[str, type[Any]]] = {"limit": int, "current": int}
    limit: int | None
    current: int | None


class BillingNotEnabledError(MemsyAPIError):
    """403 `billing_not_enabled`.

    Attributes:
        interest_path: The path at which to express interest in a paid plan, or None.
    """

    fields: ClassVar[Mapping[str, type[Any]]] = {"interest_path": str}
    interest_path: str | None


class SeatLimitReachedError(MemsyAPIError):
    """409 `seat_limit_reached`.

    Attributes:
        purchased_seats: Seats paid for, or None.
        assigned_seats: Seats in use, or None.
        pending_invites: Invitations that hold a seat, or None.
    """

    fields: ClassVar[Mapping[str, type[Any]]] = {"purchased_seats": int, "assigned_seats": int, "pending_invites": int}
    purchased_seats: int | None
    assigned_seats: int | None
    pending_invites: int | None


class RateLimitExceeded(MemsyAPIError):
    """429: too many requests; `retry_after` says how many seconds to wait, when the service did."""

    fields: ClassVar[Mapping[str, type[Any]]] = {"retry_after": float}
    retry_after: float | None


class UsageLimitExceeded(MemsyAPIError):
    """429 or 403 `usage_limit_exceeded`: the plan's quota is spent; also another 429 whose text speaks of a quota.

    Attributes:
        dimension: What ran out, such as `search_queries`, or None.
        current: How much was used, or None.
        limit: The quota, or None.
        upgrade_url: Where to change the plan, or None.
    """

    fields: ClassVar[Mapping[str, type[Any]]] = {"dimension": str, "current": int, "limit": int, "upgrade_url": str}
    dimension: str | None
    current: int | None
    limit: int | None
    upgrade_url: str | None


#: From status and code to class; None stands for any other code of that status.
_TABLE: Mapping[tuple[int, str | None], type[MemsyAPIError]] = {
    (400, "org_id_not_allowed"): OrgIdNotAllowedError,
    (401, None): AuthenticationError,
    (403, None): AuthorizationError,
    (403, "billing_not_enabled"): BillingNotEnabledError,
    (403, "feature_not_available"): FeatureNotAvailable,
    (403, "key_limit_reached"): KeyLimitReachedError,
    (403, "org_limit_reached"): OrgLimitReachedError,
    (403, "seat_required"): SeatRequiredError,
    (403, "usage_limit_exceeded"): UsageLimitExceeded,
    (409, "seat_limit_reached"): SeatLimitReachedError,
    (429, None): RateLimitExceeded,
    (429, "usage_limit_exceeded"): UsageLimitExceeded,
}


for _key, _class in _TABLE.items():
    _class.default_status = _key[0]  # of several, the last


def error_class(status_code: int, error_code: str | None) -> type[MemsyAPIError]:
    """The class for a status and the service's error code."""
    return _TABLE.get((status_code, error_code)) or _TABLE.get((status_code, None), MemsyAPIError)
