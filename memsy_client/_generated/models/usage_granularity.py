from __future__ import annotations

from typing import Literal

UsageGranularity = Literal["daily", "hourly"]
"""The width of a data point.

- `daily`: a day (UTC)
- `hourly`: an hour (UTC)
"""
