"""The models made from the fixture contract, and those of the real one."""

from __future__ import annotations

import copy
import datetime
import importlib
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from small_contracts import contract

from memsy_client import models as real
from memsy_client._core.messages import Headers
from memsy_client.exceptions import MemsyDecodeError, MemsyInputError

UTC = datetime.timezone.utc
NOON = datetime.datetime(2024, 1, 2, 12, tzinfo=UTC)

SHAPES = {
    "text": "t",
    "maybe": None,
    "anything": [1, {"a": None}],
    "whole": 1,
    "real": 2,
    "flag": False,
    "when": "2024-01-02T12:00:00+00:00",
    "day": "2024-01-02",
    "uuid": "not checked",
    "always": "another constant",
    "one": 2,
    "level": 99,
    "mood": "sideways",
    "inline": "x",
    "rows": [[1, 2.5], []],
    "times": ["2024-01-02T12:00:00+00:00"],
    "moods": ["new"],
    "counts": {"a": 1},
    "free": {"b": [None]},
    "sizes": {"c": {"size": 1}},
    "scalar": 5,
    "size_or_tree": {"name": "oak"},
    "gaps": [1, None],
    "inner": {"text": "hidden", "depth": 3, "names": ["n"], "size": {"size": 2}},
    "usage": "u",
    "rate_limit": 1,
    "get": "g",
    "to_dict": "d",
    "from_dict": "f",
    "additional_properties": "p",
    "self": "s",
    "data": "dd",
    "value": "v",
    "field": "ff",
    "property": "pp",
    "classmethod": "cc",
    "datetime": "tt",
    "str": "ss",
    "dict": {},
    "list": ["l"],
    "type": "ty",
    "class": "cl",
    "camelCase": "ca",
    "with-dash": "wd",
    "_private": "pr",
    "2nd": "second",
    "brand new": {"kept": True},
}


def test_a_model_of_every_shape_survives_the_way_in_and_out(models: Any) -> None:
    shapes = models.Shapes.from_dict(SHAPES)
    assert shapes.to_dict() == SHAPES
    assert models.Shapes.from_dict(shapes.to_dict()) == shapes
    assert shapes.additional_properties == {"brand new": {"kept": True}}


def test_fields_become_typed_attributes(models: Any) -> None:
    shapes = models.Shapes.from_dict(SHAPES)
    assert (shapes.when, shapes.day, shapes.times) == (NOON, datetime.date(2024, 1, 2), [NOON])
    assert shapes.sizes == {"c": models.Size(1)}
    assert shapes.size_or_tree == models.Tree("oak")
    assert (shapes.level, shapes.mood) == (99, "sideways")


def test_names_that_the_class_needs_get_an_underscore_and_keep_working(models: Any) -> None:
    shapes = models.Shapes.from_dict(SHAPES)
    assert (shapes.usage_, shapes.get_, shapes.to_dict_, shapes.additional_properties_) == ("u", "g", "d", "p")
    assert (shapes.field_, shapes.property_, shapes.class_, shapes.self_) == ("ff", "pp", "cl", "s")
    assert (shapes.type, shapes.data, shapes.value) == ("ty", "dd", "v")
    assert (shapes.camel_case, shapes.with_dash, shapes.field_private, shapes.field_2nd) == ("ca", "wd", "pr", "second")
    assert shapes.usage is None
    assert models.Shapes("t", None, 1, self_="me", field_="x").to_dict() == {
        "text": "t",
        "maybe": None,
        "anything": 1,
        "self": "me",
        "field": "x",
    }


def test_fields_of_an_exposed_field_are_attributes_unless_the_model_has_its_own(models: Any) -> None:
    shapes = models.Shapes.from_dict(SHAPES)
    assert (shapes.depth, shapes.names, shapes.size, shapes.text) == (3, ["n"], models.Size(2), "t")
    bare = models.Shapes("t", None, None)
    assert (bare.depth, bare.names, bare.size) == (None, [], None)


def test_absent_and_null_fields_are_none(models: Any) -> None:
    required = {"text": "t", "maybe": None, "anything": None}
    empty = models.Shapes.from_dict(required)
    assert empty == models.Shapes.from_dict({name: None for name in SHAPES if name != "brand new"} | required)
    assert {name for name in empty.__slots__ if getattr(empty, name)} <= {"text", "additional_properties"}
    assert empty.to_dict() == required


