"""The tests of an application, `chat.py`: in process, without a network, with faults and a clock that they move.

    pytest examples/test_chat.py

The fixtures come with `memsy-client[local]`; nothing has to be configured.
"""

from __future__ import annotations

import pytest
from chat import Assistant

from memsy_client import ClientOptions, MemsyClient
from memsy_client.local import LocalMemsy, Plan

YEAR = 365 * 24 * 3600


@pytest.fixture
def memsy_client_options() -> ClientOptions:
    """As the application makes its client; a scripted delay is over when these are."""
    return {"timeout": 0.2, "max_retries": 0}


def test_it_knows_in_the_next_chat_what_was_said_in_this_one(
    memsy_client: MemsyClient, memsy_server: LocalMemsy
) -> None:
    Assistant(memsy_client, "ana").reply("I moved to Lisbon.")
    memsy_server.settle()  # until nothing is pending: no sleep, no polling
    assert Assistant(memsy_client, "ana").reply("Where is Lisbon?") == "You told me: I moved to Lisbon."
    assert Assistant(memsy_client, "bo").reply("Where is Lisbon?") == "Tell me more."


def test_it_asks_for_its_own_user_and_leaves_this_chat_out(memsy_client: MemsyClient, memsy_server: LocalMemsy) -> None:
    Assistant(memsy_client, "ana").reply("Hello.")
    search, ingest = memsy_server.requests
    assert (search.operation, search.json()["actor_id"]) == ("search", "ana")
    assert search.json()["exclude_session_id"] == ingest.json()["events"][0]["session_id"]


def test_what_is_never_asked_for_fades(memsy_client: MemsyClient, memsy_server: LocalMemsy) -> None:
    memsy_server.clock.freeze("2026-01-01T00:00:00Z")
    Assistant(memsy_client, "ana").reply("I like tea.")
    memsy_server.settle()
    memsy_server.clock.advance(2 * YEAR)
    assert Assistant(memsy_client, "ana").reply("Which tea?") == "Tell me more."


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}, {"delay": 3600.0}], ids=str)
def test_it_answers_without_its_memory(
    memsy_client: MemsyClient, memsy_server: LocalMemsy, fault: dict[str, float]
) -> None:
    memsy_server.fail_next(operation="search", **fault)  # type: ignore[arg-type] # one of them each time
    assert Assistant(memsy_client, "ana").reply("Hello.") == "Tell me more."


def test_what_a_busy_service_refused_is_sent_with_the_next_message(
    memsy_client: MemsyClient, memsy_server: LocalMemsy
) -> None:
    memsy_server.fail_next(status=429, operation="ingest")
    assistant = Assistant(memsy_client, "ana")
    assistant.reply("I like tea.")
    assistant.reply("I like green tea best.")
    assert len(memsy_server.requests[-1].json()["events"]) == 4


def test_what_may_have_been_stored_is_not_sent_twice(memsy_client: MemsyClient, memsy_server: LocalMemsy) -> None:
    memsy_server.fail_next(drop=True, after=True, operation="ingest")  # it is carried out, and its response is lost
    assistant = Assistant(memsy_client, "ana")
    assistant.reply("I like tea.")
    assistant.reply("I like green tea best.")
    assert len(memsy_server.requests[-1].json()["events"]) == 2


def test_a_spent_quota_does_not_end_the_chat(
    memsy_client: MemsyClient, memsy_server: LocalMemsy, capsys: pytest.CaptureFixture[str]
) -> None:
    memsy_server.set_plan(Plan(limits={"events_ingested": 0, "search_queries": 0}))
    assert Assistant(memsy_client, "ana").reply("Hello.") == "Tell me more."
    assert "usage_limit_exceeded" in capsys.readouterr().err
