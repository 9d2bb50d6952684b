"""What connections are made with: the certificates that are trusted, and the proxy that the environment names."""

from __future__ import annotations

import ssl
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from .._core.transport import TransportError
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


@cache
def plain_context() -> ssl.SSLContext:
    """A context for plain http, where httpx wants one but none is used. It trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def environment_proxy(base_url: str) -> str | None:
    """The proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name for an address, as httpx reads them."""
    address = urlsplit(base_url)
    if proxy_bypass(address.netloc):
        return None
    proxies = getproxies()
    proxy = proxies.get(address.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def transport_options(base_url: str) -> dict[str, object]:
    """The arguments of an httpx transport that holds a single connection to an address."""
    proxy = environment_proxy(base_url)
    needs_trust = base_url.startswith("https:") or (proxy or "").startswith("https:")
    return {
        "verify": default_ssl_context() if needs_trust else plain_context(),
        "proxy": proxy,
        "limits": httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE),
    }
