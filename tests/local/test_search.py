"""Search: what is eligible, how it is scored, and what being found does to a memory."""

import subprocess
import sys

import pytest

from memsy_client.local import LocalMemsy


def test_a_result_says_what_is_known_of_the_memory(api, memsy, an_event):
    memsy.clock.freeze("2026-02-01T00:00:00Z")
    (event_id,) = api.ingest(
        an_event("I prefer tea from Lisbon. #drinks", ts="2026-01-31T09:30:00Z", metadata='{"channel": "web"}')
    )
    (result,) = api.search("tea", include_source_events=True)
    assert result["content"] == "I prefer tea from Lisbon. #drinks"
    assert 0 < result["score"] <= 1
    assert result["metadata"] == {
        "title": "I prefer tea from Lisbon",
        "tags": ["drinks"],
        "entities": [{"type": "name", "name": "Lisbon"}],
        "kind": "semantic",
        "type": "preference",
        "strength": 1.1,
        "confidence": 0.9,
        "observed_at": "2026-01-31T09:30:00+00:00",
        "session_id": "chat-1",
        "source_event_ids": [event_id],
        "source_metadata": [{"event_id": event_id, "metadata": {"channel": "web"}}],
        "source_events": [
            {
                "event_id": event_id,
                "kind": "user_message",
                "content": "I prefer tea from Lisbon. #drinks",
                "ts": "2026-01-31T09:30:00+00:00",
            }
        ],
    }


def test_source_events_come_only_when_asked_for(api, an_event):
    api.ingest(an_event())
    (result,) = api.search("Lisbon")
    assert "source_events" not in result["metadata"]


def test_metadata_that_is_no_object_comes_raw_and_at_most_five_come(api, an_event):
    api.ingest(*[an_event(session_id=f"s{number}", metadata=f"note {number}") for number in range(7)])
    (result,) = api.search("Lisbon")
    assert [item["raw"] for item in result["metadata"]["source_metadata"]] == [f"note {n}" for n in range(2, 7)]
    assert len(result["metadata"]["source_event_ids"]) == 7


def test_limit_bounds_the_results(api, an_event):
    api.ingest(*[an_event(f"cats like milk, says witness {number}") for number in range(15)])
    assert len(api.search("cats milk")) == 10
    assert len(api.search("cats milk", limit=3)) == 3
    assert len(api.search("cats milk", limit=100)) == 15


def test_results_come_best_first_and_the_threshold_drops_the_rest(api, an_event):
    api.ingest(
        an_event("The cat drinks milk in the kitchen every morning"),
        an_event("Milk is cheap"),
        an_event("Trains were late"),
    )
    results = api.search("which cat drinks milk in the kitchen")
    scores = [result["score"] for result in results]
    assert scores == sorted(scores, reverse=True)
    assert results[0]["content"].startswith("The cat")
    assert all(0 <= score <= 1 for score in scores)
    assert [result["score"] for result in api.search("which cat drinks milk in the kitchen", threshold=scores[0])] == [
        scores[0]
    ]


def test_an_actor_finds_only_its_own_memories_and_nobody_means_all(api, an_event):
    api.ingest(an_event("Alice lives in Lisbon"), an_event("Bob lives in Lisbon", actor_id="bob"))
    assert api.found("Lisbon", actor_id="alice") == {"Alice lives in Lisbon"}
    assert api.found("Lisbon", actor_id="carol") == set()
    assert api.found("Lisbon") == {"Alice lives in Lisbon", "Bob lives in Lisbon"}


def test_a_session_finds_itself_and_its_opposite_the_others(api, an_event):
    api.ingest(an_event("Lisbon is sunny", session_id="a"), an_event("Lisbon is hilly", session_id="b"))
    assert api.found("Lisbon", session_id="a") == {"Lisbon is sunny"}
    assert api.found("Lisbon", exclude_session_id="a") == {"Lisbon is hilly"}
    assert api.found("Lisbon", session_id="", exclude_session_id="a") == {"Lisbon is hilly"}
    assert api.found("Lisbon", session_id="") == {"Lisbon is sunny", "Lisbon is hilly"}


def test_what_was_said_in_two_conversations_belongs_to_none_and_both_find_it(api, an_event):
    api.ingest(an_event("Lisbon is sunny", session_id="a"), an_event("Lisbon is sunny!", session_id="b"))
    assert api.found("Lisbon", session_id="c") == {"Lisbon is sunny"}
    assert api.found("Lisbon", exclude_session_id="a") == {"Lisbon is sunny"}


