"""Connect an S3 bucket: one call is enough, and no consent is needed."""

import os

from memsy import MemsyAPIError, MemsyControlClient

with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    try:
        control.connectors.create("s3")
    except MemsyAPIError as error:
        refused = error
    connector = control.connectors.configure_s3(
        access_key_id="AKIAEXAMPLE", secret_access_key="not-a-real-secret", region="eu-west-1", bucket="notes"
    )
    moved = control.connectors.configure_s3(
        access_key_id="AKIAEXAMPLE",
        secret_access_key="not-a-real-secret",
        region="eu-west-1",
        bucket="archive",
        connector_id=connector.id,
    )
    buckets = control.connectors.list_resources(connector.id)

assert refused.status_code == 400
assert (connector.provider, connector.status, connector.bucket, connector.region) == (
    "s3",
    "active",
    "notes",
    "eu-west-1",
)
assert (moved.id, moved.bucket) == (connector.id, "archive")
assert [bucket.resource_type for bucket in buckets] == ["bucket"]
assert "not-a-real-secret" not in repr(connector)
