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


def check_seconds(name: str, value: Any) -> None:
    """Refuse a value of the argument `name` that is not a number of seconds above 0.

    Raises:
        MemsyInputError: It is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise MemsyInputError(f"{name} has to be a number of seconds above 0, not {value!r}")
