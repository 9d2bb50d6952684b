"""What the environment says of a client: read by `from_env()` and the command line, never on import."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

from ..exceptions import MemsyInputError
from .api_errors import ENDINGS
from .checks import check_seconds, check_whole_number, shown
from .credentials import Secret, default_headers
from .hooks import logger
from .settings import check_base_url

_CORE, _CONTROL = "MEMSY_BASE_URL", "MEMSY_CONTROL_URL"

_LEVELS = {"info": logging.INFO, "debug": logging.DEBUG}

_log_handler: logging.Handler | None = None


def read_environment(base_url_variable: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a client's constructor that the environment holds, without the options that were `chosen`.

    Raises:
        MemsyInputError: A variable is not set, or cannot be used; it is named.
    """
    base_url, source = _base_url(base_url_variable)
    api_key = Secret(os.environ.get("MEMSY_API_KEY", ""))
    missing = [name for name, value in ((base_url_variable, base_url), ("MEMSY_API_KEY", api_key)) if not value]
    if missing:
        raise MemsyInputError(f"not set in the environment: {', '.join(missing)}")
    _check(source, check_base_url, base_url)
    _check("MEMSY_API_KEY", default_headers, api_key)
    found: dict[str, Any] = {"base_url": base_url, "api_key": api_key}
    timeout, max_retries = _number("MEMSY_TIMEOUT", float), _number("MEMSY_MAX_RETRIES", int)
    if timeout is not None and "timeout" not in chosen:
        check_seconds("MEMSY_TIMEOUT", timeout)
        found["timeout"] = timeout
    if max_retries is not None and not chosen.keys() & {"max_retries", "retry"}:
        check_whole_number("MEMSY_MAX_RETRIES", max_retries, least=0)
        found["max_retries"] = max_retries
    return found


def configure_logging() -> None:
    """Have the logger `memsy_client` write to stderr what `MEMSY_LOG` asks for: `info` or `debug`; else do nothing.

    Once the application has set up logging of its own, that alone writes.

    Raises:
        MemsyInputError: `MEMSY_LOG` says something else.
    """
    global _log_handler
    text = os.environ.get("MEMSY_LOG", "").strip()
    if not text:
        return
    if text.lower() not in _LEVELS:
        raise MemsyInputError(f"MEMSY_LOG has to be info or debug, not {shown(text)}")
    if _log_handler is None:
        _log_handler = logging.StreamHandler()
        _log_handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        _log_handler.addFilter(lambda record: not logging.getLogger().handlers)
    logger.addHandler(_log_handler)  # which takes it once
    logger.setLevel(_LEVELS[text.lower()])


def _base_url(variable: str) -> tuple[str, str]:
    """The address, and the variable that it comes from."""
    given = os.environ.get(variable, "")
    core = os.environ.get(_CORE, "").rstrip("/")
    if given or variable != _CONTROL or not core.endswith(ENDINGS["core"]):
        return given, variable
    return core.removesuffix(ENDINGS["core"]) + ENDINGS["control"], _CORE


def _check(variable: str, check: Callable[[str], object], value: str) -> None:
    try:
        check(value)
    except MemsyInputError as error:
        raise MemsyInputError(f"{variable} cannot be used: {error.message}") from None


def _number(variable: str, kind: Callable[[str], float]) -> Any:
    """The number that a variable holds, its text where that is none, or None where it is not set."""
    text = os.environ.get(variable, "").strip()
    try:
        return kind(text) if text else None
    except ValueError:
        return text
