"""A web application with one client for its lifetime."""

import asyncio
import os
from contextlib import asynccontextmanager

import httpx
from memsy import AsyncMemsyClient, EventPayload, MemsyAPIError
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


@asynccontextmanager
async def lifespan(app):
    async with AsyncMemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
        app.state.memsy = client
        yield


async def chat(request):
    body = await request.json()
    event = EventPayload(body["user"], body["session"], "user_message", body["message"])
    response = await request.app.state.memsy.ingest([event])
    return JSONResponse(response.to_dict())


async def memories(request):
    found = await request.app.state.memsy.search(request.query_params["q"])
    return JSONResponse({"memories": [{"text": each.content, "score": each.score} for each in found.results]})


async def failed(_request, error):
    return JSONResponse({"error": error.error_code, "detail": error.detail}, status_code=error.status_code)


app = Starlette(
    routes=[Route("/chat", chat, methods=["POST"]), Route("/memories", memories)],
    lifespan=lifespan,
    exception_handlers={MemsyAPIError: failed},
)


async def main():
    transport = httpx.ASGITransport(app)
    async with lifespan(app), httpx.AsyncClient(transport=transport, base_url="http://app") as browser:
        body = {"user": "ana", "session": "s1", "message": "I like tea."}
        sent = await browser.post("/chat", json=body)
        refused = await browser.post("/chat", json=body | {"message": " "})
        while (await app.state.memsy.status(sent.json()["event_ids"])).pending_ids:
            await asyncio.sleep(1)
        found = await browser.get("/memories", params={"q": "tea"})
        return sent, refused, found


sent, refused, found = asyncio.run(main())
assert len(sent.json()["event_ids"]) == 1
assert refused.status_code == 422
assert found.json()["memories"][0]["text"] == "I like tea."
