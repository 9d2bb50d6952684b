"""Connect Google Drive, whose files are chosen in Google's own picker."""

import os

import httpx
from memsy import USER_SCOPED_PROVIDERS, MemsyControlClient, ResourceSelection

assert "google_drive" in USER_SCOPED_PROVIDERS
with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    connection = control.connectors.create("google_drive")
    httpx.get(connection.authorize_url, follow_redirects=True)
    before = control.connectors.wait_until_authorized(connection.connector_id)
    picker = control.connectors.picker_config(connection.connector_id)
    chosen = [ResourceSelection("file-1", "file", "Plan.pdf"), ResourceSelection("folder-1", resource_type="folder")]
    connector = control.connectors.configure_resources(connection.connector_id, chosen)
    after = control.connectors.list_resources(connection.connector_id)

assert before == []
assert picker.access_token
assert picker.access_token not in repr(picker)
assert picker.expires_in > 0
assert connector.status == "active"
assert sorted((item.external_id, item.resource_type) for item in after) == [("file-1", "file"), ("folder-1", "folder")]
