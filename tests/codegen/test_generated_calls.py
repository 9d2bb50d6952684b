"""What calls of the fixture contract's client put on the wire, and what they give back; alike in both flavours."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from memsy_client import exceptions

UTC = datetime.timezone.utc


def test_path_arguments_fill_the_path_by_name_and_encoded(wire: Any) -> None:
    assert wire.call("things.delete", "a/b c", 7) is None
    assert (wire.sent[0].method, wire.target) == ("DELETE", "/things/a%2Fb%20c/parts/7")
    assert wire.sent[0].body is None


def test_one_name_in_path_query_and_body_reaches_all_three(wire: Any) -> None:
    wire.call("things.update", "in-path", 1, "in-query", id_field="in-body", tags=("a",))
    assert wire.target == "/things/in-path/parts/1?id=in-query"
    assert wire.body == {"id": "in-body", "tags": ["a"]}


def test_an_optional_body_of_which_nothing_is_given_is_not_sent(wire: Any) -> None:
    wire.call("things.update", "x", 1, "y")
    assert wire.sent[0].body is None
    wire.answer(1).call("bodies.free")
    assert wire.sent[1].body is None


def test_a_required_body_is_sent_even_when_nothing_is_given(wire: Any) -> None:
    wire.call("bodies.patch")
    assert wire.body == {}


def test_query_arguments_travel_under_their_own_names(wire: Any) -> None:
    wire.answer({"items": [], "total": 0}).call(
        "things.list",
        self_="me",
        type="small",
        from_=datetime.datetime(2024, 1, 2, 3, 4, tzinfo=UTC),
        list=(letter for letter in "ab"),
        class_=True,
        datetime_=datetime.date(2024, 5, 6),
        encode_=[],
        max_items_=5,
        url="u&v",
        camel_case=0.5,
        limit=3,
    )
    assert wire.target == (
        "/things?self=me&type=small&from=2024-01-02T03%3A04%3A00%2B00%3A00&list=a&list=b&class=true"
        "&datetime=2024-05-06&max_items=5&url=u%26v&camelCase=0.5&limit=3&offset=0"
    )


def test_unset_arguments_stay_away_and_defaults_are_sent(wire: Any) -> None:
    wire.answer({"items": [], "total": 0}).call("things.list")
    assert wire.target == "/things?class=false&encode=1&encode=2&limit=2&offset=0"


def test_headers_travel_as_text_and_a_body_of_composed_schemas_has_all_fields(wire: Any, models: Any) -> None:
    part = models.Part("up", 1, made=datetime.datetime(2024, 1, 1, tzinfo=UTC), parts=[models.Part("down", 2)])
    thing = wire.answer({"id": "t1", "kind": "brand new", "part": None}, 201).call(
        "things.create", "trace-1", "Name", part, x_count=3, nick_name="Nick", list=iter([part])
    )
    assert {("X-Trace", "trace-1"), ("X-Count", "3")} <= set(wire.sent[0].headers)
    sent = {"kind": "up", "size": 1, "made": "2024-01-01T00:00:00+00:00", "parts": [{"kind": "down", "size": 2}]}
    assert wire.body == {"name": "Name", "part": sent, "nickName": "Nick", "list": [sent]}
    assert thing == models.Thing("t1", "brand new", None)


def test_a_body_may_be_a_list_or_any_object(wire: Any, models: Any) -> None:
    assert wire.answer({"count": 2}).call("bodies.array", (models.Part("up", size) for size in (1, 2))) == 2
    assert wire.body == [{"kind": "up", "size": 1}, {"kind": "up", "size": 2}]
    assert wire.answer({"a": [1]}).call("bodies.free", body={"when": datetime.date(2024, 1, 1)}) == {"a": [1]}
    assert wire.body == {"when": "2024-01-01"}


def test_rows_of_any_iterables_become_lists(wire: Any) -> None:
    wire.call("bodies.patch", rows=((n for n in (1, 2)), {3}))
    assert wire.body == {"rows": [[1, 2], [3]]}


def test_defaults_of_a_body_are_sent_as_they_stand_in_the_contract(wire: Any) -> None:
    assert wire.answer(True).call("bodies.defaults") is True
    assert wire.body == {
        "text": 'say "hi" \\ {now} \'\'\' """ é \u2028 \t\n end\\',
        "empty": "",
        "ratio": 0.5,
        "whole": 3,
        "count": -1,
        "yes": True,
        "names": ['a"', "b"],
        "none": [],
        "map": {'k"': 1},
        "level": 2,
        "mood": 'it\'s "fine"',
        "since": "2024-01-02T03:04:05+00:00",
        "day": "2024-01-02",
    }


def test_input_that_cannot_be_sent_is_refused_before_anything_is(wire: Any, models: Any) -> None:
    naive = datetime.datetime(2024, 1, 1)
    for path, args, kwargs in [
        ("things.delete", ("..", 1), {}),
        ("things.delete", ("", 1), {}),
        ("things.list", (), {"list": "text"}),
        ("things.list", (), {"from_": naive}),
        ("bodies.array", ([models.Part("up", 1, made=naive)],), {}),
        ("bodies.array", ("text",), {}),
        ("bodies.free", (), {"body": {"x": object()}}),
    ]:
        with pytest.raises(exceptions.MemsyInputError):
            wire.call(path, *args, **kwargs)
    assert wire.sent == []


