"""A misspelt keyword says what was meant, on each supported Python."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from typing import Any

import anyio
import pytest

from memsy_client import (
    AiohttpTransport,
    AsyncMemsyClient,
    EventPayload,
    Journal,
    MemsyClient,
    Request,
    Response,
    RetryBudget,
    RetryPolicy,
    SearchResponse,
    Timeout,
)
from memsy_client._core.checks import SUGGESTS_KEYWORDS
from memsy_client._core.deprecation import deprecated
from memsy_client.distributed import PartitionWriter
from memsy_client.integrations.otel import OpenTelemetry
from memsy_client.local import LocalMemsy

ADDRESS = ("http://memsy.test/v1", "msy_1")


def middleware_of_one_type_error(request: Request) -> Generator[Request, Response, Response]:
    raise TypeError("search() got an unexpected keyword argument 'lmit'")
    yield request


@pytest.mark.parametrize(
    ("method", "misspelt", "meant"),
    [
        (lambda memsy: memsy.search, "lmit", "limit"),
        (lambda memsy: memsy.with_raw_response.search, "actorid", "actor_id"),
        (lambda memsy: memsy.memories.get, "memoryid", "memory_id"),
        (lambda memsy: memsy.memories.iter, "max_item", "max_items"),
        (lambda memsy: memsy.roles.with_raw_response.list, "orgid", "org_id"),
        (lambda memsy: memsy.ingest_many, "batchsize", "batch_size"),
        (lambda memsy: memsy.request, "qery", "query"),
        (lambda memsy: EventPayload, "contnt", "content"),
        (lambda memsy: SearchResponse([]).copy, "reslts", "results"),
    ],
)
@pytest.mark.parametrize("kind", [MemsyClient, AsyncMemsyClient])
def test_a_misspelt_keyword_says_what_was_meant(
    kind: Any, method: Callable[[Any], Any], misspelt: str, meant: str
) -> None:
    async def call() -> None:
        await method(kind(*ADDRESS))(**{misspelt: 3})

    with pytest.raises(TypeError, match=rf"\.\w+\(\) got an unexpected keyword argument '{misspelt}'") as caught:
        anyio.run(call)
    assert str(caught.value).endswith(f". Did you mean '{meant}'?")
    assert not caught.value.__context__


@pytest.mark.parametrize(
    ("kind", "given", "meant"),
    [
        (Timeout, {"conect": 1.0}, "connect"),
        (RetryPolicy, {"max_retry": 1}, "max_retries"),
        (RetryBudget, {"retrys": 1}, "retries"),
        (Journal, {"path": "x", "look_up": None}, "lookup"),
        (PartitionWriter, {"concurency": 2}, "concurrency"),
        (OpenTelemetry, {"tracer_providr": None}, "tracer_provider"),
        (AiohttpTransport, {"max_conections": 1}, "max_connections"),
        (LocalMemsy, {"api_keyy": "k"}, "api_key"),
    ],
)
def test_so_does_a_misspelt_keyword_of_a_constructor(kind: Any, given: dict[str, Any], meant: str) -> None:
    with pytest.raises(TypeError, match=rf"{kind.__name__}.*unexpected keyword argument.*Did you mean '{meant}'\?$"):
        kind(**given)


def test_a_keyword_that_resembles_none_and_other_type_errors_are_told_as_they_are() -> None:
    memsy: Any = MemsyClient(*ADDRESS, middleware=[middleware_of_one_type_error])
    with pytest.raises(TypeError, match=r"^MemsyClient\.search\(\) got an unexpected keyword argument 'qqq'$"):
        memsy.search("x", qqq=3)
    with pytest.raises(TypeError, match=r"^MemsyClient\.search\(\) missing 1 required positional argument: 'query'$"):
        memsy.search()
    with pytest.raises(TypeError, match=r"^search\(\) got an unexpected keyword argument 'lmit'$"):
        memsy.search("x")


def test_a_subclass_of_a_callers_own_stays_as_it_is() -> None:
    class Own(MemsyClient):
        def contents(self, query: str) -> Generator[str, None, None]:
            yield from (result.content for result in self.search(query))

    assert inspect.isgeneratorfunction(Own.contents)


def test_so_does_one_of_a_deprecated_method() -> None:
    class Old(MemsyClient):
        __module__ = MemsyClient.__module__

        @deprecated("use search")
        def find(self, *, query: str) -> str:
            return query

    memsy: Any = Old(*ADDRESS)
    with pytest.warns(DeprecationWarning, match="use search"):
        assert memsy.find(query="x") == "x"
    with pytest.warns(DeprecationWarning, match="use search"), pytest.raises(TypeError, match="Did you mean 'query'"):
        memsy.find(qery="x")


def test_a_method_stays_what_it_is_and_is_wrapped_only_where_python_says_nothing() -> None:
    assert inspect.iscoroutinefunction(AsyncMemsyClient.search)
    assert not inspect.iscoroutinefunction(MemsyClient.search)
    assert list(inspect.signature(MemsyClient.search).parameters)[:2] == ["self", "query"]
    assert (inspect.unwrap(MemsyClient.search) is not MemsyClient.search) is SUGGESTS_KEYWORDS
    assert (inspect.unwrap(EventPayload.__init__) is not EventPayload.__init__) is SUGGESTS_KEYWORDS
