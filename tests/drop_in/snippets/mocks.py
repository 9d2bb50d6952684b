"""An application's own unit tests, without any server."""

import asyncio
from unittest.mock import AsyncMock, MagicMock, patch

import memsy
from memsy import AsyncMemsyClient, MemsyClient, RateLimitExceeded, SearchResponse, SearchResult


def recall(client, question):
    try:
        return [result.content for result in client.search(question, limit=3).results]
    except RateLimitExceeded:
        return []


client = MagicMock(spec=MemsyClient)
client.search.return_value = SearchResponse(results=[SearchResult("m1", "Tea, please.", 0.9)])
assert recall(client, "What to drink?") == ["Tea, please."]
client.search.assert_called_once_with("What to drink?", limit=3)
client.search.side_effect = RateLimitExceeded("slow down", 429, retry_after=1.0)
assert recall(client, "What to drink?") == []

fake = AsyncMock(spec=AsyncMemsyClient)
fake.search.return_value = SearchResponse([])
assert asyncio.run(fake.search("anything")).results == []

with patch("memsy.MemsyClient") as kind:
    memsy.MemsyClient("https://api.memsy.io/v1", "msy_key")
    kind.assert_called_once_with("https://api.memsy.io/v1", "msy_key")
with patch.object(MemsyClient, "search", return_value=SearchResponse([])) as search:
    with MemsyClient("https://api.memsy.io/v1", "msy_key") as real:
        assert real.search("anything").results == []
    search.assert_called_once_with("anything")
