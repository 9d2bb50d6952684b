"""A log of calls, held against the new contract."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkouts import Checkout
from edited_contract import Part

Run = Callable[..., tuple[int, str, str]]
THING = {"id": "t", "kind": "red"}
BODY = {"name": "n", "text": "t", "thing": THING}


def entry(url: str = "/v1/e1/a%2Fb", body: Any = BODY, method: str = "POST") -> dict[str, Any]:
    """One line of a log, as the embedded server writes it."""
    content = "" if body is None else json.dumps(body)
    return {"operation": None, "method": method, "url": url, "headers": {}, "content": content, "status": 200}


@pytest.fixture
def refused(checkout: Checkout, review: Run, tmp_path: Path) -> Callable[..., list[tuple[int, str]]]:
    """The lines of a log that the contract refuses after an edit, each with its name."""

    def run(edit: Callable[[Part], object], *entries: dict[str, Any]) -> list[tuple[int, str]]:
        checkout.edit(lambda it: None, edit)
        log = tmp_path / "requests.jsonl"
        log.write_text("\n".join(json.dumps(each) for each in entries) + "\n")
        _, out, err = review("--callers", str(log), "--format", "json")
        assert out, err
        callers = json.loads(out)["callers"]
        assert {(each["file"], each["verdict"]) for each in callers} <= {(str(log), "broken")}
        return [(each["line"], each["name"]) for each in callers]

    return run


def with_field(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(BODY), **fields}


def test_calls_that_go_on_are_not_named(refused: Any) -> None:
    found = refused(
        lambda it: it.parameters.pop(1),
        entry(),
        entry("/v1/e1/a?kind=red"),
        entry("/v1/nowhere"),
        entry(body={"name": "n"}),  # refused before as well
        entry(method="GET"),
    )
    assert found == []


def test_an_argument_that_is_gone_names_the_calls_that_give_it(refused: Any) -> None:
    assert refused(lambda it: it.parameters.pop(1), entry(), entry("/v1/e1/a?limit=5")) == [
        (2, "MemsyClient.e1.run.limit")
    ]


def test_a_limit_names_the_calls_beyond_it(refused: Any) -> None:
    def lower(it: Part) -> None:
        it.parameters[1]["schema"]["maximum"] = 40
        it.fields("Request")["name"]["maxLength"] = 3

    calls = (entry("/v1/e1/a?limit=40"), entry("/v1/e1/a?limit=41"), entry(body=with_field(name="four")))
    assert refused(lower, *calls) == [(2, "MemsyClient.e1.run.limit"), (3, "MemsyClient.e1.run.name")]


def test_a_value_that_is_gone_is_found_inside_a_body(refused: Any) -> None:
    calls = (entry(), entry(body=with_field(thing={"id": "t", "kind": "blue"})), entry("/v1/e1/a?kind=blue"))
    assert refused(lambda it: it.schemas["Kind"]["enum"].remove("blue"), *calls) == [
        (2, "MemsyClient.e1.run.thing"),
        (3, "MemsyClient.e1.run.kind"),
    ]


def test_a_field_that_is_gone_or_needed_names_the_calls_with_or_without_it(refused: Any) -> None:
    calls = (entry(), entry(body=with_field(note="x")), entry(body=with_field(unknown="x")))
    assert refused(lambda it: it.fields("Request").pop("note"), *calls) == [(2, "MemsyClient.e1.run.note")]
    assert refused(lambda it: it.needed("Request").append("note"), *calls) == [
        (1, "MemsyClient.e1.run.note"),
        (3, "MemsyClient.e1.run.note"),
    ]


def test_a_password_that_the_log_leaves_out_is_not_missing() -> None:
    from review.acceptance import Acceptance
    from review.places import Place

    fields = {"id": {"type": "string"}, "secret": {"type": "string", "format": "password"}}
    schema = (Place.root({"type": "object", "required": ["id", "secret"], "properties": fields}),)
    for is_cleaned in (False, True):
        rule = Acceptance("readOnly", is_cleaned=is_cleaned)
        assert rule.takes(schema, {"id": "x"}) is is_cleaned
        assert rule.takes(schema, {"id": "x", "secret": "y"})
        assert not rule.takes(schema, {"secret": "y"})


def test_an_operation_that_is_gone_names_all_its_calls(refused: Any) -> None:
    assert refused(lambda it: it.operation.clear(), entry(), entry("/v1/e0/a")) == [(1, "MemsyClient.e1.run")]


@pytest.mark.parametrize("text", ["not json", "[]", '{"method": "GET"}'])
def test_what_is_no_log_is_told_in_a_line(review: Run, tmp_path: Path, text: str) -> None:
    log = tmp_path / "requests.jsonl"
    log.write_text(f"{json.dumps(entry())}\n{text}\n")
    code, out, err = review("--callers", str(log))
    assert (code, out) == (2, "")
    assert err == f"cannot review: CALLERS={log}: line 2 is not a recorded request\n"


def test_what_is_no_text_is_told_in_a_line(review: Run, tmp_path: Path) -> None:
    log = tmp_path / "image.png"
    log.write_bytes(b"\x89PNG\xff")
    assert review("--callers", str(log))[2] == f"cannot review: CALLERS={log} is neither Python nor a log of requests\n"
