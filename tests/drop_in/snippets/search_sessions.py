"""Search within one conversation, or outside of it."""

import os
import time

from memsy import EventPayload, MemsyAPIError, MemsyClient

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    sent = client.ingest(
        [
            EventPayload("ana", "monday", "user_message", "The budget is ten thousand."),
            EventPayload("ana", "friday", "user_message", "The budget is twelve thousand."),
        ]
    )
    while client.status(sent.event_ids).pending_ids:
        time.sleep(1)

    monday = client.search("budget", session_id="monday")
    others = client.search("budget", session_id="", exclude_session_id="monday")
    try:
        client.search("budget", session_id="monday", exclude_session_id="friday")
    except MemsyAPIError as error:
        refused = error

assert [result.session_id for result in monday.results] == ["monday"]
assert [result.session_id for result in others.results] == ["friday"]
assert refused.status_code == 422
