"""The proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name for an address, as httpx reads them."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies

if TYPE_CHECKING:
    import httpx


def environment_proxy(base_url: str) -> str | None:
    """The URL of the proxy for an address, or None for none."""
    import httpx  # only a request needs it, and whatever carries one has loaded it

    proxies = getproxies()
    named = [(f"{scheme}://", proxies[scheme]) for scheme in ("http", "https", "all") if proxies.get(scheme)]
    exceptions = [entry.strip() for entry in proxies.get("no", "").split(",")]
    if not named or "*" in exceptions:
        return None
    # A dict, so that the same entry in both keeps its rank, and says no.
    rules = {pattern: _Rule.of(pattern, proxy if "://" in proxy else f"http://{proxy}") for pattern, proxy in named}
    for entry in filter(None, exceptions):
        rules |= _exception(entry)
    address = httpx.URL(base_url)
    found = (rule.proxy for rule in sorted(rules.values(), key=_Rule.rank) if rule.matches(address))
    return next(found, None)


def is_supported_by_aiohttp(proxy: str) -> bool:
    """Whether aiohttp can use a proxy. It would speak HTTP to one of any kind, and quote a URL that it cannot read."""
    try:
        url = urlsplit(proxy)
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return False


class _Rule(NamedTuple):
    """Which addresses a proxy is for, or none."""

    scheme: str  # empty for any
    host: str  # empty for any; `*name` for a name and what is under it, `*.name` for what is under it alone
    port: int | None
    proxy: str | None

    @classmethod
    def of(cls, pattern: str, proxy: str | None) -> _Rule:
        """As a URL has it, with the scheme `all` for any."""
        import httpx

        url = httpx.URL(pattern)
        return cls("" if url.scheme == "all" else url.scheme, "" if url.host == "*" else url.host, url.port, proxy)

    def rank(self) -> tuple[bool, int, int]:
        """The lowest that matches decides; among equal ones the first."""
        return self.port is None, -len(self.host), -len(self.scheme)

    def matches(self, address: httpx.URL) -> bool:
        if self.scheme not in ("", address.scheme) or self.port not in (None, address.port):
            return False
        host = address.host
        if self.host.startswith("*."):
            return len(host) > len(self.host) - 1 and host.endswith(self.host[1:])
        if self.host.startswith("*"):
            return host == self.host[1:] or host.endswith("." + self.host[1:])
        return self.host in ("", host)


def _exception(entry: str) -> dict[str, _Rule]:
    """The rule that an entry of NO_PROXY means, by its pattern; none if nothing can be made of it."""
    import httpx

    for pattern in _readings(entry):
        with contextlib.suppress(httpx.InvalidURL, UnicodeError):
            return {pattern: _Rule.of(pattern, None)}
    return {}


def _readings(entry: str) -> Iterator[str]:
    """What httpx takes an entry for; and then what is meant by one that it cannot read."""
    if "://" in entry:
        yield entry
        return
    host = entry.partition("/")[0]
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        yield f"all://{entry}" if entry.lower() == "localhost" else f"all://*{entry}"
        yield f"all://{host}"  # an address in brackets
    else:
        yield f"all://[{entry}]" if version == 6 else f"all://{entry}"
        yield f"all://[{host}]"  # a network means its own address alone
