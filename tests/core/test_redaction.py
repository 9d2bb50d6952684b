"""What an error shows of an exception that it came of: a copy without the key, as close to it as can be made."""

from __future__ import annotations

import base64
import html
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from memsy_client._core.redaction import Redactor

KEY = "msy_topsecret"
REDACTOR = Redactor([("Authorization", f"Bearer {KEY}")])


def test_a_copy_is_of_the_same_class_and_says_the_same() -> None:
    copy = REDACTOR.cause(OSError(104, f"reset {KEY}"))
    assert type(copy) is ConnectionResetError
    assert copy.args == (104, "reset …")


def test_what_cannot_be_printed_is_of_its_class_and_says_nothing() -> None:
    class Unprintable(Exception):
        def __str__(self) -> str:
            raise ValueError(KEY)

    copy = REDACTOR.cause(Unprintable(KEY))
    assert KEY not in repr(copy)
    assert isinstance(copy, Exception)


def test_what_cannot_be_made_is_an_exception_that_says_the_same() -> None:
    class Unmakable(Exception):
        def __new__(cls, *args: Any, seal: bool = False) -> Any:
            if not seal:
                raise TypeError("sealed")
            return super().__new__(cls, *args)

        def __str__(self) -> str:
            return f"it broke: {KEY}"

    copy = REDACTOR.cause(Unmakable.__new__(Unmakable, seal=True))
    assert type(copy) is Exception
    assert str(copy) == "it broke: …"


ODD_KEY = """msy_a&b<c>"d'e/f=g+h%i\\j`k{l}m?n:o"""


def html_hexadecimal(text: str) -> str:
    return "".join(letter if letter.isalnum() else f"&#x{ord(letter):X};" for letter in text)


def percent_escaped(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def as_go_writes_json(text: str) -> str:
    return in_json(text).replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def as_php_writes_json(text: str) -> str:
    return in_json(text).replace("/", r"\/")


def as_javascript_escapes(text: str) -> str:
    return "".join(letter if letter.isalnum() else f"\\x{ord(letter):02X}" for letter in text)


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def in_base64_of_urls(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


WRITERS: list[Callable[[str], str]] = [
    str,
    html.escape,
    lambda text: html.escape(html.escape(text)),
    lambda text: html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
    lambda text: text.translate({ord("&"): "&amp;", ord("<"): "&LT;", ord("/"): "&sol;", ord("'"): "&apos;"}),
    html_hexadecimal,
    quote,
    quote_plus,
    lambda text: quote(text, safe=""),
    lambda text: quote(quote(text)),
    percent_escaped,
    in_json,
    as_go_writes_json,
    as_php_writes_json,
    lambda text: in_json(in_json(text)),
    lambda text: as_go_writes_json(html.escape(text)),
    as_javascript_escapes,
    lambda text: repr(text)[1:-1],
    lambda text: repr(text.encode())[2:-1],
    in_base64,
    in_base64_of_urls,
    lambda text: quote(in_base64(text), safe=""),
    lambda text: as_php_writes_json(in_base64(text)),
]


@pytest.mark.parametrize("write", WRITERS)
def test_however_a_key_is_written(write: Callable[[str], str]) -> None:
    for key in (KEY, ODD_KEY, "msy_~~~?>>>", "0" * 8):
        redactor = Redactor([("authorization", f"Bearer {key}")])
        for before in ("", "Bearer ", "Authorization: Bearer ", "\n", "ab"):
            shown = redactor.text(f"<p>{write(before + key + ' end')}</p>")
            assert "…" in shown
            assert shown == redactor.text(shown)
            assert len(shown) <= len(f"<p>{write(before)}…{write(' end')}</p>") + 4  # digits of base64 at its ends


@pytest.mark.parametrize("write", WRITERS)
def test_however_another_key_is_written_it_stays(write: Callable[[str], str]) -> None:
    text = write(f"Bearer {ODD_KEY[:-1]}x")
    assert Redactor([("Authorization", f"Bearer {ODD_KEY}")]).text(text) == text


def test_what_looks_like_an_escape_and_is_none_stays() -> None:
    assert REDACTOR.text(f"&nosuch; {KEY} &fjlig; {percent_escaped(KEY)}") == "&nosuch; … &fjlig; …"


def test_a_short_key_is_taken_out_where_it_stands_by_itself() -> None:
    redactor = Redactor([("Authorization", "Bearer k&y")])
    assert redactor.text("k&y k&amp;y k%26y ok&y k&amp;you") == "… … … ok&y k&amp;you"


@pytest.mark.parametrize("before", [10, 98_990, 98_998, 99_003, 99_990, 99_998])
def test_of_more_escapes_than_any_page_has_the_beginning_is_shown_and_no_part_of_a_key(before: int) -> None:
    letter = "%41"
    started = time.process_time()
    shown = REDACTOR.text(letter * before + percent_escaped(KEY) + letter * 1_000_000)
    assert time.process_time() - started < 2
    assert len(shown) < 3 * 100_000
    assert set(shown) <= set("%41…")
    assert shown.endswith("…")


def test_a_large_page_is_searched_in_no_time() -> None:
    page = html.escape("<a href='/%20m'>mmm &amp; \\u0026 msy_</a>") * 10_000
    started = time.process_time()
    assert REDACTOR.text(page) == page
    assert time.process_time() - started < 1
