"""What an event costs does not grow with the square of its length, and holds up no request."""

from __future__ import annotations

import base64
import random
import string
import threading
import time
from datetime import datetime, timezone

import pytest

from memsy_client.local import Event
from memsy_client.local.memory import levels
from memsy_client.local.memory.extraction import extract_by_rules
from memsy_client.local.retrieval import index, tokens
from memsy_client.local.retrieval.fingerprint import fingerprint

LENGTH = 8000
CHANCE = random.Random(1)

TEXTS = {
    "base64": base64.b64encode(CHANCE.randbytes(6000)).decode(),
    "letters": "".join(CHANCE.choices(string.ascii_lowercase, k=LENGTH)),
    "capitals": "".join(CHANCE.choices(string.ascii_uppercase, k=LENGTH)),
    "digits": "1" * LENGTH,
    "chinese": "".join(chr(0x4E00 + CHANCE.randrange(3000)) for _ in range(LENGTH)),
    "thai": "".join(chr(0x0E01 + CHANCE.randrange(46)) for _ in range(LENGTH)),
    "hindi": "".join(CHANCE.choice("कखगघ िीुू्") for _ in range(LENGTH)),
    "cyrillic": "".join(CHANCE.choice("абвгд") for _ in range(LENGTH)),
    "hangul": "".join(chr(0xAC00 + CHANCE.randrange(11000)) for _ in range(LENGTH)),
    "one mark after another": "e" + "\u0301" * LENGTH,
}
REPEATED = [".", " ", "@", "#", "a.", "a@", "b-", "http://", "https://a)", '"', "A'", "A of ", "A. ", "i really ", "{"]
REPEATED += ["! ", "\n", "1 day ", "in ", "1,", "😀", "[", "Ann ", "A-", "we have ", "A of the ", "“ ", "A “", "-", "'"]
TEXTS |= {f"{part!r} again and again": part * (LENGTH // len(part)) for part in REPEATED}
TEXTS |= {"an address without a point": "a@" + "b-" * 3999, "a web address": "https://x." + "." * 7980}
TEXTS |= {f"{name}, then a letter": f"{text[:-1]}x" for name, text in TEXTS.items()}


def process(text: str) -> None:
    """All that is done with an event before it is stored, and with a query."""
    extract_by_rules(
        Event("e", "a", "s", "user_message", text, datetime(2026, 1, 1, tzinfo=timezone.utc), metadata=text)
    )
    fingerprint(text)
    levels.significant_words(text)
    index.make_entry(text)
    tokens.query_terms(text)
    tokens.query_dates(text)


def processor_time(text: str) -> float:
    began = time.thread_time()
    process(text)
    return time.thread_time() - began


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_of_the_longest_length_takes_long(name):
    # The first time, what is new is stemmed; the square of the length took 0.2 to 0.8 seconds each time.
    assert min(processor_time(TEXTS[name]) for _ in range(3)) < 0.12


def test_a_text_is_read_before_the_transaction_that_stores_it(api, an_event, monkeypatch):
    entered, released = threading.Event(), threading.Event()
    make_entry = index.make_entry

    def slow(content):
        entered.set()
        assert released.wait(60)
        return make_entry(content)

    monkeypatch.setattr(index, "make_entry", slow)
    answer = api.post("/v1/ingest", {"events": [an_event("first")]})
    assert answer.status == 200
    assert entered.wait(60)
    try:
        assert api.post("/v1/ingest", {"events": [an_event("second")]}).status == 200
        assert api.search("first") == []
    finally:
        released.set()
    api.memsy.settle()
    assert "first" in api.found("first")
