"""What is added to the contract is in both clients, with no other edit."""

from __future__ import annotations

import importlib
import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import memsy_client

SPEC = Path(__file__).parent.parent.parent / "openapi.yaml"

NOTE = {
    "type": "object",
    "description": "A note on a memory.",
    "required": ["note_id", "text"],
    "properties": {
        "note_id": {"type": "string", "description": "Its id."},
        "text": {"type": "string", "description": "What it says."},
        "mood": {"$ref": "#/components/schemas/NoteMood"},
        "written_at": {"type": "string", "format": "date-time", "description": "When it was written."},
    },
}


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "200": {"description": "Done.", "content": {"application/json": {"schema": schema}}},
        "401": {"$ref": "#/components/responses/Unauthorized"},
    }


@pytest.fixture(scope="module")
def extended(generator: ModuleType, make_package: Callable[[Any], str]) -> str:
    """The real contract with a new tag of three operations, a new operation of an old tag, and new schemas."""
    document = generator.read_document(SPEC)
    note = {"$ref": "#/components/schemas/Note"}
    document["paths"]["/notes"] = {
        "get": {
            "operationId": "notes_list",
            "tags": ["notes"],
            "summary": "List the notes",
            "x-item-id": "note_id",
            "parameters": [
                {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 2}},
                {"name": "offset", "in": "query", "schema": {"type": "integer", "default": 0}},
            ],
            "responses": answer({"type": "array", "items": note}),
        },
        "post": {
            "operationId": "notes_create",
            "tags": ["notes"],
            "summary": "Write a note",
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["text"],
                            "properties": {
                                "text": {"type": "string", "maxLength": 50, "description": "What it says."},
                                "mood": {"$ref": "#/components/schemas/NoteMood"},
                                "copies": {"type": "integer", "default": 1},
                            },
                        }
                    }
                },
            },
            "responses": answer(note),
        },
    }
    document["paths"]["/notes/{note_id}"] = {
        "delete": {
            "operationId": "notes_delete",
            "tags": ["notes"],
            "summary": "Delete a note",
            "parameters": [{"name": "note_id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {"204": {"description": "Gone."}},
        }
    }
    document["paths"]["/me/forget"] = {
        "servers": document["paths"]["/me"]["servers"],
        "post": {
            "operationId": "forget_me",
            "tags": ["control"],
            "summary": "Forget this key's user",
            "responses": {"204": {"description": "Forgotten."}},
        },
    }
    document["components"]["schemas"] |= {
        "Note": NOTE,
        "NoteMood": {"type": "string", "enum": ["glad", "sad"]},
        "Unreferenced": {"type": "object", "properties": {"x": {"type": "integer"}}},
    }
    return make_package(document)


@pytest.fixture
def wire(extended: str, flavour: str, wire_of: Any) -> Any:
    return wire_of(extended, flavour)


def test_a_new_tag_is_a_resource_whose_operations_are_methods(wire: Any, extended: str) -> None:
    models = importlib.import_module(f"{extended}.models")
    assert wire.answer({"note_id": "n", "text": "t"}).call("notes.create", "t", mood="glad") == models.Note("n", "t")
    assert (wire.target, wire.body) == ("/notes", {"text": "t", "mood": "glad", "copies": 1})
    assert wire.call("notes.delete", "n/1") is None
    assert (wire.sent[-1].method, wire.target) == ("DELETE", "/notes/n%2F1")
    assert str(inspect.signature(wire.client.notes.create)).replace("'", "") == (
        "(text: str, *, mood: NoteMood | None = None, copies: int = 1) -> Note"
    )


def test_a_new_list_has_an_iterator(wire: Any) -> None:
    wire.answer([{"note_id": "a", "text": ""}, {"note_id": "b", "text": ""}]).answer([{"note_id": "c", "text": ""}])
    assert [note.note_id for note in wire.call("notes.iter")] == ["a", "b", "c"]


def test_new_methods_have_raw_responses(wire: Any) -> None:
    raw = wire.answer([{"note_id": "a", "text": ""}]).call("with_raw_response.notes.list")
    assert (raw.status_code, raw.parse()[0].note_id) == (200, "a")


def test_new_methods_raise_typed_errors_that_name_them(wire: Any) -> None:
    from memsy_client import AuthenticationError, MemsyDecodeError

    with pytest.raises(AuthenticationError) as refused:
        wire.answer({"detail": "no"}, 401).call("notes.list")
    assert refused.value.operation == "notes.list"
    with pytest.raises(MemsyDecodeError, match=r"notes.list .*\[0\].text is missing"):
        wire.answer([{"note_id": "a"}]).call("notes.list")


def test_a_new_operation_of_an_old_tag_is_a_method_there(extended: str, flavour: str, wire_of: Any) -> None:
    wire = wire_of(extended, flavour, "Control")
    assert wire.call("forget_me") is None
    assert (wire.sent[-1].method, wire.target) == ("POST", "/me/forget")
    assert wire.call("with_raw_response.forget_me").status_code == 204


def test_new_schemas_are_importable_models_with_or_without_an_operation(extended: str) -> None:
    models = importlib.import_module(f"{extended}.models")
    assert {"Note", "NoteMood", "Unreferenced"} <= set(models.__all__)
    assert models.Unreferenced(x=1).to_dict() == {"x": 1}
    assert "    written_at: When it was written." in (inspect.getdoc(models.Note) or "")


def test_everything_that_was_there_before_still_is(extended: str) -> None:
    before = importlib.import_module("memsy_client._generated.client")
    now = importlib.import_module(f"{extended}.client")
    for name in ("CoreMethods", "AsyncCoreMethods", "ControlMethods", "AsyncControlMethods"):
        assert set(dir(getattr(before, name))) <= set(dir(getattr(now, name)))
    assert set(importlib.import_module("memsy_client.models").__all__) <= set(
        importlib.import_module(f"{extended}.models").__all__
    )


def test_new_operations_are_commands_of_the_command_line(extended: str, tmp_path: Path) -> None:
    installed = Path(memsy_client.__file__).parent
    shutil.copytree(installed, tmp_path / "memsy_client", ignore=shutil.ignore_patterns("_generated", "__pycache__"))
    generated = Path(str(importlib.import_module(extended).__file__)).parent
    shutil.copytree(generated, tmp_path / "memsy_client" / "_generated")

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "memsy_client", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60).stdout

    assert re.search(r"^  notes  ", run("--help"), re.M)
    assert re.search(r"^  forget-me +Forget this key's user", run("--help"), re.M)
    shown = run("notes", "create", "--help")
    assert "[OPTIONS] TEXT" in shown
    assert "--mood [glad|sad]" in shown
    assert "--copies INTEGER" in shown
    assert "--all" in run("notes", "list", "--help")
    assert "--yes" in run("notes", "delete", "--help")
