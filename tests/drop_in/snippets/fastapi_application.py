"""A FastAPI application: the client as a dependency, its errors as responses."""

import asyncio
import os
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request
from memsy import AsyncMemsyClient, AuthenticationError, EventPayload, MemsyAPIError, RateLimitExceeded
from pydantic import BaseModel


class Message(BaseModel):
    user: str
    session: str
    text: str


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with AsyncMemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
        app.state.memsy = client
        yield


def memsy_of(request: Request) -> AsyncMemsyClient:
    return request.app.state.memsy


Memsy = Annotated[AsyncMemsyClient, Depends(memsy_of)]
app = FastAPI(lifespan=lifespan)


@app.post("/messages")
async def remember(message: Message, client: Memsy):
    try:
        sent = await client.ingest([EventPayload(message.user, message.session, "user_message", message.text)])
    except RateLimitExceeded as error:
        raise HTTPException(503, headers={"Retry-After": str(error.retry_after)}) from error
    except AuthenticationError as error:
        raise HTTPException(500, "the key of this application does not work") from error
    except MemsyAPIError as error:
        raise HTTPException(error.status_code, error.detail) from error
    return {"event_ids": sent.event_ids, "used": sent.usage.events_ingested}


@app.get("/memories")
async def recall(q: str, client: Memsy, limit: int = 5):
    found = await client.search(q, limit=limit)
    return found.to_dict()


async def main():
    transport = httpx.ASGITransport(app)
    async with lifespan(app), httpx.AsyncClient(transport=transport, base_url="http://app") as browser:
        message = {"user": "ana", "session": "s1", "text": "I like tea."}
        sent = await browser.post("/messages", json=message)
        refused = await browser.post("/messages", json=message | {"text": "x" * 9000})
        while (await app.state.memsy.status(sent.json()["event_ids"])).pending_ids:
            await asyncio.sleep(1)
        found = await browser.get("/memories", params={"q": "tea"})
        return sent, refused, found


sent, refused, found = asyncio.run(main())
assert sent.json()["used"] == 1
assert refused.status_code == 422
assert found.json()["results"][0]["content"] == "I like tea."
