"""A connection knows by what was read whether more has come than its response, however that is framed and cut."""

from __future__ import annotations

import h11
import pytest

from memsy_client._transports.traffic import Traffic

HEAD = b"HTTP/1.1 200 OK\r\nX-Name: value\r\nContent-Length: 7\r\n\r\n"
RESPONSES = {
    "length": HEAD + b'{"a":1}',
    "lines without CR": HEAD.replace(b"\r", b"") + b'{"a":1}',
    "one line without CR": HEAD.replace(b"\r", b"", 2) + b'{"a":1}',
    "an empty line without CR": HEAD[:-2] + b"\n" + b'{"a":1}',
    "empty lines in the body": HEAD + b"\r\n\r\n\n\n\r",
    "no body": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "old": HEAD.replace(b"1.1", b"1.0").replace(b"X-Name: value", b"Connection: keep-alive") + b'{"a":1}',
    "error": HEAD.replace(b"200 OK", b"429 Too Many Requests") + b'{"a":1}',
    "interim": b"HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\n\r\n" + HEAD + b'{"a":1}',
    "chunks": b"HTTP/1.1 200 OK\r\ntransfer-Encoding: chunked\r\n\r\n7\r\n" + b'{"a":1}\r\n0\r\n\r\n',
    "chunks and a length": HEAD.replace(b"X-Name: value", b"Transfer-Encoding: chunked") + b"1\r\na\r\n0\r\n\r\n",
}
SURPLUS = [b"}", b"\n", b"\r\n", b"\r\n\r\n", b"xx\r\n\r\n", HEAD + b'{"b":2}', RESPONSES["chunks"]]


def is_clean(pieces: list[bytes]) -> bool:
    """What is said of a connection that has read the pieces as they were needed, all of them."""
    traffic, parser, length = Traffic(), h11.Connection(h11.CLIENT), 0
    traffic.begin_request()
    parser.send(h11.Request(method="GET", target="/", headers=[("Host", "memsy.test")]))
    parser.send(h11.EndOfMessage())
    while not isinstance(event := parser.next_event(), h11.EndOfMessage):
        if event is h11.NEED_DATA:
            parser.receive_data(traffic.take() or traffic.pass_on(pieces.pop(0)))
        elif isinstance(event, h11.Data):
            length += len(event.data)
    traffic.body_length = length
    assert not pieces
    return traffic.is_clean()


@pytest.mark.parametrize("response", RESPONSES.values(), ids=RESPONSES)
def test_whatever_comes_behind_a_response_is_noticed(response: bytes) -> None:
    for cut in range(1, len(response)):
        assert is_clean([response[:cut], response[cut:]]), response[:cut]
        for more in SURPLUS:
            assert not is_clean([response[:cut], response[cut:] + more]), (response[:cut], more)
    assert is_clean([response])
    assert not any(is_clean([response + more]) for more in SURPLUS)
    assert is_clean([response[at : at + 1] for at in range(len(response))])
