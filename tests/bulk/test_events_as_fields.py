"""In bulk, events may be dicts of their fields; one that is wrong costs no other."""

from __future__ import annotations

from typing import Any

from memsy_client import EventPayload, MemsyInputError


def test_only_the_event_that_is_none_gets_the_error(memsy: Any) -> None:
    event: dict[str, Any] = {
        "actor_id": "ana",
        "session_id": "chat-1",
        "kind": "user_message",
        "content": "I like tea.",
    }
    model = EventPayload("ana", "chat-1", "user_message", "I like coffee.")
    events: list[Any] = [event, {**event, "contnt": "x"}, model, {"actor_id": "ana"}, {**event, "content": "No milk."}]
    outcomes = memsy.ingest(events)
    assert [outcome.event_id is not None for outcome in outcomes] == [True, False, True, False, True]
    assert isinstance(outcomes[1].error, MemsyInputError)
    assert "no field contnt; did you mean content" in str(outcomes[1].error)
    assert "session_id is missing" in str(outcomes[3].error)
