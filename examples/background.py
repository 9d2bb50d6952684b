"""Write without waiting: an agent's loop, and a web application that keeps a writer for as long as it runs.

    python examples/background.py

Everything runs on this machine, over real HTTP, against an embedded server.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from memsy_client import AsyncMemsyClient, EventPayload, IngestOutcome, MemsyClient, MemsyError
from memsy_client.local import LocalMemsy

logger = logging.getLogger("example")

SAID = ["I moved to Lisbon, please ship there from now on.", "I prefer tea to coffee.", "Where do you ship to?"]


def tell(outcome: IngestOutcome) -> None:
    """Log what did not arrive. It is called in the background; what it raises is logged, too."""
    if outcome.error is not None:
        logger.warning("event %d is %s: %s", outcome.index, outcome.state, outcome.error)


def answer(question: str, known: list[str]) -> str:
    """What a model would say, with what is remembered in its prompt."""
    return f"You said: {question} I remember {len(known)} thing(s) about you."


def agent(memsy: MemsyClient) -> None:
    """A turn reads what is remembered and writes what was said; it waits for the reading alone."""
    with memsy.background(on_outcome=tell) as writer:
        for text in SAID:
            try:
                quick = memsy.with_options(deadline=1.5, max_retries=0)
                known = [result.content for result in quick.search(text, actor_id="ana", limit=5).results]
            except MemsyError:
                known = []  # an agent goes on without its memory
            reply = answer(text, known)
            writer.add(EventPayload("ana", "chat-1", "user_message", text))
            writer.add(EventPayload("ana", "chat-1", "assistant_message", reply))
            print(reply)
    print("agent:", writer.stats)  # the end of the block has sent what was left


def application(base_url: str, api_key: str, spool: Path) -> FastAPI:
    """A web application. A worker that is killed loses nothing: the next one sends what it has left in the spool."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with (
            AsyncMemsyClient(base_url, api_key) as memsy,
            memsy.background(when_full="drop_oldest", on_outcome=tell, spool=spool) as writer,
        ):
            app.state.writer = writer
            yield
        print("application:", writer.stats)

    app = FastAPI(lifespan=lifespan)

    @app.post("/said")
    async def said(request: Request, user: str, chat: str, text: str) -> dict[str, Any]:
        await request.app.state.writer.add(EventPayload(user, chat, "user_message", text))
        return {"queued": request.app.state.writer.stats.queued}

    return app


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, LocalMemsy() as server:
        with MemsyClient(server.base_url, server.api_key) as memsy:
            agent(memsy)
        app = application(server.base_url, server.api_key, Path(folder) / "spool")
        test_client: Any = TestClient(app)  # whose types a strict checker does not know
        with test_client as browser:
            for number, text in enumerate(SAID):
                browser.post("/said", params={"user": "bo", "chat": f"chat-{number}", "text": text}).raise_for_status()


if __name__ == "__main__":
    main()
