"""Sixty small edits of a contract, each with what it means: on the wire, in Python, and to which names."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from edited_contract import Part, both

ROOT = Path(__file__).parents[2]


class Edit(NamedTuple):
    """One edit. Names are those below the part's own: `.run.limit` is `MemsyClient.e7.run.limit`, `Thing` is `E7Thing`.

    `wire` is `breaking`, `compatible` or empty, for what is not on the wire; words alone are `words`.
    """

    what: str
    make: Callable[[Part], object]
    wire: str
    broken: str = ""
    compatible: str = ""


def without(values: dict[str, Any], name: str) -> Any:
    return values.pop(name)


def also(values: dict[str, Any], **more: Any) -> None:
    values.update(more)


def reorder(values: dict[str, Any], *names: str) -> None:
    moved = {name: values.pop(name) for name in names}
    values.update(moved)


def rename_schema(it: Part, old: str, new: str) -> None:
    everything = json.dumps([it.operation, it.schemas, it.others])
    renamed = everything.replace(f'schemas/E{it.number}{old}"', f'schemas/E{it.number}{new}"')
    it.operation, it.schemas, it.others = json.loads(renamed)
    it.schemas = {new if name == old else name: schema for name, schema in it.schemas.items()}


def swap_required(it: Part) -> None:
    reorder(it.fields("Request"), "name", "thing", "note", "count")
    it.needed("Request")[:] = ["text", "name", "thing"]


def inline(it: Part) -> None:
    content = it.operation["requestBody"]["content"]["application/json"]
    content["schema"] = it.schemas.pop("Request")


def add_operation(it: Part) -> None:
    it.others = {
        f"/e{it.number}-more": {
            "get": {
                "operationId": f"e{it.number}_more",
                "tags": [it.tag],
                "responses": {"204": {"description": "Done."}},
            }
        }
    }


def query(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}, **more}


TEXT = {"type": "string"}
SERVER = {"url": "https://api.example.org/v1", "x-plane": "core"}
BODY = ".run.name .run.text .run.thing"
EDITS = [
    # Nothing, and words.
    Edit("nothing", lambda it: None, ""),
    Edit("a reference is inlined", inline, ""),
    Edit("schemas stand in another order", lambda it: reorder(it.schemas, "Request", "Thing"), ""),
    Edit("responses stand in another order", lambda it: reorder(it.responses, "200"), ""),
    Edit(
        "null is written in another way",
        lambda it: also(it.fields("Result"), title={"anyOf": [TEXT, {"type": "null"}]}),
        "",
    ),
    Edit("a type is wrapped in allOf", lambda it: also(it.fields("Result"), inner={"allOf": [it.ref("Inner")]}), ""),
    Edit("a description is changed", lambda it: also(it.operation, description="Runs it now."), "words"),
    Edit("a field is described", lambda it: also(it.fields("Result")["score"], description="How near it is."), "words"),
    # Operations.
    Edit(
        "an operation is gone",
        lambda it: (it.operation.clear(), it.schemas.clear()),
        "breaking",
        ".run MemsyClient.{tag} Thing Kind Result Inner State",
    ),
    Edit("an operation is new", add_operation, "compatible", "", ".more"),
    Edit(
        "an operation is at another path",
        lambda it: setattr(it, "path", f"/elsewhere{it.number}/{{item_id}}"),
        "breaking",
    ),
    Edit("an operation has another method", lambda it: setattr(it, "method", "put"), "breaking"),
    Edit(
        "an operationId is renamed",
        lambda it: also(it.operation, operationId=f"e{it.number}_go"),
        "compatible",
        ".run",
        ".go",
    ),
    Edit(
        "an operation moves to another tag",
        lambda it: also(it.operation, tags=[f"f{it.number}"], operationId=f"f{it.number}_run"),
        "compatible",
        "MemsyClient.{tag} .run",
        "MemsyClient.f{number} MemsyClient.f{number}.run",
    ),
    Edit(
        "a server is added",
        lambda it: also(it.operation, servers=[SERVER, {"url": "https://eu.example.org/v1"}]),
        "compatible",
    ),
    Edit(
        "a server is another one",
        lambda it: also(it.operation, servers=[{"url": "https://eu.example.org/v1"}]),
        "breaking",
    ),
    Edit("no key is needed", lambda it: also(it.operation, security=[]), "compatible"),
    # Extensions.
    Edit("it may be repeated", lambda it: also(it.operation, **{"x-repeatable": True}), "compatible", ".run"),
    Edit("a scope is needed", lambda it: also(it.operation, **{"x-scope": "write"}), "breaking", ".run"),
    Edit("an admin is needed", lambda it: also(it.operation, **{"x-admin": True}), "breaking", ".run"),
    Edit(
        "a field is unwrapped",
        lambda it: also(it.operation, **{"x-unwrap": "inner"}),
        "compatible",
        ".run Result State",
    ),
    Edit(
        "another exception",
        lambda it: also(it.responses["403"], **{"x-raises": ["SeatRequiredError"]}),
        "compatible",
        ".run",
        ".run",
    ),
    Edit(
        "one more exception",
        lambda it: also(it.responses["403"], **{"x-raises": ["AuthorizationError", "SeatRequiredError"]}),
        "compatible",
        "",
        ".run",
    ),
    Edit("an error is gone", lambda it: without(it.responses, "404"), "compatible"),
    Edit("an operation is deprecated", lambda it: also(it.operation, deprecated=True), "compatible", "", ".run"),
    # Parameters.
    Edit("a query parameter is gone", lambda it: it.parameters.pop(1), "breaking", ".run.limit"),
    Edit("an optional one is new", lambda it: it.parameters.append(query("sort")), "compatible", "", ".run.sort"),
    Edit(
        "a required one is new",
        lambda it: it.parameters.append(query("sort", required=True)),
        "breaking",
        ".run.sort .run.name .run.text .run.thing",
    ),
    Edit(
        "a default is another one", lambda it: also(it.parameters[1]["schema"], default=25), "compatible", ".run.limit"
    ),
    Edit(
        "a default is gone",
        lambda it: without(it.parameters[1]["schema"], "default"),
        "compatible",
        ".run.limit",
        ".run.limit",
    ),
    Edit("a limit is lowered", lambda it: also(it.parameters[1]["schema"], maximum=40), "breaking"),
    Edit("a limit is raised", lambda it: also(it.parameters[1]["schema"], maximum=60), "compatible"),
    Edit(
        "a path parameter has another name",
        lambda it: (setattr(it, "path", f"/e{it.number}/{{thing_id}}"), also(it.parameters[0], name="thing_id")),
        "",
        ".run.item_id .run.thing_id",
    ),
    Edit(
        "an optional one is required",
        lambda it: also(it.parameters[2], required=True),
        "breaking",
        ".run.kind .run.name .run.text .run.thing",
        ".run.kind",
    ),
    # Fields of a request.
    Edit("an optional field is new", lambda it: also(it.fields("Request"), tag=TEXT), "compatible", "", ".run.tag"),
    Edit("a field is gone", lambda it: without(it.fields("Request"), "note"), "breaking", ".run.note"),
    Edit("a field is required", lambda it: it.needed("Request").append("note"), "breaking", ".run.note", ".run.note"),
    Edit(
        "a field is optional",
        lambda it: it.needed("Request").remove("name"),
        "compatible",
        ".run.name .run.text .run.thing",
        ".run.name",
    ),
    Edit("required fields are reordered", swap_required, "", ".run.name .run.text"),
    Edit("optional fields are reordered", lambda it: reorder(it.fields("Request"), "note"), ""),
    Edit("a limit of a field", lambda it: also(it.fields("Request")["name"], maxLength=100), "breaking"),
    Edit(
        "a text becomes a number",
        lambda it: also(it.fields("Request"), note={"type": "integer"}),
        "breaking",
        ".run.note",
    ),
    Edit(
        "a text may be a number",
        lambda it: also(it.fields("Request"), note={"type": ["string", "integer"]}),
        "compatible",
        "",
        ".run.note",
    ),
    Edit(
        "a body is no longer needed",
        lambda it: also(it.operation["requestBody"], required=False),
        "compatible",
        BODY,
        BODY,
    ),
    # Models that callers build.
    Edit(
        "a required field in a model that callers build",
        lambda it: (also(it.fields("Thing"), color=TEXT), it.needed("Thing").append("color")),
        "breaking",
        "Thing.color Thing.size Thing.label",
    ),
    Edit("an optional one", lambda it: also(it.fields("Thing"), color=TEXT), "compatible", "", "Thing.color"),
    Edit(
        "a field of it is optional",
        lambda it: it.needed("Thing").remove("kind"),
        "compatible",
        "",
        "Thing.kind",
    ),
    Edit("a field of it is gone", lambda it: without(it.fields("Thing"), "size"), "breaking", "Thing.size Thing.label"),
    Edit("a value of its vocabulary is gone", lambda it: it.schemas["Kind"]["enum"].remove("blue"), "breaking", "Kind"),
    Edit(
        "a value of its vocabulary is new",
        lambda it: it.schemas["Kind"]["enum"].append("black"),
        "compatible",
        "",
        "Kind",
    ),
    # Responses.
    Edit(
        "a field of a response is new", lambda it: also(it.fields("Result"), tag=TEXT), "compatible", "", "Result.tag"
    ),
    Edit(
        "a required one is gone",
        lambda it: (without(it.fields("Result"), "id"), it.needed("Result").remove("id")),
        "breaking",
        "Result.id",
    ),
    Edit("an optional one is gone", lambda it: without(it.fields("Result"), "title"), "breaking", "Result.title"),
    Edit(
        "a field may be null",
        lambda it: also(it.fields("Result")["score"], type=["number", "null"]),
        "breaking",
        "Result.score",
    ),
    Edit("a field may be absent", lambda it: it.needed("Result").remove("score"), "breaking", "Result.score"),
    Edit(
        "an optional field may be null",
        lambda it: also(it.fields("Result")["at"], type=["string", "null"]),
        "compatible",
    ),
    Edit("a field is always there", lambda it: it.needed("Result").append("inner"), "compatible", "", "Result.inner"),
    Edit(
        "a number is a whole number",
        lambda it: also(it.fields("Result")["score"], type="integer"),
        "compatible",
        "",
        "Result.score",
    ),
    Edit(
        "a whole number is any number",
        lambda it: also(it.fields("Inner")["value"], type="number"),
        "breaking",
        "Inner.value",
    ),
    Edit("a text is a time", lambda it: also(it.fields("Result")["id"], format="date-time"), "compatible", "Result.id"),
    Edit(
        "a vocabulary of a response has one more value",
        lambda it: it.schemas["State"]["enum"].append("lost"),
        "compatible",
        "",
        "State",
    ),
    Edit(
        "a vocabulary of a response has one less",
        lambda it: it.schemas["State"]["enum"].remove("new"),
        "compatible",
        "State",
    ),
    Edit("a schema has another name", lambda it: rename_schema(it, "Inner", "Core"), "", "Inner", "Core"),
    Edit("a header is gone", lambda it: without(it.responses["200"], "headers"), "breaking"),
    Edit("a success is 201", lambda it: also(it.responses, **{"201": it.responses.pop("200")}), "compatible"),
    Edit(
        "a success has no body",
        lambda it: without(it.responses["200"], "content"),
        "breaking",
        ".run",
    ),
]


def full_name(name: str, number: int) -> str:
    """The public name that a short one in the table stands for."""
    if name.startswith("."):
        return f"MemsyClient.e{number}{name}"
    if name.startswith("MemsyClient"):
        return name.format(tag=f"e{number}", number=number)
    return f"E{number}{name}"


def of_edit(number: int, changes: list[Any]) -> list[Any]:
    """The changes on the wire that are one edit's."""
    own = re.compile(rf"(/components/schemas/E{number}|/paths/~1(e|elsewhere){number}(-more)?)(?!\d).*")
    return [each for each in changes if own.fullmatch(each.pointer) or each.operation == f"e{number}_run"]


