"""POST /connectors/s3/configure"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.connector import Connector


def _parse(data: Any) -> Connector:
    from ...models.connector import Connector

    return Connector.from_dict(data)


_OPERATION: Operation[Connector] = Operation(
    name="connectors.configure_s3",
    method="POST",
    path="/connectors/s3/configure",
    parse=_parse,
    repeatable=False,
    planes=("control",),
)


def request(
    *, access_key_id: str, secret_access_key: str, region: str, bucket: str, connector_id: str | None = None
) -> Call[Connector]:
    """The call of `connectors.configure_s3`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        body={
            "access_key_id": access_key_id,
            "secret_access_key": secret_access_key,
            "region": region,
            "bucket": bucket,
        },
        optional={"connector_id": connector_id},
        required={"body": ("access_key_id", "secret_access_key", "region", "bucket")},
    )
