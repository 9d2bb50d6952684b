"""How much of the plan is used, now and day by day."""

import os

from memsy import DimensionUsage, EventPayload, MemsyClient, MemsyControlClient, TimeseriesPoint

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    client.ingest([EventPayload("ana", "s1", "user_message", "Hello.")])

with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    summary = control.usage.summary()
    everything = control.usage.timeseries()
    hourly = control.usage.timeseries(
        dimension="events_ingested", granularity="hourly", period_start="2026-04-01", period_end="2099-04-30"
    )

for dimension in summary.dimensions:
    limit = "unlimited" if dimension.limit is None else dimension.limit
    print(f"{dimension.dimension}: {dimension.used} of {limit}")
assert all(isinstance(dimension, DimensionUsage) for dimension in summary.dimensions)
assert {dimension.dimension: dimension.used for dimension in summary.dimensions}["events_ingested"] == 1
assert everything.granularity == "daily"
assert hourly.granularity == "hourly"
assert all(isinstance(point, TimeseriesPoint) for point in hourly.data)
assert sum(point.quantity for point in hourly.data) == 1
assert {point.dimension for point in hourly.data} == {"events_ingested"}
