"""Models in a list may be dicts of their fields: what is missing, unknown or of a wrong type is refused by name."""

from __future__ import annotations

import datetime
import json
from collections import OrderedDict
from typing import Any

import pytest

from memsy_client import (
    EventItemResource,
    EventPayload,
    Headers,
    MemsyClient,
    MemsyControlClient,
    MemsyInputError,
    Request,
    ResourceSelection,
    Response,
)

EVENT = {"actor_id": "ana", "session_id": "chat-1", "kind": "user_message", "content": "I like tea."}
MODEL = EventPayload.from_dict(EVENT)


class Recorder:
    """Acknowledges each event, and keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, request: Request, limits: object) -> Response:
        self.sent.append(json.loads(request.body or b""))
        ids = [f"evt_{number}" for number, _ in enumerate(self.sent[-1].get("events", []))]
        return Response(200, Headers(), json.dumps({"event_ids": ids, "id": "c", "provider": "slack"}).encode())

    def close(self) -> None:
        pass


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def client(recorder: Recorder) -> MemsyClient:
    return MemsyClient("http://memsy.test/v1", "msy_1", http_client=recorder)


def test_dicts_and_models_may_stand_side_by_side_and_travel_as_they_are(client: Any, recorder: Recorder) -> None:
    moment = datetime.datetime(2026, 1, 31, 9, 30, tzinfo=datetime.timezone.utc)
    client.ingest([MODEL, EVENT, OrderedDict(EVENT, ts=moment, team_id=None), {**EVENT, "ts": "2026-01-31T09:30:00Z"}])
    client.ingest([{**EVENT, "content": "2026-01-31T09:30:00"}])  # a text that is no time
    assert recorder.sent[0]["events"] == [
        EVENT,
        EVENT,
        {**EVENT, "ts": "2026-01-31T09:30:00+00:00", "team_id": None},
        {**EVENT, "ts": "2026-01-31T09:30:00Z"},
    ]
    assert recorder.sent[1]["events"] == [{**EVENT, "content": "2026-01-31T09:30:00"}]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({**EVENT, "contents": "x"}, r"events\[1\] has no field contents; did you mean content\?"),
        ({**EVENT, "qqq": "x"}, r"events\[1\] has no field qqq; there are actor_id, session_id, kind, .*metadata"),
        ({**EVENT, 7: "x"}, r"events\[1\] has no field 7; there are"),
        ({k: v for k, v in EVENT.items() if k != "session_id"}, r"events\[1\]\.session_id is missing"),
        ({**EVENT, "content": 7}, r"events\[1\]\.content is a number where a string is expected"),
        ({**EVENT, "ts": datetime.datetime(2026, 1, 31)}, "no time zone"),
        ({**EVENT, "ts": "2026-01-31T09:30:00"}, r"events\[1\]\.ts has no offset; give one, as in 2026"),
        ("I like tea.", r"events\[1\] has to be of the class EventPayload, not str"),
        (None, r"events\[1\] has to be of the class EventPayload, not NoneType"),
        (EventItemResource.__new__(EventItemResource), "EventPayload, not EventItemResource"),
    ],
)
def test_what_is_no_event_is_refused_by_its_position_and_field(
    client: Any, recorder: Recorder, event: Any, told: str
) -> None:
    with pytest.raises(MemsyInputError, match=told):
        client.ingest([EVENT, event])
    assert recorder.sent == []


def test_it_holds_for_every_list_of_models(recorder: Recorder) -> None:
    control: Any = MemsyControlClient("http://memsy.test/api", "msy_1", http_client=recorder)
    with pytest.raises(MemsyInputError, match=r"resources\[0\] has no field external; did you mean external_id"):
        control.connectors.configure_resources("c", [{"external": "x", "external_id": "x"}])
    with pytest.raises(MemsyInputError, match=r"resources\[0\] has to be of the class ResourceSelection, not str"):
        control.connectors.configure_resources("c", ["x"])
    assert recorder.sent == []
    with control:
        control.connectors.with_raw_response.configure_resources("c", [ResourceSelection("x")])
    assert recorder.sent == [{"resources": [ResourceSelection("x").to_dict()]}]
