"""The errors, as tests build them."""

from memsy import (
    AuthenticationError,
    AuthorizationError,
    BillingNotEnabledError,
    FeatureNotAvailable,
    KeyLimitReachedError,
    MemsyAPIError,
    MemsyConnectionError,
    MemsyError,
    OrgIdNotAllowedError,
    OrgLimitReachedError,
    RateLimitExceeded,
    SeatLimitReachedError,
    SeatRequiredError,
    UsageLimitExceeded,
)

plain = MemsyAPIError("Server error", 500, "something broke", "internal", None)
assert (plain.status_code, plain.detail, plain.error_code, plain.response) == (500, "something broke", "internal", None)
assert "Server error" in str(plain)
assert MemsyAPIError("Not found", 404).detail == ""
assert MemsyAPIError("Not found", status_code=404).error_code is None

assert AuthenticationError("bad key", 401, "bad key").status_code == 401
assert OrgIdNotAllowedError("no", 400, "no", "org_id_not_allowed").error_code == "org_id_not_allowed"
assert SeatRequiredError("no seat", 403).status_code == 403
assert AuthorizationError("no", 403, "no", "wrong_scope", None, "write").required_scope == "write"
assert FeatureNotAvailable("no", 403, "", None, None, "actors", "free", "https://x").upgrade_url == "https://x"
assert OrgLimitReachedError("full", 403, "", None, None, 3, 3).limit == 3
assert KeyLimitReachedError("full", limit=5, current=4).current == 4
assert BillingNotEnabledError("off", interest_path="/interest/express").status_code == 403
assert SeatLimitReachedError("full", 409, "", None, None, 5, 4, 1).pending_invites == 1
assert RateLimitExceeded("slow down", 429, "", None, None, 2.5).retry_after == 2.5
assert RateLimitExceeded("slow down", retry_after=None).status_code == 429
assert UsageLimitExceeded("spent", 429, "", None, None, "api_calls", 11, 10, "https://x").dimension == "api_calls"
assert UsageLimitExceeded("spent", dimension="api_calls").limit is None

assert issubclass(MemsyAPIError, MemsyError)
assert issubclass(MemsyConnectionError, MemsyError)
assert not issubclass(MemsyConnectionError, MemsyAPIError)
assert str(MemsyConnectionError("refused")) == "refused"