@pytest.mark.parametrize(
    ("field", "value", "location"),
    [
        ("text", None, "text"),
        ("text", 1, "text"),
        ("maybe", 1, "maybe"),
        ("whole", True, "whole"),
        ("whole", 1.5, "whole"),
        ("real", "1", "real"),
        ("real", True, "real"),
        ("flag", 1, "flag"),
        ("when", "yesterday", "when"),
        ("when", 5, "when"),
        ("day", "2024-01-02T00:00:00", "day"),
        ("nothing", 0, "nothing"),
        ("level", "high", "level"),
        ("mood", 1, "mood"),
        ("rows", [[1], ["2"]], "rows[1][0]"),
        ("times", ["2024-01-02T12:00:00Z", None], "times[1]"),
        ("moods", ["a", 1], "moods[1]"),
        ("moods", "a", "moods"),
        ("counts", {"a": 1, "b": "2"}, "counts.b"),
        ("free", [], "free"),
        ("sizes", {"c": {}}, "sizes.c.size"),
        ("scalar", 1.5, "scalar"),
        ("size_or_tree", {"name": 5, "children": []}, "size_or_tree.name"),
        ("gaps", [None, "x"], "gaps[1]"),
        ("inner", [], "inner"),
        ("inner", {"size": {"size": None}}, "inner.size.size"),
    ],
)
def test_a_mistyped_field_is_an_error_that_names_it(models: Any, field: str, value: Any, location: str) -> None:
    with pytest.raises(MemsyDecodeError) as caught:
        models.Shapes.from_dict({**SHAPES, field: value})
    assert caught.value.location == location


@pytest.mark.parametrize("field", ["text", "maybe", "anything"])
def test_a_missing_required_field_is_an_error_that_names_it(models: Any, field: str) -> None:
    with pytest.raises(MemsyDecodeError, match=f"{field} is missing"):
        models.Shapes.from_dict({name: value for name, value in SHAPES.items() if name != field})


@pytest.mark.parametrize("data", [None, [], "text", 5])
def test_a_model_of_something_else_than_an_object_is_an_error(models: Any, data: Any) -> None:
    with pytest.raises(MemsyDecodeError, match="where an object is expected"):
        models.Tree.from_dict(data)


def test_models_that_hold_each_other_are_read_in_any_order(models: Any) -> None:
    twig = {"by_name": {"x": {"leaf": "green", "tree": {"name": "inner"}}}, "either": "just text"}
    tree = {"name": "oak", "children": [{"name": "acorn"}], "branch": {"twigs": [twig]}}
    read = models.Tree.from_dict(tree)
    assert read.to_dict() == tree
    assert read.branch.twigs[0].by_name["x"].tree == models.Tree("inner")
    with pytest.raises(MemsyDecodeError) as caught:
        models.Tree.from_dict({"name": "oak", "branch": {"twigs": [{"by_name": {"x": {"leaf": 1}}}]}})
    assert caught.value.location == "branch.twigs[0].by_name.x.leaf"


def test_fields_are_found_by_their_names_on_the_wire(models: Any) -> None:
    shapes = models.Shapes.from_dict(SHAPES)
    assert (shapes["camelCase"], shapes["brand new"], shapes["get"]) == ("ca", {"kept": True}, "g")
    assert shapes["when"] == "2024-01-02T12:00:00+00:00"
    assert "brand new" in shapes
    assert "camel_case" not in shapes
    assert models.Part("up", 1).get("made", "never") == "never"
    with pytest.raises(KeyError):
        models.Part("up", 1)["made"]


def test_hostile_names_stay_what_they_are_on_the_wire(models: Any) -> None:
    data = {
        '"quoted"': "q",
        "back\\slash": "b",
        "new\nline": [1],
        "{braces}": "2024-01-02T12:00:00+00:00",
        "zero\u200bwidth": "z",
        '"] = __import__("os").abort() #': "x",
    }
    hostile = models.Hostile.from_dict(data)
    assert hostile.to_dict() == data
    assert (hostile.quoted, hostile.braces, hostile.additional_properties) == ("q", NOON, {})


def test_enums_list_the_contracts_values_in_its_order(models: Any) -> None:
    from typing import get_args

    assert get_args(models.Level) == (3, 1, 2)
    assert get_args(models.Mood)[:4] == ('it\'s "fine"', "a\\b", "new\nline", '"""')
    assert get_args(models.NullableMood) == ("up", "down")


