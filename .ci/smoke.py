"""Try an installed memsy-client, in a process that knows nothing of the checkout; with `--extras`, with all of them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from importlib import metadata, resources
from pathlib import Path

import memsy_client
from memsy_client import AsyncMemsyClient, EventPayload, MemsyClient, MemsyConnectionError, MemsyControlClient
from memsy_client.cli.main import main as command

CHECKOUT = Path(__file__).resolve().parent.parent


def check_package() -> None:
    assert CHECKOUT not in Path(memsy_client.__file__).parents, "the checkout is imported"
    assert memsy_client.__version__ == metadata.version("memsy-client")
    assert len(memsy_client.__spec_sha256__) == hashlib.sha256().digest_size * 2
    assert resources.files("memsy_client").joinpath("py.typed").is_file()
    for name in dir(memsy_client):
        getattr(memsy_client, name)


def check_client() -> None:
    with MemsyClient("http://127.0.0.1:9/v1", "msy_key", max_retries=0, timeout=5) as memsy:
        try:
            memsy.health()
        except MemsyConnectionError:
            return
    raise AssertionError("something answers on port 9")


def check_extras() -> None:
    from memsy_client import AiohttpTransport
    from memsy_client.local import LocalMemsy

    event = EventPayload("ana", "chat-1", "user_message", "I moved to Lisbon, ship there from now on.")

    async def search(base_url: str, api_key: str) -> str:
        transport = AiohttpTransport()
        async with AsyncMemsyClient(base_url, api_key, http_client=transport) as memsy:
            found = await memsy.search("Which city do parcels ship to?", actor_id="ana")
        await transport.aclose()
        return found.results[0].content

    with LocalMemsy() as local:
        with MemsyClient(local.base_url, local.api_key) as memsy:
            memsy.wait_until_processed(memsy.ingest([event]).event_ids)
        with MemsyControlClient(local.control_url, local.api_key) as control:
            assert control.health().status == "ok"
        assert "Lisbon" in asyncio.run(search(local.base_url, local.api_key))
        os.environ.update(local.environment)
        assert command(["check"]) == 0
        assert command(["orgs", "list", "--json"]) == 0
    assert any(point.name == "memsy_client" for point in metadata.entry_points(group="pytest11"))


check_package()
check_client()
if "--extras" in sys.argv:
    check_extras()
print("ok")
