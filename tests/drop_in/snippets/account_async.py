"""An account at a glance: every part of it at once."""

import asyncio
import os

from memsy import AsyncMemsyControlClient


async def main():
    async with AsyncMemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
        return await asyncio.gather(
            control.me(),
            control.usage.summary(),
            control.billing.summary(),
            control.keys.list(),
            control.events.list(limit=1),
            control.interest.status(),
        )


me, usage, billing, keys, events, interested = asyncio.run(main())
assert me.org_id == usage.org_id
assert me.tier == usage.tier == billing.tier
assert keys.active_count == len(keys.keys) == 1
assert events.total == 0
assert interested is False
