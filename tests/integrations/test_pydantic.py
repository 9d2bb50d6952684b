"""The models where pydantic works: as field, in `TypeAdapter`, as parameter and result of a FastAPI route."""

from __future__ import annotations

import datetime
import subprocess
import sys
from typing import Annotated, Any

import pytest

from memsy_client.models import EventPayload, MemoryItemResource, SearchResponse, SearchResult, SearchResultMetadata

pydantic = pytest.importorskip("pydantic")
fastapi = pytest.importorskip("fastapi")

RESULT = {"id": "m", "content": "text", "score": 0.5, "metadata": {"tags": ["a"]}}


class Holder(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    found: SearchResponse
    note: SearchResultMetadata | None = None
    others: list[SearchResult]


def test_a_field_takes_a_model_or_its_json_and_gives_json() -> None:
    response = SearchResponse.from_dict({"results": [RESULT]})
    for given in (response, response.to_dict()):
        holder = Holder(found=given, note={"title": "t"}, others=[RESULT])
        assert holder.found == response
        assert holder.note is not None
        assert holder.note.title == "t"
        assert holder.model_dump() == {"found": {"results": [RESULT]}, "note": {"title": "t"}, "others": [RESULT]}
    assert Holder.model_validate_json(holder.model_dump_json()) == holder


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"results": [{**RESULT, "score": "x"}]}, "results[0].score is a string where a number is expected"),
        ({"results": {}}, "results is an object where a list is expected"),
        (7, "the body is a number where an object is expected"),
    ],
)
def test_what_is_not_a_model_is_a_validation_error_that_says_where(given: Any, told: str) -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        Holder(found=given, others=[])
    assert told in str(caught.value)
    assert caught.value.errors()[0]["loc"] == ("found",)


def test_a_type_adapter_works() -> None:
    adapter = pydantic.TypeAdapter(list[MemoryItemResource])
    bare = {"memory_id": "m", "org_id": "o", "scope": {"level": "actor"}, "created_at": "2026-01-31T09:30:00+00:00"}
    (memory,) = adapter.validate_python([bare])
    assert memory.created_at == datetime.datetime(2026, 1, 31, 9, 30, tzinfo=datetime.timezone.utc)
    assert adapter.validate_json(adapter.dump_json([memory])) == [memory]


def test_the_json_schema_is_the_contracts() -> None:
    schema = Holder.model_json_schema()
    found = schema["$defs"]["SearchResponse"]
    result = found["properties"]["results"]["items"]
    assert found["required"] == ["results"]
    assert result["properties"]["score"]["type"] == "number"
    assert "x-" not in str(schema)
    assert "$ref" not in str(found)


def test_a_route_returns_models_and_takes_them() -> None:
    testclient = pytest.importorskip("fastapi.testclient")
    app = fastapi.FastAPI()

    @app.get("/bare")
    def bare() -> SearchResponse:
        return SearchResponse.from_dict({"results": [RESULT]})

    @app.get("/declared", response_model=SearchResponse)
    def declared() -> Any:
        return {"results": [RESULT]}

    @app.get("/empty")
    def empty():  # type: ignore[no-untyped-def]
        return SearchResponse([])

    @app.get("/untyped")
    def untyped():  # type: ignore[no-untyped-def]
        return SearchResponse.from_dict({"results": [RESULT]})

    @app.post("/events")
    def events(event: Annotated[EventPayload, fastapi.Body()]) -> int:
        return len(event.content)

    # Annotations are text in this module, and these classes are global in it.
    client = testclient.TestClient(app)
    for path in ("/bare", "/declared", "/untyped"):
        response = client.get(path)
        assert (response.status_code, response.json()) == (200, {"results": [RESULT]}), path
    assert client.get("/empty").json() == {"results": []}
    event = {"actor_id": "alice", "session_id": "s", "kind": "user_message", "content": "hello"}
    assert client.post("/events", json=event).json() == 5
    refused = client.post("/events", json={**event, "content": 7})
    assert refused.status_code == 422
    assert "content is a number where a string is expected" in refused.text
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["EventPayload"]["properties"]["content"]["maxLength"] == 7999
    assert "results" in schemas["SearchResponse"]["properties"]


def test_pydantic_is_not_loaded_by_the_models() -> None:
    program = "import sys, memsy_client.models as m; m.SearchResponse([]).to_json(); print('pydantic' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
