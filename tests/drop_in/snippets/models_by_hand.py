"""The core plane's objects, as tests build them."""

from memsy import (
    ActorListResponse,
    ActorResource,
    EventPayload,
    HealthResponse,
    IngestResponse,
    MemoryItemResource,
    MemoryListResponse,
    MemoryScopeInfo,
    MemoryStatsResponse,
    OrgResource,
    RateLimitInfo,
    RoleResource,
    SearchResponse,
    SearchResult,
    StatusResponse,
    TeamResource,
    UsageInfo,
)
from memsy.models import SourceEvent

NOW = "2026-01-01T00:00:00Z"

event = EventPayload("ana", "s1", "user_message", "Hello.", "role-1", "team-1", NOW, '{"a": 1}')
assert event.to_dict()["ts"] == NOW
assert EventPayload.from_dict(event.to_dict()).metadata == '{"a": 1}'
assert "role_id" not in EventPayload("ana", "s1", "user_message", "Hello.").to_dict()

result = SearchResult("m1", "text", 0.5, {"tags": ["a"], "title": "T", "extra": 1})
assert (result.tags, result.title, result.summary, result.metadata["extra"]) == (["a"], "T", None, 1)
assert SearchResult(id="m1", content="text", score=0.5).tags == []

usage, rate_limit = UsageInfo(api_calls=1), RateLimitInfo(10, 9, 8)
response = SearchResponse([result], usage, rate_limit)
assert (response.usage, response.rate_limit) == (usage, rate_limit)
assert response == SearchResponse([result])
assert set(response.to_dict()) == {"results"}
assert SearchResponse.from_dict({"results": []}).results == SearchResponse([]).results == []

ingested = IngestResponse(["e1", "e2"])
ingested.usage = usage
assert ingested.usage.api_calls == 1
assert StatusResponse(["e1"], [], ["e2"], 2).pending_ids == ["e2"]
assert StatusResponse.from_dict({"completedIds": ["e1"], "failedIds": [], "pendingIds": [], "total": 1}).total == 1
assert HealthResponse("ok", "1.0").components is None
assert HealthResponse.from_dict({"status": "ok"}).version == ""

org = OrgResource("acme", "Acme", "Rockets", "Keep it.", NOW, NOW)
role = RoleResource("r1", "acme", "Engineer", "Design", "Keep it.", NOW, NOW, {"source": "derived"})
team = TeamResource("t1", "acme", "Propulsion", "Engines", "Keep it.", NOW, NOW, None, usage, rate_limit)
assert (org.org_id, role.prompt_meta, team.rate_limit.remaining) == ("acme", {"source": "derived"}, 9)

item = MemoryItemResource.from_dict({"memory_id": "mem_01abc", "org_id": "acme", "scope": {"level": "org"}})
assert item.scope == MemoryScopeInfo("org") == MemoryScopeInfo(level="org", actor_id=None)
assert (item.type, item.confidence, item.recall_count, item.pinned, item.tags) == ("", 0.0, 0, False, [])
assert MemoryListResponse([item], 1, 50, 0).items[0].memory_id == "mem_01abc"
assert MemoryStatsResponse.from_dict({"total": 3}).by_type == {}

actor = ActorResource("ana", None, NOW, 3, 2, ["actor"], [], [])
assert ActorListResponse([actor], 1, 100, 0).truncated is False
assert ActorResource.from_dict({"actor_id": "ana"}).memory_count == 0
assert SourceEvent("e1", "user_message", "Hello.", NOW).content == "Hello."
