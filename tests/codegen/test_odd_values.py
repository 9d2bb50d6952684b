"""What the generator and its rules make of values that no contract of ours has."""

from __future__ import annotations

import sys

import pytest

if sys.version_info < (3, 11):
    pytest.skip("the generator needs Python 3.11", allow_module_level=True)

from contract.document import ContractError
from contract.nodes import _read_time
from rules.examples import _example_faults
from rules.unions import _takes


def test_a_default_that_is_no_time_is_refused() -> None:
    assert _read_time("2024-12-31", "since").isoformat() == "2024-12-31"
    assert _read_time("2024-12-31T10:00:00", "since").isoformat() == "2024-12-31T10:00:00+00:00"
    with pytest.raises(ContractError, match=r"^the default of since, 'soon', is not a time$"):
        _read_time("soon", "since")


def test_an_example_without_a_schema_is_a_fault() -> None:
    assert list(_example_faults(None, "paths/x", 5)) == ["paths/x: an example without a schema"]


def test_an_object_is_taken_for_another_that_needs_no_more_and_nothing_of_another_type() -> None:
    def needing(**types: str) -> dict[str, object]:
        return {"required": list(types), "properties": {name: {"type": kind} for name, kind in types.items()}}

    assert _takes(needing(a="string"), needing(a="string", b="integer"))
    assert not _takes(needing(a="string"), needing(a="integer"))
    assert not _takes(needing(a="string", b="string"), needing(a="string"))
