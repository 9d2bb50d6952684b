"""What the generator and its rules make of values that no contract of ours has."""

from __future__ import annotations

import sys

import pytest

if sys.version_info < (3, 11):
    pytest.skip("the generator needs Python 3.11", allow_module_level=True)

from contract.document import ContractError
from contract.nodes import _read_time
from rules.examples import _example_faults


def test_a_default_that_is_no_time_is_refused() -> None:
    assert _read_time("2024-12-31", "since").isoformat() == "2024-12-31"
    assert _read_time("2024-12-31T10:00:00", "since").isoformat() == "2024-12-31T10:00:00+00:00"
    with pytest.raises(ContractError, match=r"^the default of since, 'soon', is not a time$"):
        _read_time("soon", "since")


def test_an_example_without_a_schema_is_a_fault() -> None:
    assert list(_example_faults(None, "paths/x", 5)) == ["paths/x: an example without a schema"]
