"""An agent's memory: two tools, and a context for its prompt."""

import json
import os
import time

from memsy import EventPayload, MemsyAPIError, MemsyClient


class Memory:
    def __init__(self, client, actor, session):
        self.client, self.actor, self.session = client, actor, session

    def say(self, role, text):
        kind = {"user": "user_message", "assistant": "assistant_message", "tool": "tool_result"}[role]
        return self.client.ingest([EventPayload(self.actor, self.session, kind, text)]).event_ids[0]

    def context(self, question, limit=5):
        try:
            found = self.client.search(question, actor_id=self.actor, limit=limit, threshold=0.1)
        except MemsyAPIError as error:
            return f"(no memory: {error.detail})"
        return "\n".join(f"- {result.content} ({result.type}, {result.score:.2f})" for result in found.results)


with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    memory = Memory(client, "ana", "chat-1")
    event_ids = [memory.say("user", "I am allergic to peanuts."), memory.say("tool", json.dumps({"menu": ["curry"]}))]
    while client.status(event_ids).pending_ids:
        time.sleep(1)
    context = memory.context("Is she allergic to anything?")

assert context.splitlines()[0].startswith("- I am allergic to peanuts. (fact, ")
