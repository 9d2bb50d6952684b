"""GET /billing/invoices"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core import decode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.invoice_resource import InvoiceResource


def _parse(data: Any) -> list[InvoiceResource]:
    from ...models.invoice_resource import InvoiceResource

    return [] if data is None else decode.each(InvoiceResource.from_dict)(data)


_OPERATION: Operation[list[InvoiceResource]] = Operation(
    name="billing.invoices",
    method="GET",
    path="/billing/invoices",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request() -> Call[list[InvoiceResource]]:
    """The call of `billing.invoices`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
