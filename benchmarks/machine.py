"""On what and with what the figures were measured; nothing that tells whose machine it was."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("httpx", "httpx2", "aiohttp", "orjson")


def describe() -> dict[str, str]:
    """Each part of it, by its name."""
    return {
        "processor": f"{_processor()}, {_cores()} cores",
        "system": f"{platform.system()} ({platform.machine()})",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        **{name: _installed(name) for name in PACKAGES},
        "SQLite": sqlite3.sqlite_version,
        "memsy-client": _installed("memsy-client"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
