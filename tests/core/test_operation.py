"""A call of an operation: what it is to send, and what is refused before anything is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from memsy_client import MemsyInputError, Request
from memsy_client._core.operation import Call, Operation, check_request, custom_call

OPERATION: Operation[Any] = Operation("roles.get", "GET", "/roles/{role_id}/of/{org}", None, repeatable=True)


def refused(told: str) -> Any:
    return pytest.raises(MemsyInputError, match=f"^{re.escape(told)}$")


def message(error: pytest.ExceptionInfo[MemsyInputError]) -> str:
    return error.value.message


def test_what_an_operation_is_by_default() -> None:
    assert (OPERATION.needs_key, OPERATION.planes, OPERATION.may_be_empty, OPERATION.is_loaded) == (
        True,
        (),
        False,
        False,
    )


def test_a_call_of_no_values() -> None:
    call = OPERATION.call()
    assert (call.operation, call.path, call.query, call.headers, call.content) == (
        OPERATION,
        OPERATION.path,
        "",
        [],
        None,
    )


def test_a_call_of_all_kinds_of_values() -> None:
    call = OPERATION.call(
        path={"role_id": "a/b ü", "org": 5},
        query={"limit": 5, "ids": ["1", "2"], "pair": ("x y", "&"), "unset": None},
        header={"X-Org": "acme", "X-Unset": None},
        body={"name": "é", "focus": None},
        optional={"limit": 3, "unset": None},
    )
    assert call.path == "/roles/a%2Fb%20%C3%BC/of/5"
    assert call.query == "limit=5&ids=1&ids=2&pair=x%20y&pair=%26"
    assert call.headers == [("X-Org", "acme")]
    assert call.content == '{"name":"é","focus":null,"limit":3}'.encode()


@pytest.mark.parametrize(
    ("body", "optional", "content"),
    [
        (None, None, None),
        (None, {}, None),
        (None, {"a": None}, None),
        (None, {"a": 1}, b'{"a":1}'),
        ({}, {"a": None}, b"{}"),
        ({"b": 2}, {"a": None}, b'{"b":2}'),
        ([], None, b"[]"),
    ],
)
def test_a_body_of_optional_fields(body: Any, optional: Any, content: bytes | None) -> None:
    assert OPERATION.call(body=body, optional=optional).content == content


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (True, "role_id has to be text, not bool"),
        (1.5, "role_id has to be text, not float"),
        (None, "role_id has to be text, not NoneType"),
        pytest.param(10**5000, "role_id is too large a number", id="of too many digits"),
        ("", "role_id is empty"),
        (".", "role_id is '.', which a path cannot carry"),
        ("..", "role_id is '..', which a path cannot carry"),
        ("a\nb", "role_id holds a control character"),
        ("\x7f", "role_id holds a control character"),
        ("\ud800", "role_id holds a lone surrogate, which UTF-8 cannot carry"),
    ],
)
def test_a_path_parameter_that_cannot_travel(value: Any, told: str) -> None:
    with pytest.raises(MemsyInputError) as caught:
        OPERATION.call(path={"role_id": value})
    assert message(caught) == told
    assert (caught.value.operation, caught.value.method, caught.value.path) == ("roles.get", "GET", OPERATION.path)


def test_a_query_that_cannot_travel() -> None:
    with pytest.raises(MemsyInputError) as caught:
        OPERATION.call(query={"q": "\ud800"})
    assert message(caught) == "a query parameter holds a lone surrogate, which UTF-8 cannot carry"
    with pytest.raises(MemsyInputError) as caught:
        OPERATION.call(query={"since": {}})
    assert message(caught).startswith("since ")
    with pytest.raises(MemsyInputError) as caught:
        OPERATION.call(header={"X-Org": "a\nb"})
    assert "X-Org" in message(caught)


@pytest.mark.parametrize("group", ["query", "header", "body"])
def test_what_is_required_is_named(group: str) -> None:
    given: dict[str, Any] = {group: {"first": "1", "second": None}}
    with pytest.raises(MemsyInputError) as caught:
        OPERATION.call(**given, required={group: ("first", "second")})
    assert message(caught) == "second is required, and is None"
    assert isinstance(OPERATION.call(**given, required={group: ("first",)}), Call)


def custom(method: Any = "GET", path: Any = "/x", **more: Any) -> Call[Any]:
    return custom_call(method, path, **{"query": None, "json": None, "headers": None, "repeatable": None, **more})


def test_a_call_that_the_contract_does_not_have() -> None:
    call = custom("post", "/a/b%20c", query={"q": "1"}, json={"a": 1}, headers={"X-A": "b"})
    operation = call.operation
    assert (operation.name, operation.method, operation.path) == ("request", "POST", "/a/b%20c")
    assert (operation.needs_key, operation.planes, operation.may_be_empty) == (True, (), True)
    assert (call.path, call.query, call.headers, call.content) == ("/a/b%20c", "q=1", [("X-A", "b")], b'{"a":1}')
    assert operation.parse is not None
    assert operation.parse([1]) == [1]
    bare = custom()
    assert (bare.query, bare.headers, bare.content) == ("", [], None)


@pytest.mark.parametrize(
    ("method", "repeatable", "expected"),
    [
        ("get", None, True),
        ("HEAD", None, True),
        ("PUT", None, True),
        ("DELETE", None, True),
        ("OPTIONS", None, True),
        ("POST", None, False),
        ("PATCH", None, False),
        ("GET", False, False),
        ("POST", True, True),
    ],
)
def test_whether_it_may_be_repeated(method: str, repeatable: bool | None, expected: bool) -> None:
    assert custom(method, repeatable=repeatable).operation.repeatable is expected


BAD_PATH = "path has to start with / and be percent-encoded; give the query apart"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"method": "GE T"}, "'GE T' is not an HTTP method"),
        ({"method": ""}, "'' is not an HTTP method"),
        ({"method": 5}, "5 is not an HTTP method"),
        ({"path": "x"}, BAD_PATH),
        ({"path": ""}, BAD_PATH),
        ({"path": "/x?y=1"}, BAD_PATH),
        ({"path": "/a b"}, BAD_PATH),
        ({"path": 5}, BAD_PATH),
        ({"path": "/a/../b"}, "path must not hold . or .."),
        ({"path": "/a/%2e"}, "path must not hold . or .."),
        ({"query": [("a", "b")]}, "query takes a mapping of names to values, not list"),
    ],
)
def test_a_call_that_cannot_be_made(arguments: dict[str, Any], told: str) -> None:
    with refused(told):
        custom(**arguments)


def request(**changes: Any) -> Request:
    return Request(**{"method": "GET", "url": "http://a.test/v1/x?y=%20", "headers": [("A", "b")], **changes})


@pytest.mark.parametrize("changes", [{}, {"body": b""}, {"body": b"{}"}, {"headers": []}, {"method": "get"}])
def test_a_request_that_can_be_sent(changes: dict[str, Any]) -> None:
    check_request(request(**changes))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"method": "G T"}, "'G T' is not an HTTP method"),
        ({"method": None}, "None is not an HTTP method"),
        ({"url": "http://a.test/é"}, "its URL holds a character that has to be percent-encoded, or a fragment"),
        ({"url": "http://a.test/#x"}, "its URL holds a character that has to be percent-encoded, or a fragment"),
        ({"url": ""}, "its URL holds a character that has to be percent-encoded, or a fragment"),
        ({"body": "text"}, "its body is a str, not bytes"),
    ],
)
def test_a_request_that_cannot_be_sent(changes: dict[str, Any], told: str) -> None:
    with refused(told):
        check_request(request(**changes))


def test_a_request_whose_headers_cannot_be_sent() -> None:
    with pytest.raises(MemsyInputError):
        check_request(request(headers=[("A", "b\n")]))
