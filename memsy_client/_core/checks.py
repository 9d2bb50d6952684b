"""Checks of arguments that are numbers."""

from __future__ import annotations

import math
from typing import Any

from ..exceptions import MemsyInputError


def check_whole_number(name: str, value: Any, *, least: int = 1, most: float = math.inf) -> None:
    """Refuse a value of the argument `name` that is not a whole number in these bounds.

    Raises:
        MemsyInputError: It is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        bounds = f"from {least}" if most == math.inf else f"from {least} to {most}"
        raise MemsyInputError(f"{name} has to be a whole number {bounds}, not {value!r}")


def check_seconds(name: str, value: Any, *, or_none: bool = False) -> None:
    """Refuse a value of the argument `name` that is not a number of seconds above 0, or None where that is allowed.

    Raises:
        MemsyInputError: It is not.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (value is None and or_none) and not (is_number and 0 < value < math.inf):
        raise MemsyInputError(f"{name} has to be a number of seconds above 0{' or None' * or_none}, not {value!r}")
