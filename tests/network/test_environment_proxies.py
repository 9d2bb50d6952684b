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
    "all://",
    "http://*",
    "https://*",
    "all://*",
    "http://*,https://*",
    "http://*:8080",
    "all://*:8080",
    "*:8080",
    "HTTP://memsy.example",
    "ALL://Memsy.Example",
    "*://memsy.example",
    "ws://memsy.example",
    "http://.memsy.example",
    "http://*memsy.example",
    "http://user@memsy.example/v1",
    "https://memsy.example,memsy.example:8080",
    ",",
    " , memsy.example,, ",
    ":",
    "/",
    "*.",
    "..memsy.example",
    "**memsy.example",
    "memsy.*",
    "memsy.example.",
    "memsy.example other.example",
    "memsy.example?x",
    "memsy.example#x",
    "memsy.example:08080",
    "memsy.example:65536",
    "0.0.1",
    "127.1",
    "*127.0.0.1",
    ".localhost",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "FE80::1",
    "http://[::1]:8080",
    "xn--bcher-kva.example",
]
ADDRESSES = [
    f"{scheme}://{host}{port}/v1"
    for scheme in ("http", "https")
    for host in (
        "memsy.example",
        "API.memsy.example",
        "notmemsy.example",
        "localhost",
        "127.0.0.1",
        "127.0.0.2",
        "[::1]",
        "[fe80::1]",
        "xn--bcher-kva.example",
    )
    for port in ("", ":8080", ":80")
]


@pytest.mark.parametrize("proxies", [("HTTP_PROXY", "HTTPS_PROXY"), ("ALL_PROXY",), ("HTTPS_PROXY",)], ids="+".join)
@pytest.mark.parametrize("exceptions", EXCEPTIONS)
def test_it_is_read_as_httpx_reads_it(
    exceptions: str, proxies: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in proxies:
        monkeypatch.setenv(name, PROXY)
    monkeypatch.setenv("NO_PROXY", exceptions)
    with httpx.Client(verify=False) as theirs:
        for address in ADDRESSES:
            # There is no public way to ask it.
            expected = theirs._transport_for_url(httpx.URL(address)) is not theirs._transport
            assert environment_proxy(address) == (PROXY if expected else None), address


@pytest.mark.parametrize(
    ("exceptions", "host"),
    [
        ("[::1]", "[::1]"),
        ("[::1]:8080", "[::1]"),
        ("::1/128", "[::1]"),
        ("memsy.example:x,::1", "[::1]"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_what_httpx_cannot_read_takes_no_key_to_the_proxy(
    exceptions: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", exceptions)
    with pytest.raises(httpx.InvalidURL):
        httpx.Client()
    assert environment_proxy(f"http://{host}:8080") is None


def test_what_nobody_can_read_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", "http://[,http://xn--a,other.example")
    assert environment_proxy("http://memsy.example") == PROXY
    assert environment_proxy("http://other.example") is None


def test_small_letters_are_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "memsy.example")
    assert environment_proxy("http://memsy.example") is None
    assert environment_proxy("http://other.example") == PROXY
