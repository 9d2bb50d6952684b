"""The same resources, asynchronously, a level at a time."""

import asyncio
import os

from memsy import AsyncMemsyClient


async def main():
    async with AsyncMemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
        org_id = (await client.orgs.list())[0].org_id
        names = ["Sales", "Support", "Research"]
        roles = await asyncio.gather(*(client.roles.create(org_id, name, f"{name} matters") for name in names))
        team = await client.teams.create(org_id, "Berlin", "Everything in Berlin")
        listed = await client.roles.list(org_id)
        assert sorted(role.name for role in listed) == sorted(names)
        await asyncio.gather(*(client.roles.delete(role.role_id, org_id) for role in roles))
        await client.teams.delete(team.team_id, org_id)
        return await client.roles.list(org_id), await client.teams.list(org_id)


assert asyncio.run(main()) == ([], [])
