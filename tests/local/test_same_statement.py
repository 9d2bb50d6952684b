"""Which events say the same, and become one memory: case, blanks and closing punctuation do not tell them apart."""

from __future__ import annotations

import contextlib
import sqlite3
import unicodedata

import pytest

from memsy_client.local import LocalMemsy
from memsy_client.local.retrieval.fingerprint import fingerprint

DIFFERENT = [
    ("I like C++", "I like C#"),
    ("I like C++", "I like C"),
    ("I like C#.", "I like C."),
    ("It is -5 degrees", "It is 5 degrees"),
    ("a == b", "a != b"),
    ("a = b", "a != b"),
    ("The price is $5", "The price is €5"),
    ("Growth of 5%", "Growth of 5"),
    ("I feel 😀", "I feel 😢"),
    ("I feel :)", "I feel :("),
    ("मुझे किताब पसंद है", "मुझे कुताब पसंद है"),
    ("ฉันชอบกิน", "ฉันชอบกัน"),
    ("எனக்கு கிளி பிடிக்கும்", "எனக்கு குளி பிடிக்கும்"),
    ("2 * 3", "2 / 3"),
    ("Version 1.5", "Version 15"),
    ("x < y", "x > y"),
    ("it is a resume", "it is a résumé"),
    ("m²", "m2"),
    ("?", "!"),
    ("~/a_b", "~/ab"),
]

SAME = [
    ("I like tea", "  i LIKE   tea!!"),
    ("I like tea", "I like tea."),
    ("I like tea, and coffee", "I like tea and coffee"),
    ("Is it so?", "Is it so ?"),
    ("STRASSE", "straße"),
    ("我喜欢喝茶", "我喜欢喝茶。"),
    ("मुझे चाय पसंद है", "मुझे चाय पसंद है।"),
    ("أحب الشاي", "أحب الشاي؟"),
    ("I don't know", "I don’t know"),
    ('the "red" one', "the “red” one"),
    ("I ❤ it", "I ❤️ it"),
    ("café", unicodedata.normalize("NFD", "CAFÉ")),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_symbols_and_marks_tell_statements_apart(one, other):
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_case_blanks_and_closing_punctuation_do_not(one, other):
    assert fingerprint(one) == fingerprint(other)


def test_no_event_loses_its_memory_to_another_and_a_repetition_makes_none(api, an_event):
    told = [pair for pair in DIFFERENT if any(character.isalnum() for character in "".join(pair))]
    for number, (one, other) in enumerate(told):
        api.ingest(an_event(one, actor_id=f"a{number}"), an_event(other, actor_id=f"a{number}"))
        assert api.get("/v1/console/memories", actor_id=f"a{number}").body["total"] == 2
    for number, (one, other) in enumerate(SAME):
        api.ingest(an_event(one, actor_id=f"b{number}"), an_event(other, actor_id=f"b{number}"))
        assert api.get("/v1/console/memories", actor_id=f"b{number}").body["total"] == 1


def test_a_promotion_does_not_count_who_said_something_else(api, an_event):
    api.ingest(an_event("I like C++", actor_id="ana", role_id="r"), an_event("I like C#", actor_id="bob", role_id="r"))
    assert api.search("like", actor_id="eve", role_ids=["r"]) == []
    api.ingest(an_event("i like c#!", actor_id="eve", role_id="r"))
    assert api.found("like", actor_id="kim", role_ids=["r"]) == {"i like c#!"}


def test_a_file_of_other_fingerprints_gets_new_ones(tmp_path, api, an_event):
    path = tmp_path / "memsy.db"
    with LocalMemsy(path, port=None) as memsy:
        type(api)(memsy).ingest(an_event("I like C++"))
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE memories SET fingerprint = x'00'")
        connection.execute("UPDATE retrieval_stemmer SET name = 'snowballstemmer 3.0.1, irregular forms 00000000'")
    with LocalMemsy(path, port=None) as memsy:
        own = type(api)(memsy)
        own.ingest(an_event("i like c++!", session_id="later"))
        assert own.get("/v1/console/memories").body["total"] == 1


@pytest.mark.parametrize("text", ["!" * 8000 + "x", "! " * 4000, "é" * 8000, "\ud800", ""])
def test_any_text_has_a_fingerprint(text):
    assert len(fingerprint(text)) == 16
