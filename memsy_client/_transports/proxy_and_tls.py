"""What connections are made with: the certificates that are trusted, and a proxy."""

from __future__ import annotations

import ssl
from functools import cache
from importlib.util import find_spec
from typing import Any

import httpcore
import httpx

from .._core.transport import TransportError
from .environment_proxies import environment_proxy
from .limiter import KEEPALIVE


@cache
def default_ssl_context() -> ssl.SSLContext:
    """The process's one SSL context. Building it reads every certificate, which takes some 20 ms."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # as all errors of ssl are
        message = (
            "cannot connect: the certificates to trust cannot be read; SSL_CERT_FILE or SSL_CERT_DIR may name them"
        )
        raise TransportError(f"{message} ({error})", unsent=True) from error


def pool_options(base_url: str) -> dict[str, Any]:
    """The arguments of an httpcore pool that makes connections to an address."""
    proxy = environment_proxy(base_url)
    return {
        "ssl_context": default_ssl_context() if base_url.startswith("https:") else None,
        "proxy": _parse_proxy(proxy) if proxy else None,
        "keepalive_expiry": KEEPALIVE,
    }


def _parse_proxy(url: str) -> httpcore.Proxy:
    if not _is_url(url):
        raise TransportError("cannot connect: the proxy that the environment names is not a URL", unsent=True)
    proxy = httpx.Proxy(url)  # it knows which kinds there are, and how to take the credentials out of the URL
    scheme = proxy.url.scheme
    if scheme.startswith("socks") and find_spec("socksio") is None:
        raise TransportError("cannot connect: a SOCKS proxy needs socksio: pip install 'httpx[socks]'", unsent=True)
    ssl_context = default_ssl_context() if scheme == "https" else None
    return httpcore.Proxy(str(proxy.url), auth=proxy.raw_auth, ssl_context=ssl_context)


def _is_url(text: str) -> bool:
    # httpx says why one is not, and quotes what may be a password.
    try:
        return bool(httpx.URL(text).host)
    except (httpx.InvalidURL, ValueError):
        return False
