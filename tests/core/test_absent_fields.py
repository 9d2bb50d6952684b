"""A response field that is absent or null reads as the contract's own default; without one it is None, or an error."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.flavours import OWN, Flavour
from support.operations import WITH_BODY, Case, followed
from support.server import Server, answer

from memsy_client import MemsyDecodeError
from memsy_client._core import codec
from memsy_client._core.messages import Headers, Response
from memsy_client._core.raw_response import RawResponse
from memsy_client.models import MemoryScope

cases = pytest.mark.parametrize("case", WITH_BODY, ids=str)
ABSENT = object()
OPTIONAL_OF_SCOPE = ("actor_id", "team_id", "role_id")


class Field(NamedTuple):
    """One field of one object in an operation's response."""

    path: tuple[Any, ...]
    name: str
    schema: dict[str, Any]
    required: bool

    @property
    def has_default(self) -> bool:
        return "default" in self.schema or "x-open" in self.schema or not self.required

    @property
    def default(self) -> Any:
        is_list = "array" in self.schema.get("type", "")
        return self.schema.get("default", [] if "x-open" in self.schema and is_list else None)

    @property
    def location(self) -> str:
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in (*self.path, self.name)]
        return "".join(steps).lstrip(".")

    def set_in(self, document: Any, value: Any) -> None:
        for step in self.path:
            document = document[step]
        if value is ABSENT:
            del document[self.name]
        else:
            document[self.name] = value

    def read_from(self, document: Any) -> Any:
        for step in self.path:
            document = document[step]
        return document.get(self.name)


def schema_of(node: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed and without its null."""
    merged = followed(node) | {key: value for key, value in node.items() if key != "$ref"}
    for part in node.get("anyOf", []):
        if part.get("type") != "null":
            merged = schema_of(part) | merged
    return merged


def sample(node: dict[str, Any]) -> Any:
    """A value of a schema."""
    schema = schema_of(node)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return "2026-01-31T09:30:00+00:00"
    kinds = schema.get("type", "object")
    kind = next(kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null")
    if kind == "array":
        return [sample(schema["items"])]
    return completed(node, {}) if kind == "object" else SAMPLES[kind]


SAMPLES: dict[str, Any] = {"string": "text", "integer": 1, "number": 0.5, "boolean": True}


def completed(node: dict[str, Any], document: Any) -> Any:
    """An example with a value for every field that the contract describes."""
    schema = schema_of(node)
    if isinstance(document, list):
        return [completed(schema["items"], item) for item in document]
    if not isinstance(document, dict):
        return document
    described = {
        name: completed(inner, document[name]) if document.get(name) is not None else sample(inner)
        for name, inner in schema.get("properties", {}).items()
    }
    return document | described


def answer_of(case: Case) -> Any:
    """A successful response with every field there is."""
    return completed(case.schema, case.answer())


def fields(node: dict[str, Any], document: Any, path: tuple[Any, ...] = ()) -> Iterator[Field]:
    """The fields that the contract describes; those of free-form objects are left out."""
    schema = schema_of(node)
    if isinstance(document, list):
        for index, item in enumerate(document):
            yield from fields(schema["items"], item, (*path, index))
    if isinstance(document, dict) and "x-open" not in schema:
        for name, inner in schema.get("properties", {}).items():
            if name in document:
                yield Field(path, name, schema_of(inner), name in schema.get("required", []))
                yield from fields(inner, document[name], (*path, name))


def read(case: Case, document: Any) -> Any:
    """What the client makes of a response, as JSON again."""
    args, named = case.arguments()
    response = Response(200, Headers(), json.dumps(document).encode())
    return as_json(case, RawResponse(case.request(*args, **named), response, (), 0.0).parse())


def as_json(case: Case, result: Any) -> Any:
    written = codec.loads(codec.dumps(result))
    return {case.node["x-unwrap"]: written} if "x-unwrap" in case.node else written


@cases
@pytest.mark.parametrize("value", [ABSENT, None], ids=["absent", "null"])
def test_a_field_reads_as_its_default_or_is_refused(case: Case, value: Any) -> None:
    for field in fields(case.schema, answer_of(case)):
        document = copy.deepcopy(answer_of(case))
        field.set_in(document, value)
        if field.has_default:
            assert field.read_from(read(case, document)) == field.default, field.location
        else:
            with pytest.raises(MemsyDecodeError) as caught:
                read(case, document)
            assert caught.value.location == field.location


def test_every_field_of_every_response_is_tried() -> None:
    for case in WITH_BODY:
        for field in fields(case.schema, answer_of(case)):
            assert field.read_from(answer_of(case)) is not None, (case, field.location)
    connector = next(case for case in WITH_BODY if case.node["operationId"] == "connectors_get")
    tried = {field.name for field in fields(connector.schema, answer_of(connector))}
    assert tried == set(schema_of(connector.schema)["properties"])


@given(data=st.data(), case=st.sampled_from(WITH_BODY))
@settings(max_examples=200, deadline=None)
def test_any_of_them_together_read_as_their_defaults(data: st.DataObject, case: Case) -> None:
    document = copy.deepcopy(answer_of(case))
    found = [field for field in fields(case.schema, document) if field.has_default]
    chosen = data.draw(st.lists(st.sampled_from(found), unique_by=lambda field: field.location)) if found else []
    # Those inside others go first, or they would be gone.
    for field in sorted(chosen, key=lambda field: -len(field.path)):
        field.set_in(document, data.draw(st.sampled_from([ABSENT, None])))
    result = read(case, document)
    outer = {(*field.path, field.name) for field in chosen}
    for field in chosen:
        if not any(field.path[: len(path)] == path for path in outer):
            assert field.read_from(result) == field.default


@pytest.mark.anyio
@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
@cases
async def test_both_clients_read_a_response_of_defaults(case: Case, own: Flavour, serve: Callable[..., Server]) -> None:
    found = [field for field in fields(case.schema, answer_of(case)) if field.has_default and not field.path]
    documents = []
    for value in (ABSENT, None):
        document = copy.deepcopy(answer_of(case))
        for field in found:
            field.set_in(document, value)
        documents.append(document)
    server = serve(*map(answer, documents))
    args, named = case.arguments()
    async with own.client(server.origin, control=case.control) as client:
        for _ in documents:
            result = as_json(case, await own.call(case.method(client), *args, **named))
            assert [field.read_from(result) for field in found] == [field.default for field in found]


def test_defaults_are_each_objects_own() -> None:
    from memsy_client.models import ActorResource

    first, second = ActorResource.from_dict({"actor_id": "a"}), ActorResource("a")
    first.role_ids.append("r")
    assert (second.role_ids, ActorResource.from_dict({"actor_id": "a"}).role_ids) == ([], [])


@pytest.mark.parametrize("present", [names for size in range(4) for names in combinations(OPTIONAL_OF_SCOPE, size)])
@pytest.mark.parametrize("number_unknown", range(4))
def test_unknown_fields_are_kept_whichever_others_are_absent(present, number_unknown):
    known = dict.fromkeys(present, "north")
    unknown = {f"field_{number}": number for number in range(number_unknown)}
    data = {**known, "level": "team", **unknown}
    scope = MemoryScope.from_dict(data)
    assert scope == MemoryScope(level="team", additional_properties=unknown, **known)
    assert list(data) == [*known, "level", *unknown]  # it is the caller's, and stays as it was
