"""A chat that remembers: what it knows of you goes into each prompt, what was said becomes memories.

    python examples/chat.py [NAME]

Without MEMSY_BASE_URL in the environment the memories are in `chat.db`, in an embedded server: end it, start it again,
and ask what you like. No model is needed: `quote` stands in for one, and takes the prompt that a model would get.
"""

from __future__ import annotations

import contextlib
import os
import sys
import uuid
from collections.abc import Callable

from memsy_client import EventPayload, MemsyClient, MemsyConnectionError, MemsyError, RateLimitExceeded
from memsy_client.local import LocalMemsy


def quote(prompt: str) -> str:
    """Answer with the best of what is remembered; a model would do better."""
    known = [line.removeprefix("- ") for line in prompt.splitlines() if line.startswith("- ")]
    return f"You told me: {known[0]}" if known else "Tell me more."


class Assistant:
    """Answers one user. The chat goes on when the memory service does not answer."""

    def __init__(self, memsy: MemsyClient, user: str, model: Callable[[str], str] = quote) -> None:
        self._memsy = memsy
        self._user = user
        self._model = model
        self._chat = f"chat-{uuid.uuid4()}"
        self._unsent: list[EventPayload] = []

    def reply(self, text: str) -> str:
        """Answer a message, and have both remembered."""
        memories = "\n".join(f"- {memory}" for memory in self._recall(text))
        answer = self._model(f"What you know of the user:\n{memories}\n\nThe user says: {text}")
        said = EventPayload(self._user, self._chat, "user_message", text)
        self._remember([said, EventPayload(self._user, self._chat, "assistant_message", answer)])
        return answer

    def _recall(self, text: str) -> list[str]:
        hurried = self._memsy.with_options(deadline=1.5, max_retries=0)  # nobody waits longer for an answer
        try:
            found = hurried.search(text, actor_id=self._user, exclude_session_id=self._chat, limit=3)
        except MemsyError:
            return []
        return [result.content for result in found]

    def _remember(self, events: list[EventPayload]) -> None:
        """Send the events, and those before them that were surely not stored."""
        events, self._unsent = self._unsent + events, []
        try:
            self._memsy.ingest(events)
        except RateLimitExceeded:
            self._unsent = events
        except MemsyConnectionError as error:
            # Sent and perhaps stored: sending it again could store it twice.
            self._unsent = events if error.unsent else []
        except MemsyError as error:
            print(f"not remembered: {error}", file=sys.stderr)


def main(user: str) -> None:
    """Chat until an empty line."""
    with contextlib.ExitStack() as stack:
        if "MEMSY_BASE_URL" not in os.environ:
            os.environ.update(stack.enter_context(LocalMemsy("chat.db")).environment)
        assistant = Assistant(stack.enter_context(MemsyClient.from_env()), user)
        while text := sys.stdin.readline().strip():
            print(assistant.reply(text), flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "you")
