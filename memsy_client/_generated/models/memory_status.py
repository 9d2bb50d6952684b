from __future__ import annotations

from typing import Literal

MemoryStatus = Literal["active", "archived", "decayed"]
"""Where a memory is in its life. Clients accept unknown states in responses.

- `active`: search finds it
- `archived`: put away, for instance because a newer memory replaced it
- `decayed`: faded, having been of no use for long
"""
