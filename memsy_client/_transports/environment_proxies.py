"""The proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name for an address, as httpx reads them."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies

_DEFAULT_PORTS = {"http": 80, "https": 443}


def environment_proxy(base_url: str) -> str | None:
    """The URL of the proxy for an address, or None for none."""
    address = urlsplit(base_url)
    port = None if address.port == _DEFAULT_PORTS.get(address.scheme) else address.port
    proxies = getproxies()
    exceptions = [entry.strip() for entry in proxies.get("no", "").split(",")]
    if "*" in exceptions:
        return None
    rules = [_rule(entry) for entry in exceptions if entry]
    if any(rule.matches(address.scheme, address.hostname or "", port) for rule in rules):
        return None
    proxy = proxies.get(address.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def is_supported_by_aiohttp(proxy: str) -> bool:
    """Whether aiohttp can use a proxy. It would speak HTTP to one of any kind, and quote a URL that it cannot read."""
    try:
        url = urlsplit(proxy)
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return False


class _Rule(NamedTuple):
    """Which addresses an entry of NO_PROXY means."""

    scheme: str  # empty for any
    host: str  # empty for any; `*name` for a name and what is under it, `*.name` for what is under it alone
    port: int | None

    def matches(self, scheme: str, host: str, port: int | None) -> bool:
        if self.scheme not in ("", scheme) or self.port not in (None, port):
            return False
        if self.host.startswith("*."):
            return len(host) > len(self.host) - 1 and host.endswith(self.host[1:])
        if self.host.startswith("*"):
            return host == self.host[1:] or host.endswith("." + self.host[1:])
        return self.host in ("", host)


def _rule(entry: str) -> _Rule:
    entry = entry.lower()
    scheme, separator, rest = entry.partition("://")
    if separator:
        host, port = _split_port(rest.partition("/")[0])
        scheme = "" if scheme == "all" else scheme
        return _Rule(scheme, "" if host == "*" else host, None if port == _DEFAULT_PORTS.get(scheme) else port)
    with contextlib.suppress(ValueError):
        address = entry.partition("/")[0]  # a network means its own address alone
        ipaddress.ip_address(address.strip("[]"))
        return _Rule("", address.strip("[]"), None)
    if entry == "localhost":
        return _Rule("", entry, None)
    _, at, authority = entry.partition("/")[0].rpartition("@")
    host, port = _split_port(authority)
    return _Rule("", f"*{host}" if host and not at else host, port)


def _split_port(authority: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(.*?)(?::(\d*))?", authority, re.DOTALL)
    assert found is not None
    return found[1].strip("[]"), int(found[2]) if found[2] else None
