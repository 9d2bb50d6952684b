from __future__ import annotations

from typing import Literal

ActorSort = Literal["first_memory_desc", "first_memory_asc", "last_memory_desc", "actor_id_asc"]
"""The order of a list of actors; anything else gives 422.

- `first_memory_desc`: newest actor first
- `first_memory_asc`: oldest actor first
- `last_memory_desc`: last written about first
- `actor_id_asc`: by id
"""
