"""Which addresses NO_PROXY means: those that it means to httpx, form by form."""

from __future__ import annotations

import httpx
import pytest

from memsy_client._transports.environment_proxies import environment_proxy

PROXY = "http://proxy.example:3128"
EXCEPTIONS = [
    "",
    "*",
    "other.example,*",
    "::1",
    "fe80::1",
    "::1,127.0.0.1",
    "127.0.0.1",
    "127.0.0.0/8",
    "10.0.0.0/8",
    "127.0.0.1:8080",
    "localhost",
    "LOCALHOST",
    "localhost:8080",
    "memsy.example",
    "Memsy.EXAMPLE",
    ".memsy.example",
    "*.memsy.example",
    "*memsy.example",
    "example",
    "sy.example",
    " other.example , memsy.example ",
    "memsy.example:8080",
    "memsy.example:80",
    "memsy.example:443",
    "memsy.example:",
    "memsy.example/v1",
    "user@memsy.example",
    ":8080",
    "http://memsy.example",
    "https://memsy.example",
    "https://memsy.example:443",
    "all://memsy.example",
    "all://*.memsy.example",
    "all://[::1]",
    "http://",
    "https://",
]
ADDRESSES = [
    f"{scheme}://{host}{port}/v1"
    for scheme in ("http", "https")
    for host in (
        "memsy.example",
        "api.memsy.example",
        "notmemsy.example",
        "localhost",
        "127.0.0.1",
        "127.0.0.2",
        "[::1]",
    )
    for port in ("", ":8080", ":80", ":443")
]


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize("proxies", [("HTTP_PROXY", "HTTPS_PROXY"), ("ALL_PROXY",), ("HTTPS_PROXY",)], ids="+".join)
@pytest.mark.parametrize("exceptions", EXCEPTIONS)
def test_it_is_read_as_httpx_reads_it(
    exceptions: str, proxies: tuple[str, ...], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in proxies:
        monkeypatch.setenv(name, PROXY)
    monkeypatch.setenv(variable, exceptions)
    with httpx.Client(verify=False) as theirs:
        for address in ADDRESSES:
            # There is no public way to ask it.
            expected = theirs._transport_for_url(httpx.URL(address)) is not theirs._transport
            assert (environment_proxy(address) is not None) == expected, address


@pytest.mark.parametrize("exceptions", ["[::1]", "[::1]:8080", "::1/128"])
def test_what_httpx_cannot_read_takes_no_key_to_the_proxy(exceptions: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", exceptions)
    assert environment_proxy("http://[::1]:8080") is None
