from __future__ import annotations

from typing import Literal

MemorySort = Literal["observed_at_desc", "observed_at_asc", "strength_desc", "confidence_desc", "created_at_desc"]
"""The order of a list of memories; `memory_id` is always the tiebreaker.

- `observed_at_desc`: last observed first
- `observed_at_asc`: first observed first
- `strength_desc`: strongest first
- `confidence_desc`: most certain first
- `created_at_desc`: newest first
"""
