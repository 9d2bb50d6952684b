"""A web page of another site cannot reach a server that listens on loopback, by whatever name it calls it."""

from __future__ import annotations

import contextlib
import http.client

import pytest

from memsy_client.local import LocalMemsy

OWN = ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.8.7.6", "[::1]", "memsy.localhost", "a.b.localhost"]
FOREIGN = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evillocalhost", "0.0.0.0", "10.0.0.1"]
FOREIGN += ["[::2]", "", "null", "xn--localhost-x", "localhost, evil.example"]


def ask(memsy: LocalMemsy, path: str = "/v1/health", method: str = "GET", body: bytes = b"", **headers: str | None):
    port = int(memsy.base_url.rsplit(":", 1)[1].split("/")[0])
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.putrequest(method, path, skip_host=True)
        sent = {"host": f"localhost:{port}", "authorization": f"Bearer {memsy.api_key}", **headers}
        if body:
            sent |= {"content-type": "application/json", "content-length": str(len(body))}
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body)
        return connection.getresponse().status


@pytest.fixture(scope="module")
def memsy():
    with LocalMemsy() as server:
        yield server


@pytest.mark.parametrize("port", ["", ":8787"])
@pytest.mark.parametrize("name", OWN)
def test_names_of_this_machine_are_answered(memsy, name, port):
    assert ask(memsy, host=name + port) == 200
    assert ask(memsy, origin=f"http://{name}{port}") == 200


@pytest.mark.parametrize("port", ["", ":8787"])
@pytest.mark.parametrize("name", FOREIGN)
def test_other_names_are_not(memsy, name, port):
    before = len(memsy.requests)
    assert ask(memsy, host=name + port) == 403
    assert ask(memsy, origin=f"https://{name}{port}") == 403
    assert len(memsy.requests) == before


@pytest.mark.parametrize("origin", ["null", "file://", "chrome-extension://abc", "evil.example"])
def test_a_page_without_a_site_is_foreign(memsy, origin):
    assert ask(memsy, origin=origin) == 403


@pytest.mark.parametrize("path", ["/v1/search", "/api/me", "/v1/unknown", "/_local/reset"])
@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"origin": "https://evil.example"}])
def test_it_holds_for_every_path_and_a_body_that_was_sent(memsy, path, headers):
    assert ask(memsy, path, "POST", b'{"query": "x"}', **headers) == 403


@pytest.mark.parametrize(
    "headers", [{"host": "memsy.internal:80"}, {"origin": "https://app.example"}, {"host": "10.1.2.3"}]
)
def test_a_server_that_listens_elsewhere_answers_to_any_name(headers):
    with LocalMemsy(host="0.0.0.0") as memsy:
        assert ask(memsy, **headers) == 200
        assert ask(memsy, "/_local/hold", "POST", b"{}", host="evil.example") == 403


def test_a_server_that_listens_by_a_name_is_answered_by_it():
    with LocalMemsy(host="localhost") as memsy:
        assert ask(memsy) == 200
        assert ask(memsy, host="evil.example") == 403