def test_schemas_that_no_operation_needs_are_importable_all_the_same(models: Any) -> None:
    assert {"Unused", "UnusedMode", "Composed"} <= set(models.__all__)
    composed = models.Composed.from_dict({"name": "n", "size": 1, "nickName": "x"})
    assert (composed.name, composed.size, composed.nick_name) == ("n", 1, "x")


def test_shapes_of_bodies_and_errors_are_no_models(models: Any) -> None:
    assert not {"ThingCreate", "Problem", "Reason", "Refusal"} & set(models.__all__)


def test_a_secret_is_not_in_the_repr(models: Any) -> None:
    thing = models.Thing("t", "up", None, secret="hush")
    assert "hush" not in repr(thing)
    assert thing.to_dict()["secret"] == "hush"
    created = real.KeyCreateResponse("k1", "msy_hush", "msy_hu", "prod", ["read"])
    assert "msy_hush" not in repr(created)
    assert created.raw_key == "msy_hush"


def test_models_have_slots_equality_and_a_repr_of_their_fields(models: Any) -> None:
    part = models.Part("up", 1)
    assert not hasattr(part, "__dict__")
    with pytest.raises(AttributeError):
        part.nonsense = 1
    assert part == models.Part("up", 1)
    assert part != models.Part("up", 2)
    assert part != models.Part("up", 1, additional_properties={"x": 1})
    assert repr(part) == "Part(kind='up', size=1, made=None, parts=None, additional_properties={})"


@pytest.mark.parametrize("headers", [None, {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "9"}])
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, *(lambda model, p=p: pickle.loads(pickle.dumps(model, p)) for p in (2, 3, 4, 5))],
)
def test_copies_and_pickles_are_equal_and_keep_the_headers(duplicate: Any, headers: dict[str, str] | None) -> None:
    result = real.MemoryListResponse.from_dict({"items": [], "total": 1, "limit": 2, "offset": 3, "new": [1]})
    if headers is not None:
        result._response_headers = Headers.of(headers.items())
    twin = duplicate(result)
    assert (twin, twin.additional_properties) == (result, {"new": [1]})
    assert twin.rate_limit == result.rate_limit
    assert (twin.rate_limit is None) == (headers is None)


def test_an_event_takes_a_time_or_its_text() -> None:
    event = ("ada", "s-1", "user_message", "Hello.")
    assert real.EventPayload(*event, ts=NOON).to_dict()["ts"] == "2024-01-02T12:00:00+00:00"
    assert real.EventPayload(*event, ts="2024-01-02T12:00:00Z").to_dict()["ts"] == "2024-01-02T12:00:00Z"
    assert real.EventPayload.from_dict({**real.EventPayload(*event).to_dict(), "ts": "2024-01-02T12:00:00"}).ts == NOON


def test_a_time_without_a_zone_is_not_sent() -> None:
    event = real.EventPayload("ada", "s-1", "user_message", "Hello.", ts=datetime.datetime(2024, 1, 1))
    with pytest.raises(MemsyInputError, match="no time zone"):
        event.to_dict()


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-02T12:00:00Z",
        "2024-01-02T12:00:00+00:00",
        "2024-01-02T12:00:00.000Z",
        "2024-01-02T12:00:00.000000Z",
        "2024-01-02T12:00:00.0Z",
        "2024-01-02T12:00:00.00000000Z",
        "2024-01-02T14:00:00+02:00",
        "2024-01-02T12:00:00",
        "2024-01-02 12:00:00Z",
        "20240102T120000Z",
    ],
)
def test_times_are_read_in_every_spelling_of_iso_8601(models: Any, text: str) -> None:
    when = models.Shapes.from_dict({**SHAPES, "when": text}).when
    assert when == NOON
    assert when.tzinfo is not None