def test_results_of_every_shape(wire: Any, models: Any) -> None:
    thing = {"id": "t", "kind": "x", "part": {"size": 1}}
    assert wire.answer([thing]).call("things.plain", 5) == [models.Thing("t", "x", models.Size(1))]
    assert wire.answer([[1, 2], []]).call("things.unpaged") == [[1, 2], []]
    assert wire.answer({"a": ["b"]}).call("things.dict") == {"a": ["b"]}
    assert wire.answer(9).call("check") == 9
    assert wire.answer("never heard of").call("shared.look") == "never heard of"
    assert wire.answer({"name": "oak"}).call("shapes.either") == models.Tree("oak")
    assert wire.answer(b"null").call("shapes.alias") is None
    assert wire.answer({"size": 1}).call("shapes.alias").size == 1
    assert wire.answer({"name": "oak"}).call("shapes.get_shapes_name", "x") == models.Tree("oak")


@pytest.mark.parametrize(
    ("path", "args", "content", "location", "operation"),
    [
        ("things.plain", (5,), [{"id": "t", "kind": "x", "part": {"size": "big"}}], "[0].part.size", "things.plain"),
        ("things.plain", (5,), {"items": []}, "", "things.plain"),
        ("things.list", (), {"items": [{"id": "t", "kind": "x"}], "total": 1}, "items[0].part", "things.list"),
        ("things.list", (), {"items": []}, "total", "things.list"),
        ("things.unpaged", (), [[1], [2, None]], "[1][1]", "things.unpaged"),
        ("things.dict", (), {"a": ["b"], "c": [1]}, "c[0]", "things.dict"),
        ("bodies.array", ([],), {"count": "2"}, "count", "bodies.array"),
        ("bodies.array", ([],), {}, "count", "bodies.array"),
        ("bodies.array", ([],), [], "", "bodies.array"),
        ("check", (), "high", "", "check"),
        ("things.dict", (), b"", "", "things.dict"),
        ("things.dict", (), b"<html>", "", "things.dict"),
    ],
)
def test_an_answer_of_another_shape_is_an_error_that_says_where(
    wire: Any, path: str, args: tuple[Any, ...], content: Any, location: str, operation: str
) -> None:
    with pytest.raises(exceptions.MemsyDecodeError) as caught:
        wire.answer(content).call(path, *args)
    assert (caught.value.location, caught.value.operation) == (location, operation)
    assert caught.value.status_code == 200


def test_an_error_answer_is_the_typed_exception(wire: Any) -> None:
    with pytest.raises(exceptions.AuthenticationError) as caught:
        wire.answer({"why": "expired"}, 401).call("things.list")
    assert (caught.value.operation, caught.value.path) == ("things.list", "/things")


def test_an_iterator_goes_through_the_pages_and_gives_moved_items_once(wire: Any, models: Any) -> None:
    def page(*ids: str) -> dict[str, Any]:
        return {"items": [{"id": name, "kind": "x", "part": None} for name in ids], "total": 4}

    wire.answer(page("a", "b")).answer(page("b", "c")).answer(page())
    assert [item.id for item in wire.call("things.iter", self_="me")] == ["a", "b", "c"]
    assert [request.url.split("limit=")[1] for request in wire.sent][:2] == ["2&offset=0", "2&offset=2"]


def test_an_iterator_through_plain_lists_ends_with_a_short_page_or_at_max_items(wire: Any) -> None:
    def page(*ids: str) -> list[Any]:
        return [{"id": name, "kind": "x", "part": None} for name in ids]

    wire.answer(page("a", "b")).answer(page("c"))
    assert [item.id for item in wire.call("things.iter_plain", 2)] == ["a", "b", "c"]
    assert len(wire.sent) == 2
    assert [item.id for item in wire.answer(page("a", "b")).call("things.iter_plain", 2, max_items=1)] == ["a"]


def test_raw_access_gives_the_response_of_any_method(wire: Any, models: Any) -> None:
    for path, args in [("with_raw_response.things.plain", (5,)), ("things.with_raw_response.plain", (5,))]:
        raw = wire.answer([{"id": "t", "kind": "x", "part": None}], 206, x_request_id="r-1").call(path, *args)
        assert (raw.status_code, raw.request_id) == (206, "r-1")
        assert raw.parse() == [models.Thing("t", "x", None)]
    assert wire.answer(3).call("with_raw_response.check").parse() == 3


def test_top_level_results_tell_what_the_headers_said(wire: Any) -> None:
    page = wire.answer({"items": [], "total": 0}, X_RateLimit_Limit="10", X_RateLimit_Remaining="9").call("things.list")
    assert page.rate_limit is not None
    assert page.rate_limit.remaining == 9


def test_a_resource_of_another_plane_answers_there(odd: str, flavour: str, wire_of: Any, models: Any) -> None:
    wire = wire_of(odd, flavour, "Depot")
    stock = wire.answer({"left": 1, "screws": 2}).call("stock.get")
    assert stock == models.Stock(1, additional_properties={"screws": 2})
    assert wire.target == "/depot/stock"
    assert wire.answer(2).call("check") == 2
