"""`with_raw_response` is made once for each client, view and resource, and keeps none of them alive."""

from __future__ import annotations

import asyncio
import copy
import gc
import weakref
from functools import cached_property
from typing import Any

import pytest

from memsy_client import (
    AsyncMemsyClient,
    Headers,
    MemsyClient,
    MemsyClosedError,
    MemsyDecodeError,
    RawResponse,
    Request,
    Response,
)
from memsy_client._core import codec
from memsy_client._core.transport import Limits


class Recorder:
    """Answers every request with an empty list."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def send(self, request: Request, limits: Limits) -> Response:
        self.sent.append(request)
        return Response(200, Headers(), b"[]")

    def close(self) -> None:
        pass


def client_of(kind: type[Any], recorder: Recorder | None = None) -> Any:
    return kind("https://example.org/v1", "msy_key", http_client=recorder)


@pytest.mark.parametrize("kind", [MemsyClient, AsyncMemsyClient])
def test_a_client_and_its_resources_have_one_wrapper_each(kind: type[Any]) -> None:
    client = client_of(kind)
    assert client.with_raw_response is client.with_raw_response
    assert client.with_raw_response.orgs is client.with_raw_response.orgs
    assert client.orgs.with_raw_response is client.orgs.with_raw_response


@pytest.mark.parametrize("make", [lambda client: client.with_options(headers={"x-view": "1"}), copy.copy])
def test_a_view_or_a_copy_sends_its_own_way(make: Any) -> None:
    recorder = Recorder()
    client = client_of(MemsyClient, recorder)
    for wrapper in (client.with_raw_response.orgs, client.orgs.with_raw_response):
        assert isinstance(wrapper.list(), RawResponse)
    other = make(client)
    expected = list(other._sender.settings.headers.items())
    for wrapper in (other.with_raw_response.orgs, other.orgs.with_raw_response):
        raw = wrapper.list()
        assert (raw.status_code, raw.parse()) == (200, [])
        assert [pair for pair in recorder.sent[-1].headers if pair[0] == "x-view"] == expected
    assert client.with_raw_response.orgs.list().parse() == []
    assert "x-view" not in dict(recorder.sent[-1].headers)
    assert other.orgs.list() == []


@pytest.mark.parametrize("kind", [MemsyClient, AsyncMemsyClient])
def test_the_attributes_of_a_subclass_are_there_in_a_view_a_copy_and_the_wrapper(kind: type[Any]) -> None:
    class Named(kind):  # type: ignore[misc]
        __slots__ = ("slotted", "unset")

        def __init__(self, name: str) -> None:
            super().__init__("https://example.org/v1", "msy_key", http_client=None)
            self.name, self.slotted, self.shared = name, f"{name}!", [name]

        @cached_property
        def own(self) -> Any:
            return self.with_options

        def search(self, *args: Any, **options: Any) -> Any:
            return f"{self.name} {self.slotted}"

    client = Named("ana")
    assert all([client.own, client.orgs, client.with_raw_response])  # of which each view makes its own
    for view in (client.with_options(timeout=5), copy.copy(client), copy.copy(client.with_options(timeout=5))):
        assert type(view) is Named
        assert (view.name, view.slotted, view.shared) == ("ana", "ana!", ["ana"])
        assert view.shared is client.shared
        assert not hasattr(view, "unset")
        assert view.own.__self__ is view
        assert view.orgs._sender is view._sender
        assert view.with_raw_response.search("hello") == "ana ana!"
        view.name = "bob"
    assert client.name == "ana"


@pytest.mark.parametrize("kind", [MemsyClient, AsyncMemsyClient])
def test_closing_a_copy_closes_nothing(kind: type[Any]) -> None:
    client = client_of(kind)
    for view in (copy.copy(client), copy.copy(client.with_options(timeout=5)), client.with_options(timeout=5)):
        closed = view.close()
        if kind is AsyncMemsyClient:
            asyncio.run(closed)
        assert not client._sender.shared.is_closed
    closed = client.close()
    if kind is AsyncMemsyClient:
        asyncio.run(closed)
    assert copy.copy(client)._sender.shared.is_closed


def test_a_closed_client_is_closed_for_its_wrapper() -> None:
    client = client_of(MemsyClient)
    wrapper = client.with_raw_response
    client.close()
    with pytest.raises(MemsyClosedError):
        wrapper.orgs.list()


def test_a_method_that_a_subclass_changed_is_changed_there_too() -> None:
    class Shouting(MemsyClient):
        def search(self, query: str, **options: Any) -> Any:
            return super().search(query.upper(), **options)

    recorder = Recorder()
    client_of(Shouting, recorder).with_raw_response.search("hello")
    assert b"HELLO" in (recorder.sent[0].body or b"")


@pytest.mark.parametrize("kind", [MemsyClient, AsyncMemsyClient])
def test_a_client_that_was_dropped_is_gone_at_once(kind: type[Any]) -> None:
    client = client_of(kind)
    wrapper = client.with_raw_response
    assert wrapper.orgs is not None
    assert client.orgs.with_raw_response is not None
    left = weakref.ref(client)
    gc.disable()  # a circle would wait for the collector
    try:
        del client
        assert left() is None
        left = weakref.ref(wrapper)
        del wrapper
        assert left() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 400 + ".0"])
def test_a_number_beyond_what_a_float_holds_is_refused(number: str) -> None:
    with pytest.raises(MemsyDecodeError, match="beyond what a number can hold"):
        codec.loads(f'{{"score": {number}}}'.encode())


def test_a_response_without_a_body_deviates_in_nothing() -> None:
    class Empty(Recorder):
        def send(self, request: Request, limits: Limits) -> Response:
            return Response(204, Headers(), b"")

    memsy = MemsyClient("http://memsy.test/v1", "key", http_client=Empty())
    assert memsy.with_raw_response.health().deviations == ()
