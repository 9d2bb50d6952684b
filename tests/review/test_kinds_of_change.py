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


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.ours != "never"], ids=lambda kind: kind.rule)
def test_an_edit_has_the_verdict_of_its_kind(kind: Kind) -> None:
    assert verdict(kind.place, kind.old, kind.new) == kind.ours


def test_the_table_is_whole_and_what_differs_has_its_reason() -> None:
    assert len({kind.rule for kind in KINDS}) == len(KINDS) == 466
    assert {kind.theirs for kind in KINDS} == {"breaking", "compatible", "maybe"}
    assert [kind.rule for kind in KINDS if kind.ours != kind.theirs and not kind.reason] == []
    assert [kind.rule for kind in KINDS if kind.ours == kind.theirs and kind.reason] == []
