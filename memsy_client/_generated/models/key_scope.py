from __future__ import annotations

from typing import Literal

KeyScope = Literal["read", "write"]
"""What an API key may do. Clients accept unknown scopes in responses.

- `read`: search, status, and every list and get
- `write`: ingest, create, update, regenerate, delete and clear
"""
