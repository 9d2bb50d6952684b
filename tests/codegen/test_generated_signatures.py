"""What the methods made from the fixture contract look like to those who call them."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from small_contracts import contract, json_response


@pytest.fixture(params=["", "Async"])
def prefix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def resource(odd: str, prefix: str, module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"{odd}.api.{module}"), prefix + name)


def signature(method: Any) -> str:
    return str(inspect.signature(method)).replace("'", "")


def test_required_arguments_are_positional_in_the_contracts_order(odd: str, prefix: str) -> None:
    things = resource(odd, prefix, "things", "Things")
    assert signature(things.update) == (
        "(self, id: str, part: int, id_query: str, *, name: str | None = None, id_field: str | None = None, "
        "tags: Iterable[str] | None = None) -> None"
    )
    assert signature(things.create) == (
        "(self, x_trace: str, name: str, part: Part, *, x_count: int | None = None, nick_name: str | None = None, "
        "spare: Part | Null | None = None, list: Iterable[Part] | Null | None = None, id: str | None = None) -> Thing"
    )


def test_names_that_python_or_the_method_needs_get_an_underscore_and_others_do_not(odd: str, prefix: str) -> None:
    names = list(inspect.signature(resource(odd, prefix, "things", "Things").list).parameters)
    assert names == [
        "self",
        *("self_", "type", "from_", "list", "class_", "datetime_", "encode_", "max_items_", "url", "camel_case"),
        *("limit", "offset"),
    ]


def test_a_method_called_list_does_not_hide_the_type_from_the_others(odd: str, prefix: str) -> None:
    things = resource(odd, prefix, "things", "Things")
    assert signature(things.plain).endswith("-> builtins.list[Thing]")
    assert signature(things.unpaged).endswith("-> builtins.list[builtins.list[int]]")
    assert signature(things.dict) == "(self) -> builtins.dict[str, builtins.list[str]]"


def test_defaults_are_the_contracts_to_the_letter(odd: str, prefix: str) -> None:
    import datetime

    parameters = inspect.signature(resource(odd, prefix, "bodies", "Bodies").defaults).parameters
    assert {name: parameter.default for name, parameter in parameters.items() if name != "self"} == {
        "text": 'say "hi" \\ {now} \'\'\' """ é \u2028 \t\n end\\',
        "empty": "",
        "ratio": 0.5,
        "whole": 3,
        "count": -1,
        "yes": True,
        "names": ('a"', "b"),
        "none": (),
        "map": {'k"': 1},
        "level": 2,
        "mood": 'it\'s "fine"',
        "since": datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
        "day": datetime.date(2024, 1, 2),
        "maybe": None,
    }
    assert all(p.kind is p.KEYWORD_ONLY for name, p in parameters.items() if name != "self")


def test_enums_are_closed_in_arguments_and_open_in_results(odd: str, prefix: str) -> None:
    parameters = inspect.signature(resource(odd, prefix, "things", "Things").list).parameters
    assert parameters["type"].annotation == "ThingsListType | None"
    assert signature(resource(odd, prefix, "core", "CoreOperations").check) == "(self) -> Level | int"
    assert signature(resource(odd, prefix, "shared", "Shared").look) == "(self) -> Mood | str"


def test_unions_of_lists_of_unions_keep_their_members_together(make_package: Callable[[Any], str], prefix: str) -> None:
    def listed(kind: str) -> dict[str, Any]:
        return {"type": "array", "items": {"type": ["string", kind, "null"]}}

    schema = {"anyOf": [listed("integer"), listed("number"), {"type": "null"}]}
    parameter = {"name": "x", "in": "query", "schema": listed("integer")}
    package = make_package(contract(operation={"responses": json_response(schema), "parameters": [parameter]}))
    assert signature(resource(package, prefix, "things", "Things").get) == (
        "(self, *, x: Iterable[str | int | None] | None = None)"
        " -> list[str | int | None] | list[str | float | None] | None"
    )