def test_both_session_filters_at_once_are_refused(api):
    answer = api.post("/v1/search", {"query": "x", "session_id": "a", "exclude_session_id": "b"})
    assert (answer.status, answer.body["detail"][0]["loc"]) == (422, ["body", "exclude_session_id"])


@pytest.mark.parametrize("session_id", ["with space", "line\nfeed", "ends\n", "ümlaut", "a" * 257, "semi;colon"])
def test_session_ids_that_cannot_be_searched_are_refused(api, session_id):
    assert api.post("/v1/search", {"query": "x", "session_id": session_id}).status == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": ""},
        {"query": "  "},
        {"query": "x", "limit": 0},
        {"query": "x", "limit": 101},
        {"query": "x", "limit": True},
        {"query": "x", "limit": 1.5},
        {"query": "x", "threshold": -0.1},
        {"query": "x", "threshold": 1.1},
        {"query": "x", "actor_id": ""},
        {"query": "x", "role_ids": "support"},
        {"query": "x", "role_ids": ["r"] * 101},
    ],
)
def test_a_search_beyond_its_limits_is_refused(api, body):
    assert api.post("/v1/search", body).status == 422


def test_an_integer_may_be_written_with_a_point(api):
    assert api.post("/v1/search", {"query": "x", "limit": 1.0}).status == 200


def test_each_search_that_returns_a_memory_raises_its_strength_a_little(api, memsy, an_event):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    api.ingest(an_event())
    strengths = [api.search("Lisbon")[0]["metadata"]["strength"] for _ in range(3)]
    assert strengths == [1.1, 1.2, 1.3]
    (item,) = api.get("/v1/console/memories").body["items"]
    assert (item["strength"], item["recall_count"]) == (1.3, 3)
    assert item["last_recalled_at"] == "2026-01-01T00:00:00+00:00"


def test_strength_never_exceeds_five(api, an_event):
    api.ingest(an_event())
    strengths = [api.search("Lisbon")[0]["metadata"]["strength"] for _ in range(45)]
    assert max(strengths) == 5.0


def test_a_memory_below_the_threshold_gets_no_stronger(api, an_event):
    api.ingest(an_event())
    api.search("Lisbon trains planes automobiles", threshold=1.0)
    assert api.get("/v1/console/memories").body["items"][0]["recall_count"] == 0


def test_a_memory_decays_when_unused_and_comes_back_when_repeated(api, memsy, an_event):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    api.ingest(an_event())
    memsy.clock.advance(90 * 86400)
    assert api.get("/v1/console/memories").body["items"][0]["strength"] == 0.5
    memsy.clock.advance(400 * 86400)
    assert api.search("Lisbon") == []
    assert api.get("/v1/console/memories").body["total"] == 0
    (item,) = api.get("/v1/console/memories", status="decayed").body["items"]
    assert item["status"] == "decayed"
    api.ingest(an_event())
    assert len(api.search("Lisbon")) == 1


def test_ones_own_ranking_decides_the_scores(api, an_event):
    def rank(query, texts):
        return [0.9 if "hilly" in text else 0.1 for text in texts]

    with LocalMemsy(port=None, rank=rank) as memsy:
        own = type(api)(memsy)
        own.ingest(an_event("Lisbon is sunny"), an_event("Lisbon is hilly"))
        assert [(r["content"], r["score"]) for r in own.search("Lisbon")] == [
            ("Lisbon is hilly", 0.9),
            ("Lisbon is sunny", 0.1),
        ]
        assert own.found("Lisbon", threshold=0.5) == {"Lisbon is hilly"}


def test_embeddings_find_what_words_do_not(api, an_event):
    def embed(texts):
        return [[1.0, 0.0] if "cat" in text or "feline" in text else [0.0, 1.0] for text in texts]

    with LocalMemsy(port=None, embed=embed) as memsy:
        own = type(api)(memsy)
        own.ingest(an_event("The cat sleeps"), an_event("Trains were late"))
        assert [result["content"] for result in own.search("feline", threshold=0.1)] == ["The cat sleeps"]


