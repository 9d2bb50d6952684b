"""What the extensions of the contract make of arguments, models and results, in forms that the real one lacks."""

from __future__ import annotations

import importlib
import inspect
import math
from collections.abc import Callable
from typing import Any

import pytest
from small_contracts import contract, json_response

from memsy_client import MemsyAPIError, MemsyDecodeError, MemsyInputError

TEXT = {"type": "string"}
FILTERS = [
    {"name": "owner", "in": "query", "x-positional": True, "schema": TEXT},
    {"name": "q", "in": "query", "schema": TEXT},
    {"name": "region", "in": "query", "required": True, "x-keyword-only": True, "schema": TEXT},
    {"name": "id", "in": "query", "required": True, "schema": TEXT},
    {"name": "tags", "in": "query", "schema": {"type": "array", "items": TEXT, "x-empty-as-null": True}},
]
CHOICE = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "kind": TEXT | {"default": "file"}}}
LISTED = {**CHOICE, "properties": {**CHOICE["properties"], "chosen": {"type": "boolean"}}}  # type: ignore[dict-item]
CHOOSE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["choices"],
                    "properties": {
                        "choices": {
                            "type": "array",
                            "x-accepts": "Listed",
                            "items": {"$ref": "#/components/schemas/Choice"},
                        }
                    },
                }
            }
        },
    },
    "responses": json_response({"type": "array", "items": {"$ref": "#/components/schemas/Listed"}}),
}
LOOSE = {
    "type": "object",
    "required": ["id", "count", "note"],
    "properties": {
        "id": TEXT,
        "note": {"$ref": "#/components/schemas/Note"},
        "texts": {"type": "array", "items": TEXT, "default": []},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}, "default": {}},
        "count": {"type": "integer", "default": 7},
        "ratio": {"type": "number", "default": 0.5},
        "flag": {"type": "boolean", "default": False},
        "rows": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}, "x-open": True},
        "size": {"$ref": "#/components/schemas/Choice", "x-open": True},
        "marks": {"type": "array", "items": TEXT, "x-open": True},
        "labels": {"type": ["array", "null"], "items": TEXT},
        "digits": {"type": ["integer", "null"], "x-number-as-text": True},
        "last": {"anyOf": [{"$ref": "#/components/schemas/Choice"}, {"type": "null"}], "x-empty-as-null": True},
    },
}
NOTE = {
    "type": "object",
    "x-open": True,
    "properties": {
        **dict.fromkeys(("items", "get", "type", "to_dict"), TEXT),
        "others": {"type": "array", "items": {"$ref": "#/components/schemas/Loose"}},
    },
}
SCHEMAS: dict[str, Any] = {"Choice": CHOICE, "Listed": LISTED, "Loose": LOOSE, "Note": NOTE}
POLL = {"method": "wait", "while": 409, "timeout": 2, "interval": 0.01, "description": "Wait for it. Asks again."}


@pytest.fixture(scope="module")
def package(make_package: Callable[[dict[str, Any]], str]) -> str:
    def get(name: str, responses: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"get": {"operationId": f"things_{name}", "tags": ["things"], "responses": responses} | more}

    loose = json_response({"$ref": "#/components/schemas/Loose"})
    return make_package(
        contract(
            operation={"parameters": FILTERS},
            schemas=SCHEMAS,
            paths={
                "/choices": {"put": {"operationId": "things_choose", "tags": ["things"], **CHOOSE}},
                "/loose": get("loose", loose),
                "/slow": get("slow", loose | {"409": {"description": "Not yet."}}, **{"x-poll": POLL}),
            },
        )
    )


def signature(package: str, name: str) -> str:
    things = importlib.import_module(f"{package}.api.things").Things
    return str(inspect.signature(getattr(things, name))).replace("'", "")


def test_an_argument_is_positional_or_not_as_the_contract_says(package: str, wire_of: Any, flavour: str) -> None:
    assert signature(package, "get") == (
        "(self, id: str, owner: str | None = None, *, region: str, q: str | None = None, "
        "tags: Iterable[str] | None = None) -> None"
    )
    wire = wire_of(package, flavour)
    wire.call("things.get", "1", "me", region="eu", tags=[])
    assert wire.target == "/things?id=1&owner=me&region=eu"


def test_a_list_takes_another_model_too(package: str, wire_of: Any, flavour: str) -> None:
    assert signature(package, "choose") == "(self, choices: Iterable[Choice | Listed]) -> list[Listed]"
    models = importlib.import_module(f"{package}.models")
    wire = wire_of(package, flavour)
    chosen = [models.Choice("a"), models.Listed("b", "folder", True), {"id": "c"}]
    assert wire.answer(None).call("things.choose", iter(chosen)) == []
    assert wire.body == {"choices": [{"id": "a", "kind": "file"}, {"id": "b", "kind": "folder"}, {"id": "c"}]}
    assert models.Choice.from_item(models.Listed("b", "folder", True)) == models.Choice("b", "folder")


