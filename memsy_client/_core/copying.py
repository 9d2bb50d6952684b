"""Copies of clients and of their resources, which differ from the original in how they send."""

from __future__ import annotations

from functools import cached_property
from types import MemberDescriptorType
from typing import Any, TypeVar

T = TypeVar("T")


def shallow_copy(original: T, **changes: Any) -> T:
    """An object of the same class with the same attributes, those of a caller's subclass among them, but for `changes`.

    Neither a constructor nor a method of the class is called. What a cached property keeps is left out: it was made
    for the original, and the copy makes its own.
    """
    kind = type(original)
    copy = object.__new__(kind)
    for name, value in vars(original).items():
        if not isinstance(getattr(kind, name, None), cached_property):
            vars(copy)[name] = value
    slots = {name: slot for base in reversed(kind.__mro__) for name, slot in vars(base).items()}
    for name, slot in slots.items():
        if isinstance(slot, MemberDescriptorType) and hasattr(original, name):
            slot.__set__(copy, slot.__get__(original))
    vars(copy).update(changes)
    return copy
