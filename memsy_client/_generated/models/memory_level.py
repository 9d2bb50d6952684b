from __future__ import annotations

from typing import Literal

MemoryLevel = Literal["actor", "role", "team", "org"]
"""How far up the hierarchy a memory belongs. Clients accept unknown levels.

- `actor`: to one actor
- `role`: to a role
- `team`: to a team
- `org`: to the whole organisation
"""