def test_a_name_that_is_no_model_is_an_attribute_error(models: Any) -> None:
    assert dir(models) == sorted(models.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = models.Nonsense


def test_a_model_that_is_named_by_a_flattened_field_alone_may_refer_back(make_package: Callable[[Any], str]) -> None:
    def holding(field: str, name: str, **more: Any) -> dict[str, Any]:
        return {"type": "object", "properties": {field: {"$ref": f"#/components/schemas/{name}"}}, **more}

    schemas = {
        "Outer": holding("inner", "Inner", **{"x-expose": "inner"}),
        "Inner": holding("leaf", "Leaf"),
        "Leaf": holding("outer", "Outer"),
    }
    generated = importlib.import_module(f"{make_package(contract(schemas=schemas))}.models")
    outer = generated.Outer.from_dict({"inner": {"leaf": {"outer": {}}}})
    assert outer.leaf == generated.Leaf(generated.Outer())


def test_the_shape_of_an_error_may_be_called_like_what_the_generated_code_uses(
    make_package: Callable[[Any], str],
) -> None:
    problem = {"type": "object", "properties": {"why": {"type": "string"}}}
    failures = {
        str(400 + n): {
            "description": "",
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
        }
        for n, name in enumerate(["Call", "Iterable"])
    }
    names = {"name": "x", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
    operation = {"parameters": [names], "responses": {"204": {"description": "Done."}, **failures}}
    package = make_package(contract(operation=operation, schemas={"Call": problem, "Iterable": problem}))
    assert importlib.import_module(f"{package}.models").__all__ == ()
    things = importlib.import_module(f"{package}.api.things.things_get")
    assert things.request(x=["a"]).query == "x=a"
    assert "models" not in inspect.getsource(things)


NODE = {
    "type": "object",
    "required": ["label", "child", "size"],
    "properties": {
        "label": {"type": "string", "default": ""},
        "child": {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]},
        "size": {"type": "integer", "default": 0},
    },
}


@pytest.fixture
def node(make_package: Callable[[Any], str]) -> Any:
    package = make_package(contract(schemas={"Node": NODE}))
    return importlib.import_module(f"{package}.models").Node


@pytest.mark.parametrize("last", [{"label": "end", "child": None, "size": 1}, {"label": 5, "child": None, "size": 1}])
@pytest.mark.parametrize("level", [{"label": None}, {"size": None}, {}], ids=["null before", "null after", "missing"])
def test_nested_objects_are_read_once_however_much_there_is_to_settle(node: Any, last: Any, level: Any) -> None:
    """Reading an inner object twice for each outer one would take 2 ** 60 steps here."""
    data = last
    for _ in range(60):
        data = {"child": data} | level
    if last["label"] == "end":
        assert node.from_dict(data).to_dict()["size"] == 0
    else:
        with pytest.raises(MemsyDecodeError) as caught:
            node.from_dict(data)
        assert caught.value.location == ".".join(["child"] * 60 + ["label"])


def test_of_several_faults_the_first_is_told(node: Any) -> None:
    for data, location in [
        ({"label": 1, "child": {"label": 2, "child": None, "size": 3}, "size": "x"}, "label"),
        ({"label": "a", "child": {"label": 2, "child": None, "size": 3}, "size": "x"}, "child.label"),
        ({"label": "a", "child": None, "size": "x"}, "size"),
        ({"label": None, "size": "x"}, "child"),
    ]:
        with pytest.raises(MemsyDecodeError) as caught:
            node.from_dict(data)
        assert caught.value.location == location


def test_that_somebody_looked_for_further_fields_changes_nothing(node: Any) -> None:
    one, other = (node.from_dict({"label": "a", "child": None, "size": 1}) for _ in range(2))
    assert one.additional_properties == {}
    one.additional_properties["more"] = 1
    assert one.additional_properties == {"more": 1}
    assert one != other
    del one.additional_properties["more"]
    assert one == other == pickle.loads(pickle.dumps(other)) == copy.deepcopy(other)
    assert not hasattr(one, "nothing")


def test_every_one_of_many_lists_of_strings_is_checked(make_package: Callable[[Any], str]) -> None:
    texts = {"type": "array", "items": {"type": "string"}}
    names = ["ants", "bees", "cats", "dogs", "eels", "foxes", "gnus"]
    schema = {"type": "object", "required": names, "properties": dict.fromkeys(names, texts)}
    package = make_package(contract(schemas={"Zoo": schema}))
    zoo = importlib.import_module(f"{package}.models").Zoo
    lists: dict[str, Any] = {name: [name, ""] for name in names}
    assert zoo.from_dict(lists).to_dict() == lists
    for name in names:
        for wrong, location in [([name, 1], f"{name}[1]"), (name, name), ({name: name}, name), ((name,), name)]:
            with pytest.raises(MemsyDecodeError) as caught:
                zoo.from_dict({**lists, name: wrong})
            assert caught.value.location == location
