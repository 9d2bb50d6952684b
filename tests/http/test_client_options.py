"""The settings of a client and of its views (`with_options`), and those from the environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.flavours import KEY, OWN, Flavour
from support.server import Server, answer

from memsy_client import MemsyInputError, RateLimitExceeded, RetryPolicy, Timeout

pytestmark = pytest.mark.anyio
Serve = Callable[..., Server]


async def test_a_view_changes_its_own_calls_alone(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server = serve(answer({"message": "busy"}, 429))
    async with flavour.client(server.origin, headers={"X-A": "1", "X-B": "1"}) as client:
        view = client.with_options(max_retries=1, headers={"x-b": "2", "X-C": "3"}, timeout=50)
        again = view.with_options(retry=RetryPolicy(5), max_retries=0)
        for one, attempts in ((view, 2), (again, 1), (client, 4), (again, 1)):
            with pytest.raises(RateLimitExceeded) as caught:
                await flavour.call(one.orgs.list)
            assert len(caught.value.attempts) == attempts
    first, last, parent = server.requests[0], server.requests[2], server.requests[3]
    for request in (first, last):
        assert [request.headers[name] for name in ("x-a", "x-b", "x-c")] == ["1", "2", "3"]
        assert request.raw.lower().count(b"\r\nx-b: ") == 1
    assert (parent.headers["x-b"], parent.headers.get("x-c")) == ("1", None)


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": True},
        {"timeout": "1"},
        {"deadline": -1},
        {"deadline": float("inf")},
        {"max_retries": 1.5},
        {"retry": None},
        {"retry": 3},
        {"headers": 5},
        {"headers": {"X-A": "é"}},
        {"headers": {"X-A": None}},
        {"headers": {"X-A": " x"}},
        {"headers": {5: "x"}},
        {"headers": {"Host": "x"}},
        {"headers": {"Accept-Encoding": "br"}},
        {"max_response_bytes": 1.5},
        {"on_request": 5},
        {"surprise": 1},
        {"http_client": None},
    ],
)
async def test_an_option_that_cannot_be_used_is_refused(flavour: Flavour, options: Any) -> None:
    async with flavour.client("http://memsy.test") as client:
        with pytest.raises(MemsyInputError):
            client.with_options(**options)


async def test_a_number_may_be_a_header(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer([]))
    async with flavour.client(server.origin, headers={"X-Level": 5}) as client:
        await flavour.call(client.orgs.list)
    assert server.requests[0].headers["x-level"] == "5"


@pytest.mark.parametrize("kind", [each.kind(control=control) for each in OWN for control in (False, True)])
def test_the_environment_describes_a_client(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "MEMSY_CONTROL_URL" if "Control" in kind.__name__ else "MEMSY_BASE_URL"
    for name in ("MEMSY_CONTROL_URL", "MEMSY_BASE_URL", "MEMSY_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MemsyInputError, match=f"{url}, MEMSY_API_KEY"):
        kind.from_env()
    monkeypatch.setenv(url, "http://memsy.test/plane/")
    with pytest.raises(MemsyInputError, match=r": MEMSY_API_KEY$"):
        kind.from_env()
    monkeypatch.setenv("MEMSY_API_KEY", KEY)
    client = kind.from_env(timeout=Timeout(read=3))
    assert type(client) is kind
    assert client.base_url == "http://memsy.test/plane"
    assert client._sender.settings.timeout == Timeout(read=3)
