"""The assistant's memory: a wrapper with a type for everything."""

from __future__ import annotations

from dataclasses import dataclass

from memsy_client import EventPayload, MemsyClient, models
from memsy_client.models import OrgResource as Org  # broken: OrgResource

from .clients import memory


@dataclass
class Hit:
    text: str
    score: float


class Assistant:
    """Remembers what customers said. Its own `stats` and `search` are not the client's."""

    def __init__(self, client: MemsyClient | None = None) -> None:
        self._client = client or memory()
        self._find = self._client.search

    def stats(self) -> dict[str, int]:
        return self._client.memories.stats().by_type  # broken: MemsyClient.memories.stats

    def search(self, question: str, limit: int = 5) -> list[Hit]:
        found = self._client.search(question)
        hits = [Hit(each.content, each.score) for each in found.results]  # broken: SearchResult.score
        return hits[:limit] or self.few(question)

    def few(self, question: str) -> list[Hit]:
        found = self._client.search(question, limit=1)  # broken: MemsyClient.search.limit
        return [Hit(each.content, 1.0) for each in found.results]

    def best(self, question: str) -> float:
        results = self._find(question, threshold=0.3).results
        top = max(results, key=lambda each: each.observed_at or each.content, default=None) if results else None
        if top is None:
            return 0.0
        weight = top.score
        return weight * 2  # broken: SearchResult.score

    def remember(self, customer: str, text: str) -> None:
        event = EventPayload(customer, "shop", "user_message", text)  # broken: EventPayload.channel
        self._client.ingest([event])
        self._client.ingest([models.EventPayload(customer, "shop", kind="app_event", content=text, channel="web")])  # type: ignore # broken: EventKind

    def found(self, name: str) -> str:
        self._client.orgs.create(name, focus="", name=name)
        return self._client.orgs.create(name, name, "what they buy").org_id  # maybe: MemsyClient.orgs.create.name

    def customer_role(self, org: Org) -> str:
        create = self._client.roles.create
        role = create(org.org_id, "customers", "what they buy")  # broken: MemsyClient.roles.create.region
        return role.role_id


def report(assistant: Assistant) -> str:
    # assistant.stats() is not memories.stats(), and limit=3 is not MemsyClient.search.limit
    hits = assistant.search("parcels", limit=3)
    return f"{assistant.stats()} after client.memories.stats(): {hits[0].score * 2}"
