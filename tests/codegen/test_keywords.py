"""Keywords that openapi-python-client drops or misreads mean in the client what they mean in OpenAPI."""

from __future__ import annotations

import importlib
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from small_contracts import contract, json_response

from memsy_client import NULL, MemsyDecodeError, MemsyInputError

TEXT = {"type": "string"}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def get(name: str, schema: Any = None, **more: Any) -> dict[str, Any]:
    responses = json_response(schema) if schema else {"204": {"description": "Done."}}
    return {"get": {"operationId": f"things_{name}", "tags": ["things"], "responses": responses} | more}


Make = Callable[[dict[str, Any]], str]


# ------------------------------------------------------------------------------------------------- discriminators


CAT, DOG = shape(kind=TEXT, name=TEXT), shape(kind=TEXT, name=TEXT, bark=TEXT)
MAPPED = {"propertyName": "kind", "mapping": {"dog": "#/components/schemas/Dog", "cat": "#/components/schemas/Cat"}}
PET = {"oneOf": [ref("Cat"), ref("Dog")]}


@pytest.mark.parametrize(
    ("schemas", "dog"),
    [
        ({"Cat": CAT, "Dog": DOG, "Pet": PET | {"discriminator": MAPPED}}, "dog"),
        ({"Cat": CAT, "Dog": DOG, "Pet": PET | {"discriminator": {"propertyName": "kind"}}}, "Dog"),
        (
            {
                "Cat": shape(kind={"const": "cat"}, name=TEXT),
                "Dog": shape(kind={"const": "dog"}, name=TEXT, bark=TEXT),
                "Pet": PET,
            },
            "dog",
        ),
    ],
    ids=["mapping", "names of schemas", "constants"],
)
def test_a_union_is_read_by_what_tells_its_variants_apart(make_package: Make, schemas: Any, dog: str) -> None:
    package = make_package(
        contract(schemas=schemas | {"Home": shape(pet=ref("Pet"), pets={"type": "array", "items": ref("Pet")})})
    )
    models = importlib.import_module(f"{package}.models")
    rex = {"kind": dog, "name": "Rex", "bark": "Woof"}
    home = models.Home.from_dict(
        {"pet": rex, "pets": [rex, {**rex, "kind": dog.replace("dog", "cat").replace("Dog", "Cat")}]}
    )
    assert [type(pet).__name__ for pet in [home.pet, *home.pets]] == ["Dog", "Dog", "Cat"]
    for wrong, location in (({"name": "Rex"}, "pet.kind"), ({**rex, "kind": "cow"}, "pet.kind"), ("Rex", "pet")):
        with pytest.raises(MemsyDecodeError) as caught:
            models.Home.from_dict({"pet": wrong, "pets": []})
        assert caught.value.location == location
    with pytest.raises(MemsyDecodeError) as caught:
        models.Home.from_dict({"pet": {"kind": dog, "name": "Rex"}, "pets": []})
    assert caught.value.location == "pet.bark"


# --------------------------------------------------------------------------------------------------------- null


@pytest.mark.parametrize(
    "schema",
    [
        TEXT | {"nullable": True},
        ref("Mood") | {"nullable": True, "description": "Its mood."},
        {"allOf": [ref("Mood")], "nullable": True},
        {"type": "string", "enum": ["up", "down"], "nullable": True},
        {"type": "string", "enum": ["up", "down", None], "nullable": True},
        {"anyOf": [TEXT, {"type": "integer"}], "nullable": True},
    ],
    ids=["text", "reference", "allOf", "enum", "enum with null", "anyOf"],
)
def test_null_of_openapi_30_is_null(make_package: Make, schema: Any) -> None:
    schemas = {"Mood": {"type": "string", "enum": ["up", "down"]}, "Thing": shape(mood=schema)}
    models = importlib.import_module(f"{make_package(contract(schemas=schemas))}.models")
    assert models.Thing.from_dict({"mood": None}).mood is None
    assert models.Thing.from_dict({"mood": "up"}).mood == "up"
    assert str(models.Thing.__annotations__["mood"]).endswith("| None")


