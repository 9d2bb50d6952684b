"""The Python SDK for Memsy: persistent memory for AI agents and applications.

Every name here is loaded when it is first asked for, so that importing the package costs next to nothing. The
contract's objects (`EventPayload`, `SearchResult`, …) are in `memsy_client.models`, the errors in
`memsy_client.exceptions`; all of them are available here as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from . import exceptions as exceptions
    from . import models as models
    from ._bulk.async_background import AsyncBackgroundWriter
    from ._bulk.async_ingestion import AsyncIngestion
    from ._bulk.background import BackgroundWriter
    from ._bulk.ingestion import Ingestion
    from ._bulk.journal import Journal
    from ._bulk.outcomes import IngestOutcome, IngestProgress
    from ._bulk.queue import WriterStats
    from ._bulk.waiting import Processed, ProcessingProgress
    from ._connector_providers import ORG_SCOPED_PROVIDERS, USER_SCOPED_PROVIDERS, requires_org_admin
    from ._core.deviations import Deviation
    from ._core.hooks import RequestEvent, ResponseEvent
    from ._core.messages import Headers, Request, Response
    from ._core.middleware import Middleware
    from ._core.null import NULL
    from ._core.paging import AsyncItemIterator, ItemIterator
    from ._core.raw_response import RawResponse
    from ._core.retry import RetryBudget, RetryPolicy
    from ._core.settings import ClientOptions, Timeout
    from ._core.usage_and_rate_limit import RateLimitInfo, UsageInfo
    from ._drop_in import install_as_memsy
    from ._generated import __spec_sha256__, __spec_version__
    from ._generated import models as _models
    from ._transports.aiohttp import AiohttpTransport
    from .client import AsyncMemsyClient, AsyncMemsyControlClient, MemsyClient, MemsyControlClient
    from .exceptions import *
    from .models import *

    __all__ = [
        "NULL",
        "ORG_SCOPED_PROVIDERS",
        "USER_SCOPED_PROVIDERS",
        "AiohttpTransport",
        "AsyncBackgroundWriter",
        "AsyncIngestion",
        "AsyncItemIterator",
        "AsyncMemsyClient",
        "AsyncMemsyControlClient",
        "BackgroundWriter",
        "ClientOptions",
        "Deviation",
        "Headers",
        "IngestOutcome",
        "IngestProgress",
        "Ingestion",
        "ItemIterator",
        "Journal",
        "MemsyClient",
        "MemsyControlClient",
        "Middleware",
        "Processed",
        "ProcessingProgress",
        "RateLimitInfo",
        "RawResponse",
        "Request",
        "RequestEvent",
        "Response",
        "ResponseEvent",
        "RetryBudget",
        "RetryPolicy",
        "Timeout",
        "UsageInfo",
        "WriterStats",
        "__spec_sha256__",
        "__spec_version__",
        "__version__",
        "install_as_memsy",
        "requires_org_admin",
    ]
    __all__ += exceptions.__all__
    __all__ += _models.__all__

_MODULES = {
    "NULL": "._core.null",
    "AiohttpTransport": "._transports.aiohttp",
    "AsyncBackgroundWriter": "._bulk.async_background",
    "AsyncIngestion": "._bulk.async_ingestion",
    "AsyncItemIterator": "._core.paging",
    "AsyncMemsyClient": ".client",
    "AsyncMemsyControlClient": ".client",
    "BackgroundWriter": "._bulk.background",
    "ClientOptions": "._core.settings",
    "Deviation": "._core.deviations",
    "Headers": "._core.messages",
    "IngestProgress": "._bulk.outcomes",
    "IngestOutcome": "._bulk.outcomes",
    "Ingestion": "._bulk.ingestion",
    "ItemIterator": "._core.paging",
    "Journal": "._bulk.journal",
    "MemsyClient": ".client",
    "MemsyControlClient": ".client",
    "Middleware": "._core.middleware",
    "ORG_SCOPED_PROVIDERS": "._connector_providers",
    "Processed": "._bulk.waiting",
    "ProcessingProgress": "._bulk.waiting",
    "RateLimitInfo": "._core.usage_and_rate_limit",
    "RawResponse": "._core.raw_response",
    "Request": "._core.messages",
    "RequestEvent": "._core.hooks",
    "Response": "._core.messages",
    "ResponseEvent": "._core.hooks",
    "RetryBudget": "._core.retry",
    "RetryPolicy": "._core.retry",
    "Timeout": "._core.settings",
    "USER_SCOPED_PROVIDERS": "._connector_providers",
    "UsageInfo": "._core.usage_and_rate_limit",
    "WriterStats": "._bulk.queue",
    "__spec_sha256__": "._generated",
    "__spec_version__": "._generated",
    "install_as_memsy": "._drop_in",
    "requires_org_admin": "._connector_providers",
}


#: Modules all of whose names are available here as well.
_OPEN = (".exceptions", ".models")


def __getattr__(name: str) -> Any:
    from importlib import import_module

    from ._core.lazy import load

    if name == "__all__":
        return _public_names()
    if name in _MODULES:
        return load(__name__, _MODULES, name)
    if name in ("exceptions", "models"):
        return import_module(f".{name}", __name__)
    if not name.startswith("_"):
        for module in _OPEN:
            if name in import_module(module, __name__).__all__:
                return load(__name__, {name: module}, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return _public_names()


def _public_names() -> list[str]:
    from importlib import import_module

    open_names = (name for module in _OPEN for name in import_module(module, __name__).__all__)
    return sorted({"__version__", *_MODULES, *open_names})
