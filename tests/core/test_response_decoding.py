"""Whatever JSON comes, an operation gives its result or a `MemsyDecodeError` that says where; nothing in between."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.operations import WITH_BODY, Case

from memsy_client import MemsyAPIError, MemsyDecodeError
from memsy_client._core import codec
from memsy_client._core.api_errors import api_error, retry_after
from memsy_client._core.messages import Headers, Response
from memsy_client._core.raw_response import RawResponse

ODD = [None, True, 0, -1.5, 10**400, 1e308, "", "x", "\ud800", "2026-13-01T00:00:00Z", [], [None], {}, {"a": 1}, [[]]]
cases = pytest.mark.parametrize("case", WITH_BODY, ids=str)


def parsed(case: Case, document: Any) -> Any:
    args, named = case.arguments()
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return RawResponse(case.request(*args, **named), Response(200, Headers(), content), (), 0.0).parse()


def refusal(case: Case, document: Any) -> MemsyDecodeError | None:
    """The error that reading the document ends with; None when there is a result."""
    try:
        parsed(case, document)
    except MemsyDecodeError as error:
        return error
    return None


def paths(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a document."""
    if path:
        yield path
    if isinstance(document, dict | list):
        for step, value in document.items() if isinstance(document, dict) else enumerate(document):
            yield from paths(value, (*path, step))


def shown(path: tuple[Any, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


@cases
def test_the_contracts_example_is_read_and_written_back(case: Case) -> None:
    example = case.answer()
    result = parsed(case, example)
    unwrapped = case.node.get("x-unwrap")
    body = example[unwrapped] if unwrapped else example
    items, sources = (result, body) if isinstance(result, list) else ([result], [body])
    if all(hasattr(item, "to_dict") for item in items):
        written = [codec.loads(codec.dumps(item)) for item in items]
        again = written if isinstance(result, list) else written[0]
        assert parsed(case, {unwrapped: again} if unwrapped else again) == result
        for item, source in zip(written, sources, strict=True):
            assert item.keys() >= {name for name, value in source.items() if value is not None}


@cases
def test_any_value_anywhere_is_taken_or_refused_at_its_location(case: Case) -> None:
    example = case.answer()
    for path in paths(example):
        for value in ODD:
            document = copy.deepcopy(example)
            node = document
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = value
            error = refusal(case, document)
            if error is not None:
                assert error.location.startswith(shown(path))
                assert error.operation == case.operation.name


@cases
def test_a_field_that_is_missing_is_named_or_was_optional(case: Case) -> None:
    example = case.answer()
    for path in paths(example):
        if isinstance(path[-1], str):
            document = copy.deepcopy(example)
            node = document
            for step in path[:-1]:
                node = node[step]
            del node[path[-1]]
            error = refusal(case, document)
            if error is not None:
                assert error.location == shown(path)
                assert error.message == "is missing"


@cases
def test_a_field_that_the_contract_does_not_know_is_kept(case: Case) -> None:
    example = case.answer()
    if isinstance(example, dict):
        result = parsed(case, {**example, "brand_new": {"a": [1]}})
        if hasattr(result, "additional_properties"):
            assert result.additional_properties == {"brand_new": {"a": [1]}}
            assert result["brand_new"] == {"a": [1]}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["detail", "error", "message", "loc", "msg", "results", "items", "total", "limit", "metadata"]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(document=json_values, case=st.sampled_from(WITH_BODY))
@settings(max_examples=150, deadline=None)
def test_random_json_gives_a_result_or_a_decode_error(document: Any, case: Case) -> None:
    error = refusal(case, document)
    assert error is None or str(error).startswith(case.operation.name)


@given(content=st.binary(max_size=30), case=st.sampled_from(WITH_BODY))
@settings(max_examples=100, deadline=None)
def test_random_bytes_give_a_decode_error(content: bytes, case: Case) -> None:
    # What is JSON by chance may be a result: `null` is a list, `{}` has a default in place of what is unwrapped.
    assume(content.strip() not in (b"null", b"{}", b"[]"))
    with pytest.raises(MemsyDecodeError):
        parsed(case, content)


@given(
    body=json_values.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=30),
    status=st.integers(300, 999),
)
@settings(max_examples=100, deadline=None)
def test_any_body_of_any_status_makes_an_error(body: bytes, status: int) -> None:
    error = api_error(Response(status, Headers(), body))
    assert isinstance(error, MemsyAPIError)
    assert error.status_code == status
    assert error.detail
    assert "\n" not in str(error)


@given(st.text(max_size=20) | st.text("Mon,Jan 0123456789:-+.eGMT", max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_retry_after_is_seconds_or_nothing(text: str) -> None:
    seconds = retry_after(Headers.of([("Retry-After", text)]))
    assert seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize("depth", range(100, 1200, 50))
def test_json_nested_to_any_depth_is_no_recursion_error(depth: int) -> None:
    nested = b'{"a":' * depth + b"1" + b"}" * depth
    case = next(case for case in WITH_BODY if case.operation.name == "ingest")
    error = refusal(case, b'{"event_ids": [], "more": ' + nested + b"}")
    assert error is None or "nested too deeply" in str(error)
    body = b'{"detail": [{"loc": [' + nested + b'], "msg": ' + nested + b"}]}"
    assert str(api_error(Response(422, Headers(), body)))


def test_a_date_without_a_zone_means_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime
    import time

    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be changed here")
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        seconds = retry_after(Headers.of([("retry-after", moment.strftime("%a %b %d %H:%M:%S %Y"))]))
        minus = retry_after(Headers.of([("retry-after", moment.strftime("%a, %d %b %Y %H:%M:%S -0000"))]))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert seconds == pytest.approx(3600, abs=60)
    assert minus == pytest.approx(3600, abs=60)
