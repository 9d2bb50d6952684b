"""A contract that uses what cannot be checked is refused when it is compiled, not when a value is checked."""

from __future__ import annotations

from typing import Any

import pytest

from memsy_client._core.json_schema import Compiler


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"uniqueItems": True}, "the contract uses 'uniqueItems', which cannot be checked"),
        ({"additionalProperties": False}, "the contract closes an object, which cannot be checked"),
    ],
)
def test_it_is_refused(schema: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}$"):
        Compiler({"Closed": schema}, {}).compile({"$ref": "#/components/schemas/Closed"})