def test_absent_fields_read_as_their_defaults(package: str) -> None:
    models = importlib.import_module(f"{package}.models")
    bare = models.Loose.from_dict({"id": "1"})
    assert bare == models.Loose("1", None)
    assert bare == models.Loose.from_dict({"id": "1"} | dict.fromkeys(set(LOOSE["properties"]) - {"id"}))  # type: ignore[call-overload]
    assert (bare.texts, bare.counts, bare.count, bare.ratio, bare.flag, bare.rows) == ([], {}, 7, 0.5, False, [])
    assert (bare.note, bare.size, bare.digits, bare.last) == (None, None, None, None)
    with pytest.raises(MemsyDecodeError, match="is missing") as caught:
        models.Loose.from_dict({"count": 1})
    assert caught.value.location == "id"


def test_open_fields_pass_over_what_they_cannot_read(package: str) -> None:
    models = importlib.import_module(f"{package}.models")
    loose = models.Loose.from_dict({"id": "1", "rows": [[1], "x", [2.0], ["3"]], "size": {"id": 7}, "note": "text"})
    assert (loose.rows, loose.size, loose.note) == ([[1], [2]], None, None)
    assert [models.Loose.from_dict({"id": "1", "marks": marks}).marks for marks in (["a"], ["a", 1], "a")] == [
        ["a"],
        ["a"],
        [],
    ]
    assert models.Loose.from_dict({"id": "1", "size": {"id": "s"}}).size == models.Choice("s")


def test_a_list_of_strings_may_be_null_and_is_nothing_else_than_a_list_of_strings(package: str) -> None:
    models = importlib.import_module(f"{package}.models")
    data = {"id": "1", "note": {}, "count": 1, "labels": ["a", "b"]}
    data |= {"texts": [], "counts": {}, "ratio": 1.0, "flag": True, "rows": [], "size": None, "marks": []}
    data |= {"digits": None, "last": None}
    assert set(data) == set(LOOSE["properties"])  # type: ignore[call-overload]
    assert models.Loose.from_dict(data).labels == ["a", "b"]
    assert models.Loose.from_dict({**data, "labels": None}).labels is None
    for labels, location in (("ab", "labels"), ({"a": 1}, "labels"), (["a", 1], "labels[1]"), ([None], "labels[0]")):
        with pytest.raises(MemsyDecodeError) as caught:
            models.Loose.from_dict({**data, "labels": labels})
        assert caught.value.location == location


def test_a_key_that_a_dict_needs_itself_gets_an_underscore(package: str) -> None:
    note = importlib.import_module(f"{package}.models").Note({"items": "i", "get": "g", "type": 7})
    assert (note.items_, note.get_, note.type, note.to_dict_) == ("i", "g", None, None)
    assert note.to_dict() == dict(note.items())


def test_a_free_form_object_may_hold_what_holds_it(package: str) -> None:
    models = importlib.import_module(f"{package}.models")
    loose = models.Loose.from_dict({"id": "1", "note": {"others": [{"id": "2", "note": {"type": "x"}}, {}]}})
    assert [(other.id, other.note.type) for other in loose.note.others] == [("2", "x")]


def test_polling_goes_on_for_as_long_as_the_answer_is_that_status(package: str, wire_of: Any, flavour: str) -> None:
    assert signature(package, "wait") == "(self, *, timeout: float = 2.0, poll_interval: float = 0.01) -> Loose"
    wire = wire_of(package, flavour)
    wire.answer({}, 409).answer({}, 409).answer({"id": "1"})
    assert wire.call("things.wait").id == "1"
    assert len(wire.sent) == 3


def test_polling_ends_with_any_other_failure(package: str, wire_of: Any, flavour: str) -> None:
    wire = wire_of(package, flavour)
    with pytest.raises(MemsyAPIError) as caught:
        wire.answer({}, 409).answer({}, 404).call("things.wait")
    assert caught.value.status_code == 404


def test_polling_may_ask_once_or_without_a_pause(package: str, wire_of: Any, flavour: str) -> None:
    wire = wire_of(package, flavour)
    with pytest.raises(TimeoutError):
        wire.answer({}, 409).call("things.wait", timeout=0)
    assert len(wire.sent) == 1
    wire.answer({}, 409).answer({"id": "1"})
    assert wire.call("things.wait", timeout=60, poll_interval=0).id == "1"


@pytest.mark.parametrize("value", [-1, math.inf, math.nan, True, "3", None])
def test_polling_refuses_what_is_no_number_of_seconds(package: str, wire_of: Any, flavour: str, value: Any) -> None:
    for name in ("timeout", "poll_interval"):
        with pytest.raises(MemsyInputError, match=f"{name} has to be a number from 0"):
            wire_of(package, flavour).call("things.wait", **{name: value})


def test_polling_does_not_wait_beyond_its_timeout(package: str, wire_of: Any, flavour: str) -> None:
    wire = wire_of(package, flavour)
    with pytest.raises(TimeoutError) as caught:
        wire.answer({}, 409).call("things.wait", timeout=5, poll_interval=6)
    assert isinstance(caught.value.__cause__, MemsyAPIError)
    assert caught.value.__cause__.status_code == 409
    assert len(wire.sent) == 1
