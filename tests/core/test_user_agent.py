"""The `User-Agent` names what carries the requests, and nothing that does not."""

from __future__ import annotations

import builtins
import platform
from typing import Any

import httpx
import pytest

import memsy_client
from memsy_client import MemsyClient, MemsyConnectionError
from memsy_client._core.messages import Headers, Request, Response
from memsy_client._core.transport import Limits

OWN = f"memsy-client/{memsy_client.__version__} Python/{platform.python_version()}"


seen: list[str] = []


class CompanyClient(httpx.Client):
    """A client as a company has its own."""


class Transport:
    """A transport of the caller's own."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def send(self, request: Request, limits: Limits) -> Response:
        self.sent.append(request)
        return Response(200, Headers(), b'{"status": "ok"}')

    def close(self) -> None:
        pass


class Named(Transport):
    user_agent_product = "own/2"


class Lookalike:
    """A caller's client that is neither of httpx nor of httpx2."""

    def __init__(self) -> None:
        self._client = httpx.Client(transport=httpx.MockTransport(answered))

    def build_request(self, *args: Any, **options: Any) -> Any:
        return self._client.build_request(*args, **options)

    def send(self, *args: Any, **options: Any) -> Any:
        return self._client.send(*args, **options)

    def close(self) -> None:
        self._client.close()


def answered(request: httpx.Request) -> httpx.Response:
    seen.append(request.headers["user-agent"])
    return httpx.Response(200, json={"status": "ok"})


@pytest.mark.parametrize(
    ("carrier", "expected"),
    [
        (CompanyClient(transport=httpx.MockTransport(answered)), f"{OWN} httpx/{httpx.__version__}"),
        (Lookalike(), OWN),
    ],
    ids=["a subclass", "a lookalike"],
)
def test_a_client_is_named_after_the_library_that_its_class_comes_from(carrier: Any, expected: str) -> None:
    seen.clear()
    with MemsyClient("http://localhost/v1", "key", http_client=carrier) as client:
        client.health()
    carrier.close()
    assert seen == [expected]


@pytest.mark.parametrize(("transport", "expected"), [(Transport(), OWN), (Named(), f"{OWN} own/2")])
def test_a_transport_of_the_callers_is_named_only_if_it_says_how(transport: Transport, expected: str) -> None:
    client = MemsyClient("http://localhost/v1", "key", http_client=transport)
    client.health()
    client.with_options(timeout=5).health()
    assert [dict(request.headers)["User-Agent"] for request in transport.sent] == [expected, expected]


def test_a_callers_own_user_agent_counts() -> None:
    transport = Transport()
    MemsyClient("http://localhost/v1", "key", http_client=transport, headers={"user-agent": "mine/1"}).health()
    assert [value for name, value in transport.sent[0].headers if name.lower() == "user-agent"] == ["mine/1"]


def test_a_library_that_cannot_be_loaded_fails_the_call_as_one_of_our_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def refuse(name: str, *args: Any, **options: Any) -> Any:
        if name == "httpx" or name.endswith("sync_connection"):
            raise ImportError(name)
        return load(name, *args, **options)

    with MemsyClient("http://localhost/v1", "key") as client:
        monkeypatch.setattr(builtins, "__import__", refuse)
        with pytest.raises(MemsyConnectionError, match="cannot connect"):
            client.health()
