"""POST /keys"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from memsy_client._core import encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.key_create_response import KeyCreateResponse
    from ...models.key_scope import KeyScope


def _parse(data: Any) -> KeyCreateResponse:
    from ...models.key_create_response import KeyCreateResponse

    return KeyCreateResponse.from_dict(data)


_OPERATION: Operation[KeyCreateResponse] = Operation(
    name="keys.create",
    method="POST",
    path="/keys",
    parse=_parse,
    repeatable=False,
    planes=("control",),
)


def request(
    name: str, scopes: Iterable[KeyScope] = ("read", "write"), expires_at: datetime.datetime | str | None = None
) -> Call[KeyCreateResponse]:
    """The call of `keys.create`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        body={"name": name},
        optional={"scopes": encode.items("scopes", scopes), "expires_at": encode.time("expires_at", expires_at)},
        required={"body": ("name",)},
    )
