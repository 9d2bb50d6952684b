"""The rules by which an event becomes a memory, as docs/local-server.md states them."""

import random
from datetime import datetime, timezone

import pytest

from memsy_client.local import Draft, Event
from memsy_client.local.memory import extraction
from memsy_client.local.memory.extraction import extract_by_rules, json_object


def draft_of(content: str, kind: str = "user_message", metadata: str | None = None) -> Draft:
    event = Event("evt_1", "alice", "s", kind, content, datetime(2026, 1, 1, tzinfo=timezone.utc), metadata=metadata)
    (draft,) = extract_by_rules(event)
    return draft


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Alice lives in Lisbon.", "fact"),
        ("I really like tea.", "preference"),
        ("My favourite colour is green", "preference"),
        ("I don't enjoy flying", "preference"),
        ("Always write tests first.", "norm"),
        ("We should not deploy on Fridays", "norm"),
        ("We decided to use SQLite.", "decision"),
        ("Let's go with the blue one", "decision"),
        ("The parcel arrived yesterday", "event"),
        ("The contract ends on 2026-05-01", "event"),
        ("We decided to always test", "decision"),
    ],
)
def test_the_type_follows_from_the_words_and_the_first_rule_wins(content, expected):
    assert draft_of(content).type == expected


PARTS = """
we they the team have decided agreed chose settled on let's lets go with use do stick we'll will are going to decision:
always never must not mustn't from now make sure please don't do ever should shall policy: rule: I I'd really also like
love prefer my favourite favorite can't stand i'm a fan fond into yesterday today this morning last week next month 3
days ago 2026-01-02 \u017fhould li\u212ae maybe not sure i think _decided must_ -- é LET'S ALWAYS
"""


def test_words_tell_which_rules_may_hold_without_leaving_out_one_that_does():
    chance, types = random.Random(5), set()
    for _ in range(3000):
        text = chance.choice([" ", " ", "_", "."]).join(chance.choices(PARTS.split(), k=chance.randint(1, 7))) + " w"
        first = next((name for name, pattern in extraction._TYPES.items() if pattern.search(text)), "fact")
        draft = draft_of(text)
        assert draft.type == first
        assert draft.confidence == round(0.9 * (0.7 if extraction._HEDGE.search(text) else 1), 4)
        types.add(first)
    assert types == {*extraction._TYPES, "fact"}


def test_what_happened_in_the_application_is_an_event():
    draft = draft_of("I like tea", kind="app_event")
    assert (draft.type, draft.memory_kind) == ("event", "episodic")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Always lock up", "procedural"),
        ("It rained yesterday", "episodic"),
        ("I like tea", "semantic"),
        ("Tea is hot", "semantic"),
    ],
)
def test_the_kind_of_memory_follows_from_the_type(content, expected):
    assert draft_of(content).memory_kind == expected


def test_the_text_is_the_content_with_its_blanks_evened():
    assert draft_of("  one\n\n two\tthree ").text == "one two three"


@pytest.mark.parametrize("content", ["👍", "...", "?!", "—"])
def test_what_has_no_letter_and_no_digit_leaves_no_memory(content):
    assert (
        extract_by_rules(Event("e", "a", "s", "user_message", content, datetime(2026, 1, 1, tzinfo=timezone.utc))) == []
    )


def test_tags_are_hashtags_and_the_tags_of_the_metadata():
    draft = draft_of("Ship it #Release #q3 issue #42", metadata='{"tags": ["Urgent", 7, " ", "release"]}')
    assert draft.tags == ("release", "q3", "urgent")


def test_entities_are_addresses_mentions_dates_and_names():
    draft = draft_of(
        "Yesterday Anna Smith met @bob in New York on 2026-01-02, see https://x.example/a. Mail eve@x.example"
    )
    assert [(entity["type"], entity["name"]) for entity in draft.entities] == [
        ("url", "https://x.example/a"),
        ("email", "eve@x.example"),
        ("mention", "bob"),
        ("date", "2026-01-02"),
        ("name", "Anna Smith"),
        ("name", "New York"),
    ]
    assert draft.source_urls == ("https://x.example/a",)


def test_a_word_that_only_begins_a_sentence_is_no_name():
    assert draft_of("Trains run late. Buses too. I think so").entities == ()


def test_the_title_is_the_first_sentence_shortened():
    assert draft_of("Tea is hot. Coffee too.").title == "Tea is hot"
    long = draft_of("word " * 40).title
    assert len(long) <= 80
    assert long.endswith("word…")


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("user_message", "Tea is hot", 0.9),
        ("user_message", "Maybe tea is hot", 0.63),
        ("assistant_message", "Tea is hot", 0.7),
        ("tool_result", "Tea is hot", 0.95),
    ],
)
def test_confidence_follows_from_the_speaker_and_falls_when_he_hedges(kind, content, expected):
    assert draft_of(content, kind=kind).confidence == expected


@pytest.mark.parametrize("text", [None, "", "[1]", "1", '"x"', "{", '{"a": NaN}', '{"a":' * 70 + "1" + "}" * 70])
def test_only_a_json_object_that_can_be_answered_counts_as_one(text):
    assert json_object(text) is None


@pytest.mark.parametrize("fields", [{"text": " "}, {"text": 5}, {"text": "x", "confidence": 2}])
def test_a_draft_that_is_no_memory_is_refused(fields):
    with pytest.raises(ValueError, match="a memory needs"):
        Draft(**fields)
