"""By which names a request knows the server: a web page may point a name of its own at this machine (DNS rebinding)."""

from __future__ import annotations

import ipaddress

from ..._core.messages import Headers, Request


def is_loopback(host: str) -> bool:
    """Whether an address or a name is this machine's own."""
    name = host.lower().removesuffix(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        # Systems and browsers resolve all of these to this machine (RFC 6761, 6.3).
        return name == "localhost" or name.endswith(".localhost")
    # A socket on `::` sees a caller by IPv4 as ::ffff:127.0.0.1, which not every Python counts as loopback.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def host_name(request: Request) -> str:
    """The name in the Host header, without the port; empty when there is none."""
    return _without_port(Headers.of(request.headers).get("host") or "")


def is_foreign(request: Request, own_name: str) -> bool:
    """Whether a request asks for another name than this machine's, or comes from a page of another one.

    Args:
        request: The request. Browsers send a Host always, and an Origin with all that could do harm.
        own_name: A name that counts as this machine's, too.
    """
    headers = Headers.of(request.headers)
    names = [_without_port(headers[name].rpartition("://")[2]) for name in ("host", "origin") if name in headers]
    return not all(name == own_name.lower() or is_loopback(name) for name in names)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).strip("[]").lower()
