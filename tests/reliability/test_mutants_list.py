"""The list of mutants that may survive is of the code as it stands, and says why of each."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has none")
LISTED = tomllib.loads(Path(__file__).with_name("mutants.toml").read_text("utf-8"))
MODULES = {Path(module["path"]).stem: ROOT / module["path"] for module in LISTED["modules"]}


def words(text: str) -> str:
    return " ".join(text.split())


def test_its_modules_and_tests_are_there() -> None:
    assert len(MODULES) == len(LISTED["modules"]) == 7
    assert [path for path in MODULES.values() if not path.exists()] == []
    assert [test for module in LISTED["modules"] for test in module["tests"] if not (ROOT / test).exists()] == []


def test_each_survivor_is_of_a_line_that_is_there_and_has_a_reason() -> None:
    seen: set[tuple[str, ...]] = set()
    for group in LISTED["survivors"]:
        assert len(group["reason"].split()) > 4
        for function, before, after in group["mutants"]:
            assert words(before) in words(MODULES[function.split(".")[0]].read_text("utf-8")), before
            assert before != after
            assert (function, before, after) not in seen
            seen.add((function, before, after))
    assert seen
