from __future__ import annotations

from typing import Literal

#: The width of a data point.
#:
#: - `daily`: a day (UTC)
#: - `hourly`: an hour (UTC)
#:
UsageGranularity = Literal[
    "daily",
    "hourly",
]
