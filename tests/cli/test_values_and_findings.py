"""What the command line makes of values, of findings, and of a method that no operation of the contract is behind."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("click")

from memsy_client.cli.check import _lines
from memsy_client.cli.contract_check import Finding
from memsy_client.cli.ingest import EventError, _events
from memsy_client.cli.output import _cell


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "yes"),
        (0.123456, "0.1235"),
        (5, "5"),
        ("2026-01-31T09:30:00+00:00", "2026-01-31 09:30:00Z"),
        (["a", None], "a, "),
        ({"a": None}, "a: "),
        ({"a": {"b": [1]}}, '{"a": {"b": [1]}}'),
    ],
)
def test_a_cell(value: Any, shown: str) -> None:
    assert _cell(value) == shown


def test_a_deviation_is_a_line_each() -> None:
    probe: Any = SimpleNamespace(
        plane="core", operation_id="search", operation=SimpleNamespace(method="POST", path="/search")
    )
    finding = Finding(
        probe, "deviates", 200, "odd", (("results[0].id", "a string", "null"), ("", "an object", "a list"))
    )
    assert list(_lines(finding)) == [
        "deviates: core search (POST /search): 200 odd",
        "deviates: core search (POST /search): results[0].id is null where a string is expected",
        "deviates: core search (POST /search): the body is a list where an object is expected",
    ]


def test_a_file_that_has_changed_since_it_was_checked_is_an_error() -> None:
    source: Any = SimpleNamespace(entries=lambda: iter([("a.jsonl:3", None, "is not JSON")]))
    with pytest.raises(EventError, match=r"^a\.jsonl:3: is not JSON, which has changed since it was checked$"):
        list(_events([source], deque()))
