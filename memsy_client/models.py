"""The contract's objects and vocabularies: what calls take and give.

They are attrs classes, generated from the contract, and each is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._generated import models as _generated

if TYPE_CHECKING:
    from ._generated.models import *

if not TYPE_CHECKING:  # the star import tells type checkers
    __all__ = _generated.__all__


def __getattr__(name: str) -> Any:
    return getattr(_generated, name)


def __dir__() -> list[str]:
    return dir(_generated)
