"""The results of calls, as other code for the service makes and changes them: `usage` and `rate_limit` come last."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import attrs
import pytest

from memsy_client import Headers, RateLimitInfo, UsageInfo, models
from memsy_client._generated.client import CoreMethods

USAGE, RATE_LIMIT = UsageInfo(api_calls=3, plan="pro"), RateLimitInfo(10, 7, 1790000000)
HEADERS = {"X-Usage-ApiCalls": "3", "x-plan": "pro", "X-RATELIMIT-LIMIT": "10"}


def methods(owner: type) -> Iterator[Any]:
    """The methods of a class of methods and of its sub-resources."""
    for found in vars(owner).values():
        if inspect.isfunction(found) and not found.__name__.startswith("_"):
            yield found
        elif isinstance(found, cached_property) and found.attrname != "with_raw_response":
            name = found.func.__annotations__["return"]
            module = __import__(f"memsy_client._generated.api.{found.attrname}", fromlist=[name])
            yield from methods(getattr(module, name))


def results() -> list[type[Any]]:
    """The models that calls of the core plane give themselves, not in a list."""
    owners = [owner for owner in CoreMethods.__mro__ if owner.__module__.startswith("memsy_client._generated")]
    annotations = {str(method.__annotations__["return"]) for owner in owners for method in methods(owner)}
    return [getattr(models, name) for name in sorted(annotations) if name in models.__all__]


RESULTS = results()


def example(kind: type[Any], *further: Any, **named: Any) -> Any:
    """One with something in each of its own fields."""
    own = [field for field in attrs.fields(kind) if not field.kw_only and field.name not in ("_usage", "_rate_limit")]
    return kind(*(sample(field) for field in own), *further, **named)


def sample(field: attrs.Attribute[Any]) -> Any:
    kind = str(field.type)
    texts = {"int": 3, "float": 0.5, "bool": True, "str": "text", "datetime.datetime": "2026-01-01T00:00:00Z"}
    if kind.startswith(("list", "dict")):
        return [] if kind.startswith("list") else {}
    if kind == "MemoryScope":
        return models.MemoryScope("org")
    return texts.get(re.split(r" \| ", kind)[0])


def test_the_results_are_these():
    assert [kind.__name__ for kind in RESULTS] == [
        "ActorListResponse",
        "ActorResource",
        "ClearResponse",
        "HealthResponse",
        "IngestResponse",
        "MemoryItemResource",
        "MemoryListResponse",
        "MemoryStatsResponse",
        "OrgResource",
        "RoleResource",
        "SearchResponse",
        "StatusResponse",
        "TeamResource",
    ]


@pytest.mark.parametrize("kind", RESULTS)
def test_usage_and_rate_limit_are_the_last_arguments_of_the_constructor(kind):
    positional = [each for each in inspect.signature(kind).parameters.values() if each.kind is not each.KEYWORD_ONLY]
    assert [each.name for each in positional[-2:]] == ["usage", "rate_limit"]
    assert [each.default for each in positional[-2:]] == [None, None]
    made = example(kind, USAGE, RATE_LIMIT)
    assert (made.usage, made.rate_limit) == (USAGE, RATE_LIMIT)
    assert example(kind, usage=USAGE).usage is USAGE
    assert example(kind).usage is None
    assert example(kind).rate_limit is None


@pytest.mark.parametrize("kind", RESULTS)
def test_they_can_be_set_and_are_no_part_of_what_a_result_is(kind):
    made = example(kind)
    made.usage, made.rate_limit = USAGE, RATE_LIMIT
    assert (made.usage, made.rate_limit) == (USAGE, RATE_LIMIT)
    assert made == example(kind)
    assert made.to_dict() == example(kind).to_dict()
    assert not {"usage", "rate_limit"} & set(made.to_dict())
    assert repr(made) == repr(example(kind))


@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made)), attrs.evolve],
    ids=["copy", "deepcopy", "pickle", "evolve"],
)
@pytest.mark.parametrize("kind", RESULTS)
def test_a_copy_keeps_them(kind, again):
    made = again(example(kind, USAGE, RATE_LIMIT))
    assert (made.usage, made.rate_limit) == (USAGE, RATE_LIMIT)
    assert made == example(kind)


@pytest.mark.parametrize("spell", [str, str.upper, str.lower])
def test_headers_are_read_however_their_names_are_spelt(spell):
    headers = {spell(name): value for name, value in HEADERS.items()}
    for given in (headers, Headers.of(headers.items())):
        assert UsageInfo.from_headers(given) == UsageInfo(api_calls=3, plan="pro")
        assert RateLimitInfo.from_headers(given) == RateLimitInfo(limit=10)


def test_headers_of_something_else_say_nothing():
    assert UsageInfo.from_headers({"content-type": "text/plain"}) is None
    assert RateLimitInfo.from_headers({}) is None
