"""Nothing of the client's: other classes with methods and fields of the same names."""

from __future__ import annotations

import collections
import re
from dataclasses import dataclass, field


@dataclass
class Memories:
    """Not the client's; `memories.stats` here counts parcels, and SearchResult.score is a number of ours."""

    parcels: list[str] = field(default_factory=list)

    def stats(self) -> collections.Counter[str]:
        return collections.Counter(self.parcels)


@dataclass
class SearchResult:
    score: float | None = None
    content: str = "result.score"


class Store:
    def __init__(self) -> None:
        self.memories = Memories()
        self.roles = Registry()

    def search(self, text: str, limit: int = 3) -> list[SearchResult]:
        return [SearchResult(float(len(text)))][:limit]


class Registry:
    def create(self, org: str, name: str, focus: str) -> str:
        return org + name + focus


def count(store: Store) -> int:
    store.roles.create("org", "name", "focus")
    found = re.search("limit=3", "client.search('x', limit=3)")
    total = sum(store.memories.stats().values())  # client.memories.stats()
    for result in store.search("parcels", limit=3):
        total += int(result.score or 0)
    return total if found else 0


class OrgResource:
    """Nor is this one `memsy_client.OrgResource`."""


ORGS = {"OrgResource": OrgResource(), "app_event": "EventKind", "limit": "client.search(limit=1)"}