def test_a_list_that_pages_has_an_iterator_and_one_whose_steps_have_no_default_has_none(odd: str, prefix: str) -> None:
    things = resource(odd, prefix, "things", "Things")
    assert signature(things.iter_plain) == (
        "(self, limit: int, *, offset: int = 0, max_items: int | None = None)"
        f" -> {prefix}ItemIterator[builtins.list[Thing], Thing]"
    )
    assert list(inspect.signature(things.iter).parameters)[-3:] == ["limit", "offset", "max_items"]
    assert not hasattr(things, "iter_unpaged")


def test_docstrings_tell_arguments_limits_result_and_errors(odd: str, prefix: str) -> None:
    text = inspect.getdoc(resource(odd, prefix, "things", "Things").list)
    assert text is not None
    assert text.startswith("List things.\n\nGives a page of things.\n\nArgs:\n")
    assert "    self_: Called like the object.\n" in text
    assert "    limit: How many. 1 to 9.\n" in text
    assert "\n\nReturns:\n    A page of things.\n" in text
    assert "    AuthenticationError: 401: the key is missing" in text
    create = inspect.getdoc(resource(odd, prefix, "things", "Things").create)
    assert create is not None
    assert "    name: Its name. 1 to 20 characters.\n" in create


def test_both_flavours_have_the_same_methods_and_signatures(odd: str) -> None:
    client = importlib.import_module(f"{odd}.client")
    compared = 0
    for plane in ("Core", "Depot"):
        pairs = [(getattr(client, f"{plane}Methods"), getattr(client, f"Async{plane}Methods"))]
        for module in ("things", "bodies", "shapes", "shared", "twin", "stock", "hostile", "default"):
            package = importlib.import_module(f"{odd}.api.{module}")
            own = [name for name, kind in vars(package).items() if getattr(kind, "__module__", "") == package.__name__]
            name = next(name for name in own if not name.startswith("Async") and f"Async{name}" in own)
            pairs.append((vars(package)[name], vars(package)[f"Async{name}"]))
        for sync, asynchronous in pairs:
            methods = {name for name in dir(sync) if not name.startswith("_")}
            assert methods == {name for name in dir(asynchronous) if not name.startswith("_")}
            for name in methods:
                if inspect.isfunction(getattr(sync, name)):
                    ours, theirs = signature(getattr(sync, name)), signature(getattr(asynchronous, name))
                    assert ours == theirs.replace("AsyncItemIterator", "ItemIterator")
                    assert inspect.getdoc(getattr(sync, name)) == inspect.getdoc(getattr(asynchronous, name))
                    compared += 1
    assert compared > 20


def test_a_plane_has_its_tags_and_an_operation_of_both_planes_is_on_both(odd: str) -> None:
    client = importlib.import_module(f"{odd}.client")
    assert {"check", "things", "bodies", "shapes", "shared", "twin", "hostile"} <= set(dir(client.CoreMethods))
    assert {"check", "stock", "shared", "twin"} <= set(dir(client.DepotMethods))
    assert not hasattr(client.CoreMethods, "stock")
    assert not hasattr(client.DepotMethods, "things")


def test_an_operation_without_an_id_or_tag_is_named_after_its_path(odd: str, prefix: str) -> None:
    assert signature(resource(odd, prefix, "shapes", "ShapesOperations").get_shapes_name) == "(self, name: str) -> Tree"
    assert signature(resource(odd, prefix, "default", "Default").get_untagged) == "(self) -> None"


def test_names_of_decorators_do_no_harm(make_package: Callable[[Any], str], wire_of: Any, flavour: str) -> None:
    names = ("property", "cached_property")
    operations = {
        f"/{tag}/{name}": {
            "get": {"operationId": f"{tag}_{name}", "tags": [tag], "responses": json_response({"type": "integer"})}
        }
        for tag in names
        for name in names
    }
    wire = wire_of(make_package(contract(paths=operations)), flavour)
    for tag in ("property", "cached_property_"):
        for name in ("property", "cached_property_"):
            assert wire.answer(1).call(f"{tag}.{name}") == 1
            assert wire.answer(1).call(f"with_raw_response.{tag}.{name}").parse() == 1
            assert wire.answer(1).call(f"{tag}.with_raw_response.{name}").parse() == 1
