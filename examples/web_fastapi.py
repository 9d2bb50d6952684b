"""A web application on FastAPI: one client for all requests, opened and closed with the application.

    cd examples && uvicorn web_fastapi:app

MEMSY_BASE_URL and MEMSY_API_KEY say where the memories are. Results are returned as they are.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from memsy_client import AsyncMemsyClient, EventPayload, MemsyConnectionError, MemsyError, RateLimitExceeded
from memsy_client.models import IngestResponse, SearchResponse


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    """Hold the client open for as long as the application runs."""
    async with AsyncMemsyClient.from_env(timeout=5.0, deadline=8.0) as memsy:
        app.state.memsy = memsy
        yield


async def client_of(request: Request) -> AsyncMemsyClient:
    """The application's client, for routes that ask for it."""
    memsy: AsyncMemsyClient = request.app.state.memsy
    return memsy


Memsy = Annotated[AsyncMemsyClient, Depends(client_of)]
app = FastAPI(lifespan=lifespan)


class Said(BaseModel):
    """A message of a user."""

    user: str
    chat: str
    text: str


@app.post("/said", status_code=202)
async def said(message: Said, memsy: Memsy) -> IngestResponse:
    """Have a message remembered; it can be found a moment later."""
    return await memsy.ingest([EventPayload(message.user, message.chat, "user_message", message.text)])


@app.get("/recall")
async def recall(user: str, question: str, memsy: Memsy) -> SearchResponse:
    """What is known of a user."""
    return await memsy.search(question, actor_id=user, limit=5)


@app.exception_handler(MemsyError)
async def no_memory(request: Request, error: Exception) -> JSONResponse:
    """Tell a user no more than that, and a proxy when to try again; the log has the rest."""
    if isinstance(error, RateLimitExceeded):
        headers = {"Retry-After": f"{error.retry_after or 5:.0f}"}
        return JSONResponse({"detail": "busy"}, 503, headers)
    return JSONResponse({"detail": "no memory"}, 504 if isinstance(error, MemsyConnectionError) else 502)
