"""JSON is read alike with and without orjson: same values of the same types, same errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsy_client import MemsyDecodeError
from memsy_client._core import codec

orjson = pytest.importorskip("orjson")

DOCUMENTS = [
    b"18446744073709551615",
    b"18446744073709551616",
    b"-9223372036854775808",
    b"-9223372036854775809",
    b'{"a": [12345678901234567890123]}',
    b'{"id": "12345678901234567890123"}',
    b"0.12345678901234567890123",
    b"1e308",
    b"1e309",
    b"-1e309",
    b"5e-324",
    b"1e-400",
    b"-0",
    b"-0.0",
    b"1E5",
    b"1.0",
    b"01",
    b"1.",
    b".5",
    b"+1",
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"\xef\xbb\xbf{}",
    b"\xef\xbb\xbf",
    b'"\\ud800"',
    b'"\\ud83d\\ude00"',
    b'"\xed\xa0\x80"',
    b'"\xff"',
    b'"\x00"',
    b'"\\u0000"',
    b'"\\x41"',
    b'"\t"',
    b"",
    b"  \n",
    b" [1] \r\n",
    b"\x0b1",
    b"[1,]",
    b'{"a": 1,}',
    b'{"a": 1, "b": 2, "a": 3}',
    b'{"": null}',
    b"{1: 2}",
    b"[1] 2",
    b"// no\n1",
    b"'a'",
    b"tru",
    b"[" * 100 + b"]" * 100,
    b"[" * 100_000,
]


def read(content: bytes, monkeypatch: pytest.MonkeyPatch, loads: Any) -> str:
    monkeypatch.setattr(codec, "_fast_loads", loads)
    try:
        return repr(codec.loads(content))
    except MemsyDecodeError as error:
        return f"refused: {error}"


@pytest.mark.parametrize("content", DOCUMENTS, ids=lambda content: repr(content[:30]))
def test_odd_documents_are_read_alike(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(content, monkeypatch, orjson.loads) == read(content, monkeypatch, None)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)


@given(VALUES, st.booleans(), st.integers(0, 200), st.binary(max_size=3))
def test_any_document_is_read_alike(value: Any, is_ascii: bool, position: int, junk: bytes) -> None:
    content = json.dumps(value, ensure_ascii=is_ascii).encode(errors="surrogatepass")
    with pytest.MonkeyPatch.context() as monkeypatch:
        for document in (content, content[:position] + junk + content[position:], content[:position]):
            assert read(document, monkeypatch, orjson.loads) == read(document, monkeypatch, None)


def test_orjson_reads_what_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def loads(content: bytes) -> Any:
        seen.append(content)
        return orjson.loads(content)

    monkeypatch.setattr(codec, "_fast_loads", loads)
    assert codec.loads(b'{"score": 0.5}') == {"score": 0.5}
    assert seen == [b'{"score": 0.5}']
