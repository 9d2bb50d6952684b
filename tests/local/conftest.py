"""A server in process, and a caller that checks each of its answers against the contract."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest

from memsy_client._core.messages import Headers, Request, Response
from memsy_client.local import LocalMemsy


@functools.cache
def document() -> dict[str, Any]:
    text = resources.files("memsy_client").joinpath("_generated/openapi.json").read_text("utf-8")
    return json.loads(text)


def resolved(item: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in item:
        target: Any = document()
        for part in item["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        item = target
    return item


@functools.cache
def responses_of(operation: str) -> dict[str, Any]:
    for item in document()["paths"].values():
        for entry in item.values():
            if isinstance(entry, dict) and entry.get("operationId") == operation:
                return entry["responses"]
    raise KeyError(operation)


@functools.cache
def validator(schema: str) -> jsonschema.Draft202012Validator:
    whole = {**json.loads(schema), "components": document()["components"]}
    return jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())


def check_response(operation: str, response: Response) -> None:
    """The answer is one that the contract describes: its status, its headers, its body."""
    responses = responses_of(operation)
    assert str(response.status_code) in responses, f"{operation} answers an undocumented {response.status_code}"
    described = resolved(responses[str(response.status_code)])
    for name, header in described.get("headers", {}).items():
        value = response.headers.get(name)
        if value is not None and resolved(header)["schema"]["type"] == "integer":
            assert int(value) >= 0
    if "content" not in described:
        assert response.content == b""
        return
    assert response.headers["content-type"] == "application/json"
    schema = described["content"]["application/json"]["schema"]
    validator(json.dumps(schema, sort_keys=True)).validate(json.loads(response.content))


@dataclass
class Answer:
    status: int
    headers: Headers
    body: Any


class Api:
    """Calls the engine as any client of the API might, and checks what it answers."""

    def __init__(self, memsy: LocalMemsy, key: str | None = None) -> None:
        self.memsy = memsy
        self.key = key or memsy.api_key

    def with_key(self, key: str) -> Api:
        return Api(self.memsy, key)

    def send(self, request: Request, *, documented: bool = True) -> Answer:
        response = self.memsy.engine.handle(request)
        received = self.memsy.requests[-1]
        if documented and received.operation is not None:
            check_response(received.operation, response)
        content_type = response.headers.get("content-type") or ""
        body = json.loads(response.content) if content_type == "application/json" else response.content
        return Answer(response.status_code, response.headers, body)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        url = f"http://memsy.localhost{path}" + (f"?{urlencode(query)}" if query else "")
        headers = [("authorization", f"Bearer {self.key}")]
        if body is None:
            return self.send(Request(method, url, headers))
        headers.append(("content-type", "application/json"))
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.send(Request(method, url, headers, content))

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, **query)

    def post(self, path: str, body: Any = None, **query: Any) -> Answer:
        return self.call("POST", path, body, **query)

    def ingest(self, *events: dict[str, Any]) -> list[str]:
        """Store events, wait until they are processed, and return their ids."""
        answer = self.post("/v1/ingest", {"events": list(events)})
        assert answer.status == 200, answer.body
        self.memsy.settle()
        return answer.body["event_ids"]

    def search(self, query: str, **filters: Any) -> list[dict[str, Any]]:
        answer = self.post("/v1/search", {"query": query, **filters})
        assert answer.status == 200, answer.body
        return answer.body["results"]

    def found(self, query: str, **filters: Any) -> set[str]:
        """The texts that a search finds."""
        return {result["content"] for result in self.search(query, **filters)}


def an_event(content: str = "Alice lives in Lisbon.", **fields: Any) -> dict[str, Any]:
    return {"actor_id": "alice", "session_id": "chat-1", "kind": "user_message", "content": content, **fields}


@pytest.fixture(name="an_event")
def _an_event() -> Any:
    """Makes an event: the content, and any field that matters to the test."""
    return an_event


@pytest.fixture
def memsy() -> Iterator[LocalMemsy]:
    server = LocalMemsy(seed="test", port=None)
    yield server
    server.close()


@pytest.fixture
def api(memsy: LocalMemsy) -> Api:
    return Api(memsy)