NOTE = {"type": "object", "properties": {"text": TEXT, "mark": {"type": ["string", "null"]}}}
PATCH = {
    "type": "object",
    "properties": {
        "name": {"type": ["string", "null"]},
        "tags": {"type": ["array", "null"], "items": TEXT},
        "mood": ref("Mood") | {"nullable": True},
        "note": {"anyOf": [ref("Note"), {"type": "null"}]},
        "plain": TEXT,
    },
}


def test_null_is_sent_when_it_is_meant(make_package: Make, wire_of: Any, flavour: str) -> None:
    schemas = {"Mood": {"type": "string", "enum": ["up", "down"]}, "Note": NOTE, "Patch": PATCH}
    body = {"required": True, "content": {"application/json": {"schema": ref("Patch")}}}
    package = make_package(contract(operation={"requestBody": body}, method="patch", schemas=schemas))
    note = importlib.import_module(f"{package}.models").Note
    wire = wire_of(package, flavour)
    wire.call("things.get")
    assert wire.body == {}
    wire.call("things.get", name=NULL, tags=NULL, mood=NULL, note=NULL)
    assert wire.body == {"name": None, "tags": None, "mood": None, "note": None}
    wire.call("things.get", name="n", tags=("a",), mood="up", note=note(mark=NULL))
    assert wire.body == {"name": "n", "tags": ["a"], "mood": "up", "note": {"mark": None}}
    assert not NULL
    assert repr(NULL) == "NULL"
    assert "plain: str | None = None" in str(inspect.signature(wire.client.things.get)).replace("'", "")


# ------------------------------------------------------------------------------------------------------- tuples


def test_a_list_with_a_schema_for_each_item_is_a_tuple(make_package: Make, wire_of: Any, flavour: str) -> None:
    point = {"type": "array", "prefixItems": [{"type": "number"}, TEXT, ref("Note")], "items": False}
    schemas = {"Note": NOTE, "Spot": shape(point=point, path={"type": "array", "items": point})}
    package = make_package(contract(operation={"responses": json_response(ref("Spot"))}, schemas=schemas))
    models = importlib.import_module(f"{package}.models")
    value = [1.5, "x", {"text": "t"}]
    spot = wire_of(package, flavour).answer({"point": value, "path": [value]}).call("things.get")
    assert spot.point == spot.path[0] == (1.5, "x", models.Note("t"))
    assert models.Spot.__annotations__["point"] == "tuple[float, str, Note]"
    assert spot.to_dict() == {"point": value, "path": [value]}
    for wrong, location in (
        ([1.5, "x"], "point"),
        ([1.5, 7, {}], "point[1]"),
        ([1, "x", {"text": 7}], "point[2].text"),
    ):
        with pytest.raises(MemsyDecodeError) as caught:
            models.Spot.from_dict({"point": wrong, "path": []})
        assert caught.value.location == location


# --------------------------------------------------------------------------------------------- one direction only


def test_what_goes_one_way_is_not_needed_the_other_way(make_package: Make, wire_of: Any, flavour: str) -> None:
    user = shape(id=TEXT | {"readOnly": True}, name=TEXT, word=TEXT | {"writeOnly": True})
    body = {"required": True, "content": {"application/json": {"schema": {"type": "array", "items": ref("User")}}}}
    create = {"operationId": "things_create", "tags": ["things"], "responses": json_response(ref("User"))}
    create["requestBody"] = {"required": True, "content": {"application/json": {"schema": ref("User")}}}
    package = make_package(
        contract(
            operation={"requestBody": body, "responses": json_response(ref("User"))},
            method="post",
            schemas={"User": user},
            paths={"/create": {"post": create}},
        )
    )
    users = importlib.import_module(f"{package}.models").User
    wire = wire_of(package, flavour)
    read = wire.answer({"id": "1", "name": "Ana"}).call("things.get", [users(name="Ana", word="hush")])
    assert wire.body == [{"name": "Ana", "word": "hush"}]
    assert (read.id, read.name, read.word) == ("1", "Ana", None)
    assert wire.answer({"id": "1", "name": "Ana"}).call("things.create", "Ana", "hush") == read
    assert wire.body == {"name": "Ana", "word": "hush"}
    for lacking in ("id", "name"):
        with pytest.raises(MemsyDecodeError) as caught:
            users.from_dict({"id": "1", "name": "Ana", "word": "x"} | {lacking: None})
        assert caught.value.location == lacking


