"""What should not be sent: each gets a clear 4xx, and the server goes on."""

import json
import socket

import pytest

from memsy_client._core.messages import Request
from memsy_client.local import LocalMemsy

SNIPPETS = [
    "'; DROP TABLE events; --",
    '" OR 1=1 --',
    "* NEAR( AND OR NOT",
    'text:"unbalanced',
    "col : ^term*",
    "{a b} : c",
    "%_\\%",
    "\u202e\u0000\ufeff\ud7ff",
    "💥" * 50,
    "a" * 7000,
    "-" * 200,
    '"' * 99,
    "(((((((((((((((((((((((((((((",
    "NULL",
    "ß İ ŉ ﷺ",
]


@pytest.mark.parametrize("text", SNIPPETS)
def test_sql_and_search_syntax_is_text_in_every_field(api, an_event, text):
    name = text[:200]
    api.ingest(an_event(text, actor_id=name, session_id=name, role_id=name, team_id=name, metadata=text[:4000]))
    api.search(text, actor_id=name, role_ids=[name], team_ids=[name])
    api.search(text)
    for query in ({"search": text[:1000]}, {"actor_id": name}, {"type": text[:64]}, {"kind": text[:64]}):
        assert api.get("/v1/console/memories", **query).status in {200, 422}
    api.get("/api/console/events", actor_id=name, session_id=name)
    assert api.post("/v1/status", {"event_ids": [name]}).status == 200
    created = api.post("/v1/orgs", {"org_id": name, "name": name, "focus": text[:4000]})
    assert created.status == 200
    assert created.body["name"] == name.replace("\0", "")
    assert api.get("/v1/orgs").status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"events": NaN}',
        b'{"events": [Infinity]}',
        b"\xff\xfe{}",
        b'"text"',
        b"[]",
        b"null",
        b"1e999",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * 90 + b"]" * 90,
        b'{"query": "\\ud800"}',
        b'{"\\udfff": 1, "query": "x"}',
        b"9" * 10_000,
        b'{"query": "x", "limit": 1e400}',
        b'{"query": "x", "limit": ' + b"9" * 5_000 + b"}",
    ],
)
@pytest.mark.parametrize("path", ["/v1/search", "/v1/ingest", "/v1/orgs", "/api/keys"])
def test_a_malformed_body_is_a_422_that_says_where(api, path, body):
    answer = api.post(path, body)
    assert answer.status == 422
    assert answer.body["detail"][0]["loc"][0] == "body"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "", "json"])
def test_another_content_type_is_refused(api, content_type):
    headers = [("authorization", f"Bearer {api.key}")]
    if content_type is not None:
        headers.append(("content-type", content_type))
    answer = api.send(Request("POST", "http://x/v1/search", headers, b'{"query": "x"}'))
    assert (answer.status, answer.body["detail"][0]["loc"]) == (422, ["header", "content-type"])


def test_a_content_type_may_name_its_charset(api):
    headers = [("authorization", f"Bearer {api.key}"), ("content-type", "Application/JSON; charset=utf-8")]
    assert api.send(Request("POST", "http://x/v1/search", headers, b'{"query": "x"}')).status == 200


@pytest.mark.parametrize("query", ["actor_id=%ff", "limit=%ff", "%ff=1"])
def test_a_query_that_is_not_utf8_is_refused(api, query):
    headers = [("authorization", f"Bearer {api.key}")]
    assert api.send(Request("GET", f"http://x/v1/console/memories?{query}", headers)).status == 422


def test_a_nul_in_a_path_or_query_is_a_character_that_nothing_has(api, an_event):
    api.ingest(an_event())
    assert api.get("/v1/console/memories", search="\0").body["total"] == 0
    assert api.get("/v1/roles", org_id="\0").body == []
    assert api.get("/v1/orgs/%00").status == 404


def test_a_path_that_is_not_utf8_is_refused(api):
    assert api.send(Request("GET", "http://x/v1/orgs/%ff", [("authorization", f"Bearer {api.key}")])).status == 422


def test_a_parameter_given_twice_is_refused(api):
    headers = [("authorization", f"Bearer {api.key}")]
    assert api.send(Request("GET", "http://x/v1/console/memories?limit=1&limit=2", headers)).status == 422


