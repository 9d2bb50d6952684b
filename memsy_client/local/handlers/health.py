"""The health of the server."""

from __future__ import annotations

from typing import Any

from ..._version import __version__
from .context import RequestContext


def health(context: RequestContext) -> dict[str, Any]:
    """The state of the server."""
    services = context.services
    trouble = services.store.trouble()
    return {
        "status": "degraded" if trouble else "ok",
        "version": __version__,
        "billing_enabled": services.meter.plan(context.account).billing,
        "components": {"database": trouble or "ok", "processing": "held" if services.worker.held else "ok"},
    }
