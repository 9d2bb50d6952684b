"""Every kind of change to an OpenAPI document that a well-known tool tells apart has its verdict here."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest
from wire_edits import verdict


class Kind(NamedTuple):
    """One kind of change: what that tool says, what we say, and an edit that shows it."""

    rule: str
    theirs: str
    ours: str
    place: str
    old: str
    new: str
    reason: str


def kinds() -> list[Kind]:
    text = Path(__file__).with_name("kinds_of_change.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [Kind(*row) for row in csv.reader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE)]


KINDS = kinds()
TREES = """
components: {schemas: {Tree: {type: object, properties: {
    name: {type: string, maxLength: LENGTH}, parts: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}}}
paths: {/trees: {get: {operationId: trees, responses: {'200': {
    description: A., content: {application/json: {schema: {$ref: '#/components/schemas/Tree'}}}}}}}}
"""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.ours != "never"], ids=lambda kind: kind.rule)
def test_an_edit_has_the_verdict_of_its_kind(kind: Kind) -> None:
    assert verdict(kind.place, kind.old, kind.new) == kind.ours


def test_the_table_is_whole_and_what_differs_has_its_reason() -> None:
    assert len({kind.rule for kind in KINDS}) == len(KINDS) == 466
    assert {kind.theirs for kind in KINDS} == {"breaking", "compatible", "maybe"}
    assert [kind.rule for kind in KINDS if kind.ours != kind.theirs and not kind.reason] == []
    assert [kind.rule for kind in KINDS if kind.ours == kind.theirs and kind.reason] == []


@pytest.mark.parametrize(
    ("place", "old", "new", "expected"),
    [
        # What clients take: a default for what is absent or null, and anything where the contract is open.
        ("field", "{type: string, default: a}", "{type: [string, 'null'], default: a}", "compatible"),
        ("field", "{type: string, x-open: true}", "{type: integer, x-open: true}", "compatible"),
        ("field", "{type: integer, x-number-as-text: true}", "{type: [integer, string]}", "compatible"),
        ("response", "{type: object, required: [a], properties: {a: {type: string, default: x}}}",
         "{type: object, properties: {a: {type: string, default: x}}}", "compatible"),
        ("response", "{type: object, additionalProperties: {type: integer}}",
         "{type: object, additionalProperties: {type: string}}", "breaking"),
        ("response", "{type: object, properties: {a: {type: string}}, additionalProperties: {type: integer}}",
         "{type: object, properties: {a: {type: string}}, additionalProperties: true}", "compatible"),
        # Unions, and schemas that hold themselves.
        ("body", "{enum: [a, b]}", "{anyOf: [{enum: [a]}, {enum: [b, c]}]}", "compatible"),
        ("body", "{enum: [a, 1]}", "{anyOf: [{enum: [a]}, {type: string}]}", "breaking"),
        ("body", "{type: string, nullable: true}", "{type: [string, 'null']}", "compatible"),
        ("document", TREES.replace("LENGTH", "5"), TREES.replace("LENGTH", "5"), "compatible"),
        ("document", TREES.replace("LENGTH", "5"), TREES.replace("LENGTH", "6"), "breaking"),
        ("body", "{type: object}", "{type: object, additionalProperties: false}", "breaking"),
        ("body", "{type: number, multipleOf: 0.2}", "{type: number, multipleOf: 0.1}", "compatible"),
        ("body", "{type: number, multipleOf: 0.1}", "{type: number, multipleOf: 0.2}", "breaking"),
        ("body", "{type: integer, minimum: 3}", "{type: integer, exclusiveMinimum: 2}", "compatible"),
        ("body", "{type: integer, format: int32}", "{type: integer, format: int64}", "compatible"),
        ("body", "{items: {type: string}}", "{items: {type: string, maxLength: 3}}", "breaking"),
        ("query", "{type: integer}", "{type: string}", "compatible"),
        ("query", "{type: integer}", "{type: string, maxLength: 3}", "breaking"),
        ("operation", "{x-scope: write}", "{x-scope: null}", "compatible"),
        ("operation", "{x-scope: read}", "{x-scope: write}", "breaking"),
        ("operation", "{x-admin: false}", "{x-admin: true}", "breaking"),
    ],
)  # fmt: skip
def test_what_is_particular_to_this_contract(place: str, old: str, new: str, expected: str) -> None:
    assert verdict(place, old, new) == expected
