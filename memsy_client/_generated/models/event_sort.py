from __future__ import annotations

from typing import Literal

EventSort = Literal["ts_desc", "ts_asc"]
"""The order of a list of events.

- `ts_desc`: latest first
- `ts_asc`: earliest first
"""
