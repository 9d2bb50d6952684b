"""Connect GitHub, asynchronously: choose a branch of a repository."""

import asyncio
import os

import httpx
from memsy import AsyncMemsyControlClient, ResourceSelection


async def main():
    async with AsyncMemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
        connection = await control.connectors.create("github")
        try:
            await control.connectors.wait_until_authorized(connection.connector_id, timeout=0.01, poll_interval=0.02)
        except TimeoutError as error:
            impatient = error
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            await browser.get(connection.authorize_url)
        repositories = await control.connectors.wait_until_authorized(connection.connector_id)
        branches = await control.connectors.list_branches(connection.connector_id, repositories[0].external_id)
        chosen = ResourceSelection.from_item(branches[0])
        connector = await control.connectors.configure_resources(connection.connector_id, [chosen])
        return impatient, repositories[0], branches[0], connector


impatient, repository, branch, connector = asyncio.run(main())
assert impatient.__cause__.status_code == 409
assert "/" in repository.external_id
assert branch.external_id.startswith(f"{repository.external_id}#")
assert connector.status == "active"
