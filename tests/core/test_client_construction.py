"""A client is made without I/O, out of anything that makes sense and nothing else."""

from __future__ import annotations

import pickle
import socket
import ssl
import threading
from typing import Any

import anyio
import pytest

from memsy_client import (
    AsyncMemsyClient,
    AsyncMemsyControlClient,
    MemsyClient,
    MemsyControlClient,
    MemsyInputError,
    RetryPolicy,
    Timeout,
)
from memsy_client._transports import proxy_and_tls

CLIENTS = [MemsyClient, AsyncMemsyClient, MemsyControlClient, AsyncMemsyControlClient]
pytestmark = pytest.mark.parametrize("kind", CLIENTS, ids=lambda kind: kind.__name__)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://memsy.test", "http://memsy.test"),
        ("https://api.memsy.io/v1/", "https://api.memsy.io/v1"),
        ("HTTPS://api.memsy.io/v1///", "https://api.memsy.io/v1"),
        ("http://127.0.0.1:8080/a/b", "http://127.0.0.1:8080/a/b"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_trailing_slashes_of_the_address_are_trimmed(kind: Any, given: str, used: str) -> None:
    client = kind(given, "msy_1")
    assert client.base_url == used
    assert repr(client) == f"<{kind.__name__} of {used}>"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        " ",
        None,
        5,
        b"http://memsy.test",
        "memsy.test",
        "//memsy.test",
        "ftp://memsy.test",
        "file:///etc/passwd",
        "http://",
        "http:///v1",
        "http://:80",
        "http://memsy.test:99999",
        "http://memsy.test:port",
        "http://memsy.test:0",
        "http://[::1",
        "http://memsy.test/a b",
        "http://memsy.test\n",
        "http://mem\tsy.test",
        "http://memsy.test\\v1",
        "http://user:password@memsy.test",
        "http://memsy.test?a=b",
        "http://memsy.test#a",
        "http://memsy.test/v1?",
        "http://memsy.test/v1/../admin",
        "http://memsy.test/%2e%2e/admin",
        "http://bücher.test",
        "http://x.test/é",
        "http://a<b",
        "http://a/{b}",
    ],
)
def test_an_address_that_requests_cannot_go_to_is_refused(kind: Any, base_url: Any) -> None:
    with pytest.raises(MemsyInputError, match="base_url") as caught:
        kind(base_url, "msy_1")
    assert "password" not in str(caught.value).replace("user or password", "")


@pytest.mark.parametrize("key", ["", None, 5, b"msy_1", "msy 1", "msy_1\n", "msy_\0", "msy_é", "msy_\x7f", " "])
def test_a_key_that_a_header_cannot_carry_is_refused(kind: Any, key: Any) -> None:
    with pytest.raises(MemsyInputError, match="api_key"):
        kind("http://memsy.test", key)


@pytest.mark.parametrize(
    "options",
    [
        {"max_connections": 0},
        {"max_connections": True},
        {"max_connections": "5"},
        {"max_response_bytes": 0},
        {"max_response_bytes": None},
        {"max_retries": -1},
        {"max_retries": True},
        {"retry_backoff": float("nan")},
        {"retry_backoff": -1},
        {"http_client": object()},
        {"http_client": "http://proxy.test"},
        {"timeout": float("nan")},
        {"headers": {"Content-Type": "text/plain"}},
        {"deadline": "1"},
    ],
)
def test_other_options_that_cannot_be_used_are_refused(kind: Any, options: Any) -> None:
    with pytest.raises(MemsyInputError):
        kind("http://memsy.test", "msy_1", **options)


def test_the_five_documented_arguments_come_first(kind: Any) -> None:
    settings = kind("http://memsy.test", "msy_1", 5.0, 7, 0.5)._sender.settings
    assert settings.timeout == Timeout(5.0, 5.0, 5.0, 5.0, 5.0)
    assert settings.retry == RetryPolicy(7, 0.5)


def test_the_documented_defaults_hold(kind: Any) -> None:
    settings = kind("http://memsy.test", "msy_1")._sender.settings
    assert settings.timeout == Timeout.of(30.0)
    assert settings.retry == RetryPolicy(max_retries=3, backoff=1.0, statuses={429}, max_wait=60.0)
    assert settings.max_response_bytes == 64 * 1024 * 1024
    assert settings.deadline is None


