"""Null as an argument, where None means that nothing is given."""

from __future__ import annotations

from enum import Enum


class Null(Enum):
    """The type of `NULL`."""

    NULL = None

    def __repr__(self) -> str:
        return "NULL"

    def __bool__(self) -> bool:
        return False


NULL = Null.NULL
"""Sends null for an optional field that the contract allows to be null; None leaves the field out."""
