"""Connect Slack: consent in a browser, choose channels, sync, disconnect."""

import os

import httpx
from memsy import MemsyAPIError, MemsyControlClient, ResourceSelection

with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    assert "slack" in control.connectors.list_providers()
    assert not control.connectors.status("slack").connected
    connection = control.connectors.create("slack")
    try:
        control.connectors.list_resources(connection.connector_id)
    except MemsyAPIError as error:
        early = error

    httpx.get(connection.authorize_url, follow_redirects=True)  # what the end user does, in a browser
    channels = control.connectors.wait_until_authorized(connection.connector_id, timeout=30.0, poll_interval=0.5)
    connector = control.connectors.configure_resources(connection.connector_id, channels[:1])
    again = control.connectors.configure_resources(
        connection.connector_id, [ResourceSelection(channels[0].external_id, name=channels[0].name)]
    )
    selected = control.connectors.list_resources(connection.connector_id)
    synced = control.connectors.sync(connection.connector_id)
    connected = control.connectors.status("slack").connected
    listed = control.connectors.list()
    same = control.connectors.get(connection.connector_id)
    assert control.connectors.delete(connection.connector_id) is None
    try:
        control.connectors.get(connection.connector_id)
    except MemsyAPIError as error:
        gone = error

assert early.status_code == 409
assert channels[0].resource_type == "channel"
assert (connector.id, connector.provider, connector.status) == (connection.connector_id, "slack", "active")
assert again.status == synced.status == "active"
assert [channel.external_id for channel in selected if channel.selected] == [channels[0].external_id]
assert connected
assert [each.id for each in listed] == [same.id] == [connection.connector_id]
assert gone.status_code == 404
