"""What the lines of a spool's file say of the events in it."""

from __future__ import annotations

from callers import event

from memsy_client._bulk.spool_lines import _apply


def test_what_is_done_is_there_no_longer_and_what_came_back_was_not_sent() -> None:
    events, sent_at = {1: event(1), 2: event(2)}, dict[int, float | None]()
    _apply({"sent": [1, 2], "at": 5.0}, events, sent_at)
    _apply({"back": [2]}, events, sent_at)
    _apply({"done": [1, 7]}, events, sent_at)
    _apply({"n": 3, "event": event(3).to_dict()}, events, sent_at)
    assert sorted(events) == [2, 3]
    assert sent_at == {1: 5.0, 2: None}