# ------------------------------------------------------------------------------------------------------- the key


@pytest.mark.parametrize("security", [[], [{"bearerAuth": []}]])
def test_an_operation_without_security_is_sent_without_the_key(
    make_package: Make, wire_of: Any, flavour: str, security: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    schemes = {"schemas": {}, "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer"}}}
    wire = wire_of(make_package(contract(operation={"security": security}) | {"components": schemes}), flavour)
    client = wire.client
    client._sender.headers = (("Accept", "x"), ("Authorization", "Bearer key"))
    monkeypatch.setattr(type(wire), "client", property(lambda self: client))
    wire.call("things.get")
    assert ("Accept", "x") in wire.sent[-1].headers
    assert (("Authorization", "Bearer key") in wire.sent[-1].headers) == bool(security)


# ---------------------------------------------------------------------------------- two parts of one name


def test_two_parts_of_a_request_with_one_name_are_checked_apart(make_package: Make, wire_of: Any, flavour: str) -> None:
    body = {"content": {"application/json": {"schema": shape(name=TEXT)}}, "required": True}
    parameters = [
        {"name": "name", "in": "query", "schema": TEXT},
        {"name": "other", "in": "query", "required": True, "schema": TEXT},
    ]
    wire = wire_of(
        make_package(contract(operation={"parameters": parameters, "requestBody": body}, method="post")), flavour
    )
    wire.call("things.get", "o", "n")
    assert (wire.target, wire.body) == ("/things?other=o", {"name": "n"})
    for arguments, named in ((("o", None), {"name": "n"}), ((None, "n"), {})):
        with pytest.raises(MemsyInputError, match="is required, and is None"):
            wire.call("things.get", *arguments, **named)
    assert len(wire.sent) == 1


# --------------------------------------------------------------------------------------------------- deprecated


@pytest.fixture(scope="module")
def old(make_package: Make) -> str:
    parameters = [
        {"name": "q", "in": "query", "schema": TEXT},
        {"name": "old", "in": "query", "deprecated": True, "schema": TEXT},
    ]
    steps = [{"name": name, "in": "query", "schema": {"type": "integer", "default": 1}} for name in ("limit", "offset")]
    thing = shape(id=TEXT) | {"properties": {"id": TEXT, "age": {"type": "integer", "deprecated": True}}}
    return make_package(
        contract(
            operation={"parameters": parameters},
            schemas={"Thing": thing},
            paths={
                "/gone": get("gone", deprecated=True, description="Use get."),
                "/list": get("list", {"type": "array", "items": ref("Thing")}, deprecated=True, parameters=steps),
            },
        )
    )


def warned(act: Callable[[], Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        act()
    assert all((warning.category, warning.filename) == (DeprecationWarning, __file__) for warning in caught)
    return [str(warning.message) for warning in caught]


@pytest.mark.parametrize("kind", ["Things", "AsyncThings"])
def test_a_call_of_what_is_deprecated_warns_at_the_callers_line(old: str, kind: str) -> None:
    class Sender:
        def send(self, call: Any) -> Any:
            return call

    things = getattr(importlib.import_module(f"{old}.api.things"), kind)(Sender())

    def call(name: str, **arguments: Any) -> list[str]:
        def act() -> None:
            result = getattr(things, name)(**arguments)
            if inspect.iscoroutine(result):
                result.close()

        return warned(act)

    assert call("gone") == ["things.gone is deprecated"]
    assert call("list") == call("iter") == ["things.list is deprecated"]
    assert call("get", old="x") == ["old is deprecated"]
    assert call("get", q="x") == call("get", old=None) == []
    assert "Deprecated." in things.gone.__doc__
    assert "old: Deprecated." in things.get.__doc__


def test_reading_a_deprecated_field_warns(old: str) -> None:
    thing = importlib.import_module(f"{old}.models").Thing
    made, read = thing("1", 7), thing.from_dict({"id": "1", "age": 7})
    assert made == read
    assert read.to_dict() == {"id": "1", "age": 7}
    assert warned(lambda: read.age) == ["Thing.age is deprecated"]
    assert warned(lambda: read.id) == []
    assert "age: Deprecated." in thing.__doc__
