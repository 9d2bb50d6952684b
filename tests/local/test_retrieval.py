"""What a full-text search over memories finds, in which order, and that no text upsets it."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsy_client.local.retrieval import index, relevance, scoring, synonyms, tokens
from memsy_client.local.retrieval.index_writer import IndexWriter
from memsy_client.local.retrieval.stem import stem

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "benchmarks" / "data"

Add = Callable[..., int]


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        index.create(connection)
        yield connection


def index_memory(connection: sqlite3.Connection, number: int, content: str, **options: Any) -> None:
    writer = IndexWriter(connection)
    writer.add(number, index.make_entry(content), **options)
    writer.flush()


@pytest.fixture
def add(connection: sqlite3.Connection) -> Add:
    """Index a text under the next number, which it returns."""
    count = 0

    def add(content: str, **options: object) -> int:
        nonlocal count
        count += 1
        index_memory(connection, count, content, **options)
        return count

    return add


def search(connection: sqlite3.Connection, query: str, limit: int = 10, **eligible: Any) -> list[tuple[int, float]]:
    return scoring.score_by_words(connection, query, index.Eligible(**eligible), limit)


def found(connection: sqlite3.Connection, query: str, limit: int = 10, **eligible: Any) -> list[int]:
    return [rowid for rowid, _ in search(connection, query, limit, **eligible)]


@pytest.mark.parametrize(
    ("content", "query"),
    [
        ("She went to the mountains.", "Where does she go?"),
        ("We bought two loaves", "buying a loaf"),
        ("The children were swimming", "child swam"),
        ("Every organization", "organizations"),
        ("It was generously given", "generous"),
        ("Un café à Orléans", "CAFE ORLEANS"),
        ("STRASSE", "straße"),
        ("It cost 18,400 euros", "18400"),
        ("durable_holds is on", "durable holds"),
        ("It's Nadia's bow", "Nadia"),
        ("毎日コーヒーを飲みます", "コーヒー"),
        ("我喜欢猫", "猫"),
        ("Мы живём в Москве", "МОСКВЕ"),
        ("He is a physician", "Is he a doctor?"),
    ],
)
def test_a_word_is_found_in_another_form(connection, add, content, query):
    add("Nothing of the kind")
    memory = add(content)
    assert found(connection, query) == [memory]


def test_words_without_meaning_find_nothing_beside_words_that_have_one(connection, add):
    add("What did you do with it when you were there?")
    assert found(connection, "What did you do with the lantern?") == []


def test_a_query_of_nothing_but_words_without_meaning_still_finds_them(connection, add):
    the_band = add("The Who are on the radio")
    add("Nobody sings")
    assert found(connection, "the who") == [the_band]


def test_a_capital_makes_a_name_of_a_word_without_meaning(connection, add):
    will = add("Will likes jam")
    assert found(connection, "What does Will like?")[0] == will
    assert tokens.query_terms("What will she like?") == ["like"]


def test_more_of_the_query_makes_a_better_score(connection, add):
    both, one, none = add("Red kites over the harbour"), add("A harbour with boats"), add("Nothing to see")
    results = search(connection, "kites at the harbour")
    assert [rowid for rowid, _ in results] == [both, one]
    assert none not in dict(results)
    assert 1 >= results[0][1] > results[1][1] > 0


def test_a_rare_word_weighs_more_than_a_common_one(connection, add):
    for _ in range(20):
        add("The boat is on the water today")
    rare = add("A cormorant is on the pier today")
    assert found(connection, "boat or cormorant")[0] == rare


def test_a_score_tells_how_much_of_the_query_is_there(connection, add):
    whole, half = add("green bicycle"), add("green umbrella")
    for _ in range(30):
        add("something of no interest")
    scores = dict(search(connection, "green bicycle"))
    assert scores[whole] == pytest.approx(0.85, abs=0.05)
    assert 0 < scores[half] < 0.7


@pytest.mark.parametrize("content", ["I love tea", "My dog is called Rex", "The printer on the third floor jams again"])
def test_a_memory_that_says_what_is_asked_for_scores_like_it(connection, add, content):
    memory = add(content)
    for number in range(20):
        add(f"something of no interest {number}")
    ((found_first, score), *_) = search(connection, content)
    assert (found_first, score) == (memory, pytest.approx(0.87, abs=0.04))


def test_scores_rise_with_what_is_found_up_to_one():
    scores = [relevance.score(share / 100, 10, False) for share in range(101)]
    assert scores == sorted(set(scores))
    assert (scores[0], relevance.score(1.0, 10**6, False) < 1, max(scores) <= 1) == (0, True, True)


def test_an_answer_is_found_by_the_words_of_the_question_before_it(connection, add):
    add("Where do you keep the spare key?", conversation="talk")
    answer = add("Under the flower pot on the left", conversation="talk")
    assert answer in found(connection, "spare key")


def test_a_turn_is_found_by_the_words_of_the_turn_after_it(connection, add):
    told = add("We went out at dawn and he caught nine!", conversation="talk")
    add("Nine mackerel, that is a feast!", conversation="talk")
    assert told in found(connection, "mackerel")


def test_turns_of_another_conversation_lend_no_words(connection, add):
    key = add("Where do you keep the spare key?", conversation="talk")
    add("Under the flower pot on the left", conversation="other")
    assert found(connection, "spare key") == [key]


def test_turns_far_away_lend_no_words(connection, add):
    key = add("Where do you keep the spare key?", conversation="talk")
    for _ in range(relevance.CONTEXT_WINDOW):
        add("Let me think", conversation="talk")
    assert add("Under the flower pot on the left", conversation="talk") not in found(connection, "spare key")
    assert key in found(connection, "spare key")


def test_a_statement_comes_before_a_question(connection, add):
    statement = add("The museum opens on Tuesday morning")
    add("When does the museum open on Tuesday?")
    assert found(connection, "When does the museum open?")[0] == statement


def test_whoever_is_asked_about_is_the_likelier_speaker(connection, add):
    add("Ann: Marek, I play the oboe in a band", conversation="talk")
    marek = add("Marek: Ann, I play the bassoon in a band", conversation="talk")
    assert found(connection, "What does Marek play?")[0] == marek


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("Ann: Hello", ["ann"]),
        ("Mary Ann Lee: Hello", ["mari", "ann", "lee"]),
        ("[8 May, 10:15] Ann: Hello", ["ann"]),
        ("Hello Ann: how are you", ["hello", "ann"]),
        ("We agreed on this: no deploys", []),
        ("https://example.org", []),
        ("{'a': 1}", []),
    ],
)
def test_a_speaker_stands_before_a_colon(content, names):
    assert sorted(tokens.speakers(content)) == sorted(names)


def test_a_month_is_found_by_when_it_happened(connection, add):
    options = {"conversation": "talk"}
    add("We visited an island", occurred="2024-04-28T10:00:00Z", **options)
    may = add("We visited a castle", occurred="2024-05-02T10:00:00Z", **options)
    assert found(connection, "What did they visit in May 2024?")[0] == may


@pytest.mark.parametrize(
    ("query", "dates"),
    [
        ("in May 2024", ["2024-05"]),
        ("on 8 May, 2023", ["2023-05"]),
        ("on the 8th of May", ["05"]),
        ("on May 8", ["05"]),
        ("during 2022 and in june", ["06", "2022"]),
        ("How old is June?", []),
        ("the name of June's granddaughter", []),
        ("She may come", []),
    ],
)
def test_a_date_is_only_what_reads_like_one(query, dates):
    assert tokens.query_dates(query) == dates


def test_eligible_memories_are_those_of_the_given_query(connection, add):
    connection.execute("CREATE TABLE memories (number INTEGER PRIMARY KEY, actor TEXT)")
    connection.executemany("INSERT INTO memories VALUES (?, ?)", [(1, "ann"), (2, "bob"), (3, "ann")])
    for _ in range(3):
        add("The lamp is in the attic", conversation="talk")
    sql = "SELECT number, number FROM memories WHERE actor = ?"
    assert found(connection, "lamp", sql=sql, params=("ann",)) == [3, 1]
    assert found(connection, "lamp", sql=sql, params=("nobody",)) == []


def test_scopes_restrict_a_search(connection, add):
    ann, bob = add("A lamp", scopes=["org", "ann"]), add("A lamp", scopes=["org", "bob's \" OR"])
    assert found(connection, "lamp", scopes=["ann"]) == [ann]
    assert found(connection, "lamp", scopes=["bob's \" OR"]) == [bob]
    assert found(connection, "lamp", scopes=["ann", "bob's \" OR"]) == [bob, ann]
    assert found(connection, "lamp", scopes=["org"]) == [bob, ann]
    assert found(connection, "lamp", scopes=["unknown"]) == []


@pytest.mark.parametrize("conversations", [1, 5, 60])
def test_a_scope_that_has_nearly_all_gives_what_an_intersection_with_it_gives(
    connection, add, monkeypatch, conversations
):
    chance = random.Random(conversations)
    words = ["lamp", "boat", "harbour", "kite", "tea", "garden", "Ann", "snow"]
    for number in range(300):
        options = {"conversation": f"talk {number % conversations}"} if number % 7 else {}
        text = " ".join(chance.sample(words, 3))
        add(f"{text} {number}", scopes=["others"] if number % 25 == 0 else ["org"], **options)
    monkeypatch.setattr(index, "LEAST_HITS", 12)
    monkeypatch.setattr(index, "BUDGET", 40)
    queries = [" ".join(chance.sample(words, count)) for count in (1, 2, 3, 5) for _ in range(5)]
    expressions: list[str] = []
    connection.set_trace_callback(expressions.append)
    told = [search(connection, query, scopes=["org"]) for query in queries]
    assert sum("instr(scopes" in expression for expression in expressions) > len(queries)
    connection.set_trace_callback(None)
    monkeypatch.setattr(index, "WIDE", 1.0)
    assert told == [search(connection, query, scopes=["org"]) for query in queries]
    assert all(len(results) == 10 for results in told)


def test_the_first_are_those_of_a_whole_sort():
    chance = random.Random(1)
    values = {position: chance.choice([0.1, 0.2, 0.3]) for position in range(100)}
    whole = sorted(values, key=lambda position: (values[position], -position), reverse=True)
    for limit in (1, 30, 99, 100, 200):
        assert relevance.first(values, limit, lambda position: -position) == whole[:limit]
    assert relevance.first({}, 5, lambda position: position) == []


def test_a_word_weighs_what_it_does_in_the_scope(connection, add):
    for _ in range(50):
        add("The lantern and the boat", scopes=["others"])
    add("A boat and a boat", scopes=["ann"])
    for _ in range(9):
        add("A lantern in the shed", scopes=["ann"])
    boat = 51
    assert found(connection, "lantern, boat", scopes=["ann"])[0] == boat


def test_several_take_part_in_a_conversation(connection, add):
    add("Do you like the new harbour?", conversation="talk", scopes=["ann"])
    bob = add("I adore the harbour", conversation="talk", scopes=["bob"])
    assert found(connection, "harbour", scopes=["bob"]) == [bob]


def test_equal_scores_come_newest_first(connection, add):
    for _ in range(5):
        add("The same words")
    assert found(connection, "same words") == [5, 4, 3, 2, 1]


def test_a_search_gives_as_many_as_are_wanted(connection, add):
    for _ in range(450):
        add("The same words")
    assert len(found(connection, "same words")) == 10
    assert len(found(connection, "same words", limit=400)) == 400
    assert found(connection, "same words", limit=0) == []


def test_an_old_memory_with_two_common_words_is_found(connection, add, monkeypatch):
    monkeypatch.setattr(index, "BUDGET", 40)
    monkeypatch.setattr(index, "LEAST_HITS", 20)
    old = add("The tide carried the barrel away")
    for _ in range(60):
        add("High tide")
        add("A barrel of oil")
    assert found(connection, "barrel tide")[0] == old


def test_the_best_places_are_in_the_focus(connection, add, monkeypatch):
    monkeypatch.setattr(scoring, "FOCUS", 5)
    best = add("The tide carried the barrel away")
    for _ in range(30):
        add("High tide")
        add("A barrel of oil")
    results = found(connection, "barrel tide", limit=3)
    assert results[0] == best
    assert len(results) == 3


def test_an_index_can_be_dropped_and_made_anew(connection, add):
    add("A lamp")
    index.drop(connection)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    index.create(connection)
    boat = add("A boat")
    assert found(connection, "lamp or boat") == [boat]


def test_an_index_is_not_current_under_another_stemmer(connection, monkeypatch):
    assert index.is_current(connection)
    monkeypatch.setattr(index, "stemmer_name", lambda: "another one")
    assert not index.is_current(connection)


def test_transactions_are_the_callers_own(connection, add):
    connection.commit()
    connection.execute("BEGIN")
    index.drop(connection)
    index.create(connection)
    add("A lamp", conversation="talk", scopes=["ann"])
    assert connection.in_transaction
    connection.rollback()
    assert found(connection, "lamp") == []


HOSTILE = [
    "",
    " \t\n",
    "\0",
    "a\0lamp",
    '"',
    '"lamp',
    "lamp AND",
    "NEAR(lamp, 2)",
    "lamp* OR ^lamp - : ( ) { } + .",
    "tokens : lamp",
    "'; DROP TABLE retrieval_rows; --",
    "=00 @lamp ~2024",
    "🛟⚓️🏳️‍🌈",
    "\ud800 lamp \udfff",
    "ﷺ" * 5_000,
    "½ ² ⅷ ℡ İ ǅ",
    "المصباح नमस्ते ไฟ",
    "?" * 10_000,
    "lamp " * 20_000,
    "x" * 100_000,
    "in " * 30_000,
    "may 1 " * 20_000,
    "may" + " " * 100_000 + "1",
    " ".join(f"word{number}" for number in range(20_000)),
    "the of and to a in is it",
    "Ann Lee " * 3_000 + ":",
    "[" * 10_000,
    "漢" * 9_000,
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_any_query_is_answered(connection, add, query):
    add("The lamp is in the attic", conversation="talk", scopes=["ann"])
    results = search(connection, query, scopes=["ann"])
    assert all(0 < score <= 1 for _, score in results)


@pytest.mark.parametrize("content", HOSTILE[:4] + HOSTILE[12:13] + HOSTILE[14:], ids=str.__len__)
def test_any_text_is_indexed(connection, add, content):
    add(content)
    lamp = add("A lamp in the attic")
    assert lamp in found(connection, "attic")


@settings(max_examples=100, deadline=None)
@given(content=st.text(), query=st.text())
def test_a_text_with_a_word_is_found_by_itself(content, query):
    with closing(sqlite3.connect(":memory:")) as connection:
        index.create(connection)
        storable = content.encode(errors="replace").decode()
        index_memory(connection, 1, storable, conversation="talk")
        search(connection, query)
        assert found(connection, storable) == ([1] if tokens.words(storable) else [])


@given(st.text())
def test_a_stem_is_never_empty_of_a_word_that_is_not(word):
    assert bool(stem(word)) == bool(word)


@pytest.mark.parametrize(
    "family",
    [
        "connect connects connected connecting connection connections",
        "hope hoped hoping hopes",
        "hop hops hopped hopping",
        "generous generously",
        "relate related relating relates",
        "happy happiness",
        "agree agreed agreeing",
        "cry cries cried crying",
        "go goes going went gone",
        "write writes wrote written writing",
        "knife knives",
        "woman women",
        "allergy allergies allergic",
        "add adds added adding",
        "exceed exceeds exceeded exceeding",
        "die dies died dying",
        "lens lenses",
    ],
)
def test_a_family_of_words_has_one_stem(family):
    assert len({stem(word) for word in family.split()}) == 1


def test_stems_are_the_same_where_a_faster_stemmer_is_installed():
    code = (
        "import sys, types; sys.modules['Stemmer'] = types.SimpleNamespace(algorithms=None, Stemmer=None)\n"
        "from memsy_client.local.retrieval.stem import stem\n"
        "print(stem('added'), stem('children'), stem('organizations'))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "add child organiz\n"


@pytest.mark.parametrize(
    "pair",
    [
        "new news",
        "ear early",
        "general generation",
        "us use",
        "wand wander",
        "ad added",
        "past paste",
        "even evening",
        "universe university",
    ],
)
def test_other_words_have_other_stems(pair):
    one, other = pair.split()
    assert stem(one) != stem(other)


def test_related_words_are_related_both_ways_and_not_to_themselves():
    assert stem("car") in synonyms.related(stem("vehicle"))
    assert stem("vehicle") in synonyms.related(stem("car"))
    assert stem("car") not in synonyms.related(stem("car"))
    assert synonyms.related("xyzzy") == ()


def test_the_shipped_questions_find_their_evidence():
    """A guard against regressions, with a margin: recall@10 is 0.79 over all five conversations.

    Three of them were there when the weights were chosen, ingrid-kofi and lucia were not: 0.83 and 0.82.
    """
    events = [json.loads(line) for line in (DATA / "events.jsonl").read_text("utf-8").splitlines()]
    questions = [json.loads(line) for line in (DATA / "questions.jsonl").read_text("utf-8").splitlines()]
    recalls: dict[str, list[float]] = {}
    with closing(sqlite3.connect(":memory:")) as connection:
        index.create(connection)
        for number, event in enumerate(events):
            options = {"conversation": event["session_id"], "occurred": event["ts"], "scopes": [event["actor_id"]]}
            index_memory(connection, number, event["content"], **options)
        for question in questions:
            results = found(connection, question["query"], scopes=[question["actor_id"]])
            ids = {events[number]["id"] for number in results}
            recall = len(ids.intersection(question["evidence"])) / len(question["evidence"])
            recalls.setdefault(question["actor_id"], []).append(recall)
    assert sum(map(sum, recalls.values())) / len(questions) > 0.76
    for actor in ("ingrid-kofi", "lucia"):
        assert sum(recalls[actor]) / len(recalls[actor]) > 0.79


def test_the_benchmark_measures_through_the_public_api(tmp_path):
    event = {"id": "one", "actor_id": "ann", "session_id": "talk", "kind": "user_message", "content": "A red lamp"}
    other = {**event, "id": "two", "content": "A green boat", "ts": "2024-05-02T10:00:00Z"}
    asked = {"actor_id": "ann", "query": "lamp", "evidence": ["one", "two"]}
    missed = {"actor_id": "bob", "query": "lamp", "evidence": ["one"]}
    paths = tmp_path / "events.jsonl", tmp_path / "questions.jsonl"
    for path, records in zip(paths, ([event, other], [asked, missed, {**asked, "evidence": []}]), strict=True):
        path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    command = [sys.executable, "-m", "benchmarks.retrieval", *map(str, paths)]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    figures = dict(line.split() for line in printed.splitlines())
    assert float(figures.pop("ms/question")) > 0
    assert figures == {"questions": "2", "recall@10": "0.500", "hit@10": "0.500", "MRR": "0.500"}