def test_it_takes_no_io(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kind("http://memsy.test", "msy_1")  # modules are loaded by now

    def refuse(*args: object, **kwargs: object) -> Any:
        raise AssertionError("a constructor does no I/O")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(ssl, "SSLContext", refuse)
    monkeypatch.setattr(threading, "Thread", refuse)
    for scheme in ("http", "https"):
        kind(f"{scheme}://memsy.test", "msy_1")


def test_https_needs_one_ssl_context_and_http_none_that_trusts(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    monkeypatch.setattr(
        proxy_and_tls.httpx, "create_ssl_context", lambda: built.append(1) or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )
    proxy_and_tls.default_ssl_context.cache_clear()
    try:
        for _ in range(3):
            proxy_and_tls.pool_options("http://memsy.test")
        assert built == []
        for _ in range(3):
            proxy_and_tls.pool_options("https://memsy.test")
        assert built == [1]
    finally:
        proxy_and_tls.default_ssl_context.cache_clear()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Timeout(read=-1),
        lambda: Timeout(total=True),
    ],
)
def test_time_outs_that_make_no_sense_are_refused(kind: Any, make: Any) -> None:
    with pytest.raises(MemsyInputError):
        make()


@pytest.mark.parametrize("base_url", ["msy://user:sk_secret", "http://user:sk_secret/v1"])
def test_a_base_url_that_is_refused_is_not_quoted(kind: Any, base_url: str) -> None:
    with pytest.raises(MemsyInputError) as caught:
        kind(base_url, "msy_1")
    assert "sk_secret" not in str(caught.value)


def test_a_time_out_may_be_none_and_its_error_says_so(kind: Any) -> None:
    assert Timeout(connect=None).connect is None
    for refused in (lambda: Timeout(connect=0), lambda: kind("http://memsy.test/v1", "msy_1", deadline=-1)):
        with pytest.raises(MemsyInputError, match="above 0 or None, not"):
            refused()


@pytest.mark.parametrize(
    ("arguments", "options", "told"),
    [
        ((), {}, r"needs base_url and api_key; {}\.from_env\(\) takes them from the environment$"),
        (("http://memsy.test",), {}, r"needs api_key; {}\.from_env"),
        (("http://memsy.test", "msy_1"), {"time_out": 3}, "has no argument time_out; did you mean timeout"),
        (("http://memsy.test", "msy_1"), {"qqq": 3}, "has no argument qqq; there are base_url, api_key, timeout"),
        (("http://memsy.test", "msy_1", 1, 2, 3, 4), {}, "too many positional arguments"),
        (("http://memsy.test", "msy_1"), {"base_url": "http://x"}, "multiple values for argument 'base_url'"),
    ],
)
def test_wrong_arguments_are_a_type_error_that_names_the_class_and_what_was_meant(
    kind: Any, arguments: tuple[Any, ...], options: dict[str, Any], told: str
) -> None:
    with pytest.raises(TypeError, match=rf"^{kind.__name__}\(\) .*{told.format(kind.__name__)}") as caught:
        kind(*arguments, **options)
    frames = caught.traceback[1:]
    assert frames
    assert not [value for frame in frames for value in frame.frame.f_locals.values() if "msy_1" in repr(value)]


def test_a_subclass_has_its_own_name_in_the_error_and_its_own_type_errors(kind: Any) -> None:
    class Own(kind):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            raise TypeError("of its own")

    with pytest.raises(TypeError, match=r"^Own\(\) needs base_url"):
        Own()
    with pytest.raises(TypeError, match=r"^of its own$"):
        Own("http://memsy.test", "msy_1")


def test_an_option_that_is_misspelt_is_refused_with_what_was_meant(kind: Any) -> None:
    with pytest.raises(MemsyInputError, match="no option max_retry; did you mean max_retries"):
        kind("http://memsy.test", "msy_1").with_options(max_retry=3)


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.request(),
        lambda client: client.with_options(3),
        lambda client: client.from_env("http://memsy.test"),
        lambda client: client.close(1),
        lambda client: client.search() if hasattr(client, "search") else client.me(1),
    ],
)
def test_wrong_arguments_of_a_method_name_a_class_that_is_public(kind: Any, call: Any) -> None:
    async def called() -> None:
        await call(kind("http://memsy.test", "msy_1"))

    with pytest.raises(TypeError, match=r"^(Async)?Memsy(Control)?Client\.\w+\(\) ") as caught:
        anyio.run(called)
    assert str(caught.value).startswith("Async") <= kind.__name__.startswith("Async")


def test_methods_are_pickled_by_the_names_that_they_have(kind: Any) -> None:
    for method in (kind.request, kind.health, kind.with_options):
        assert pickle.loads(pickle.dumps(method)) is method


def test_a_type_error_of_what_an_argument_does_comes_out_as_it_is(kind: Any) -> None:
    class Odd(dict[str, str]):
        def __iter__(self) -> Any:
            raise TypeError("of its own")

    with pytest.raises(TypeError, match=r"^of its own$"):
        kind("http://memsy.test/v1", "msy_1", headers=Odd(a="b"))
