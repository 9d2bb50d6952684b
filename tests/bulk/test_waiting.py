"""`wait_until_processed`, alike in both kinds of client."""

from __future__ import annotations

import pytest
from callers import event

from memsy_client import MemsyClient, MemsyInputError, MemsyProcessingTimeout, Processed, ProcessingProgress
from memsy_client.local import LocalMemsy


def ids(server: LocalMemsy, count: int) -> list[str]:
    client = MemsyClient(server.base_url, server.api_key, http_client=server.transport)
    return client.ingest([event(number) for number in range(count)]).event_ids


def test_waiting_ends_when_everything_is_processed(server, memsy):
    asked = ids(server, 3)
    assert memsy.wait(asked) == Processed(tuple(asked), ())


def test_waiting_asks_for_any_number_of_ids_500_at_a_time(server, memsy):
    asked = ids(server, 700) + ids(server, 1)
    server.settle()
    done = memsy.wait(iter(asked))
    assert done.completed_ids == tuple(dict.fromkeys(asked))
    assert [len(r.json()["event_ids"]) for r in server.requests if r.operation == "status"] == [500, 200]


def test_waiting_shows_progress(server, memsy):
    seen: list[ProcessingProgress] = []
    asked = ids(server, 501)
    server.settle()
    memsy.wait(asked, on_progress=seen.append)
    assert seen == [ProcessingProgress(500, 0, 1), ProcessingProgress(501, 0, 0)]


def test_a_progress_that_nobody_could_call_is_refused(memsy):
    with pytest.raises(MemsyInputError, match="on_progress"):
        memsy.wait(["evt"], on_progress=5)


def test_waiting_says_which_events_failed(memsy, server):
    def refuse(event):
        raise RuntimeError("no model today")

    with LocalMemsy(port=None, extract=refuse) as broken:
        asked = ids(broken, 2)
        assert type(memsy)(broken).wait(asked) == Processed((), tuple(asked))


def test_waiting_in_vain_says_what_is_still_pending(server, memsy, fake_time):
    server.hold()
    asked = ids(server, 2)
    with pytest.raises(MemsyProcessingTimeout, match="2 of 2 events are still pending") as caught:
        memsy.wait(asked, timeout=5, poll=1)
    assert fake_time.waits == [1, 1.5, 2.25, 0.25]
    assert caught.value.pending_ids == tuple(asked)
    assert str(caught.value).startswith("wait_until_processed: 2 of 2")


def test_waiting_goes_on_once_processing_does(server, memsy):
    server.hold()
    asked = ids(server, 2)
    server.fail_next(2, status=429, headers={"Retry-After": "0"}, operation="status")
    server.release()
    assert memsy.wait(asked, poll=0.01).completed_ids == tuple(asked)


def test_waiting_lasts_as_long_as_it_was_told_to_however_long_a_poll_is(server, memsy, fake_time):
    server.hold()
    asked = ids(server, 1)
    with pytest.raises(MemsyProcessingTimeout):
        memsy.wait(asked, timeout=20, poll=1000)
    assert fake_time.waits == [20]
    assert [r.operation for r in server.requests].count("status") == 2


def test_a_status_call_that_hangs_does_not_outlast_the_waiting(server, memsy):
    server.hold()
    asked = ids(server, 1)
    server.fail_next(delay=3600, operation="status")
    with pytest.raises(MemsyProcessingTimeout) as caught:
        memsy.wait(asked, timeout=0.2)
    assert caught.value.pending_ids == tuple(asked)


def test_waiting_for_nothing_ends_at_once(memsy, server):
    assert memsy.wait([]) == Processed((), ())
    assert not server.requests


@pytest.mark.parametrize("poll", [0, -1, float("nan"), float("inf")])
def test_a_poll_that_is_no_wait_is_refused(memsy, poll):
    with pytest.raises(MemsyInputError, match="poll"):
        memsy.wait(["evt"], poll=poll)


@pytest.mark.parametrize("options", [{"timeout": "5"}, {"poll": "5"}, {"timeout": -1}, {"timeout": True}])
def test_a_time_that_is_none_is_refused(memsy, options):
    with pytest.raises(MemsyInputError):
        memsy.wait(["evt"], **options)


def test_ids_that_are_no_texts_are_refused(memsy):
    with pytest.raises(MemsyInputError, match="event_ids"):
        memsy.wait(["evt", ["evt"]])