@pytest.mark.parametrize(
    "metadata", ["{" * 2000, '{"a":' * 600 + "1" + "}" * 600, '{"a": NaN}', '{"a": "\\ud800"}', '{"a": 1e999}']
)
def test_metadata_that_cannot_be_answered_as_json_is_kept_as_text(api, an_event, metadata):
    api.ingest(an_event(metadata=metadata))
    (result,) = api.search("Lisbon")
    assert result["metadata"]["source_metadata"][0]["raw"] == metadata
    assert api.get("/api/console/events").body["items"][0]["metadata"] is None


def test_a_body_over_the_limit_is_413(an_event, api):
    with LocalMemsy(port=None, body_limit=1000) as memsy:
        small = type(api)(memsy)
        assert small.post("/v1/search", {"query": "x" * 900}).status == 200
        assert small.post("/v1/search", {"query": "x" * 1000}).status == 413


@pytest.fixture(scope="module")
def memsy_socket():
    with LocalMemsy() as memsy:
        yield memsy


def exchange(memsy, request: bytes) -> bytes:
    port = int(memsy.base_url.rsplit(":", 1)[1].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def test_a_body_over_ten_mebibytes_is_413_on_the_wire(memsy_socket):
    size = 10 * 2**20 + 1
    head = (
        f"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {memsy_socket.api_key}\r\n"
        f"Connection: close\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
    )
    received = exchange(memsy_socket, head.encode() + b" " * size)
    assert received.startswith(b"HTTP/1.1 413 ")
    assert json.loads(received.split(b"\r\n\r\n")[1])["message"].startswith("Request Too Long")


@pytest.mark.parametrize(
    "request_", [b"nonsense\r\n\r\n", b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n"]
)
def test_what_is_no_http_is_a_400(memsy_socket, request_):
    assert exchange(memsy_socket, request_).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("host", ["[", "a b", "x" * 5000, "[::1", "%zz"])
def test_a_host_header_that_is_no_name_is_refused_and_upsets_nothing(memsy_socket, host):
    request = f"GET /v1/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert exchange(memsy_socket, request.encode()).startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    "target", ["//v1/health", "/v1/orgs/[", "/v1/orgs/%5B%5D?x=[", "/v1/orgs/a#b", "/%2e%2e/", "/v1//", "/"]
)
def test_an_odd_path_is_a_4xx(memsy_socket, target):
    request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert exchange(memsy_socket, request.encode()).startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("target", ["http://any.example/v1/health", "HTTP://x:80/v1/health?a=1"])
def test_a_target_may_be_a_whole_url(memsy_socket, target):
    headers = f"Host: localhost\r\nConnection: close\r\nAuthorization: Bearer {memsy_socket.api_key}\r\n\r\n"
    assert exchange(memsy_socket, f"GET {target} HTTP/1.1\r\n{headers}".encode()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("LOCALHOST", True),
        ("::ffff:10.0.0.1", False),
        ("::", False),
        ("0.0.0.0", False),
        ("example.org", False),
    ],
)
def test_what_loopback_is(host, expected):
    from memsy_client.local.http.names import is_loopback

    assert is_loopback(host) is expected


def test_a_path_with_dots_is_no_way_out_of_its_plane(memsy_socket):
    headers = f"Host: localhost\r\nConnection: close\r\nAuthorization: Bearer {memsy_socket.api_key}\r\n\r\n"
    assert exchange(memsy_socket, f"GET /v1/../api/me HTTP/1.1\r\n{headers}".encode()).startswith(b"HTTP/1.1 404 ")


def test_a_list_that_is_too_long_is_refused_without_looking_at_its_items(api):
    answer = api.post("/v1/ingest", {"events": [{}] * 5000})
    assert answer.status == 422
    assert [item["loc"] for item in answer.body["detail"]] == [["body", "events"]]


def test_a_422_names_at_most_a_hundred_violations(api):
    answer = api.post("/v1/ingest", {"events": [{}] * 100})
    assert (answer.status, len(answer.body["detail"])) == (422, 100)