@pytest.fixture(scope="module")
def contracts() -> tuple[dict[str, Any], dict[str, Any]]:
    """The contract before and after all edits."""
    return both([edit.make for edit in EDITS])


@pytest.fixture(scope="module")
def wire_changes(contracts: tuple[dict[str, Any], dict[str, Any]]) -> list[Any]:
    from review import wire

    return wire.compare(*contracts)


@pytest.mark.parametrize(("number", "edit"), list(enumerate(EDITS)), ids=[edit.what for edit in EDITS])
def test_what_an_edit_means_on_the_wire(wire_changes: list[Any], number: int, edit: Edit) -> None:
    found = of_edit(number, wire_changes)
    if any(change.is_breaking for change in found):
        verdict = "breaking"
    else:
        verdict = "compatible" if any(not change.is_words for change in found) else "words" if found else ""
    assert verdict == edit.wire, found


def test_every_pointer_is_found_in_one_of_the_contracts_and_belongs_to_an_edit(
    wire_changes: list[Any], contracts: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    from review.places import find

    owned = [change for number in range(len(EDITS)) for change in of_edit(number, wire_changes)]
    assert len(owned) > len(EDITS) / 2
    assert [change for change in wire_changes if change not in owned] == []
    for change in wire_changes:
        assert any(is_found(find, contract, change.pointer) for contract in contracts), change


def is_found(find: Callable[[Any, str], Any], contract: dict[str, Any], pointer: str) -> bool:
    try:
        find(contract, pointer)
    except LookupError:
        return False
    return True


def test_what_the_edits_mean_in_python(contracts: tuple[dict[str, Any], dict[str, Any]], tmp_path: Path) -> None:
    """All at once and in one process, because generating takes seconds."""
    from generate import generate
    from review.judgement import judge
    from review.surface import read_surface

    surfaces = []
    for name, contract in zip(("old", "new"), contracts, strict=True):
        package = tmp_path / name / "memsy_client"
        package.mkdir(parents=True)
        (package.parent / "contract.yaml").write_text(json.dumps(contract), encoding="utf-8")
        for file in ("client.py", "exceptions.py"):
            shutil.copy(ROOT / "memsy_client" / file, package / file)
        generate(package.parent / "contract.yaml", package / "_generated")
        surfaces.append(read_surface(package))
    changes = judge(*surfaces)
    for is_breaking in (True, False):
        found = {change.name for change in changes if change.is_breaking is is_breaking}
        names = [(edit.broken if is_breaking else edit.compatible).split() for edit in EDITS]
        assert found == {full_name(name, number) for number, each in enumerate(names) for name in each}