def test_vectors_of_another_function_do_not_get_in_the_way(api, an_event, tmp_path):
    with LocalMemsy(tmp_path / "memsy.db", port=None, embed=lambda texts: [[1.0, 0.0] for _ in texts]) as memsy:
        type(api)(memsy).ingest(an_event("The cat sleeps"))
    with LocalMemsy(tmp_path / "memsy.db", port=None, embed=lambda texts: [[1.0, 0.0, 0.0] for _ in texts]) as memsy:
        own = type(api)(memsy)
        assert own.found("feline") == set()
        assert own.found("cat") == {"The cat sleeps"}


def test_an_embedding_that_fails_makes_its_events_failed(api, an_event):
    def embed(texts):
        raise RuntimeError("no model")

    with LocalMemsy(port=None, embed=embed) as memsy:
        own = type(api)(memsy)
        ids = own.ingest(an_event())
        assert own.post("/v1/status", {"event_ids": ids}).body["failedIds"] == ids


def test_of_equal_scores_the_one_observed_last_comes_first(api, an_event):
    times = ["2026-01-03", "2026-01-01"]
    api.ingest(
        *[
            an_event("Tea is hot", actor_id=f"a{number}", session_id=f"s{number}", ts=f"{day}T00:00:00Z")
            for number, day in enumerate(times)
        ]
    )
    found = [result["metadata"]["observed_at"][:10] for result in api.search("tea hot")]
    assert found == sorted(times, reverse=True)
    assert [result["metadata"]["observed_at"][:10] for result in api.search("tea hot", limit=1)] == ["2026-01-03"]


def test_a_statement_promoted_to_a_role_and_a_team_is_one_result_for_the_organisation(api, an_event):
    carried = {"role_id": "r", "team_id": "t"}
    api.ingest(an_event("The printer jams", **carried), an_event("The printer jams", actor_id="bob", **carried))
    assert [result["content"] for result in api.search("printer")] == ["The printer jams"]


def test_ids_are_looked_for_without_the_blanks_around_them(api, an_event):
    carried = {"role_id": " r ", "team_id": "t\n"}
    api.ingest(an_event("The printer jams", actor_id=" alice\t", session_id=" chat ", **carried))
    api.ingest(an_event("The printer jams", actor_id="bob", **carried))
    assert len(api.search("printer", actor_id="  alice ")) == 1
    assert len(api.search("printer", actor_id="zoe", role_ids=[" r"])) == 1
    assert len(api.search("printer", actor_id="zoe", team_ids=["t "])) == 1
    assert api.get("/v1/console/memories", actor_id=" alice ").body["total"] == 1
    assert api.get("/api/console/events", actor_id=" alice ", session_id=" chat ").body["total"] == 1


@pytest.mark.parametrize(
    ("plugin", "why"),
    [
        ({"rank": lambda query, texts: [float("nan") for _ in texts]}, "rank failed: ValueError: a score is not"),
        ({"rank": lambda query, texts: []}, "rank failed: ValueError: it returned 0 scores"),
        ({"rank": lambda query, texts: 1 / 0}, "rank failed: ZeroDivisionError"),
        ({"embed": lambda texts: [["x"] for _ in texts]}, "embed failed: TypeError"),
        ({"embed": lambda texts: [[float("inf")] for _ in texts]}, "embed failed: ValueError: a vector holds"),
    ],
)
def test_a_function_that_fails_in_a_search_is_a_500_that_says_why(api, an_event, plugin, why):
    with LocalMemsy(port=None, **plugin) as memsy:
        own = type(api)(memsy)
        own.ingest(an_event())
        answer = own.post("/v1/search", {"query": "Lisbon"})
        assert (answer.status, why in answer.body["detail"]) == (500, True)


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ImportError, match=r"memsy-client\[embeddings\]"):
        LocalMemsy(port=None, embed=lambda texts: [])
    monkeypatch.setitem(sys.modules, "memsy_client.local.http.listener", None)
    memsy = LocalMemsy()
    with pytest.raises(ImportError, match=r"memsy-client\[local\].*port=None"):
        memsy.__enter__()


def test_without_the_stemmer_nothing_is_opened_and_nothing_is_made(tmp_path):
    code = (
        "import sys; sys.modules['snowballstemmer'] = None\n"
        "from memsy_client.local import *\n"
        "try: LocalMemsy('memsy.db', port=None)\n"
        "except ImportError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert run.stdout == "the local server needs more packages: pip install 'memsy-client[local]'\n"
    assert list(tmp_path.iterdir()) == []
