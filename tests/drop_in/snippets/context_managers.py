"""Clients in `with` and `async with`, and closed by hand."""

import asyncio
import os

from memsy import AsyncMemsyClient, AsyncMemsyControlClient, MemsyClient, MemsyControlClient

core, control, key = os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]

with MemsyClient(core, key) as client, MemsyControlClient(control, key) as account:
    assert client.health().status == account.health().status


async def main():
    async with AsyncMemsyClient(core, key) as client, AsyncMemsyControlClient(control, key) as account:
        first, second = await asyncio.gather(client.health(), account.me())
        assert first.components
        assert second.org_id
    by_hand = AsyncMemsyClient(core, key)
    try:
        assert (await by_hand.health()).version
    finally:
        await by_hand.close()


asyncio.run(main())
