"""POST /interest/pro"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.interest_response import InterestResponse


def _parse(data: Any) -> InterestResponse:
    from ...models.interest_response import InterestResponse

    return InterestResponse.from_dict(data)


_OPERATION: Operation[InterestResponse] = Operation(
    name="interest.express",
    method="POST",
    path="/interest/pro",
    parse=_parse,
    repeatable=False,
    planes=("control",),
)


def request(
    email: str, name: str, *, company: str | None = None, use_case: str | None = None, notes: str | None = None
) -> Call[InterestResponse]:
    """The call of `interest.express`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        body={"email": email, "name": name},
        optional={"company": company, "use_case": use_case, "notes": notes},
        required={"body": ("email", "name")},
    )
