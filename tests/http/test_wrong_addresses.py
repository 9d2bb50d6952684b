"""An error that comes of a wrong address names it, and what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.flavours import EACH_TRANSPORT, OWN, Flavour
from support.server import Server, message

from memsy_client import MemsyAPIError, MemsyConnectionError
from memsy_client._core.api_errors import ENDINGS
from memsy_client._core.json_schema import load_contract
from memsy_client.local import LocalMemsy

pytestmark = pytest.mark.anyio
Serve = Callable[..., Server]


@pytest.fixture(scope="module")
def memsy() -> Iterator[LocalMemsy]:
    with LocalMemsy() as memsy:
        yield memsy


async def told(own: Flavour, memsy: LocalMemsy, ending: str, call: Callable[[Any], Any], *, control: bool) -> str:
    """What the 404 says, with `…` for the address of the server."""
    root = memsy.base_url.removesuffix("/v1")
    async with own.client(root + ending, control=control, api_key=memsy.api_key) as client:
        with pytest.raises(MemsyAPIError) as caught:
            await own.call(lambda: call(client))
    assert caught.value.status_code == 404
    return caught.value.message.replace(root, "…")


def test_the_endings_of_the_planes_are_the_contracts() -> None:
    contract = load_contract()
    items = contract["paths"].values()
    nodes = [contract, *items, *(node for item in items for node in item.values() if isinstance(node, dict))]
    servers = [server for node in nodes for server in node.get("servers", [])]
    assert {server["x-plane"]: urlsplit(server["url"]).path for server in servers} == ENDINGS


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize(
    ("ending", "control", "call", "message"),
    [
        ("", False, lambda client: client.search("x"), "… does not end in /v1: try base_url=…/v1"),
        ("", True, lambda client: client.events.list(), "… does not end in /api: try base_url=…/api"),
        ("", False, lambda client: client.health(), "… does not end in /v1 or /api: try base_url=…/v1 or …/api"),
        ("/v2", False, lambda client: client.orgs.list(), "…/v2 does not end in /v1: try base_url=…/v2/v1"),
        (
            "/api",
            False,
            lambda client: client.memories.get("m"),
            "…/api is the control plane's, and this call of the core plane: try base_url=…/v1",
        ),
        (
            "/v1",
            True,
            lambda client: client.usage.summary(),
            "…/v1 is the core plane's, and this call of the control plane: try base_url=…/api",
        ),
    ],
)
async def test_a_404_of_a_base_url_that_is_wrong_says_which_one_to_try(
    own: Flavour, memsy: LocalMemsy, ending: str, control: bool, call: Callable[[Any], Any], message: str
) -> None:
    assert await told(own, memsy, ending, call, control=control) == f"Not Found; {message}"


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_a_404_of_something_that_is_not_there_is_left_alone(own: Flavour, memsy: LocalMemsy) -> None:
    assert await told(own, memsy, "/v1", lambda client: client.memories.get("m"), control=False) == "Memory not found"
    unknown = await told(own, memsy, "", lambda client: client.request("GET", "/nothing"), control=False)
    assert unknown == "Not Found"


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        (b'{"detail": "Org not found"}', False),
        (b'{"detail": {"error": "not_found", "message": "Not Found"}}', True),
        (b"<h1>404</h1>", True),
        (b"", True),
    ],
)
async def test_a_base_url_of_another_form_is_doubted_only_where_the_404_says_nothing_else(
    own: Flavour, serve: Serve, body: bytes, is_told: bool
) -> None:
    server = serve(lambda exchange: exchange.send(message(body, status=404)))
    async with own.client(f"{server.origin}/memsy") as client:
        with pytest.raises(MemsyAPIError) as caught:
            await own.call(client.orgs.list)
    assert ("try base_url=" in str(caught.value)) is is_told
    assert "try" not in caught.value.detail


@pytest.mark.parametrize("flavour", EACH_TRANSPORT, ids=lambda flavour: flavour.name)
async def test_cannot_connect_says_where_to(flavour: Flavour) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with flavour.client(f"{origin}/v1") as client:
            with pytest.raises(MemsyConnectionError) as caught:
                await flavour.call(client.health)
    assert caught.value.unsent
    assert str(caught.value).startswith(f"health (GET /health): cannot connect to {origin}: ")
