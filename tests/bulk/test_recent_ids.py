"""An id that an earlier event was given is known for as long as the service repeats it, in bounded memory."""

from __future__ import annotations

import pytest

from memsy_client._bulk import recent_ids
from memsy_client._bulk.recent_ids import RecentIds


def held(recent: RecentIds) -> int:
    return len(recent._newer) + len(recent._older)


def test_ids_of_the_last_minutes_are_known_and_older_ones_are_forgotten():
    recent = RecentIds()
    assert not any(recent.repeats(f"id {second}", float(second)) for second in range(1000))
    assert all(recent.repeats(f"id {second}", 1000.0) for second in range(881, 1000))
    assert held(recent) <= 240 + 119


def test_what_came_before_a_long_silence_is_still_known():
    """The first batch of a window may have hung meanwhile: the next ones arrived long before their turn came."""
    recent = RecentIds()
    assert [recent.repeats("a", 1.0), recent.repeats("b", 501.0), recent.repeats("a", 501.0)] == [False, False, True]


def test_ids_that_come_fast_take_bounded_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recent_ids, "REMEMBERED_IDS", 100)
    recent = RecentIds()
    assert not any(recent.repeats(f"id {number}", 0.0) for number in range(1000))
    assert all(recent.repeats(f"id {number}", 0.0) for number in range(900, 1000))
    assert held(recent) <= 300
