"""The recipes of the page are what the examples do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(("heading", "example"), [("Ray Data", "backfill_ray.py"), ("Dask", "backfill_dask.py")])
def test_each_line_of_a_recipe_is_a_line_of_its_example(heading: str, example: str) -> None:
    page = (ROOT / "docs" / "distributed.md").read_text("utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (recipe,) = re.findall(r"^```py\n(.*?)^```", section, re.M | re.S)
    program = re.sub(r"  # .*", "", (ROOT / "examples" / example).read_text("utf-8"))
    following = iter(lines(program))
    assert len(lines(recipe)) > 5
    assert [line for line in lines(recipe) if line not in following] == [], "in the same order"
